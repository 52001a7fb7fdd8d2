//! The plan as data. Field names are a contract for other programs.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::entries::WithheldAction;
use crate::config::Effective;
use crate::json_schema;
use crate::model::{
    Catalog, Change, Personal, Plan, Purpose, Reference, Skipped, TargetId, TypeId, Value, Write,
};
use crate::report::Show;
use crate::report::absence::Missing;
use crate::report::describe::details::{is_named, is_value, reason, shown_id};
use crate::report::origin::location;

/// The format of a plan as data.
const SCHEMA: &str = "directory-sync/plan-view/1";

/// The JSON Schema of what `plan --format json` prints before the report.
pub fn schema() -> serde_json::Value {
    json_schema::of::<PlanDocument<'_>>("Plan as data")
}

/// The fields of a change with the roles that an account gains and loses, each with its sign.
pub(crate) const ROLE_FIELDS: [(&str, char); 2] = [("grant", '+'), ("revoke", '-')];

/// A plan as data, schema `directory-sync/plan-view/1`.
#[derive(Debug, JsonSchema, Serialize)]
pub struct PlanDocument<'a> {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// Settings that others have made stricter than the configuration.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    policy: &'a [Effective],
    changes: Vec<PlannedChange<'a>>,
    unchanged: usize,
    kept: Vec<PlannedKept<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<WithheldAction>,
    /// People who get no account.
    without_role: usize,
}

/// One change.
#[derive(Debug, JsonSchema, Serialize)]
pub(in crate::report) struct PlannedChange<'a> {
    /// Omitted for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'static str>,
    action: &'static str,
    id: Option<String>,
    target_id: Option<&'a str>,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_before: Option<String>,
    attributes: Vec<PlannedAttribute<'a>>,
    /// Of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<PlannedMembers>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    grant: Vec<Box<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    revoke: Vec<Box<str>>,
    /// The absence marker is removed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
    /// The sessions of the account are ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ends_sessions: bool,
}

/// Members that are added and removed: external ids in hex with the type before them, or the target's own reference.
#[derive(Debug, JsonSchema, Serialize)]
struct PlannedMembers {
    added: Vec<String>,
    removed: Vec<String>,
}

impl PlannedMembers {
    fn new(change: &Change, catalog: &Catalog) -> Option<Self> {
        let schema = catalog.schema(change.resource);
        let texts = |references: Vec<&Reference>| {
            let texts = references.into_iter().map(|reference| match reference {
                Reference::Managed(resource, id) => format!("{} {}", catalog.name(*resource), id.marked()),
                Reference::Foreign(text) => Personal(text).to_string(),
            });
            texts.collect::<Vec<_>>()
        };
        let (added, removed) = (texts(change.linked(schema)), texts(change.unlinked(schema)));
        let is_empty = added.is_empty() && removed.is_empty();
        (!is_empty).then_some(Self { added, removed })
    }
}

#[derive(Debug, JsonSchema, Serialize)]
struct PlannedAttribute<'a> {
    name: &'a str,
    /// Only if values are shown.
    #[serde(flatten)]
    values: Option<PlannedValues<'a>>,
}

#[derive(Debug, JsonSchema, Serialize)]
struct PlannedValues<'a> {
    before: Option<Cow<'a, str>>,
    after: Option<Cow<'a, str>>,
}

#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct PlannedKept<'a> {
    /// Omitted for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'static str>,
    target_id: &'a str,
    id: Option<String>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(flatten)]
    missing: Option<Missing>,
}

impl<'a> PlannedKept<'a> {
    pub(super) fn new(kept: &'a Skipped, catalog: &Catalog) -> Self {
        Self {
            resource: other_type(kept.resource, catalog),
            target_id: kept.target_id.as_str(),
            id: kept.id.as_ref().map(|id| id.marked().to_string()),
            reason: &kept.reason,
            record: kept.record.as_ref().map(ToString::to_string),
            missing: kept.absence.map(Missing::from),
        }
    }
}

impl<'a> PlanDocument<'a> {
    /// The plan; personal values only if they may be shown.
    pub fn new(plan: &'a Plan, catalog: &'a Catalog, show: Show) -> Self {
        Self {
            schema: SCHEMA,
            policy: &[],
            changes: plan
                .changes
                .iter()
                .map(|change| planned(change, catalog, show))
                .collect(),
            unchanged: plan.unchanged,
            without_role: plan.without_role,
            withheld: plan
                .withheld
                .iter()
                .map(|withheld| WithheldAction::new(withheld, other_type(withheld.change.resource, catalog)))
                .collect(),
            kept: plan
                .skipped
                .iter()
                .map(|kept| PlannedKept::new(kept, catalog))
                .collect(),
        }
    }
}

impl<'a> PlanDocument<'a> {
    /// Adds settings that others have made stricter.
    #[must_use]
    pub fn under(self, policy: &'a [Effective]) -> Self {
        Self { policy, ..self }
    }
}

/// The name of a resource type other than people.
fn other_type(resource: TypeId, catalog: &Catalog) -> Option<&'static str> {
    (resource != TypeId::default()).then(|| catalog.name(resource))
}

/// A change as data; personal values only if they may be shown.
pub(in crate::report) fn planned<'a>(
    change: &'a Change,
    catalog: &'a Catalog,
    show: Show,
) -> PlannedChange<'a> {
    let schema = catalog.schema(change.resource);
    let attribute = |index, before: Option<&'a Value>, after: Option<&'a Value>| {
        let spec = schema.spec(index);
        let shown = !spec.personal || show == Show::Values;
        PlannedAttribute {
            name: &spec.name,
            values: shown.then(|| PlannedValues {
                before: before.map(Value::to_text),
                after: after.map(Value::to_text),
            }),
        }
    };
    // The id, roles and marks have separate fields.
    let attributes = match &change.write {
        Write::Create(creation) => {
            let set = creation
                .attributes
                .iter()
                .filter(|(index, _)| is_named(schema, *index));
            set.map(|(index, value)| attribute(index, None, Some(value)))
                .collect()
        }
        Write::Edit(edit) => {
            let changed = edit
                .changes
                .iter()
                .filter(|change| is_value(schema, edit, change));
            changed
                .map(|change| attribute(change.attribute, change.before.as_ref(), change.after.as_ref()))
                .collect()
        }
        Write::Delete(_) => Vec::new(),
    };
    let edited = |purpose| change.edit()?.change_of(schema, purpose);
    let (grant, revoke) = match change.creation() {
        Some(creation) => (creation.desired.roles(schema).to_vec(), Vec::new()),
        None => {
            edited(Purpose::Access).map_or_else(Default::default, |roles| (roles.added(), roles.removed()))
        }
    };
    let id_before = edited(Purpose::ExternalId).map(|id| id.before.as_ref().map_or("", Value::as_text));
    PlannedChange {
        resource: other_type(change.resource, catalog),
        action: change.kind.name(),
        id: change.id().map(|id| id.marked().to_string()),
        target_id: change.target_id().map(TargetId::as_str),
        at: location(change),
        reason: reason(change),
        id_before: id_before
            .and_then(|before| shown_id(before, show))
            .map(|before| Personal(before).to_string()),
        attributes,
        members: PlannedMembers::new(change, catalog),
        grant,
        revoke,
        returned: edited(Purpose::MissingSince).is_some_and(|marker| marker.after.is_none()),
        ends_sessions: edited(Purpose::SignOut).is_some(),
    }
}
