//! The plan as data. Field names are a contract for other programs.

use serde::Serialize;

use super::Show;
use super::absence::Missing;
use super::origin::origin;
use super::text::{reason, shown_id};
use crate::model::{Action, Change, Plan, Schema, TargetId, Value};

/// A plan as data, schema `directory-sync/plan-view/1`.
#[derive(Debug, Serialize)]
pub struct PlanDocument<'a> {
    schema: &'static str,
    changes: Vec<PlannedChange<'a>>,
    unchanged: usize,
    kept: Vec<PlannedKept<'a>>,
    /// People who get no account.
    without_role: usize,
}

#[derive(Debug, Serialize)]
struct PlannedChange<'a> {
    action: &'static str,
    id: Option<String>,
    target_id: Option<&'a str>,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_before: Option<&'a str>,
    attributes: Vec<PlannedAttribute<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    grant: &'a [Box<str>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    revoke: &'a [Box<str>],
    /// The note that the person was missing goes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
}

#[derive(Debug, Serialize)]
struct PlannedAttribute<'a> {
    name: &'static str,
    /// Only when values are shown.
    #[serde(flatten)]
    values: Option<PlannedValues<'a>>,
}

#[derive(Debug, Serialize)]
struct PlannedValues<'a> {
    before: Option<&'a str>,
    after: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct PlannedKept<'a> {
    target_id: &'a str,
    id: Option<String>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(flatten)]
    missing: Option<Missing>,
}

impl<'a> PlanDocument<'a> {
    /// The plan; personal values only when they are to be shown.
    pub fn new(plan: &'a Plan, schema: &'a Schema, show: Show) -> Self {
        Self {
            schema: "directory-sync/plan-view/1",
            changes: plan
                .changes
                .iter()
                .map(|change| planned(change, schema, show))
                .collect(),
            unchanged: plan.unchanged,
            without_role: plan.without_role,
            kept: plan
                .kept
                .iter()
                .map(|kept| PlannedKept {
                    target_id: kept.target_id.as_str(),
                    id: kept.id.as_ref().map(ToString::to_string),
                    reason: &kept.reason,
                    record: kept.record.as_ref().map(ToString::to_string),
                    missing: kept.absence.map(Missing::from),
                })
                .collect(),
        }
    }
}

fn planned<'a>(change: &'a Change, schema: &'a Schema, show: Show) -> PlannedChange<'a> {
    let attribute = |index, before: Option<&'a Value>, after: Option<&'a Value>| {
        let spec = schema.spec(index);
        let shown = !spec.personal || show == Show::Values;
        PlannedAttribute {
            name: spec.name,
            values: shown.then(|| PlannedValues {
                before: before.map(Value::as_text),
                after: after.map(Value::as_text),
            }),
        }
    };
    let edit = change.edit();
    let (attributes, grant) = if let Action::Create { identity, attributes } = &change.action {
        let set = schema
            .iter()
            .filter_map(|(index, _)| Some((index, attributes.get(index)?)));
        let set = set.map(|(index, value)| attribute(index, None, Some(value)));
        (set.collect(), &*identity.entitlements)
    } else {
        let changed = edit.into_iter().flat_map(|edit| &edit.attributes);
        let changed = changed.map(|c| attribute(c.attribute, c.before.as_ref(), c.after.as_ref()));
        (changed.collect(), edit.map_or(&[][..], |edit| &edit.grant))
    };
    PlannedChange {
        action: change.action.name(),
        id: change.id().map(ToString::to_string),
        target_id: change.target_id().map(TargetId::as_str),
        at: origin(change).at.into(),
        reason: reason(change),
        id_before: edit
            .and_then(|edit| edit.id_before.as_deref())
            .and_then(|before| shown_id(before, show)),
        attributes,
        grant,
        revoke: edit.map_or(&[], |edit| &edit.revoke),
        returned: edit.is_some_and(|edit| edit.returned),
    }
}
