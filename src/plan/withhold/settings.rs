//! Settings that forbid actions. They only ever remove actions from a plan.

use std::sync::Arc;

use crate::plan::policy::Policy;

/// The setting that restricts a run, with its value, as messages show it: "`policy.create` is false".
pub type Setting = Arc<str>;

/// Forbidden actions, each with the setting that forbids it. `None` means allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withholding {
    /// No account is created.
    pub no_create: Option<Setting>,
    /// No account is updated. Adopting and reactivating are not affected.
    pub no_update: Option<Setting>,
    /// No one loses access, for any reason.
    pub no_removal: Option<Setting>,
    /// Accounts are deactivated instead of deleted.
    pub delete_deactivates: Option<Setting>,
    /// New accounts are created deactivated. Others activate them.
    pub create_deactivated: Option<Setting>,
    /// Accounts of another provider, or of none, stay unchanged.
    pub no_provider_mismatch: Option<Setting>,
}

impl Withholding {
    /// The restrictions of the configuration.
    pub fn of(policy: &Policy) -> Self {
        let if_false = |key: &str, value: bool| (!value).then(|| Setting::from(format!("`{key}` is false")));
        let if_true = |key: &str, value: bool| value.then(|| Setting::from(format!("`{key}` is true")));
        Self {
            no_create: if_false("policy.create", policy.create),
            no_update: if_false("policy.update", policy.update),
            no_removal: if_false("policy.remove", policy.remove),
            delete_deactivates: if_true("policy.delete_deactivates", policy.delete_deactivates),
            create_deactivated: if_true("policy.create_deactivated", policy.create_deactivated),
            no_provider_mismatch: if_false(
                "policy.update_provider_mismatch",
                policy.update_provider_mismatch,
            ),
        }
    }

    /// Renames the settings for messages.
    #[must_use]
    pub fn renamed(mut self, rename: impl Fn(&str) -> String) -> Self {
        for setting in self.each() {
            *setting = setting.take().map(|setting| rename(&setting).into());
        }
        self
    }

    /// The restrictions that also apply to an undo. `policy.create` and `policy.update` concern the sources, which an
    /// undo does not read.
    #[must_use]
    pub fn for_undo(self) -> Self {
        Self {
            no_create: None,
            no_update: None,
            ..self
        }
    }

    /// Adds other restrictions. An existing restriction keeps its setting.
    pub fn tighten(&mut self, other: &Self) {
        for (mine, theirs) in self.each().into_iter().zip(other.clone().each()) {
            *mine = mine.take().or(theirs.take());
        }
    }

    fn each(&mut self) -> [&mut Option<Setting>; 6] {
        [
            &mut self.no_create,
            &mut self.no_update,
            &mut self.no_removal,
            &mut self.delete_deactivates,
            &mut self.create_deactivated,
            &mut self.no_provider_mismatch,
        ]
    }
}
