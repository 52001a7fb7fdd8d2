//! Releases unique values early when objects exchange them in a circle.

use serde_json::{Map, Value as Json, json};

use super::super::rules::catalog::USER;
use super::super::state::UdmTarget;
use super::super::state::holders::Unique;
use super::body::Body;
use super::patch::Patch;
use crate::model::{AttributeIndex, Attributes, Edit, Existing, TargetId, TypeId, Value};
use crate::target::TargetError;

impl UdmTarget {
    /// Renames an object and changes nothing else.
    pub(in crate::target::udm) async fn rename(
        &self,
        resource: TypeId,
        object: &TargetId,
        name: &str,
    ) -> Result<(), TargetError> {
        self.exchange(resource, object, Some(name), &[]).await
    }

    /// Sets a temporary name, and clears the values that others need.
    pub(in crate::target::udm) async fn step_aside(
        &self,
        resource: TypeId,
        edit: &Edit,
    ) -> Result<(), TargetError> {
        let schema = self.catalog.schema(resource);
        let emptied = schema
            .iter()
            .filter(|(index, _)| edit.emptied_first.contains(*index))
            .map(|(index, _)| (index, None));
        let emptied: Vec<(AttributeIndex, Option<&Value>)> = emptied.collect();
        self.exchange(
            resource,
            &edit.target_id,
            edit.temporary_login.as_deref(),
            &emptied,
        )
        .await
    }

    /// Restores the former values.
    pub(in crate::target::udm) async fn take_up_again(
        &self,
        resource: TypeId,
        edit: &Edit,
    ) -> Result<(), TargetError> {
        let Some(before) = edit.before.as_deref() else {
            return Ok(());
        };
        let schema = self.catalog.schema(resource);
        let stored = |(index, _)| (index, before.attributes.get(index));
        let emptied = schema
            .iter()
            .filter(|(index, _)| edit.emptied_first.contains(*index));
        let emptied: Vec<(AttributeIndex, Option<&Value>)> = emptied.map(stored).collect();
        let login = |before: &Existing| before.login(schema).to_owned();
        let name = edit.temporary_login.is_some().then(|| login(before));
        self.exchange(resource, &edit.target_id, name.as_deref(), &emptied)
            .await
    }

    /// Writes only a name and unique values.
    async fn exchange(
        &self,
        resource: TypeId,
        object: &TargetId,
        name: Option<&str>,
        values: &[(AttributeIndex, Option<&Value>)],
    ) -> Result<(), TargetError> {
        let schema = self.catalog.schema(resource);
        let mut body = Map::<String, Json>::new();
        let (mut taken, mut cleared) = (Attributes::default(), Vec::new());
        for (attribute, value) in values {
            let text = value.map(Value::as_text);
            body.insert(schema.spec(*attribute).name.to_string(), json!(text));
            match value {
                Some(value) => taken.set(*attribute, Some((*value).clone())),
                None => cleared.extend(self.kind_of_value(resource, *attribute)),
            }
        }
        if let Some(name) = name {
            let property = if resource == USER { "username" } else { "name" };
            body.insert(property.to_owned(), json!(name));
        }
        if body.is_empty() {
            return Ok(());
        }
        let patch = Patch {
            resource,
            object,
            body: Body::Properties(body),
            new_name: name,
            tag: None,
        };
        let taken = self.unique(resource, &taken);
        let taken: Vec<Unique> = taken.into_iter().chain(name.map(Unique::name)).collect();
        let _alone = self.names_lock.write().await;
        self.refuse_taken(&taken, Some(object))?;
        self.patch(&patch).await?;
        for kind in cleared {
            self.memory.give_up(object, &kind);
        }
        for value in taken {
            self.memory.take(object, &value);
        }
        Ok(())
    }

    fn kind_of_value(&self, resource: TypeId, attribute: AttributeIndex) -> Option<Unique> {
        let mut nothing = Attributes::default();
        nothing.set(attribute, Some(Value::text("")));
        self.unique(resource, &nothing).pop()
    }
}
