//! The policy of a run.

use super::grace::Grace;
use crate::model::TypeId;

/// `policy.absent`: the person of a managed account is proved absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AbsentPolicy {
    /// The account stays unchanged.
    #[default]
    Keep,
    Deactivate,
    Delete,
}

/// `policy.disabled`: the source marks the person as disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DisabledPolicy {
    #[default]
    Delete,
    Deactivate,
    /// The account stays unchanged.
    Keep,
}

/// `policy.listed`: the person is on a list of leavers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LeaverPolicy {
    #[default]
    Delete,
    Deactivate,
}

/// Which changes a run may plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Restriction {
    /// All changes.
    #[default]
    None,
    /// Flag `deactivate_only`: only removals of people who are disabled in a source or on a list of leavers.
    RemovalsOnly,
    /// Program name `migrate`: only external ids in the form of older tools are rewritten.
    ExternalIdsOnly,
    /// Command `link-ids`: accounts that were created by hand get their external id, the values that are written
    /// once, and the role.
    LinksOnly,
}

/// `policy.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of its own in the configuration"
)]
pub struct Policy {
    /// Accounts are created.
    pub create: bool,
    /// Accounts are updated.
    pub update: bool,
    /// Accounts are deleted or deactivated, and may lose their last role.
    pub remove: bool,
    /// Accounts are deactivated instead of deleted.
    pub delete_deactivates: bool,
    /// New accounts are created deactivated.
    pub create_deactivated: bool,
    /// Sessions of deactivated accounts are ended.
    pub end_sessions: bool,
    /// Accounts of another provider, or of none, may be changed.
    pub update_provider_mismatch: bool,
    /// Accounts that others created are adopted.
    pub adopt: bool,
    /// A disabled person without an account gets a deactivated one.
    pub create_disabled: bool,
    /// For people who are disabled in a source.
    pub disabled: DisabledPolicy,
    /// For people who are proved absent.
    pub absent: AbsentPolicy,
    /// How long the accounts of absent people are kept.
    pub grace: Option<Grace>,
    /// For people on a list of leavers.
    pub listed: LeaverPolicy,
    /// Which changes the run may plan.
    pub restrict_to: Restriction,
}

impl Policy {
    /// The policy for a resource type. Only users can be deactivated; a group that would be deactivated stays
    /// unchanged.
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
