//! What a run would do about one person or group, and why.

use super::facts::{Facts, ownership};
use super::members::members;
use super::wanted::Wanted;
use crate::model::{ActionKind, Change, Desired, Lifecycle, Ownership, RemovalReason, TypeId};
use crate::plan::DisabledPolicy;
use crate::report::{Decision, Show, changed_values, summary_of};

fn nothing(what: String) -> Decision {
    Decision {
        action: None,
        what,
        rule: None,
        values: Vec::new(),
        members: None,
    }
}

/// The configuration key that decides about a change.
fn rule(change: &Change) -> &'static str {
    match (change.reason(), change.kind) {
        (Some(RemovalReason::Disabled), _) => "policy.disabled",
        (Some(RemovalReason::Absent), _) => "policy.absent",
        (Some(RemovalReason::Leaver), _) => "policy.listed",
        (Some(RemovalReason::Undone), _) => "undo",
        (None, ActionKind::Create) => "policy.create",
        (None, ActionKind::Adopt) => "policy.adopt",
        (None, ActionKind::MarkAbsent) => "policy.grace",
        (None, ActionKind::Reactivate) => "this tool deactivated it, and the person is active again",
        (None, ActionKind::Update | ActionKind::Deactivate | ActionKind::Delete) => "policy.update",
    }
}

impl Facts<'_> {
    pub(super) fn decisions(&self, wanted: &Wanted<'_>) -> Vec<Decision> {
        let concerns = |change: &&Change| {
            let account = change.target_id().map(crate::model::TargetId::as_str);
            self.is_about(wanted, change.resource, change.id(), account)
        };
        let mut decisions: Vec<Decision> = Vec::new();
        let changes = self.plan.changes.iter().filter(concerns);
        decisions.extend(changes.map(|change| self.change(change, None)));
        let withheld = self
            .plan
            .withheld
            .iter()
            .filter(|withheld| concerns(&&withheld.change));
        decisions.extend(withheld.map(|withheld| self.change(&withheld.change, Some(&withheld.by))));
        let skipped = self.plan.skipped.iter().filter(|skipped| {
            self.is_about(
                wanted,
                skipped.resource,
                skipped.id.as_ref(),
                Some(skipped.target_id.as_str()),
            )
        });
        decisions.extend(skipped.map(|skipped| {
            let record = skipped
                .record
                .as_ref()
                .map_or_else(String::new, |record| format!(" ({record})"));
            nothing(format!(
                "account {} is skipped: {}{record}",
                skipped.target_id, skipped.reason
            ))
        }));
        let unresolved = self
            .plan
            .unresolved
            .iter()
            .filter(|rejected| self.is_about(wanted, rejected.resource, rejected.id.as_ref(), None));
        decisions.extend(
            unresolved.map(|rejected| nothing(format!("nothing can be written: {}", rejected.reason))),
        );
        let warnings = self.plan.warnings.iter().filter(|warning| {
            self.is_about(
                wanted,
                TypeId::default(),
                warning.id.as_ref(),
                Some(&warning.at.at),
            )
        });
        decisions.extend(warnings.map(|warning| nothing(warning.reason.clone())));
        decisions
    }

    fn change(&self, change: &Change, withheld: Option<&str>) -> Decision {
        let schema = self.catalog.schema(change.resource);
        let what = summary_of(change, schema, self.request.show());
        let what = if what.is_empty() {
            "as the record says".to_owned()
        } else {
            what
        };
        let values = if self.request.show() == Show::Values {
            changed_values(change, schema)
        } else {
            Vec::new()
        };
        let members = members(change, self.catalog, self.names);
        match withheld {
            Some(by) => Decision {
                action: None,
                what: format!("{} is withheld ({what})", change.kind.verb()),
                rule: Some(by.to_owned()),
                values,
                members,
            },
            None => Decision {
                action: Some(change.kind),
                what,
                rule: Some(rule(change).to_owned()),
                values,
                members,
            },
        }
    }

    /// Why nothing happens, if the plan does not contain the person or group.
    pub(super) fn nothing(&self, wanted: &Wanted<'_>) -> Decision {
        let people: Vec<&Desired> = self.people(wanted);
        let rejected = wanted.hits.iter().any(|(_, hits)| !hits.rejected.is_empty());
        if rejected {
            return nothing(
                "the record was rejected, so no account is created, changed or removed because of it"
                    .to_owned(),
            );
        }
        match (people.first(), self.accounts.first()) {
            (Some(_), Some(_)) => nothing("the account is as the record says".to_owned()),
            (Some(person), None) => self.no_account(person),
            (None, Some(account)) => nothing(match account.ownership {
                Ownership::Ours => {
                    "no record contains this person, and the account needs no change".to_owned()
                }
                other => format!("this tool does not change the account: {}", ownership(other)),
            }),
            (None, None) => nothing("there is no account with this address or login name".to_owned()),
        }
    }

    fn no_account(&self, person: &Desired) -> Decision {
        let policy = &self.request.settings.policy;
        let creates = policy.create_disabled && policy.disabled != DisabledPolicy::Delete;
        if person.lifecycle == Lifecycle::Disabled && !creates {
            return Decision {
                rule: Some("policy.create_disabled".to_owned()),
                ..nothing("the person is disabled in the source, and gets no account".to_owned())
            };
        }
        if !person.may_have_account(self.catalog.schema(person.resource)) {
            return nothing("the person is in no group that gives a role, and gets no account".to_owned());
        }
        nothing("no account is created".to_owned())
    }

    pub(super) fn people(&self, wanted: &Wanted<'_>) -> Vec<&Desired> {
        let of_type = |resource: TypeId| {
            self.desired
                .iter()
                .find(move |of_type| of_type.resource == resource)
        };
        let hits = wanted.hits.iter();
        hits.flat_map(|(resource, hits)| {
            let people = hits.people.iter();
            people.filter_map(move |index| of_type(*resource)?.objects.get(*index))
        })
        .collect()
    }
}
