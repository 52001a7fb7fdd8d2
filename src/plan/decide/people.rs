//! Decides about people, with or without an account.

use super::checks::About;
use super::{Cause, Decider};
use crate::model::{
    ActionKind, AttributeChange, Change, Desired, Edit, Existing, Expected, Lifecycle, Mutability, Purpose,
    RemovalReason, UNFINISHED, Value, alike,
};
use crate::plan::correlate::{MatchedBy, Pair, Slot};
use crate::plan::marks::{mark, marker_goes};
use crate::plan::policy::{DisabledPolicy, Restriction};
use crate::plan::{diff, restriction};

/// The deactivation mark of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    Nothing,
    /// This tool deactivated the account. On an active account, the mark is left from an interrupted change.
    Ours(Value),
    /// The account was to be created deactivated, and this was interrupted.
    Unfinished(Value),
}

impl Mark {
    /// The value to remove.
    fn left(self) -> Option<Value> {
        match self {
            Self::Nothing => None,
            Self::Ours(mark) | Self::Unfinished(mark) => Some(mark),
        }
    }
}

impl Decider<'_, '_> {
    pub(super) fn people(&mut self) {
        let correlation = self.correlation;
        let people = correlation.desired.objects.iter().enumerate();
        for (index, desired) in people.filter(|(index, _)| correlation.desired.is_about(*index)) {
            match &correlation.slots[index] {
                Slot::Free => self.without_account(desired),
                Slot::Paired(pair) => self.with_account(index, desired, pair),
                Slot::Several(accounts) => self.several(desired, accounts, "; none was changed"),
                Slot::Blocked(reason) => self.unresolved(desired, reason.clone()),
                Slot::Leaver(others) => {
                    self.warn(
                        desired,
                        "a list of leavers names this person, so no account is created or kept",
                    );
                    if !others.is_empty() {
                        let end = " as well, and other addresses; they were not removed";
                        self.several(desired, others, end);
                    }
                }
            }
        }
    }

    fn without_account(&mut self, desired: &Desired) {
        let policy = &self.correlation.policy;
        let wanted = match desired.lifecycle {
            Lifecycle::Active => true,
            // Otherwise the next run would delete the account again.
            Lifecycle::Disabled => policy.create_disabled && policy.disabled != DisabledPolicy::Delete,
        };
        if wanted && !desired.may_have_account(self.schema()) {
            // An account without a role is useless, and later it would not be known who created it.
            self.plan.without_role += 1;
        } else if wanted {
            let attributes = diff::values_of_new_account(self.correlation.schema, desired);
            self.push(Change::create(desired.clone(), attributes));
        }
    }

    fn with_account(&mut self, index: usize, desired: &Desired, pair: &Pair) {
        if let Some(reason) = self.not_theirs(index, desired, pair) {
            match pair.found {
                MatchedBy::LegacyIdUnconfirmed => {
                    self.skip(pair, desired, reason.into());
                    self.without_account(desired);
                }
                MatchedBy::Moved => self.skip(pair, desired, reason.into()),
                _ => {
                    let account = &pair.target_id;
                    self.unresolved_accounts.insert(account.clone());
                    let reason = format!("account {account} has this person's id, but {reason}");
                    self.unresolved(desired, reason);
                }
            }
            return;
        }
        match (desired.lifecycle, pair.differing.as_deref()) {
            (Lifecycle::Disabled, Some(account)) => self.disabled_person(index, desired, pair, account),
            _ => self.active_person(index, desired, pair),
        }
    }

    /// Why the account does not belong to the person after all.
    pub(super) fn not_theirs(&self, index: usize, desired: &Desired, pair: &Pair) -> Option<String> {
        let proof = self.schema().name_of(Purpose::OwnershipProof);
        let nothing_of_ours = || {
            let unproved = self.mismatch_of(index, Purpose::OwnershipProof);
            unproved.is_some_and(|(_, current)| current.is_none())
        };
        match pair.found {
            MatchedBy::LegacyIdUnconfirmed if !self.answers.is_confirmed(index) => {
                Some(format!("neither its `{proof}` nor its login name matches"))
            }
            MatchedBy::Moved if nothing_of_ours() => {
                Some(format!("it has no `{proof}`, so it may not be ours"))
            }
            MatchedBy::Id if !pair.is_managed && nothing_of_ours() && !self.has_login_of(desired, pair) => {
                Some(format!("it holds neither the role nor `{proof}`"))
            }
            _ => None,
        }
    }

    fn has_login_of(&self, desired: &Desired, pair: &Pair) -> bool {
        let address = self.correlation.address(desired);
        let account = pair.differing.as_deref();
        address
            .zip(account)
            .is_some_and(|(address, account)| alike(address, account.login(self.schema())))
    }

