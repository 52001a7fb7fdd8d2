//! Collects the facts about one person or group from sources, accounts and plan.

use super::members::MemberNames;
use super::wanted::Wanted;
use crate::config::SourceSettings;
use crate::model::{
    Catalog, Desired, DesiredState, Existing, ExternalId, Lifecycle, Ownership, Plan, Purpose, TypeId, Value,
};
use crate::report::{ExplainedAccount, ExplainedAttribute, ExplainedRecord, Explanation, Show, Shown, named};
use crate::run::session::request::Request;

pub(super) struct Facts<'a> {
    pub(super) desired: &'a [DesiredState],
    /// The matching accounts.
    pub(super) accounts: &'a [Existing],
    pub(super) plan: &'a Plan,
    pub(super) catalog: &'a Catalog,
    /// Names of members, if they are shown.
    pub(super) names: Option<&'a MemberNames>,
    pub(super) request: Request<'a>,
}

impl Facts<'_> {
    /// `None` if nothing matches.
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
            file: None,
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
            let of_person = |index: &usize| self.person(&of_type.objects[*index], type_name);
            records.extend(hits.people.iter().map(of_person));
            records.extend(hits.rejected.iter().map(|index| {
                let rejected = &of_type.rejected[*index];
                ExplainedRecord {
                    resource: type_name,
                    source: rejected.at.source.to_string(),
                    at: rejected.at.marked_at(),
                    state: "rejected",
                    id: rejected.id.as_ref().map(|id| id.marked().to_string()),
                    reason: Some(rejected.reason.clone()),
                    attributes: Vec::new(),
                }
            }));
            records.extend(hits.leavers.iter().map(|index| {
                let origin = &of_type.leavers[*index].origin;
                ExplainedRecord {
                    resource: type_name,
                    source: origin.source.to_string(),
                    at: origin.marked_at(),
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
            spec.comes_from_sources() && is_record && (has_value || is_mapped(&spec.name))
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
            at: person.origin.marked_at(),
            state: state(person.lifecycle),
            id: Some(person.id.marked().to_string()),
            reason: None,
            attributes: attributes.collect(),
        }
    }

    fn account(&self, account: &Existing, wanted: &Wanted<'_>) -> ExplainedAccount {
        let schema = self.catalog.schema(account.resource);
        let name = named(&account.attributes, schema).filter(|_| self.request.show() != Show::NoNames);
        ExplainedAccount {
            resource: self.catalog.name(account.resource),
            account: account.target_id.to_string(),
            name: name.map(|name| crate::model::Personal(name).to_string()),
            id: account.id.as_ref().map(|id| id.marked().to_string()),
            state: state(account.lifecycle),
            ownership: ownership(account.ownership),
            found: wanted.tie(account, self.catalog),
        }
    }

    pub(super) fn is_about(
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
}

/// The attributes or the column of a source from which an attribute is mapped.
fn made_from(source: Option<&SourceSettings>, resource: TypeId, attribute: &str) -> Vec<String> {
    let is_user = resource == TypeId::default();
    source.map_or_else(Vec::new, |source| source.made_from(is_user, attribute))
}

fn state(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    }
}

pub(super) fn ownership(ownership: Ownership) -> String {
    match ownership {
        Ownership::Ours => "managed by this tool".to_owned(),
        Ownership::Unproved(reason) => format!("it may be managed by this tool: {reason}"),
        Ownership::Foreign(reason) => format!("managed by others: {reason}"),
        Ownership::Protected(reason) => format!("it is never changed: {reason}"),
    }
}

fn text_of(value: &Value) -> String {
    value.to_text().into_owned()
}
