//! `policy.*`, `guard.*` and `apply.*`. Their defaults are in the table of keys.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};

use crate::config::document::values;
use crate::config::keys::SourceType;
use crate::config::read::Reader;
use crate::config::read::flags::Flags;
use crate::config::settings::ApplySettings;
use crate::model::ActionKind;
use crate::plan::{
    AbsentPolicy, Demands, DisabledPolicy, Grace, GuardLimits, LeaverPolicy, Policy, Protected, Restriction,
};

/// Reads `policy.*`; `None` after a mistake.
pub(in crate::config) fn policy(reader: &mut Reader<'_>, flags: Flags) -> Option<Policy> {
    let disabled = reader.choice(
        "policy.disabled",
        &[
            ("delete", DisabledPolicy::Delete),
            ("deactivate", DisabledPolicy::Deactivate),
            ("keep", DisabledPolicy::Keep),
        ],
    );
    let absent = reader.choice(
        "policy.absent",
        &[
            ("keep", AbsentPolicy::Keep),
            ("deactivate", AbsentPolicy::Deactivate),
            ("delete", AbsentPolicy::Delete),
        ],
    );
    let listed = reader.choice(
        "policy.listed",
        &[
            ("delete", LeaverPolicy::Delete),
            ("deactivate", LeaverPolicy::Deactivate),
        ],
    );
    let after = reader.limit("policy.grace.after", values::duration);
    let runs = reader.limit("policy.grace.runs", |text| {
        NonZeroU32::new(u32::try_from(values::integer(text)?).ok()?)
    });
    let grace = (after.is_some() || runs.is_some()).then(|| Grace {
        after: after.and_then(|after| i64::try_from(after.as_secs()).ok()),
        runs: runs.map(NonZeroU32::get),
    });
    Some(Policy {
        create: reader.boolean("policy.create"),
        update: reader.boolean("policy.update"),
        remove: reader.boolean("policy.remove"),
        delete_deactivates: reader.boolean("policy.delete_deactivates"),
        create_deactivated: reader.boolean("policy.create_deactivated"),
        end_sessions: reader.boolean("policy.end_sessions"),
        update_provider_mismatch: reader.boolean("policy.update_provider_mismatch"),
        adopt: reader.boolean("policy.adopt"),
        create_disabled: reader.boolean("policy.create_disabled"),
        disabled: disabled?,
        absent: absent?,
        grace,
        listed: listed?,
        restrict_to: if flags.deactivate_only {
            Restriction::RemovalsOnly
        } else {
            Restriction::None
        },
    })
}

/// Reads `guard.*`; `None` after a mistake.
pub(in crate::config) fn guard(reader: &mut Reader<'_>) -> Option<GuardLimits> {
    let max_removals = reader.parsed("guard.max_removals", values::limit);
    let max_logins_changed = reader.parsed("guard.max_logins_changed", values::limit);
    let max_adoptions_renaming = reader.parsed("guard.max_adoptions_renaming", values::limit);
    let max_memberships_removed = reader.parsed("guard.max_memberships_removed", values::limit);
    let max_changes = reader.limit("guard.max_changes", values::limit);
    let max_missing = reader.parsed("guard.max_missing", values::limit);
    let max_rejected = reader.parsed("guard.max_rejected", values::limit);
    let mut max_per_kind = BTreeMap::new();
    for kind in ActionKind::ALL {
        let key = format!("guard.max_per_kind.{}", kind.name());
        let limit = reader.limit(&key, values::limit);
        max_per_kind.extend(limit.map(|limit| (kind, limit)));
    }
    let protected = reader.list("guard.protected");
    let demands_of = reader
        .layers
        .kinds()
        .iter()
        .filter(|(_, kind)| **kind != SourceType::Ukt);
    let demands_of = demands_of
        .map(|(name, _)| (name.as_str().into(), demands(reader, &format!("sources.{name}"))))
        .filter(|(_, demands)| *demands != Demands::default())
        .collect();
    Some(GuardLimits {
        allow_empty: reader.boolean("guard.allow_empty"),
        max_removals: max_removals?,
        firm_removals: Vec::new(),
        max_logins_changed: max_logins_changed?,
        max_adoptions_renaming: max_adoptions_renaming?,
        max_changes,
        max_memberships_removed: max_memberships_removed?,
        demands: demands(reader, "guard"),
        demands_of,
        max_per_kind,
        max_missing: max_missing?,
        max_rejected: max_rejected?,
        protected: Protected::new(protected.into_iter().map(|item| item.text)),
    })
}

/// What all sources, or one source, must contain before an account may be removed as absent.
fn demands(reader: &mut Reader<'_>, section: &str) -> Demands {
    let canaries = reader.list(&format!("{section}.canaries"));
    Demands {
        min_users: reader.limit(&format!("{section}.min_users"), values::whole_number),
        canaries: canaries.into_iter().map(|item| item.text).collect(),
    }
}

/// Reads `apply.*`; `None` after a mistake.
pub(in crate::config) fn apply(reader: &mut Reader<'_>) -> Option<ApplySettings> {
    const MIN: &str = "apply.concurrency.min";
    const MAX: &str = "apply.concurrency.max";
    let at_least_one = |text: &str| values::whole_number(text).and_then(NonZeroUsize::new);
    let min = reader.parsed(MIN, at_least_one);
    let max = reader.parsed(MAX, at_least_one);
    let rate_limit = reader.limit("apply.rate_limit", |text| {
        NonZeroU32::new(u32::try_from(values::integer(text)?).ok()?)
    });
    let deadline = reader.limit("apply.deadline", values::duration);
    let (min, max) = (min?, max?);
    if min > max {
        // The default of one may exceed the given value of the other: report the given one.
        let blamed = if reader.origin(MIN).is_some() { MIN } else { MAX };
        return reader.refuse(
            blamed,
            format!("`{MIN}` is {min}, which is more than `{MAX}` ({max})"),
            None,
        );
    }
    Some(ApplySettings {
        concurrency_min: min,
        concurrency_max: max,
        rate_limit,
        deadline,
    })
}
