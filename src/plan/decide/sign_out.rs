//! Ends the sessions of deactivated accounts if `policy.end_sessions` is set. A mark stays on the account until it is
//! done, so that the next run completes an interrupted one.

use super::Decider;
use super::checks::{About, Checks};
use crate::model::{
    ActionKind, AttributeChange, Catalog, Change, Edit, Existing, Expected, Lifecycle, Ownership, Plan,
    Purpose, Skipped, Value, Write,
};
use crate::plan::correlate::{Correlation, Slot};
use crate::plan::policy::Restriction;

/// Value of the mark until the sessions are ended.
const PENDING: &str = "pending";

/// Adds the end of sessions to every change that deactivates an account.
pub fn end_sessions(plan: &mut Plan, catalog: &Catalog) {
    for change in &mut plan.changes {
        let schema = catalog.schema(change.resource);
        let Some(attribute) = schema.find(Purpose::SignOut) else {
            continue;
        };
        let deactivates = |edit: &&mut Edit| edit.lifecycle == Some(Lifecycle::Disabled);
        if let Some(edit) = change.edit_mut().filter(deactivates) {
            let sign_out = AttributeChange {
                attribute,
                before: None,
                after: Some(Value::text(PENDING)),
            };
            put(edit, sign_out);
        }
    }
}

/// Adds a change unless the edit already changes the attribute.
fn put(edit: &mut Edit, change: AttributeChange) {
    if edit.change(change.attribute).is_none() {
        edit.changes.push(change);
        edit.changes.sort_by_key(|change| change.attribute);
    }
}

impl Correlation<'_> {
    /// Returns whether this run ends sessions. A run that only rewrites ids or links does not.
    fn ends_sessions(&self) -> bool {
        let deactivates = matches!(
            self.policy.restrict_to,
            Restriction::None | Restriction::RemovalsOnly
        );
        self.policy.end_sessions && deactivates
    }

    /// The deactivated accounts whose sessions an earlier run may not have ended.
    pub(in crate::plan) fn deactivated(&self) -> impl Iterator<Item = &Existing> {
        let is_full_run = self.desired.selection.is_none();
        let paired = self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| match slot {
                Slot::Paired(pair) if self.desired.is_about(index) => pair.differing.as_deref(),
                _ => None,
            });
        // The account of a person may have lost its role since.
        let is_others = |account: &&Existing| {
            matches!(account.ownership, Ownership::Foreign(_) | Ownership::Protected(_))
        };
        let unpaired = self.unpaired.iter().flatten().filter(move |_| is_full_run);
        let accounts = paired
            .filter(move |account| !is_others(account))
            .chain(unpaired.filter(|account| account.is_managed()));
        accounts.filter(|account| account.lifecycle == Lifecycle::Disabled)
    }

    pub(super) fn ask_for_sessions<'q>(&'q self, checks: &mut Checks<'q>) {
        let Some(attribute) = self
            .schema
            .find(Purpose::SignOut)
            .filter(|_| self.ends_sessions())
        else {
            return;
        };
        for (index, account) in self.deactivated().enumerate() {
            let expected = Expected::Absent(attribute);
            checks.ask(About::Deactivated(index), &account.target_id, expected);
        }
    }
}

impl Decider<'_, '_> {
    /// Completes deactivations whose sessions may not be ended. Call it after all other decisions.
    pub(super) fn sign_out(&mut self) {
        let correlation = self.correlation;
        if !correlation.ends_sessions() {
            return;
        }
        for (index, account) in correlation.deactivated().enumerate() {
            let mismatches = self.answers.mismatches(About::Deactivated(index));
            if let Some((expected, current)) = mismatches.first() {
                let sign_out = AttributeChange {
                    attribute: expected.attribute(),
                    before: current.clone(),
                    after: None,
                };
                self.complete_sign_out(account, sign_out);
            }
        }
        end_sessions(&mut self.plan, correlation.catalog);
    }

    fn complete_sign_out(&mut self, account: &Existing, sign_out: AttributeChange) {
        let is_about = |change: &&mut Change| change.target_id() == Some(&account.target_id);
        if let Some(change) = self.plan.changes.iter_mut().find(is_about) {
            if let Write::Edit(edit) = &mut change.write {
                put(edit, sign_out);
            }
            return;
        }
        let mut edit = Edit::of_account(account, self.schema(), self.target_name);
        put(&mut edit, sign_out);
        let is_kept = |skipped: &Skipped| skipped.target_id == account.target_id;
        if !self.plan.skipped.iter().any(is_kept) && !self.unresolved_accounts.contains(&account.target_id) {
            self.plan.unchanged = self.plan.unchanged.saturating_sub(1);
        }
        self.push(Change::edit_as(ActionKind::Update, edit));
    }
}
