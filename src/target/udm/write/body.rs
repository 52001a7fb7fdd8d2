//! Builds the request bodies of a change.

use serde_json::{Map, Value as Json, json};

use super::super::rules::catalog::{GROUP, POSITION, USER};
use super::super::rules::markers::Markers;
use super::super::rules::types::Types;
use super::super::rules::{key, properties, values};
use super::super::state::UdmTarget;
use super::members::Members;
use super::operation::operation;
use crate::model::{
    AttributeChange, AttributeIndex, Attributes, Cardinality, Creation, Edit, ExternalId, Lifecycle, Purpose,
    TypeId, Value,
};

/// The body of one PATCH.
pub(in crate::target::udm) enum Body {
    /// Complete properties.
    Properties(Map<String, Json>),
    /// Single values of lists, and complete properties.
    Operations(Vec<Json>),
}

impl Body {
    /// The part that the object does not have yet. Single values of lists can be written again.
    pub(in crate::target::udm) fn beside(&self, stored: &Map<String, Json>) -> Self {
        match self {
            Self::Operations(operations) => Self::Operations(operations.clone()),
            Self::Properties(properties) => {
                let differing = properties.iter().filter(|(name, value)| {
                    let stored = stored.get(*name).unwrap_or(&Json::Null);
                    let is_nothing = |value: &Json| value.is_null() || value == "" || value == &json!([]);
                    stored != *value && !(is_nothing(stored) && is_nothing(value))
                });
                let differing = differing.map(|(name, value)| (name.clone(), value.clone()));
                Self::Properties(differing.collect())
            }
        }
    }

    pub(in crate::target::udm) fn is_empty(&self) -> bool {
        match self {
            Self::Properties(properties) => properties.is_empty(),
            Self::Operations(operations) => operations.is_empty(),
        }
    }
}

impl UdmTarget {
    /// Returns whether a change of an attribute is part of the PATCH of an edit.
    pub(in crate::target::udm) fn is_written(
        &self,
        resource: TypeId,
        edit: &Edit,
        change: &AttributeChange,
    ) -> bool {
        let spec = self.catalog.schema(resource).spec(change.attribute);
        match spec.purpose {
            Purpose::ExternalId => self.is_other_key(edit, change),
            Purpose::Members => !(change.linked().is_empty() && change.unlinked().is_empty()),
            purpose if purpose.is_bookkeeping() => self.objects(resource).marker_property.is_some(),
            _ => *spec.name != *POSITION,
        }
    }

    /// An id that looks the same, for example with other letter case, counts as stored.
    fn is_other_key(&self, edit: &Edit, change: &AttributeChange) -> bool {
        let before = change
            .before
            .as_ref()
            .and_then(|before| ExternalId::from_hex(before.as_text()));
        before.and_then(|before| self.key_text(&before)) != self.key_text(&edit.desired.id)
    }

    /// The text that the server stores for an id.
    pub(in crate::target::udm) fn key_text(&self, id: &ExternalId) -> Option<String> {
        key::text(id, self.settings.binary_ids).map(|text| {
            let is_uuid = uuid::Uuid::parse_str(&text).is_ok();
            if is_uuid { text.to_lowercase() } else { text }
        })
    }

