//! Reads users and groups, each with one search.

use std::cell::RefCell;

use serde_json::Value as Json;

use super::super::client::{Call, Kind, Path};
use super::super::rules::catalog::{GROUP, POSITION, USER};
use super::super::rules::markers::Markers;
use super::super::rules::{key, name, normalize, ownership, properties, values};
use super::super::state::UdmTarget;
use super::super::state::holders::Unique;
use super::super::state::prepared::TypeState;
use super::super::wire::Object;
use crate::config::{Dn, UdmObjects};
use crate::model::{
    AttributeIndex, Attributes, Existing, ExternalId, Holder, Lifecycle, Ownership, Purpose, Reference,
    Schema, TargetId, TypeId, Value,
};
use crate::target::TargetError;

const USERS: &str = "users";
const NESTED: &str = "nestedGroup";
const DISABLED: &str = "disabled";

/// A group with members that are only known by DN, as long as later groups were not read yet.
struct Unlinked {
    account: Existing,
    members: Vec<Reference>,
}

impl Unlinked {
    /// Whether a member may be a group that was not read yet.
    fn is_open(&self) -> bool {
        let mut members = self.members.iter();
        members.any(|member| matches!(member, Reference::Foreign(_)))
    }
}

impl UdmTarget {
    /// Passes on the users of the container.
    pub(in crate::target::udm) async fn read_users(
        &self,
        each: &mut dyn FnMut(Existing),
    ) -> Result<(), TargetError> {
        let prepared = self.prepared()?;
        let each = RefCell::new(|object: Object| each(self.listed(USER, &prepared.users, &object)));
        self.list(USER, &prepared.users, &each).await
    }

    /// Passes on the groups of the container, each once all its possible members are known.
    pub(in crate::target::udm) async fn read_groups(
        &self,
        each: &mut dyn FnMut(Existing),
    ) -> Result<(), TargetError> {
        let prepared = self.prepared()?;
        let Some(state) = &prepared.groups else {
            return Ok(());
        };
        let mut waiting: Vec<Unlinked> = Vec::new();
        let take = RefCell::new(|object: Object| {
            let group = Unlinked {
                account: self.listed(GROUP, state, &object),
                members: self
                    .members(&object)
                    .map(|dn| self.memory.reference(dn))
                    .collect(),
            };
            if group.is_open() {
                waiting.push(group);
            } else {
                each(self.linked(group));
            }
        });
        self.list(GROUP, state, &take).await?;
        for group in waiting {
            each(self.linked(group));
        }
        Ok(())
    }

    async fn list(
        &self,
        resource: TypeId,
        state: &TypeState,
        each: &RefCell<dyn FnMut(Object) + '_>,
    ) -> Result<(), TargetError> {
        self.memory.forget(resource);
        if !state.is_there.get() {
            return Ok(());
        }
        let properties = self.listed_properties(resource);
        let operation = if resource == GROUP {
            "list_groups"
        } else {
            "list_users"
        };
        let path = Path::search(Kind::of(resource), &state.container, &[], &properties);
        let call = Call::get(operation, path);
        self.client.list(&call, each).await
    }

    /// The properties that are compared. Others are left out, because their number determines how long the server
    /// takes.
    pub(in crate::target::udm) fn listed_properties(&self, resource: TypeId) -> Vec<&str> {
        let objects = self.objects(resource);
        let named = objects.properties.iter().chain(&objects.marker_property);
        let mut properties: Vec<&str> = named.map(String::as_str).collect();
        properties.extend((resource == USER).then_some(DISABLED));
        properties
    }

    /// Like `existing`, for an object of a list.
    fn listed(&self, resource: TypeId, state: &TypeState, object: &Object) -> Existing {
        let existing = self.existing(resource, state, object);
        if matches!(existing.ownership, Ownership::Foreign(_)) {
            self.memory.is_foreign(resource, &existing.target_id, &object.dn);
        }
        existing
    }

    /// An object as the plan sees it, without members.
    pub(in crate::target::udm) fn existing(
        &self,
        resource: TypeId,
        state: &TypeState,
        object: &Object,
    ) -> Existing {
        let objects = self.objects(resource);
        let schema = self.catalog.schema(resource);
        let target_id = TargetId::new(object.uuid.as_str());
        self.memory.put(&target_id, &object.dn);
        self.memory.is_of(resource, &target_id);
        let markers = objects.marker_property.as_ref();
        let markers = markers.and_then(|name| Markers::parse(object.properties.get(name)?.as_str()?));
        self.memory.remember(&target_id, markers);
        let key_text = object.properties.get(&objects.key).and_then(Json::as_str);
        let id = key_text
            .filter(|text| !text.is_empty())
            .map(|text| key::id(text, self.settings.binary_ids));
        if self.settings.groups.is_some() {
            self.memory.means(&object.dn, &target_id, id.as_ref());
        }
        let mut attributes = attributes(schema, objects, state, object);
        if let Some(key) = schema.find(Purpose::ExternalId) {
            // As everywhere else in the program. Requests contain the id itself.
            attributes.set(key, id.as_ref().map(|id| Value::text(id.hex())));
        }
        self.hold(resource, &target_id, &attributes);
        let is_disabled = object.properties.get(DISABLED).and_then(Json::as_bool) == Some(true);
        let mut existing = Existing {
            // Decided below.
            ownership: Ownership::Ours,
            resource,
            target_id,
            id,
            claims: Box::default(),
            lifecycle: if is_disabled {
                Lifecycle::Disabled
            } else {
                Lifecycle::Active
            },
            attributes,
            not_fetched: schema.not_listed(),
        };
        ownership::decide(&mut existing, schema, &self.settings.user);
        existing
    }

