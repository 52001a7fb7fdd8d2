//! What becomes of people, with an account or without one.

use super::checks::About;
use super::{Cause, Decider, mark, marker_goes};
use crate::model::{
    ActionKind, AttributeChange, Change, Desired, Edit, Existing, Expected, Lifecycle, Mutability, Purpose,
    RemovalReason, TargetId, Value, alike,
};
use crate::plan::correlate::{Found, Pair, Slot};
use crate::plan::policy::{DisabledPolicy, Restriction};
use crate::plan::{diff, restriction};

impl Decider<'_, '_> {
    pub(super) fn people(&mut self) {
        let correlation = self.correlation;
        let people = correlation.desired.identities.iter().enumerate();
        for (index, identity) in people.filter(|(index, _)| correlation.desired.is_about(*index)) {
            match &correlation.slots[index] {
                Slot::Free => self.without_account(identity),
                Slot::Paired(pair) => self.with_account(index, identity, pair),
                Slot::Several(accounts) => {
                    let names: Vec<&str> = accounts.iter().map(TargetId::as_str).collect();
                    let reason = format!(
                        "accounts {} carry this person's id; none was changed",
                        names.join(", ")
                    );
                    self.unresolved(identity, reason);
                }
                Slot::Blocked(reason) => self.unresolved(identity, reason.clone()),
                Slot::Leaver => self.warn(
                    identity,
                    "a list of leavers names this person, so no account is made or kept",
                ),
            }
        }
    }

    fn without_account(&mut self, identity: &Desired) {
        let policy = &self.correlation.policy;
        let wanted = match identity.lifecycle {
            Lifecycle::Active => true,
            // Otherwise the next run would delete what this one made.
            Lifecycle::Disabled => policy.create_disabled && policy.disabled != DisabledPolicy::Delete,
        };
        if wanted && !identity.may_have_account(self.schema()) {
            // An account without any role is of no use, and nobody would know whose doing it was.
            self.plan.without_role += 1;
        } else if wanted && policy.create {
            let attributes = diff::values_of_new_account(self.correlation.schema, identity);
            self.push(Change::create(identity.clone(), attributes));
        }
    }

    fn with_account(&mut self, index: usize, identity: &Desired, pair: &Pair) {
        if let Some(reason) = self.not_theirs(index, identity, pair) {
            self.keep(pair, identity, reason.clone().into());
            if pair.found == Found::LegacyIdUnconfirmed {
                self.without_account(identity);
            } else if pair.found != Found::Moved {
                let account = &pair.target_id;
                self.unresolved(
                    identity,
                    format!("account {account} carries this person's id, but {reason}"),
                );
            }
            return;
        }
        match (identity.lifecycle, pair.differing.as_deref()) {
            (Lifecycle::Disabled, Some(account)) => self.disabled_person(index, identity, pair, account),
            _ => self.active_person(index, identity, pair),
        }
    }

    /// Why the account is not the person's after all.
    pub(super) fn not_theirs(&self, index: usize, identity: &Desired, pair: &Pair) -> Option<String> {
        let proof = self.schema().name_of(Purpose::OwnershipProof);
        let nothing_of_ours = || {
            let unproved = self.unmet_of(index, Purpose::OwnershipProof);
            unproved.is_some_and(|(_, current)| current.is_none())
        };
        match pair.found {
            Found::LegacyIdUnconfirmed if !self.answers.is_confirmed(index) => {
                Some(format!("neither its `{proof}` nor its login name agree"))
            }
            Found::Moved if nothing_of_ours() => Some(format!("it has no `{proof}`, so it may not be ours")),
            Found::Id if !pair.is_managed && nothing_of_ours() && !self.has_login_of(identity, pair) => {
                Some(format!("it holds neither the role nor `{proof}`"))
            }
            _ => None,
        }
    }

    fn has_login_of(&self, identity: &Desired, pair: &Pair) -> bool {
        let address = self.correlation.address(identity);
        let account = pair.differing.as_deref();
        address
            .zip(account)
            .is_some_and(|(address, account)| alike(address, account.login(self.schema())))
    }

    fn disabled_person(&mut self, index: usize, identity: &Desired, pair: &Pair, account: &Existing) {
        let returned = self.absence_marker(index);
        let cause = || Cause {
            returned: returned.clone(),
            ..Cause::new(RemovalReason::Disabled)
        };
        match (self.correlation.policy.disabled, account.lifecycle) {
            (DisabledPolicy::Delete, _) => return self.remove(account, true, cause()),
            (DisabledPolicy::Deactivate, Lifecycle::Active) => return self.remove(account, false, cause()),
            (DisabledPolicy::Deactivate, Lifecycle::Disabled) if returned.is_some() => {}
            (DisabledPolicy::Deactivate, Lifecycle::Disabled) => self.plan.unchanged += 1,
            (DisabledPolicy::Keep, _) => self.keep_account(account, "`policy.disabled` is `keep`".into()),
        }
        if let Some(since) = returned {
            let mut edit = restriction::only_bookkeeping(self.schema(), self.edit(index, identity, pair));
            edit.changes.extend(marker_goes(self.schema(), since));
            self.push(Change::edit_as(ActionKind::Update, edit));
        }
    }

