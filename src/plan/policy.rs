//! What happens in which situation.

use super::decide::grace::Grace;
use crate::model::TypeId;

/// `policy.absent`: the person of a managed account is proved absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AbsentPolicy {
    /// The account stays as it is.
    #[default]
    Keep,
    /// The account is deactivated.
    Deactivate,
    /// The account is deleted.
    Delete,
}

/// `policy.disabled`: the source says that the person is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DisabledPolicy {
    /// The account is deleted.
    #[default]
    Delete,
    /// The account is deactivated.
    Deactivate,
    /// The account stays as it is.
    Keep,
}

/// `policy.listed`: the person stands on a list of leavers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LeaverPolicy {
    /// The account is deleted.
    #[default]
    Delete,
    /// The account is deactivated.
    Deactivate,
}

/// Which changes a run plans at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Restriction {
    /// All of them.
    #[default]
    None,
    /// Flag `deactivate_only`: removals of people whom a source says are disabled or have left.
    RemovalsOnly,
    /// The program name `migrate`: ids in the form of older tools are rewritten, nothing else.
    ExternalIdsOnly,
    /// The command `link-ids`: accounts made by hand get their external id, what this tool writes once, and the role.
    LinksOnly,
}

/// `policy.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of its own in the configuration"
)]
pub struct Policy {
    /// New accounts are made.
    pub create: bool,
    /// Accounts are brought in line.
    pub update: bool,
    /// Accounts are deleted and deactivated, and lose their last role.
    pub remove: bool,
    /// An account that would be deleted is deactivated.
    pub delete_deactivates: bool,
    /// New accounts are made deactivated.
    pub create_deactivated: bool,
    /// The sessions of accounts that are deactivated are ended.
    pub end_sessions: bool,
    /// Accounts that another configuration looks after, or nobody, are touched.
    pub update_provider_mismatch: bool,
    /// Accounts made by others are taken over.
    pub adopt: bool,
    /// A disabled person without an account gets a deactivated one.
    pub create_disabled: bool,
    /// For people whom the source says are disabled.
    pub disabled: DisabledPolicy,
    /// For people who are proved absent.
    pub absent: AbsentPolicy,
    /// How long their accounts stay.
    pub grace: Option<Grace>,
    /// For people on a list of leavers.
    pub listed: LeaverPolicy,
    /// Which changes a run plans at all.
    pub restrict_to: Restriction,
}

impl Policy {
    /// The policy for objects of one resource type. Only users can be deactivated: a group that would be stays as it is.
    #[must_use]
    pub fn for_type(self, resource: TypeId) -> Self {
        let absent = match self.absent {
            AbsentPolicy::Deactivate if resource != TypeId::default() => AbsentPolicy::Keep,
            absent => absent,
        };
        Self { absent, ..self }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            create: true,
            update: true,
            remove: true,
            delete_deactivates: false,
            create_deactivated: false,
            end_sessions: false,
            update_provider_mismatch: true,
            adopt: true,
            create_disabled: false,
            disabled: DisabledPolicy::default(),
            absent: AbsentPolicy::default(),
            grace: None,
            listed: LeaverPolicy::default(),
            restrict_to: Restriction::default(),
        }
    }
}
