//! Properties of all plans.

pub(super) mod any;

use super::*;
use std::collections::HashMap;

use any::{any_owned, any_policy, any_world, any_world_with_shared_ids};
use proptest::prelude::*;

proptest! {
    #![proptest_config(random_cases())]

    /// After a plan is applied, there is nothing left to do.
    #[test]
    fn applying_and_planning_again_is_empty((desired, model) in any_world(), policy in any_policy()) {
        let mut model = model;
        let first = plan(&desired, &model, policy);
        first.changes.iter().for_each(|change| model.apply(change));
        let second = plan(&desired, &model, policy);
        prop_assert_eq!(lines(&second), Vec::<String>::new(), "first: {:?}", lines(&first));
    }

    /// The order of accounts does not matter.
    #[test]
    fn the_order_of_input_does_not_matter((desired, model) in any_world_with_shared_ids(), policy in any_policy()) {
        let forwards = plan_in_order(&desired, &model, policy, false);
        let backwards = plan_in_order(&desired, &model, policy, true);
        prop_assert_eq!(format!("{forwards:?}"), format!("{backwards:?}"));
    }

    /// Each account that is managed, or that a record names, is exactly one of changed, skipped, unresolved and
    /// unchanged.
    #[test]
    fn every_account_is_accounted_for((desired, model) in any_world_with_shared_ids(), policy in any_policy()) {
        let (plan, records) = plan_with_records(&desired, &model, policy);
        let mut reported: Vec<&str> = plan.changes.iter().filter_map(|change| Some(change.target_id()?.as_str())).collect();
        reported.extend(plan.skipped_unchanged().map(|skipped| skipped.target_id.as_str()));
        let unresolved = model.0.keys().filter(|account| plan.unresolved.iter().any(|one| is_about(one, account, &records)));
        let is_signed_out = |account: &TargetId| plan.changes.iter().any(|change| only_ends_sessions(change, account));
        reported.extend(unresolved.filter(|account| !is_signed_out(account)).map(TargetId::as_str));
        prop_assert_eq!(repeated(&reported), None, "{:?}", plan);
        let accounts = model.0.values().map(|managed| &managed.account);
        let ours = accounts.filter(|account| account.is_managed() || records.contains_key(&account.target_id));
        let silent = ours.filter(|account| !reported.contains(&account.target_id.as_str()));
        prop_assert_eq!(silent.count(), plan.unchanged, "{:?}", plan);
    }

    /// `apply` refuses only what no plan would contain, for any policy and any part of a plan.
    #[test]
    fn what_is_planned_is_plausible(
        (desired, model) in any_world(),
        policy in any_policy(),
        (create, update, remove) in any::<(bool, bool, bool)>(),
        (delete_deactivates, create_deactivated) in any::<(bool, bool)>(),
        restrict_to in prop::sample::select(vec![
            Restriction::None, Restriction::RemovalsOnly, Restriction::ExternalIdsOnly, Restriction::LinksOnly,
        ]),
        owned in any_owned(),
    ) {
        let policy = Policy { create, update, remove, delete_deactivates, create_deactivated, restrict_to, ..policy };
        let all = ["User", "Admin", "Guest", "Moderator"].map(str::to_owned);
        let rules = Rules { policy, given: &all };
        let names: Vec<&str> = owned.iter().map(String::as_str).collect();
        let schema = schema_owning(&names);
        let catalog = Catalog::of_users(schema.clone());
        for change in plan_by(&schema, NOW, &desired, &model, policy, false).changes {
            let waits = !is_for_now(&change);
            prop_assert_eq!(implausible(&catalog, rules, &change).filter(|_| waits), None, "{:?}", change);
        }
    }

    /// A role is only removed if it is managed and the person is not to have it. Losing the last one counts as a
    /// removal.
    #[test]
    fn only_owned_roles_are_taken_and_the_last_one_counts(
        (desired, model) in any_world(),
        policy in any_policy(),
        owned in any_owned(),
    ) {
        let names: Vec<&str> = owned.iter().map(String::as_str).collect();
        let schema = schema_owning(&names);
        for change in &plan_by(&schema, NOW, &desired, &model, policy, false).changes {
            let Some(edit) = change.edit() else { continue };
            for role in edit.change(ROLES).map_or_else(Vec::new, AttributeChange::removed) {
                prop_assert!(owned.contains(&String::from(role.clone())));
                prop_assert!(!edit.desired.roles(&schema).contains(&role));
            }
            let mut after = model.clone();
            after.apply(change);
            let roles = |model: &Model| model.0[&edit.target_id].account.roles(&schema).len();
            let loses_all = roles(&model) > 0 && roles(&after) == 0;
            if matches!(change.kind, ActionKind::Adopt | ActionKind::Update) {
                prop_assert_eq!(change.is_removal(&schema), loses_all, "{:?}", change);
            }
        }
    }

    /// People who are to have no role get no account.
    #[test]
    fn no_account_is_made_without_a_role((desired, model) in any_world(), policy in any_policy()) {
        for change in plan(&desired, &model, policy).changes {
            let Some(creation) = change.creation() else { continue };
            prop_assert!(!creation.desired.roles(&schema()).is_empty());
        }
    }

    /// While a source is incomplete, no one is removed as absent, and no one whose record was rejected ever is.
    #[test]
    fn unknown_people_are_never_removed((desired, model) in any_world_with_shared_ids(), policy in any_policy()) {
        let plan = plan(&desired, &model, policy);
        for change in &plan.changes {
            let Some((reason, account)) = change.reason().zip(change.before()) else { continue };
            if reason == RemovalReason::Absent {
                prop_assert!(desired.complete);
                prop_assert!(desired.rejected.iter().all(|rejected| rejected.id != account.id));
            }
            prop_assert!(!account.is_protected());
        }
    }

    /// Only the provider of an account removes it as absent. Accounts of others stay, in any state.
    #[test]
    fn what_others_made_is_not_removed_as_absent((desired, model) in any_world_with_shared_ids(), policy in any_policy()) {
        let plan = plan(&desired, &model, policy);
        for change in &plan.changes {
            let is_absent = change.reason() == Some(RemovalReason::Absent) || is_for_now(change);
            let Some(account) = change.target_id().filter(|_| is_absent) else { continue };
            let provider = model.0[account].get(PROVIDER);
            prop_assert!(provider.is_none_or(|provider| provider.as_text() == "ours"));
        }
    }

    /// No one is removed as absent before the time on the account, and no marker stays on the account of a present
    /// person.
    #[test]
    fn grace_is_kept(
        (desired, model) in any_world(),
        policy in any_policy(),
        after in 1i64..600,
        runs in prop::option::of(1u32..5),
    ) {
        let policy = Policy { grace: Some(Grace { after: Some(after), runs }), ..policy };
        let mut model = model;
        let plan = plan(&desired, &model, policy);
        for change in &plan.changes {
            if change.reason() == Some(RemovalReason::Absent) {
                let managed = &model.0[change.target_id().unwrap()];
                let number = |attribute| managed.get(attribute).map(|managed| managed.as_text().parse::<i64>().unwrap());
                let long_enough = number(MISSING_SINCE).is_some_and(|since| NOW - since >= after);
                let seen = number(MISSING_RUNS).unwrap_or(0) + 1;
                prop_assert!(long_enough && seen >= runs.unwrap_or(0).into());
            }
        }
        plan.changes.iter().for_each(|change| model.apply(change));
        let again = plan_at(NOW + 1, &desired, &model, policy, false);
        for change in &again.changes {
            let marker = change.edit().and_then(|edit| edit.change(MISSING_SINCE));
            prop_assert!(marker.is_none_or(|marker| marker.after.is_some()), "{:?}", lines(&plan));
        }
    }
}

/// An id that appears twice.
fn repeated<'a>(ids: &[&'a str]) -> Option<&'a str> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

/// Returns whether an unresolved record is about this account, or about its person.
fn is_about(unresolved: &Rejected, account: &TargetId, records: &HashMap<TargetId, RecordRef>) -> bool {
    unresolved.at.at == account.as_str().into() || records.get(account) == Some(&unresolved.at)
}

/// The sessions of a deactivated account end, whatever is known about its person.
fn only_ends_sessions(change: &Change, account: &TargetId) -> bool {
    let edit = change.edit().filter(|edit| edit.target_id == *account);
    edit.is_some_and(|edit| edit.changes.iter().all(|change| change.attribute == SIGN_OUT))
}
