//! Changes objects, each with one PATCH.

use serde_json::{Value as Json, json};

use super::super::client::{Call, Kind, Path, Reply, Tag, has_changed};
use super::super::read::find::leaf;
use super::super::rules::catalog::GROUP;
use super::super::state::UdmTarget;
use super::super::state::holders::Unique;
use super::super::wire::Warned;
use super::body::Body;
use super::members::Members;
use crate::model::{Attributes, Change, Edit, Ids, Purpose, TargetId, TypeId, Value};
use crate::target::{Applied, TargetError, TargetErrorKind};

pub(super) struct Patch<'a> {
    pub(super) resource: TypeId,
    pub(super) object: &'a TargetId,
    pub(super) body: Body,
    /// The new name of the object.
    pub(super) new_name: Option<&'a str>,
    /// The state in which the object must still be, if it was read again.
    pub(super) tag: Option<&'a Tag>,
}

impl UdmTarget {
    /// Adds the members that were left out before.
    pub(in crate::target::udm) async fn add_members(
        &self,
        change: &Change,
        object: &TargetId,
        ids: &Ids,
    ) -> Result<Applied, TargetError> {
        let _beside_no_rename = self.names_lock.read().await;
        let linked = change.linked(self.catalog.schema(change.resource));
        let members = self.member_names(&linked, &[], ids).await?;
        if !members.is_empty() {
            let body = Body::Operations(members.operations().collect());
            let patch = Patch {
                resource: change.resource,
                object,
                body,
                new_name: None,
                tag: None,
            };
            self.patch(&patch).await?;
        }
        Ok(Applied::default())
    }

    /// Writes the differences. Returns how many members do not exist.
    pub(super) async fn patch_edit(
        &self,
        resource: TypeId,
        (edit, tag): (&Edit, Option<&Tag>),
        ids: &Ids,
    ) -> Result<usize, TargetError> {
        let schema = self.catalog.schema(resource);
        if edit.change_of(schema, Purpose::Login).is_some() {
            let _alone = self.names_lock.write().await;
            return self.patch_now(resource, (edit, tag), ids).await;
        }
        let _beside_no_rename = if resource == GROUP {
            Some(self.names_lock.read().await)
        } else {
            None
        };
        self.patch_now(resource, (edit, tag), ids).await
    }

    async fn patch_now(
        &self,
        resource: TypeId,
        (edit, tag): (&Edit, Option<&Tag>),
        ids: &Ids,
    ) -> Result<usize, TargetError> {
        let prepared = self.prepared()?;
        let state = prepared.type_state(resource).ok_or_else(|| self.unprepared())?;
        let schema = self.catalog.schema(resource);
        let members = match edit.change_of(schema, Purpose::Members) {
            Some(change) => {
                self.member_names(&change.linked(), &change.unlinked(), ids)
                    .await?
            }
            None => Members::default(),
        };
        let (taken, given_up) = self.exchanged(resource, edit);
        self.refuse_taken(&taken, Some(&edit.target_id))?;
        let body = self.patch_body(resource, edit, &state.types, &members);
        if body.is_empty() {
            return Ok(members.missing);
        }
        let name = edit.change_of(schema, Purpose::Login);
        let patch = Patch {
            resource,
            object: &edit.target_id,
            body,
            new_name: name.and_then(|name| name.after.as_ref()).map(Value::as_text),
            tag,
        };
        let reply = self.patch(&patch).await?;
        if !members.is_empty() {
            self.spell_removals(&patch, &members, &reply).await?;
        }
        for value in given_up {
            self.memory.give_up(&edit.target_id, &value);
        }
        for value in taken {
            self.memory.take(&edit.target_id, &value);
        }
        if let Some(markers) = self.markers_after(resource, edit) {
            self.memory.remember(&edit.target_id, Some(markers));
        }
        Ok(members.missing)
    }

    /// The unique values that the object gains, and those that it had.
    fn exchanged(&self, resource: TypeId, edit: &Edit) -> (Vec<Unique>, Vec<Unique>) {
        let (mut before, mut after) = (Attributes::default(), Attributes::default());
        for change in &edit.changes {
            before.set(change.attribute, change.before.clone());
            after.set(change.attribute, change.after.clone());
        }
        (self.unique(resource, &after), self.unique(resource, &before))
    }

