//! Creates users and groups.

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value as Json, json};

use super::super::client::{Call, Kind, Path};
use super::super::read::snapshot::groups_property;
use super::super::rules::catalog::{GROUP, USER};
use super::super::state::UdmTarget;
use super::super::state::prepared::TypeState;
use super::super::wire::Created;
use super::password;
use crate::http::Secrets;
use crate::model::{Creation, Detail, Ids, Purpose, Reference, TargetId, TypeId, Value};
use crate::target::{TargetError, TargetErrorKind};

impl UdmTarget {
    /// Creates an object with its members, as far as they exist. Returns how many do not.
    pub(in crate::target::udm) async fn create(
        &self,
        resource: TypeId,
        (creation, restored): (&Creation, &[Detail]),
        ids: &Ids,
        warnings: &mut Vec<String>,
    ) -> Result<(TargetId, usize), TargetError> {
        let prepared = self.prepared()?;
        let state = prepared.type_state(resource).ok_or_else(|| self.unprepared())?;
        if !state.is_there.get() {
            self.make_container(resource).await?;
        }
        self.refuse_taken(&self.unique(resource, &creation.attributes), None)?;
        let has_names = resource == GROUP || !restored.is_empty();
        let _beside_no_rename = if has_names {
            Some(self.names_lock.read().await)
        } else {
            None
        };
        let schema = self.catalog.schema(resource);
        let linked = creation.attributes.of(schema, Purpose::Members);
        let linked: Vec<&Reference> = linked.map_or(&[][..], Value::as_references).iter().collect();
        let members = self.member_names(&linked, &[], ids).await?;
        let properties = self.new_properties(resource, creation, &state.types, &members);
        let made = self
            .post_into_groups((resource, state), (creation, restored), properties, warnings)
            .await?;
        let target_id = TargetId::new(made.uuid);
        self.memory.put(&target_id, &made.dn);
        self.memory.is_of(resource, &target_id);
        self.hold(resource, &target_id, &creation.attributes);
        Ok((target_id, members.missing))
    }

    /// An undo adds the object to its groups at once.
    async fn post_into_groups(
        &self,
        (resource, state): (TypeId, &TypeState),
        (creation, restored): (&Creation, &[Detail]),
        properties: Map<String, Json>,
        warnings: &mut Vec<String>,
    ) -> Result<Created, TargetError> {
        if restored.is_empty() {
            return self.post(resource, creation, state, properties).await;
        }
        let (ours, others) = self.groups_in(restored);
        let with = |groups: &[Box<str>]| {
            let mut properties = properties.clone();
            if !groups.is_empty() {
                properties.insert(groups_property(resource).to_owned(), json!(groups));
            }
            properties
        };
        let all = [&ours[..], &others].concat();
        match self.post(resource, creation, state, with(&all)).await {
            Err(error) if is_missing(&error) && !others.is_empty() => {
                warnings.push(format!(
                    "one of its groups outside `udm.groups.ou` no longer exists; make it a member again by hand: {}",
                    others.join("; ")
                ));
                self.post(resource, creation, state, with(&ours)).await
            }
            made => made,
        }
    }

    async fn post(
        &self,
        resource: TypeId,
        creation: &Creation,
        state: &TypeState,
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
            // Regardless of the policy of the container, because no one will type it.
            properties.insert("overridePWLength".to_owned(), json!(true));
            properties.insert("overridePWHistory".to_owned(), json!(true));
            secrets.add(password.expose_secret());
        }
        let body = json!({"position": state.container, "properties": properties});
        let call = Call::post(operation, Path::collection(Kind::of(resource)), &body).once();
        let made = self.client.persist(true, async |attempt| {
            if attempt > 1 {
                // The answer to the previous try was lost, but it may have succeeded.
                if let Some(found) = self.find_by_id(resource, &creation.desired.id).await? {
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
        made.await.map_err(|error| {
            let what = secrets.mask(&error.what).into_owned();
            error.saying(what)
        })
    }
}

/// Returns whether the server has no object with this name.
fn is_missing(error: &TargetError) -> bool {
    matches!(error.kind, TargetErrorKind::InvalidAttribute { .. }) && error.what.contains("No such object")
}

/// An interrupted try leaves the name locked, although no object has it.
fn after_a_try(error: TargetError, attempt: u32) -> TargetError {
    if attempt == 1 || error.kind != TargetErrorKind::Conflict {
        return error;
    }
    error
        .adding("the previous try was interrupted, and the server locks the name for 5 minutes")
        .hint("run again in 5 minutes")
        .wrote_nothing()
}
