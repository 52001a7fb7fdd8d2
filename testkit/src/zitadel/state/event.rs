//! One entry of the event log.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What happened to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum EventKind {
    HumanAdded,
    MachineAdded,
    MachineChanged,
    EmailChanged,
    EmailVerified,
    EmailCodeAdded,
    PhoneChanged,
    PhoneVerified,
    PhoneCodeAdded,
    PhoneRemoved,
    ProfileChanged,
    UsernameChanged,
    Deactivated,
    Reactivated,
    Locked,
    Unlocked,
    Removed,
    MetadataSet,
    MetadataRemoved,
    LinkAdded,
    LinkRemoved,
}

impl EventKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HumanAdded => "user.human.added",
            Self::MachineAdded => "user.machine.added",
            Self::MachineChanged => "user.machine.changed",
            Self::EmailChanged => "user.human.email.changed",
            Self::EmailVerified => "user.human.email.verified",
            Self::EmailCodeAdded => "user.human.email.code.added",
            Self::PhoneChanged => "user.human.phone.changed",
            Self::PhoneVerified => "user.human.phone.verified",
            Self::PhoneCodeAdded => "user.human.phone.code.added",
            Self::PhoneRemoved => "user.human.phone.removed",
            Self::ProfileChanged => "user.human.profile.changed",
            Self::UsernameChanged => "user.username.changed",
            Self::Deactivated => "user.deactivated",
            Self::Reactivated => "user.reactivated",
            Self::Locked => "user.locked",
            Self::Unlocked => "user.unlocked",
            Self::Removed => "user.removed",
            Self::MetadataSet => "user.metadata.set",
            Self::MetadataRemoved => "user.metadata.removed",
            Self::LinkAdded => "user.human.externalidp.added",
            Self::LinkRemoved => "user.human.externalidp.removed",
        }
    }

    /// The English display text; those that were not recorded repeat the key.
    pub(crate) fn localized(self) -> &'static str {
        match self {
            Self::HumanAdded => "Person added",
            Self::MetadataSet => "User metadata set",
            _ => self.name(),
        }
    }

    /// Whether the users list digests it: only these move its change date and watermark.
    pub(super) fn shows_in_users(self) -> bool {
        !matches!(
            self,
            Self::EmailCodeAdded
                | Self::PhoneCodeAdded
                | Self::MetadataSet
                | Self::MetadataRemoved
                | Self::LinkAdded
                | Self::LinkRemoved
        )
    }
}

/// One entry of the log, about a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) at: i64,
    pub(crate) user: Arc<str>,
    pub(crate) org: Arc<str>,
    pub(crate) editor: Arc<str>,
    pub(crate) sequence: u64,
    pub(crate) kind: EventKind,
    /// JSON, empty where there is none.
    pub(crate) payload: Box<str>,
}
