//! Looks up single objects: by entryUUID, external id or name.

use std::cell::RefCell;

use super::super::client::{Call, Kind, Path, Tag};
use super::super::rules::catalog::USER;
use super::super::rules::{name, ownership};
use super::super::state::UdmTarget;
use super::super::wire::Object;
use crate::model::{Desired, Existing, ExternalId, Purpose, TargetId, TypeId};
use crate::target::{TargetError, TargetErrorKind};

impl UdmTarget {
    /// The DN of an object: as this run knows it, or from the server.
    pub(in crate::target::udm) async fn dn_of(&self, object: &TargetId) -> Result<Box<str>, TargetError> {
        match self.memory.dn(object) {
            Some(dn) => Ok(dn),
            None => self.ask_for_dn(object).await,
        }
    }

    /// The DN of an object from the server, because it may have been renamed since it was read.
    pub(in crate::target::udm) async fn ask_for_dn(
        &self,
        object: &TargetId,
    ) -> Result<Box<str>, TargetError> {
        let call = Call::get("find_object", Path::any_object(object.as_str()));
        let reply = self.client.send(&call).await?;
        let dn = reply.dn.ok_or_else(|| {
            TargetError::new(
                TargetErrorKind::Protocol,
                call.operation,
                "UDM does not say where the object is",
            )
            .wrote_nothing()
        })?;
        self.memory.put(object, &dn);
        Ok(dn.into())
    }

    /// The object with an external id, anywhere below the container.
    pub(in crate::target::udm) async fn find_by_id(
        &self,
        resource: TypeId,
        id: &ExternalId,
    ) -> Result<Option<Object>, TargetError> {
        let Some(text) = self.key_text(id) else {
            return Ok(None);
        };
        let prepared = self.prepared()?;
        let Some(state) = prepared.type_state(resource).filter(|state| state.is_there.get()) else {
            return Ok(None);
        };
        let property = self.objects(resource).key.as_str();
        let found = self
            .search(resource, &state.container, &[(property, &text)], &[property])
            .await?;
        Ok(found.into_iter().find(|object| {
            object
                .properties
                .get(property)
                .and_then(serde_json::Value::as_str)
                == Some(&*text)
        }))
    }

    /// The objects with the login name of this person, in any container.
    pub(in crate::target::udm) async fn holders_of_name(
        &self,
        desired: &Desired,
    ) -> Result<Vec<Existing>, TargetError> {
        let prepared = self.prepared()?;
        let schema = self.catalog.schema(USER);
        let Some(login) = desired.attributes.text_of(schema, Purpose::Login) else {
            return Ok(Vec::new());
        };
        let properties = self.listed_properties(USER);
        let found = self
            .search(USER, &prepared.base, &[("username", login)], &properties)
            .await?;
        let holders = found.into_iter().map(|object| {
            let mut account = self.existing(USER, &prepared.users, &object);
            ownership::protect_elsewhere(&mut account, &object.dn, &prepared.users.container);
            account
        });
        Ok(holders.collect())
    }

    async fn search(
        &self,
        resource: TypeId,
        position: &str,
        matching: &[(&str, &str)],
        properties: &[&str],
    ) -> Result<Vec<Object>, TargetError> {
        let path = Path::search(Kind::of(resource), position, matching, properties);
        let found: RefCell<Vec<Object>> = RefCell::default();
        let each = RefCell::new(|object| found.borrow_mut().push(object));
        self.client.list(&Call::get("find_object", path), &each).await?;
        Ok(found.take())
    }

    /// An object and its state.
    ///
    /// The state of a user can be used for `If-Match`. The state of a group cannot: it changes with each membership,
    /// including those that other changes of this run write.
    pub(in crate::target::udm) async fn object(
        &self,
        resource: TypeId,
        dn: &str,
    ) -> Result<(Object, Option<Tag>), TargetError> {
        let call = Call::get("read_object", Path::object(Kind::of(resource), dn));
        let (object, tag) = self.client.get_tagged(&call).await?;
        Ok((object, tag.filter(|_| resource == USER)))
    }
}

/// The value of the lowest level of a DN.
pub(in crate::target::udm) fn leaf(dn: &str) -> String {
    name::levels(dn)
        .first()
        .map(|level| name::value(level))
        .unwrap_or_default()
}
