//! Turns pairs of people and accounts into changes, by the policy.

mod absent;

use std::collections::HashSet;

use super::correlate::{Correlation, Found, Pair, Slot, same_name};
use super::policy::{DisabledPolicy, ListedPolicy};
use super::question::{About, Answers, Questions};
use super::{diff, order, scope};
use crate::model::{
    Absence, AbsenceNote, Account, Action, Edit, Expected, Identity, Kept, Leaver, Lifecycle, Plan,
    RecordRef, Rejected, Removal, RemovalReason, TargetId, Unmet, Warning,
};

/// Makes the plan. `unmet` are the answers to `questions`, which came from this correlation; `now` is the time of the run
/// in seconds since 1970 (UTC).
pub fn decide(
    correlation: &Correlation<'_>,
    questions: &Questions<'_>,
    unmet: Vec<Unmet>,
    target_name: &str,
    now: i64,
) -> Plan {
    let plan = Plan {
        accounts: correlation.accounts,
        managed: correlation.managed,
        existing: correlation.existing,
        ..Plan::default()
    };
    let mut decider = Decider {
        correlation,
        answers: questions.sort(unmet),
        target_name,
        now,
        plan,
    };
    decider.people();
    decider.listings();
    decider.absent();
    decider.finish()
}

struct Decider<'a, 'q> {
    correlation: &'a Correlation<'a>,
    answers: Answers<'q>,
    target_name: &'a str,
    now: i64,
    plan: Plan,
}

