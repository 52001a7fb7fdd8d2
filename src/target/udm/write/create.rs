//! New users and groups.

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value as Json, json};

use super::super::client::{Call, Kind, Path};
use super::super::rules::catalog::USER;
use super::super::state::UdmTarget;
use super::super::state::prepared::Place;
use super::super::wire::Created;
use super::password;
use crate::http::Secrets;
use crate::model::{Creation, Ids, Purpose, Reference, TargetId, TypeId, Value};
use crate::target::{TargetError, TargetErrorKind, Wrote};

impl UdmTarget {
    /// Makes an object, with its members as far as they are there; says how many are not.
    pub(in crate::target::udm) async fn create(
        &self,
        resource: TypeId,
        creation: &Creation,
        ids: &Ids,
    ) -> Result<(TargetId, usize), TargetError> {
        let prepared = self.prepared()?;
        let place = prepared.place(resource).ok_or_else(|| self.unprepared())?;
        if !place.is_there.get() {
            self.make_container(place).await?;
        }
        self.refuse_held(&self.unique(resource, &creation.attributes), None)?;
        let schema = self.catalog.schema(resource);
        let linked = creation.attributes.of(schema, Purpose::Members);
        let linked: Vec<&Reference> = linked.map_or(&[][..], Value::as_references).iter().collect();
        let members = self.member_names(&linked, &[], ids).await?;
        let properties = self.new_properties(resource, creation, &place.types, &members);
        let made = self.post(resource, creation, place, properties).await?;
        let target_id = TargetId::new(made.uuid);
        self.memory.put(&target_id, &made.dn);
        self.memory.is_of(resource, &target_id);
        self.hold(resource, &target_id, &creation.attributes);
        Ok((target_id, members.missing))
    }

    async fn post(
        &self,
        resource: TypeId,
        creation: &Creation,
        place: &Place,
        mut properties: Map<String, Json>,
    ) -> Result<Created, TargetError> {
        let operation = if resource == USER {
            "create_user"
        } else {
            "create_group"
        };
        let mut secrets = Secrets::default();
        if resource == USER {
            let password = password::random()?;
            properties.insert("password".to_owned(), json!(password.expose_secret()));
            // Whatever the policy of the container asks for: nobody is going to type it.
            properties.insert("overridePWLength".to_owned(), json!(true));
            properties.insert("overridePWHistory".to_owned(), json!(true));
            secrets.add(password.expose_secret());
        }
        let body = json!({"position": place.container, "properties": properties});
        let call = Call::post(operation, Path::collection(Kind::of(resource)), &body).once();
        let made = self.client.persist(true, async |attempt| {
            if attempt > 1 {
                // The answer to the try before was lost, but perhaps not what it did.
                if let Some(found) = self.find_by_id(resource, &creation.identity.id).await? {
                    return Ok(Created {
                        dn: found.dn,
                        uuid: found.uuid,
                    });
                }
            }
            let reply = self
                .client
                .send(&call)
                .await
                .map_err(|error| after_a_try(error, attempt))?;
            reply.parse(operation)
        });
        made.await.map_err(|error| TargetError {
            what: secrets.mask(&error.what).into_owned(),
            ..error
        })
    }
}

/// A try that broke off leaves the name locked, although nobody has it.
fn after_a_try(error: TargetError, attempt: u32) -> TargetError {
    if attempt == 1 || error.kind != TargetErrorKind::Conflict {
        return error;
    }
    TargetError {
        what: format!(
            "{}; the try before broke off, and the server keeps the name for 5 minutes",
            error.what
        ),
        hint: Some("run again in 5 minutes".to_owned()),
        wrote: Wrote::Nothing,
        ..error
    }
}
