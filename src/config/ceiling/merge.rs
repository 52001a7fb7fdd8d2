//! The stricter of two values, per key.

use schemars::JsonSchema;
use serde::Serialize;

use super::document::{
    CREATE_AS_DISABLED, Ceiling, DELETE_DISABLES, DRY_RUN, NO_CREATE, NO_DELETE, NO_PROVIDER_MISMATCH,
    NO_UPDATE,
};
use crate::config::Settings;
use crate::plan::{Limit, Setting, Withholding};

/// A setting that a ceiling made stricter.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Effective {
    /// The configuration key.
    pub setting: &'static str,
    /// The value that applies.
    pub value: String,
    /// The configured value.
    pub configured: String,
    /// Where the stricter value comes from.
    pub origin: String,
}

/// Settings with ceilings applied.
#[derive(Debug)]
pub struct Under {
    /// The settings of the run.
    pub settings: Settings,
    /// Settings that are stricter than configured, with the document responsible.
    pub changed: Vec<Effective>,
    /// Why no run may take place, one reason per document that demands it.
    pub paused: Vec<String>,
}

impl Settings {
    /// Applies these documents to the settings. Limits are added, never loosened.
    pub fn under(&self, ceilings: &[Ceiling]) -> Under {
        let mut under = Under {
            settings: self.clone(),
            changed: Vec::new(),
            paused: Vec::new(),
        };
        for ceiling in ceilings {
            under.tighten(ceiling);
        }
        under
    }
}

impl Under {
    fn tighten(&mut self, ceiling: &Ceiling) {
        if ceiling.is_on(DRY_RUN) && !self.settings.dry_run {
            self.settings.dry_run = true;
            self.add_effective("feature_flags: dry_run", ("true", "false"), ceiling);
        }
        self.withhold(ceiling);
        if let Some(limit) = ceiling.max_removals {
            self.limit_removals(limit, ceiling);
        }
        let more = self.settings.guard.protected.extend(&ceiling.protected);
        if more > 0 {
            let value = format!("{more} more");
            self.add_effective("guard.protected", (&value, "fewer"), ceiling);
        }
        if let Some(reason) = &ceiling.paused {
            self.paused
                .push(format!("paused by {}: {reason}", ceiling.origin));
        }
    }

    fn withhold(&mut self, ceiling: &Ceiling) {
        let setting = |switch: &str| {
            let is_on = ceiling.is_on(switch);
            is_on.then(|| Setting::from(format!("`{switch}` of {}", ceiling.origin)))
        };
        let before = self.settings.withholding.clone();
        self.settings.withholding.tighten(&Withholding {
            no_create: setting(NO_CREATE),
            no_update: setting(NO_UPDATE),
            no_removal: setting(NO_DELETE),
            delete_deactivates: setting(DELETE_DISABLES),
            create_deactivated: setting(CREATE_AS_DISABLED),
            no_provider_mismatch: setting(NO_PROVIDER_MISMATCH),
        });
        let after = self.settings.withholding.clone();
        let (on, off) = (("true", "false"), ("false", "true"));
        for (key, values, before, after) in [
            ("policy.create", off, before.no_create, after.no_create),
            ("policy.update", off, before.no_update, after.no_update),
            ("policy.remove", off, before.no_removal, after.no_removal),
            (
                "policy.delete_deactivates",
                on,
                before.delete_deactivates,
                after.delete_deactivates,
            ),
            (
                "policy.create_deactivated",
                on,
                before.create_deactivated,
                after.create_deactivated,
            ),
            (
                "policy.update_provider_mismatch",
                off,
                before.no_provider_mismatch,
                after.no_provider_mismatch,
            ),
        ] {
            if before != after {
                self.add_effective(key, values, ceiling);
            }
        }
    }

    /// A percentage and a number cannot be compared before the accounts are counted. Then both apply.
    fn limit_removals(&mut self, limit: Limit, ceiling: &Ceiling) {
        let guard = &mut self.settings.guard;
        let configured = guard.max_removals;
        let is_looser = match (limit, configured) {
            (Limit::Count(theirs), Limit::Count(ours)) => theirs > ours,
            (Limit::Percent(theirs), Limit::Percent(ours)) => theirs > ours,
            _ => false,
        };
        // Also if the configuration is as strict: a token lifts the configured limit, but not this one.
        guard.firm_removals.push((limit, ceiling.origin.clone()));
        if !is_looser && limit != configured {
            self.add_effective(
                "guard.max_removals",
                (&limit.to_string(), &configured.to_string()),
                ceiling,
            );
        }
    }

    fn add_effective(&mut self, setting: &'static str, (value, configured): (&str, &str), ceiling: &Ceiling) {
        self.changed.push(Effective {
            setting,
            value: value.to_owned(),
            configured: configured.to_owned(),
            origin: ceiling.origin.clone(),
        });
    }
}