impl Decider<'_, '_> {
    fn people(&mut self) {
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
            } else {
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
    fn not_theirs(&self, index: usize, identity: &Identity, pair: &Pair) -> Option<&'static str> {
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
            .is_some_and(|(address, account)| same_name(address, &account.login))
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
            (DisabledPolicy::Keep, _) => self.keep_account(account, "`policy.disabled` is `keep`"),
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
        if !self.correlation.policy.update && pair.found != Found::Name && !edit.is_empty() {
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
        match (edit.is_empty(), pair.found) {
            (true, _) => self.plan.unchanged += 1,
            (false, Found::Name) => self.push(Action::Adopt(edit)),
            (false, _) if edit.enable => self.push(Action::Enable(edit)),
            (false, _) => self.push(Action::Update(edit)),
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
        if let Some(account) = pair.differing.as_deref() {
            edit.revoke = diff::surplus_roles(identity, account, &self.correlation.desired.owned_roles);
        }
        for attribute in differing {
            self.warn(identity, &diff::kept_value(schema.spec(attribute)));
        }
        edit
    }

    fn listings(&mut self) {
        let correlation = self.correlation;
        let mut removed = HashSet::new();
        for (index, listing) in correlation.listings.iter().enumerate() {
            let leaver = &correlation.desired.leavers[index];
            let managed: Vec<&Account> = listing
                .accounts
                .iter()
                .enumerate()
                .filter(|(place, account)| {
                    !account.entitlements.is_empty()
                        || self.answers.unmet(About::Listing(index, *place)).is_empty()
                })
                .map(|(_, account)| account)
                .collect();
            match managed[..] {
                [] => self.plan.warnings.push(Warning {
                    at: leaver.origin.clone(),
                    id: None,
                    reason: "no managed account has this address".to_owned(),
                }),
                // Two addresses may stand for one account: that of its person, and its own.
                [account] if !removed.insert(&account.target_id) => {}
                [account] => self.listed_account(account, leaver),
                _ => self.plan.unresolved.push(Rejected {
                    at: leaver.origin.clone(),
                    id: None,
                    reason: format!(
                        "{} managed accounts have this address; none was removed",
                        managed.len()
                    ),
                    missing: Vec::new(),
                }),
            }
        }
    }

    /// The person whose account this is after all.
    fn owner(&self, account: &Account) -> Option<&Identity> {
        let index = self.correlation.owner(account)?;
        let identity = &self.correlation.desired.identities[index];
        let Slot::Paired(pair) = &self.correlation.slots[index] else {
            return None;
        };
        self.not_theirs(index, identity, pair)
            .is_none()
            .then_some(identity)
    }

    fn listed_account(&mut self, account: &Account, leaver: &Leaver) {
        if let Some(person) = self.owner(account) {
            // A disabled person's account is removed for that reason already.
            if person.lifecycle == Lifecycle::Active {
                let reason = format!(
                    "account {} has this address, but its person has another one now",
                    account.target_id
                );
                self.plan.unresolved.push(Rejected {
                    at: leaver.origin.clone(),
                    id: Some(person.id.clone()),
                    reason,
                    missing: Vec::new(),
                });
            }
            return;
        }
        let removal = Removal {
            account: account.clone(),
            reason: RemovalReason::Listed,
            returned: false,
            missing_since: None,
        };
        match (self.correlation.policy.listed, account.lifecycle) {
            (ListedPolicy::Delete, _) => self.push(Action::Delete(removal)),
            (ListedPolicy::Deactivate, Lifecycle::Active) => self.push(Action::Disable(removal)),
            (ListedPolicy::Deactivate, Lifecycle::Disabled) => self.plan.unchanged += 1,
        }
    }

    fn finish(mut self) -> Plan {
        let schema = self.correlation.schema;
        scope::restrict(&mut self.plan, self.correlation.policy.scope, schema);
        self.plan.kept.sort_by(|a, b| a.target_id.cmp(&b.target_id));
        self.plan.unresolved.sort_by(|a, b| a.at.cmp(&b.at));
        order::arrange(schema, &mut self.plan.changes);
        self.plan
    }

    fn push(&mut self, action: Action) {
        self.plan.changes.push(action.into());
    }

    fn keep(&mut self, pair: &Pair, identity: &Identity, reason: &'static str) {
        self.plan.kept.push(Kept {
            target_id: pair.target_id.clone(),
            id: Some(identity.id.clone()),
            reason,
            absence: None,
        });
    }

    fn keep_account(&mut self, account: &Account, reason: &'static str) {
        self.keep_for_now(account, reason, None);
    }

    fn keep_for_now(&mut self, account: &Account, reason: &'static str, absence: Option<Absence>) {
        self.plan.kept.push(Kept {
            target_id: account.target_id.clone(),
            id: account.id.clone(),
            reason,
            absence,
        });
    }

    fn unresolved(&mut self, identity: &Identity, reason: String) {
        self.plan.unresolved.push(Rejected {
            at: identity.origin.clone(),
            id: Some(identity.id.clone()),
            reason,
            missing: Vec::new(),
        });
    }

    fn place(&self, account: &Account) -> RecordRef {
        RecordRef {
            source: self.target_name.into(),
            at: account.target_id.as_str().into(),
        }
    }

    fn unresolved_account(&mut self, account: &Account, reason: &str) {
        let at = self.place(account);
        self.plan.unresolved.push(Rejected {
            at,
            id: account.id.clone(),
            reason: reason.to_owned(),
            missing: Vec::new(),
        });
    }

    fn warn_of_account(&mut self, account: &Account, reason: &str) {
        let at = self.place(account);
        self.plan.warnings.push(Warning {
            at,
            id: account.id.clone(),
            reason: reason.to_owned(),
        });
    }

    fn warn(&mut self, identity: &Identity, reason: &str) {
        self.plan.warnings.push(Warning {
            at: identity.origin.clone(),
            id: Some(identity.id.clone()),
            reason: reason.to_owned(),
        });
    }
}

/// Whether the question was about what this tool writes into each account it makes.
fn is_about_mark(correlation: &Correlation<'_>, expected: Expected<'_>) -> bool {
    match expected {
        Expected::Present(index) | Expected::Value(index, _) => correlation.schema.spec(index).is_mark(),
        Expected::Absent(_)
        | Expected::DisabledByUs
        | Expected::NotDisabledByUs
        | Expected::NotNoted(_)
        | Expected::MissingSince(_) => false,
    }
}