    /// The PATCH of an edit.
    pub(in crate::target::udm) fn patch_body(
        &self,
        resource: TypeId,
        edit: &Edit,
        types: &Types,
        members: &Members,
    ) -> Body {
        let mut whole = Map::new();
        let mut lists: Vec<&AttributeChange> = Vec::new();
        let schema = self.catalog.schema(resource);
        for change in edit
            .changes
            .iter()
            .filter(|change| self.is_written(resource, edit, change))
        {
            let spec = schema.spec(change.attribute);
            match spec.purpose {
                Purpose::ExternalId => {
                    let key = self.key_text(&edit.desired.id);
                    whole.insert(spec.name.to_string(), json!(key));
                }
                Purpose::Members => {}
                purpose if purpose.is_bookkeeping() => {}
                _ if !members.is_empty() && types.is_list(&spec.name) => lists.push(change),
                _ => {
                    let json = self.json(resource, types, change.attribute, change.after.as_ref());
                    whole.insert(spec.name.to_string(), json);
                }
            }
        }
        if let Some(lifecycle) = edit.lifecycle.filter(|_| resource == USER) {
            whole.insert("disabled".to_owned(), json!(lifecycle == Lifecycle::Disabled));
        }
        if let Some((property, text)) = self.marker(resource, edit) {
            whole.insert(property, json!(text));
        }
        if members.is_empty() {
            return Body::Properties(whole);
        }
        let replaced = whole
            .into_iter()
            .map(|(name, value)| operation("replace", &name, &value));
        let single = lists.into_iter().flat_map(|change| {
            let spec = schema.spec(change.attribute);
            let form = properties::form(&spec.name);
            let one = |op: &'static str, text: &str| {
                operation(
                    op,
                    &spec.name,
                    &values::write(form, false, Some(&Value::text(text))),
                )
            };
            let removed: Vec<Json> = change.removed().iter().map(|text| one("remove", text)).collect();
            let added: Vec<Json> = change.added().iter().map(|text| one("add", text)).collect();
            removed.into_iter().chain(added)
        });
        Body::Operations(replaced.chain(single).chain(members.operations()).collect())
    }

    /// The new own records, if they change.
    fn marker(&self, resource: TypeId, edit: &Edit) -> Option<(String, Option<String>)> {
        let property = self.objects(resource).marker_property.as_ref()?;
        let markers = self.markers_after(resource, edit)?;
        Some((property.clone(), markers.text()))
    }

    /// The own records after an edit, if they change.
    pub(in crate::target::udm) fn markers_after(&self, resource: TypeId, edit: &Edit) -> Option<Markers> {
        let schema = self.catalog.schema(resource);
        let changes = edit.changes.iter();
        let is_marked = changes
            .clone()
            .any(|change| schema.purpose(change.attribute).is_bookkeeping());
        is_marked.then(|| self.memory.markers(&edit.target_id).after(schema, &edit.changes))
    }

    /// The properties of a new object. Nothing of the template is sent back.
    pub(in crate::target::udm) fn new_properties(
        &self,
        resource: TypeId,
        creation: &Creation,
        types: &Types,
        members: &Members,
    ) -> Map<String, Json> {
        let (schema, objects) = (self.catalog.schema(resource), self.objects(resource));
        let mut sent = Map::new();
        for (index, spec) in schema.iter() {
            let value = creation.attributes.get(index);
            let is_plain = !spec.purpose.is_bookkeeping()
                && !matches!(spec.purpose, Purpose::ExternalId | Purpose::Members)
                && *spec.name != *POSITION;
            if let Some(value) = value.filter(|_| is_plain) {
                sent.insert(
                    spec.name.to_string(),
                    self.json(resource, types, index, Some(value)),
                );
            }
        }
        sent.insert(objects.key.clone(), json!(self.key_text(&creation.desired.id)));
        if creation.desired.lifecycle == Lifecycle::Disabled && resource == USER {
            sent.insert("disabled".to_owned(), json!(true));
        }
        let markers = markers_of(schema, &creation.attributes).text();
        if let Some((property, markers)) = objects.marker_property.as_ref().zip(markers) {
            sent.insert(property.clone(), json!(markers));
        }
        if resource == GROUP {
            sent.extend(members.lists());
        }
        sent
    }

    fn json(&self, resource: TypeId, types: &Types, index: AttributeIndex, value: Option<&Value>) -> Json {
        let spec = self.catalog.schema(resource).spec(index);
        if types.is_switch(&spec.name) {
            return values::write_switch(value);
        }
        let is_list =
            types.is_list(&spec.name) || (spec.cardinality == Cardinality::Many && !types.has(&spec.name));
        values::write(properties::form(&spec.name), is_list, value)
    }
}

fn markers_of(schema: &crate::model::Schema, attributes: &Attributes) -> Markers {
    let text = |purpose| attributes.text_of(schema, purpose).map(str::to_owned);
    Markers {
        disabled: text(Purpose::DisabledByUs).is_some(),
        since: text(Purpose::MissingSince),
        runs: text(Purpose::MissingRuns),
    }
}