    /// Fails if another object has one of the values. The server would refuse it and lock it for all objects for five
    /// minutes.
    pub(super) fn refuse_taken(&self, values: &[Unique], by: Option<&TargetId>) -> Result<(), TargetError> {
        let holder = values
            .iter()
            .find_map(|value| self.memory.other_holder(value, by));
        let Some(holder) = holder else { return Ok(()) };
        let what = format!("object {holder} has the name, mail address or identifier that it is to get");
        Err(TargetError::new(TargetErrorKind::Conflict, "find_object", what)
            .hint("the next run tries again after the other one has released it")
            .wrote_nothing())
    }

    /// The server does not remove a DN that the group spells differently. Then the group is read for its spelling.
    async fn spell_removals(
        &self,
        patch: &Patch<'_>,
        members: &Members,
        reply: &Reply,
    ) -> Result<(), TargetError> {
        let warned: Warned = serde_json::from_slice(&reply.body).unwrap_or_default();
        if !warned.lacks_a_value() {
            return Ok(());
        }
        let dn = self.dn_of(patch.object).await?;
        let (stored, _) = self.object(patch.resource, &dn).await?;
        let operations = members.spelled_as(&stored.properties);
        if operations.is_empty() {
            return Ok(());
        }
        let again = Patch {
            body: Body::Operations(operations),
            new_name: None,
            tag: None,
            ..*patch
        };
        self.patch(&again).await.map(drop)
    }

    /// Sends a PATCH. It may be repeated, because it describes the desired state. If the answer to a rename was lost,
    /// the DN is read again.
    pub(super) async fn patch(&self, patch: &Patch<'_>) -> Result<Reply, TargetError> {
        let sent = self.client.persist(true, async |attempt| {
            let is_known = attempt == 1 || patch.new_name.is_none();
            let dn = match self.memory.dn(patch.object).filter(|_| is_known) {
                Some(dn) => dn,
                None => self.ask_for_dn(patch.object).await?,
            };
            self.patch_once(patch, &dn).await
        });
        let reply = sent.await?;
        if let Some(dn) = reply.dn.as_deref().filter(|_| patch.new_name.is_some()) {
            self.memory.put(patch.object, dn);
        }
        Ok(reply)
    }

    async fn patch_once(&self, patch: &Patch<'_>, dn: &str) -> Result<Reply, TargetError> {
        let error = match self.client.send(&patch.call(dn)).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        let may_be_done = patch.new_name.is_some()
            && matches!(
                error.kind,
                TargetErrorKind::InvalidAttribute { .. } | TargetErrorKind::Protocol
            );
        if has_changed(&error) && patch.tag.is_none() {
            return self.patch_anew(patch).await;
        }
        if error.kind != TargetErrorKind::NotFound && !may_be_done {
            return Err(error);
        }
        // It may have been renamed since it was read, or the rename was refused because it is already done.
        let now = self.ask_for_dn(patch.object).await?;
        let is_done = patch.new_name.is_some_and(|name| leaf(&now) == name);
        if *now == *dn || (may_be_done && !is_done) {
            return Err(error);
        }
        self.client.send(&patch.call(&now)).await
    }
}

impl UdmTarget {
    /// After a concurrent change (412), reads the object and writes the remaining differences. Only once; the next
    /// run handles further changes.
    async fn patch_anew(&self, patch: &Patch<'_>) -> Result<Reply, TargetError> {
        let dn = self.ask_for_dn(patch.object).await?;
        let (stored, tag) = self.object(patch.resource, &dn).await?;
        let anew = Patch {
            body: patch.body.beside(&stored.properties),
            tag: tag.as_ref(),
            ..*patch
        };
        self.client.send(&anew.call(&dn)).await
    }
}

impl Patch<'_> {
    fn call(&self, dn: &str) -> Call {
        let operation = if self.resource == GROUP {
            "update_group"
        } else {
            "update_user"
        };
        let path = Path::object(Kind::of(self.resource), dn);
        let call = match &self.body {
            Body::Properties(properties) => Call::patch(operation, path, &json!({"properties": properties})),
            Body::Operations(operations) => {
                Call::json_patch(operation, path, &Json::from(operations.clone()))
            }
        };
        // The caller repeats it, because it knows the possible effects.
        call.once().if_match(self.tag)
    }
}