    /// What the account of this person, who is there, holds as the beginning of an absence.
    fn absence_marker(&self, person: usize) -> Option<Value> {
        self.unmet_of(person, Purpose::MissingSince)?.1
    }

    /// The expectation about an attribute of a person's account that does not hold, and what the account holds instead.
    fn unmet_of(&self, person: usize, purpose: Purpose) -> Option<(Expected<'_>, Option<Value>)> {
        let mismatches = self.answers.mismatches(About::Person(person));
        let about = |expected: Expected<'_>| self.schema().purpose(expected.attribute()) == purpose;
        mismatches.iter().find(|(expected, _)| about(*expected)).cloned()
    }

    fn active_person(&mut self, index: usize, identity: &Desired, pair: &Pair) {
        let mut edit = self.edit(index, identity, pair);
        let mark = self.unmet_of(index, Purpose::DisabledByUs);
        let blocked = matches!(mark, Some((Expected::Present(_), _)));
        let left_over = mark.and_then(|(_, current)| current);
        let inactive = pair
            .differing
            .as_deref()
            .is_some_and(|account| account.lifecycle == Lifecycle::Disabled);
        if inactive && blocked {
            self.warn(
                identity,
                "the account was deactivated by an administrator and stays deactivated",
            );
        }
        let is_let_in = inactive && !blocked;
        edit.lifecycle = is_let_in.then_some(Lifecycle::Active);
        self.clear_bookkeeping(index, &mut edit, left_over);
        let is_adopted = matches!(pair.found, Found::Name | Found::Moved);
        if !self.correlation.policy.update && !is_adopted && !edit.is_empty() {
            edit = restriction::only_bookkeeping(self.schema(), edit);
            self.keep(pair, identity, "`policy.update` is false".into());
            if edit.is_empty() {
                return;
            }
        }
        if edit.is_empty() {
            self.plan.unchanged += 1;
            return;
        }
        let kind = if is_adopted {
            ActionKind::Adopt
        } else if is_let_in {
            ActionKind::Reactivate
        } else {
            ActionKind::Update
        };
        self.push(Change::edit_as(kind, edit));
    }

    /// Takes away what this tool wrote on the account of somebody who is there. `left_over`: the mark of a deactivation that
    /// an active account carries, which is the rest of a change that was interrupted.
    fn clear_bookkeeping(&self, person: usize, edit: &mut Edit, left_over: Option<Value>) {
        let schema = self.schema();
        let is_let_in = edit.lifecycle == Some(Lifecycle::Active);
        let let_in = is_let_in.then(|| mark(schema, Some(&edit.identity.id))).flatten();
        if let Some((attribute, before)) = schema.find(Purpose::DisabledByUs).zip(left_over.or(let_in)) {
            edit.changes.push(AttributeChange {
                attribute,
                before: Some(before),
                after: None,
            });
        }
        // Left there, the marker would one day pass for the beginning of another absence.
        let marker = self.absence_marker(person);
        edit.changes
            .extend(marker.into_iter().flat_map(|since| marker_goes(schema, since)));
        edit.changes.sort_by_key(|change| change.attribute);
    }

    fn edit(&mut self, index: usize, identity: &Desired, pair: &Pair) -> Edit {
        let mismatches = self.answers.mismatches(About::Person(index));
        let schema = self.correlation.schema;
        let (mut edit, differing) = diff::edit(
            schema,
            identity,
            &pair.target_id,
            pair.differing.as_deref(),
            mismatches,
        );
        if pair.found == Found::Id && !self.writes_beside_id(&edit) {
            let is_id = |change: &AttributeChange| schema.purpose(change.attribute) == Purpose::ExternalId;
            edit.changes.retain(|change| !is_id(change));
        }
        for attribute in differing {
            self.warn(identity, &diff::kept_value(schema.spec(attribute)));
        }
        edit
    }
}

impl Decider<'_, '_> {
    /// An id that looks like the person's stays as it is stored, unless the user is written anyway, or a link that hangs on
    /// the id.
    fn writes_beside_id(&self, edit: &Edit) -> bool {
        let goes_along = |change: &AttributeChange| {
            let spec = self.schema().spec(change.attribute);
            match spec.purpose {
                // Roles are no part of the account itself.
                Purpose::ExternalId | Purpose::Access => false,
                _ => spec.is_listed() || spec.mutability == Mutability::WithId,
            }
        };
        let rewrites_ids_alone = self.correlation.policy.restrict_to == Restriction::ExternalIdsOnly;
        !rewrites_ids_alone && edit.changes.iter().any(goes_along)
    }
}