    fn disabled_person(&mut self, index: usize, desired: &Desired, pair: &Pair, account: &Existing) {
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
            let mut edit = restriction::only_bookkeeping(self.schema(), self.edit(index, desired, pair));
            edit.changes.extend(marker_goes(self.schema(), since));
            self.push(Change::edit_as(ActionKind::Update, edit));
        }
    }

    /// The start of an absence on the account of this person, who is present.
    fn absence_marker(&self, person: usize) -> Option<Value> {
        self.mismatch_of(person, Purpose::MissingSince)?.1
    }

    /// The failed check of an attribute of a person's account, with the account's value.
    fn mismatch_of(&self, person: usize, purpose: Purpose) -> Option<(Expected<'_>, Option<Value>)> {
        let mismatches = self.answers.mismatches(About::Person(person));
        let about = |expected: Expected<'_>| self.schema().purpose(expected.attribute()) == purpose;
        mismatches.iter().find(|(expected, _)| about(*expected)).cloned()
    }

    fn active_person(&mut self, index: usize, desired: &Desired, pair: &Pair) {
        let mut edit = self.edit(index, desired, pair);
        let account = pair.differing.as_deref();
        let inactive = account.is_some_and(|account| account.lifecycle == Lifecycle::Disabled);
        let mark = self.mark(index, inactive);
        edit.lifecycle = match mark {
            Mark::Ours(_) if inactive => Some(Lifecycle::Active),
            Mark::Unfinished(_) if !inactive => Some(Lifecycle::Disabled),
            _ => None,
        };
        let is_let_in = edit.lifecycle == Some(Lifecycle::Active);
        let is_blocked = inactive && mark == Mark::Nothing;
        self.clear_bookkeeping(index, &mut edit, mark.left());
        if is_blocked {
            let is_rest = edit.is_empty();
            self.blocked(desired, pair, is_rest);
            if is_rest {
                return;
            }
        }
        if edit.is_empty() {
            self.plan.unchanged += 1;
            return;
        }
        let kind = if matches!(pair.found, MatchedBy::Name | MatchedBy::Moved) {
            ActionKind::Adopt
        } else if is_let_in {
            ActionKind::Reactivate
        } else {
            ActionKind::Update
        };
        self.push(Change::edit_as(kind, edit));
    }

    /// Who deactivated the account, according to its mark.
    fn mark(&self, person: usize, inactive: bool) -> Mark {
        let makes_deactivated = self.correlation.withholding.create_deactivated.is_some();
        let (mut is_missing, mut mark) = (false, None);
        for (expected, current) in self.answers.mismatches(About::Person(person)) {
            if self.schema().purpose(expected.attribute()) == Purpose::DisabledByUs {
                is_missing |= matches!(expected, Expected::Present(_));
                mark = mark.or_else(|| current.clone());
            }
        }
        match mark {
            Some(mark) if makes_deactivated && mark.as_text() == UNFINISHED => Mark::Unfinished(mark),
            _ if is_missing => Mark::Nothing,
            Some(mark) => Mark::Ours(mark),
            // At a target without marks this is not known. Then no account is reactivated.
            None if inactive && !makes_deactivated => Mark::Ours(self.own_mark(person)),
            None => Mark::Nothing,
        }
    }

    fn own_mark(&self, person: usize) -> Value {
        let id = &self.correlation.desired.objects[person].id;
        mark(self.schema(), Some(id)).unwrap_or_else(|| Value::text(""))
    }

    /// It is not known whether the account waits for its first activation or was deactivated later. Others decide in
    /// both cases.
    fn blocked(&mut self, desired: &Desired, pair: &Pair, is_rest: bool) {
        if self.correlation.withholding.create_deactivated.is_none() {
            self.warn(
                desired,
                "the account was deactivated by an administrator and stays deactivated",
            );
            self.plan.unchanged += usize::from(is_rest);
        } else if is_rest {
            let reason = "it is deactivated, as new accounts are until an administrator activates them";
            self.skip(pair, desired, reason.into());
        }
    }

    /// Removes this tool's own records from the account of a present person. `left_over` is the deactivation mark of
    /// an account that is reactivated, or of an active account after an interrupted change.
    fn clear_bookkeeping(&self, person: usize, edit: &mut Edit, left_over: Option<Value>) {
        let schema = self.schema();
        if let Some((attribute, before)) = schema.find(Purpose::DisabledByUs).zip(left_over) {
            edit.changes.push(AttributeChange {
                attribute,
                before: Some(before),
                after: None,
            });
        }
        // A marker that stays would later count as the start of another absence.
        let marker = self.absence_marker(person);
        edit.changes
            .extend(marker.into_iter().flat_map(|since| marker_goes(schema, since)));
        edit.changes.sort_by_key(|change| change.attribute);
    }

    fn edit(&mut self, index: usize, desired: &Desired, pair: &Pair) -> Edit {
        let mismatches = self.answers.mismatches(About::Person(index));
        let schema = self.correlation.schema;
        let (mut edit, differing) = diff::edit(
            schema,
            desired,
            &pair.target_id,
            pair.differing.as_deref(),
            mismatches,
        );
        if pair.found == MatchedBy::Id && !self.writes_beside_id(&edit) {
            let is_id = |change: &AttributeChange| schema.purpose(change.attribute) == Purpose::ExternalId;
            edit.changes.retain(|change| !is_id(change));
        }
        for attribute in differing {
            self.warn(desired, &diff::stored_value(schema.spec(attribute)));
        }
        edit
    }

    /// Returns whether the user or a link that depends on the id is written anyway. Otherwise an id that looks like
    /// the person's stays as it is stored.
    fn writes_beside_id(&self, edit: &Edit) -> bool {
        let goes_along = |change: &AttributeChange| {
            let spec = self.schema().spec(change.attribute);
            match spec.purpose {
                // Roles are not part of the account itself.
                Purpose::ExternalId | Purpose::Access => false,
                _ => spec.is_listed() || spec.mutability == Mutability::WithId,
            }
        };
        let rewrites_ids_alone = self.correlation.policy.restrict_to == Restriction::ExternalIdsOnly;
        !rewrites_ids_alone && edit.changes.iter().any(goes_along)
    }
}
