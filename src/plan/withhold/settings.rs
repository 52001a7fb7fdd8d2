//! What a run may not do. Such a setting only ever takes actions away.

use std::sync::Arc;

use crate::plan::policy::Policy;

/// The name of the setting that restricts a run, and its value, as messages show it: "`policy.create` is false".
pub type Setting = Arc<str>;

/// What a run may not do; each with the setting that says so, `None` where nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withholding {
    /// No account is made.
    pub no_create: Option<Setting>,
    /// No account is brought in line. Adopting and reactivating one is something else.
    pub no_update: Option<Setting>,
    /// Nobody loses access, for whatever reason.
    pub no_removal: Option<Setting>,
    /// An account that would be deleted is deactivated.
    pub delete_deactivates: Option<Setting>,
    /// New accounts are made deactivated, and somebody else activates them.
    pub create_deactivated: Option<Setting>,
    /// Accounts that another configuration looks after, or nobody, stay as they are.
    pub no_provider_mismatch: Option<Setting>,
}

impl Withholding {
    /// Those that the configuration asks for.
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

    /// The same with other names of the settings.
    #[must_use]
    pub fn renamed(mut self, rename: impl Fn(&str) -> String) -> Self {
        for setting in [
            &mut self.no_create,
            &mut self.no_update,
            &mut self.no_removal,
            &mut self.delete_deactivates,
            &mut self.create_deactivated,
            &mut self.no_provider_mismatch,
        ] {
            *setting = setting.take().map(|setting| rename(&setting).into());
        }
        self
    }

    /// Those that hold for an undo too: `policy.create` and `policy.update` are about what sources say, and an undo reads none.
    #[must_use]
    pub fn for_undo(self) -> Self {
        Self {
            no_create: None,
            no_update: None,
            ..self
        }
    }

    /// Adds what the other ones forbid. What is forbidden already keeps the setting that was named first.
    pub fn tighten(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.no_create, &other.no_create),
            (&mut self.no_update, &other.no_update),
            (&mut self.no_removal, &other.no_removal),
            (&mut self.delete_deactivates, &other.delete_deactivates),
            (&mut self.create_deactivated, &other.create_deactivated),
            (&mut self.no_provider_mismatch, &other.no_provider_mismatch),
        ] {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
    }
}
