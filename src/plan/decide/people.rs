//! What becomes of people, with an account or without one.

use super::Decider;
use crate::model::{
    AbsenceNote, Account, Action, AttributeChange, Edit, Expected, Identity, Lifecycle, Mutability, Removal,
    RemovalReason, TargetId, alike,
};
use crate::plan::correlate::{Correlation, Found, Pair, Slot};
use crate::plan::policy::{DisabledPolicy, Scope};
use crate::plan::question::About;
use crate::plan::{diff, scope};

impl Decider<'_, '_> {
    pub(super) fn people(&mut self) {
        let correlation = self.correlation;
        for (index, identity) in correlation.desired.identities.iter().enumerate() {
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
                Slot::Listed => self.warn(
                    identity,
                    "a list of leavers names this person, so no account is made or kept",
                ),
            }
        }
    }

    fn without_account(&mut self, identity: &Identity) {
        let policy = &self.correlation.policy;
        let wanted = match identity.lifecycle {
            Lifecycle::Active => true,
            // Otherwise the next run would delete what this one made.
            Lifecycle::Disabled => policy.create_disabled && policy.disabled != DisabledPolicy::Delete,
        };
        if wanted && identity.entitlements.is_empty() {
            // An account without any role is of no use, and nobody would know whose doing it was.
            self.plan.without_role += 1;
        } else if wanted && policy.create {
            let attributes = diff::values_of_new_account(self.correlation.schema, identity);
            self.push(Action::Create {
                identity: identity.clone(),
                attributes,
            });
        }
    }

    fn with_account(&mut self, index: usize, identity: &Identity, pair: &Pair) {
        if let Some(reason) = self.not_theirs(index, identity, pair) {
            self.keep(pair, identity, reason);
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
    pub(super) fn not_theirs(&self, index: usize, identity: &Identity, pair: &Pair) -> Option<&'static str> {
        let nothing_of_ours = || {
            let unmet = self.answers.unmet(About::Person(index));
            unmet
                .iter()
                .any(|(expected, current)| current.is_none() && is_about_mark(self.correlation, *expected))
        };
        match pair.found {
            Found::LegacyIdUnconfirmed if !self.answers.is_confirmed(index) => {
                Some("neither its `localpart` nor its login name agree")
            }
            Found::Moved if nothing_of_ours() => Some("it has no `localpart`, so it may not be ours"),
            Found::Id if !pair.has_role && nothing_of_ours() && !self.has_login_of(identity, pair) => {
                Some("it holds neither the role nor `localpart`")
            }
            _ => None,
        }
    }

    fn has_login_of(&self, identity: &Identity, pair: &Pair) -> bool {
        let address = self.correlation.address(identity);
        let account = pair.differing.as_deref();
        address
            .zip(account)
            .is_some_and(|(address, account)| alike(address, &account.login))
    }

    fn disabled_person(&mut self, index: usize, identity: &Identity, pair: &Pair, account: &Account) {
        let returned = self.is_noted(index);
        let removal = || Removal {
            account: account.clone(),
            reason: RemovalReason::Disabled,
            returned,
            missing_since: None,
        };
        match (self.correlation.policy.disabled, account.lifecycle) {
            (DisabledPolicy::Delete, _) => return self.push(Action::Delete(removal())),
            (DisabledPolicy::Deactivate, Lifecycle::Active) => return self.push(Action::Disable(removal())),
            (DisabledPolicy::Deactivate, Lifecycle::Disabled) if returned => {}
            (DisabledPolicy::Deactivate, Lifecycle::Disabled) => self.plan.unchanged += 1,
            (DisabledPolicy::Keep, _) => self.keep_account(account, "`policy.disabled` is `keep`".into()),
        }
        if returned {
            let edit = scope::only_the_person(self.edit(index, identity, pair));
            self.push(Action::Update(Edit { returned, ..edit }));
        }
    }

    /// Whether the account of this person, who is there, carries a note that the person is missing.
    fn is_noted(&self, person: usize) -> bool {
        let unmet = self.answers.unmet(About::Person(person));
        unmet
            .iter()
            .any(|(expected, _)| *expected == Expected::NotNoted(AbsenceNote::Since))
    }

    fn active_person(&mut self, index: usize, identity: &Identity, pair: &Pair) {
        let mut edit = self.edit(index, identity, pair);
        let unmet = self.answers.unmet(About::Person(index));
        let is_unmet = |mark| unmet.iter().any(|(expected, _)| *expected == mark);
        let (blocked, marked) = (
            is_unmet(Expected::DisabledByUs),
            is_unmet(Expected::NotDisabledByUs),
        );
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
        // A mark on an active account is the rest of a reactivation, or of a deactivation, that was interrupted.
        edit.enable = (inactive && !blocked) || marked;
        // Left there, the note would one day pass for the beginning of another absence.
        edit.returned = self.is_noted(index);
        let is_adopted = matches!(pair.found, Found::Name | Found::Moved);
        if !self.correlation.policy.update && !is_adopted && !edit.is_empty() {
            let (enable, returned) = (edit.enable, edit.returned);
            edit = Edit {
                enable,
                returned,
                ..scope::only_the_person(edit)
            };
            self.keep(pair, identity, "`policy.update` is false");
            if !enable && !returned {
                return;
            }
        }
        if edit.is_empty() {
            self.plan.unchanged += 1;
        } else if is_adopted {
            self.push(Action::Adopt(edit));
        } else if edit.enable {
            self.push(Action::Enable(edit));
        } else {
            self.push(Action::Update(edit));
        }
    }

    fn edit(&mut self, index: usize, identity: &Identity, pair: &Pair) -> Edit {
        let unmet = self.answers.unmet(About::Person(index));
        let schema = self.correlation.schema;
        let (mut edit, differing) = diff::edit(
            schema,
            identity,
            &pair.target_id,
            pair.differing.as_deref(),
            unmet,
        );
        if pair.found == Found::Id && !self.writes_beside_id(&edit) {
            edit.id_before = None;
        }
        if let Some(account) = pair.differing.as_deref() {
            edit.revoke = diff::surplus_roles(identity, account, &self.correlation.desired.owned_roles);
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
            let spec = self.correlation.schema.spec(change.attribute);
            spec.listed || spec.mutability == Mutability::WithId
        };
        let rewrites_ids_alone = self.correlation.policy.scope == Scope::ExternalIdsOnly;
        !rewrites_ids_alone && edit.attributes.iter().any(goes_along)
    }
}

/// Whether the question was about what this tool writes into each account it makes.
fn is_about_mark(correlation: &Correlation<'_>, expected: Expected<'_>) -> bool {
    match expected {
        Expected::Present(index) | Expected::Value(index, _) => correlation.schema.spec(index).is_mark(),
        Expected::Absent(_)
        | Expected::NoneBut(..)
        | Expected::DisabledByUs
        | Expected::NotDisabledByUs
        | Expected::NotNoted(_)
        | Expected::MissingSince(_) => false,
    }
}