    /// Records the unique values of an object.
    pub(in crate::target::udm) fn hold(&self, resource: TypeId, object: &TargetId, attributes: &Attributes) {
        for unique in self.unique(resource, attributes) {
            self.memory.take(object, &unique);
        }
    }

    /// The unique values among these attributes.
    pub(in crate::target::udm) fn unique(&self, resource: TypeId, attributes: &Attributes) -> Vec<Unique> {
        let unique = |(index, value)| self.unique_value(resource, index, value);
        attributes.iter().filter_map(unique).collect()
    }

    /// The value as the server compares it, if it is unique.
    pub(in crate::target::udm) fn unique_value(
        &self,
        resource: TypeId,
        attribute: AttributeIndex,
        value: &Value,
    ) -> Option<Unique> {
        let spec = self.catalog.schema(resource).spec(attribute);
        if spec.purpose == Purpose::ExternalId {
            let id = ExternalId::from_hex(value.as_text())?;
            return unique(&spec.name, &self.key_text(&id)?);
        }
        unique(&spec.name, value.as_text())
    }

    /// The other owner of a value, as far as this run knows.
    pub(in crate::target::udm) fn other_holder(
        &self,
        resource: TypeId,
        attribute: AttributeIndex,
        value: &Value,
        but: Option<&TargetId>,
    ) -> Option<Holder> {
        let value = self.unique_value(resource, attribute, value)?;
        let target_id = self.memory.other_holder(&value, but)?;
        let resource = self.memory.type_of(&target_id);
        let kind = if resource == GROUP { "group" } else { "user" };
        let elsewhere = self.memory.elsewhere(&target_id);
        Some(Holder {
            resource,
            elsewhere: elsewhere.map(|dn| (kind, dn)),
            target_id,
        })
    }

    /// The DNs of the members in the configured properties.
    fn members<'o>(&self, object: &'o Object) -> impl Iterator<Item = &'o str> {
        let properties = &self.objects(GROUP).properties;
        let looked_at = [USERS, NESTED].into_iter();
        let looked_at = looked_at.filter(|name| properties.iter().any(|known| known == name));
        let lists = looked_at.filter_map(|name| object.properties.get(name)?.as_array());
        lists.flatten().filter_map(Json::as_str)
    }

    fn linked(&self, group: Unlinked) -> Existing {
        let Unlinked { mut account, members } = group;
        let references = members.into_iter().map(|member| match member {
            Reference::Foreign(dn) => self.memory.reference(&dn),
            known @ Reference::Managed(..) => known,
        });
        if let Some(state) = self.catalog.schema(GROUP).find(Purpose::Members) {
            account.attributes.set(state, Value::references(references));
        }
        account
    }
}

/// The value, if the property is unique.
pub(super) fn unique(property: &str, text: &str) -> Option<Unique> {
    Some(match properties::space(property)? {
        "mail" => Unique::mail(text),
        "identifier" => Unique::identifier(text),
        _ => Unique::name(text),
    })
}

fn attributes(schema: &Schema, objects: &UdmObjects, state: &TypeState, object: &Object) -> Attributes {
    let mut attributes = Attributes::default();
    for (index, spec) in schema.iter().filter(|(_, spec)| spec.is_listed()) {
        let value = match spec.purpose {
            Purpose::Members | Purpose::ExternalId => None,
            _ if *spec.name == *POSITION => Some(position(objects, state, &object.dn)),
            _ => object.properties.get(&*spec.name).and_then(|json| {
                let cardinality = normalize::cardinality(spec, Some(&state.types));
                values::read(properties::form(&spec.name), cardinality, json)
            }),
        };
        attributes.set(index, value);
    }
    attributes
}

/// The position of the object, in the spelling of the configuration.
fn position(objects: &UdmObjects, state: &TypeState, dn: &str) -> Value {
    let parent = name::parent(dn);
    let is_in_container = Dn::parse(parent.as_bytes()) == Dn::parse(state.container.as_bytes());
    let position = if is_in_container {
        objects.ou.as_str()
    } else {
        parent
    };
    Value::text(position)
}
