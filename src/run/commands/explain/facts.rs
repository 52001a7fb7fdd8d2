//! Everything about one person or group out of sources, accounts and plan.

use super::wanted::Wanted;
use crate::config::SourceSettings;
use crate::model::{
    ActionKind, Catalog, Change, Desired, DesiredState, Existing, ExternalId, Lifecycle, Ownership, Plan,
    Purpose, RemovalReason, TypeId, Value,
};
use crate::plan::DisabledPolicy;
use crate::report::{
    Decision, ExplainedAccount, ExplainedAttribute, ExplainedRecord, Explanation, Show, Shown,
    changed_values, named, summary_of,
};
use crate::run::session::request::Request;

pub(super) struct Facts<'a> {
    pub(super) desired: &'a [DesiredState],
    /// Those that are meant.
    pub(super) accounts: &'a [Existing],
    pub(super) plan: &'a Plan,
    pub(super) catalog: &'a Catalog,
    pub(super) request: Request<'a>,
}

impl Facts<'_> {
    /// `None`: nobody is meant.
    pub(super) fn explanation(&self, who: &str, target: &str, wanted: &Wanted<'_>) -> Option<Explanation> {
        if !wanted.has_records() && self.accounts.is_empty() {
            return None;
        }
        let mut decisions = self.decisions(wanted);
        if decisions.is_empty() {
            decisions.push(self.nothing(wanted));
        }
        Some(Explanation {
            schema: "directory-sync/explanation/1",
            who: crate::model::Personal(who).to_string(),
            target: target.to_owned(),
            records: self.records(wanted),
            accounts: self
                .accounts
                .iter()
                .map(|account| self.account(account, wanted))
                .collect(),
            decisions,
        })
    }

    fn records(&self, wanted: &Wanted<'_>) -> Vec<ExplainedRecord> {
        let mut records = Vec::new();
        for (resource, hits) in &wanted.hits {
            let Some(of_type) = self.desired.iter().find(|of_type| of_type.resource == *resource) else {
                continue;
            };
            let type_name = self.catalog.name(*resource);
            let of_person = |place: &usize| self.person(&of_type.identities[*place], type_name);
            records.extend(hits.people.iter().map(of_person));
            records.extend(hits.rejected.iter().map(|place| {
                let rejected = &of_type.rejected[*place];
                ExplainedRecord {
                    resource: type_name,
                    source: rejected.at.source.to_string(),
                    at: rejected.at.told_at(),
                    state: "rejected",
                    id: rejected.id.as_ref().map(|id| id.told().to_string()),
                    reason: Some(rejected.reason.clone()),
                    attributes: Vec::new(),
                }
            }));
            records.extend(hits.leavers.iter().map(|place| {
                let origin = &of_type.leavers[*place].origin;
                ExplainedRecord {
                    resource: type_name,
                    source: origin.source.to_string(),
                    at: origin.told_at(),
                    state: "leaver",
                    id: None,
                    reason: None,
                    attributes: Vec::new(),
                }
            }));
        }
        records
    }

    fn person(&self, person: &Desired, resource: &'static str) -> ExplainedRecord {
        let sources = &self.request.settings.sources;
        let source = sources
            .iter()
            .find(|source| *source.name == *person.origin.source);
        let schema = self.catalog.schema(person.resource);
        let is_mapped = |name: &str| !made_from(source, person.resource, name).is_empty();
        let shown = schema.iter().filter(|(index, spec)| {
            let is_record = !matches!(spec.purpose, Purpose::Provider | Purpose::Members);
            let has_value = person.attributes.get(*index).is_some();
            spec.is_said_by_sources() && is_record && (has_value || is_mapped(&spec.name))
        });
        let attributes = shown.map(|(index, spec)| ExplainedAttribute {
            name: spec.name.to_string(),
            from: made_from(source, person.resource, &spec.name),
            value: (self.request.show() == Show::Values || !spec.personal).then(|| Shown {
                value: person.attributes.get(index).map(text_of),
            }),
        });
        ExplainedRecord {
            resource,
            source: person.origin.source.to_string(),
            at: person.origin.told_at(),
            state: state(person.lifecycle),
            id: Some(person.id.told().to_string()),
            reason: None,
            attributes: attributes.collect(),
        }
    }

    fn account(&self, account: &Existing, wanted: &Wanted<'_>) -> ExplainedAccount {
        let schema = self.catalog.schema(account.resource);
        let name = named(&account.attributes, schema).filter(|_| self.request.show() != Show::Nobody);
        ExplainedAccount {
            resource: self.catalog.name(account.resource),
            account: account.target_id.to_string(),
            name: name.map(|name| crate::model::Personal(name).to_string()),
            id: account.id.as_ref().map(|id| id.told().to_string()),
            state: state(account.lifecycle),
            ownership: ownership(account.ownership),
            found: wanted.tie(account, self.catalog),
        }
    }

    fn is_about(
        &self,
        wanted: &Wanted<'_>,
        resource: TypeId,
        id: Option<&ExternalId>,
        account: Option<&str>,
    ) -> bool {
        let by_id = id.is_some_and(|id| {
            wanted
                .ids
                .iter()
                .any(|(of, known)| *of == resource && known == id)
        });
        let mut accounts = self.accounts.iter();
        by_id || account.is_some_and(|account| accounts.any(|known| known.target_id.as_str() == account))
    }

    fn decisions(&self, wanted: &Wanted<'_>) -> Vec<Decision> {
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
        let skipped = self.plan.skipped.iter().filter(|kept| {
            self.is_about(
                wanted,
                kept.resource,
                kept.id.as_ref(),
                Some(kept.target_id.as_str()),
            )
        });
        decisions.extend(skipped.map(|kept| {
            let record = kept
                .record
                .as_ref()
                .map_or_else(String::new, |record| format!(" ({record})"));
            nothing(format!(
                "account {} is kept: {}{record}",
                kept.target_id, kept.reason
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
        match withheld {
            Some(by) => Decision {
                action: "nothing",
                what: format!("{} is withheld ({what})", change.kind.name()),
                rule: Some(by.to_owned()),
                values,
            },
            None => Decision {
                action: change.kind.name(),
                what,
                rule: Some(rule(change).to_owned()),
                values,
            },
        }
    }

    /// Why nothing happens, where the plan does not speak of it.
    fn nothing(&self, wanted: &Wanted<'_>) -> Decision {
        let people: Vec<&Desired> = self.people(wanted);
        let rejected = wanted.hits.iter().any(|(_, hits)| !hits.rejected.is_empty());
        if rejected {
            return nothing(
                "the record could not be used, so nobody is created, changed or removed because of it"
                    .to_owned(),
            );
        }
        match (people.first(), self.accounts.first()) {
            (Some(_), Some(_)) => nothing("the account is as the record says".to_owned()),
            (Some(person), None) => self.no_account(person),
            (None, Some(account)) => nothing(match account.ownership {
                Ownership::Ours => {
                    "no record names this person, and nothing is to be done about the account".to_owned()
                }
                other => format!("this tool leaves the account alone: {}", ownership(other)),
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
        nothing("no account is made".to_owned())
    }

    fn people(&self, wanted: &Wanted<'_>) -> Vec<&Desired> {
        let of_type = |resource: TypeId| {
            self.desired
                .iter()
                .find(move |of_type| of_type.resource == resource)
        };
        let hits = wanted.hits.iter();
        hits.flat_map(|(resource, hits)| {
            let people = hits.people.iter();
            people.filter_map(move |place| of_type(*resource)?.identities.get(*place))
        })
        .collect()
    }
}

/// The attributes or the column of a source that an attribute is made from.
fn made_from(source: Option<&SourceSettings>, resource: TypeId, attribute: &str) -> Vec<String> {
    let is_user = resource == TypeId::default();
    source.map_or_else(Vec::new, |source| source.made_from(is_user, attribute))
}

fn nothing(what: String) -> Decision {
    Decision {
        action: "nothing",
        what,
        rule: None,
        values: Vec::new(),
    }
}

fn state(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    }
}

fn ownership(ownership: Ownership) -> String {
    match ownership {
        Ownership::Ours => "this tool looks after it".to_owned(),
        Ownership::Unproved(reason) => format!("it may be ours: {reason}"),
        Ownership::Foreign(reason) => format!("somebody else looks after it: {reason}"),
        Ownership::Protected(reason) => format!("it is never changed: {reason}"),
    }
}

fn text_of(value: &Value) -> String {
    value.to_text().into_owned()
}

/// The key that decides on a change.
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
