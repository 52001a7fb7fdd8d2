//! What is kept of objects before they are deleted, so that an undo can put it back.

use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value as Json;

use super::super::client::{Call, Kind, Path};
use super::super::rules::catalog::USER;
use super::super::state::UdmTarget;
use super::super::wire::Object;
use crate::model::{Change, Detail, Existing, Purpose, Snapshot, TargetId, TypeId, Write};
use crate::target::{Cost, TargetError, TargetErrorKind};

/// The groups of a deleted object: entryUUIDs of groups of the container, and the names of others.
const GROUPS: &str = "groups";

/// More at once is no faster: the server works on one request at a time for most of it.
const AT_ONCE: usize = 4;

impl UdmTarget {
    /// What the lists do not show of objects that are going to change.
    pub(in crate::target::udm) async fn snapshots(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Snapshot>, TargetError> {
        let each = changes.iter().map(async |change| {
            let mut kept = self.notes_kept(change);
            if let Write::Delete(account) = &change.write {
                let groups = self.groups_of(change.resource, account).await?;
                kept.details.extend((!groups.is_empty()).then(|| Detail {
                    name: GROUPS.into(),
                    texts: groups,
                }));
            }
            Ok(kept)
        });
        futures::stream::iter(each).buffered(AT_ONCE).try_collect().await
    }

    /// One request for each object that is deleted.
    pub(in crate::target::udm) fn foresee_snapshots(changes: &[Change]) -> Cost {
        let deleted = changes
            .iter()
            .filter(|change| matches!(change.write, Write::Delete(_)));
        Cost {
            requests: deleted.count() as u64,
            ..Cost::default()
        }
    }

    /// What this tool wrote down for itself.
    fn notes_kept(&self, change: &Change) -> Snapshot {
        let Some(object) = change.target_id() else {
            return Snapshot::default();
        };
        let notes = self.memory.notes(object);
        let schema = self.catalog.schema(change.resource);
        let purposes = [Purpose::DisabledByUs, Purpose::MissingSince, Purpose::MissingRuns];
        let values = purposes
            .into_iter()
            .filter_map(|purpose| Some((schema.find(purpose)?, notes.of(purpose)?)));
        Snapshot {
            values: values.collect(),
            details: Vec::new(),
        }
    }

    /// The groups that the object is in, also those of other containers.
    async fn groups_of(&self, resource: TypeId, account: &Existing) -> Result<Vec<Box<str>>, TargetError> {
        let property = groups_property(resource);
        let dn = self.dn_of(&account.target_id).await?;
        let path = Path::object_with(Kind::of(resource), &dn, &[property]);
        let object: Object = match self.client.get(&Call::get("read_groups", path)).await {
            Ok(object) => object,
            // Somebody was faster; then nothing is lost by this run.
            Err(error) if error.kind == TargetErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let groups = object.properties.get(property).and_then(Json::as_array);
        let names = groups.into_iter().flatten().filter_map(Json::as_str);
        let known = |name: &str| match self.memory.object(name) {
            Some(group) => group.as_str().into(),
            None => name.into(),
        };
        Ok(names.map(known).collect())
    }

    /// The names of the groups that were kept, as they are now: those of the container, as far as they are there, and others.
    pub(in crate::target::udm) fn groups_kept(&self, details: &[Detail]) -> (Vec<Box<str>>, Vec<Box<str>>) {
        let kept = details.iter().filter(|detail| *detail.name == *GROUPS);
        let (others, ours): (Vec<&Box<str>>, Vec<&Box<str>>) = kept
            .flat_map(|detail| &detail.texts)
            .partition(|text| text.contains('='));
        let ours = ours
            .into_iter()
            .filter_map(|group| self.memory.dn(&TargetId::new(&**group)));
        (ours.collect(), others.into_iter().cloned().collect())
    }
}

/// The property that shows the groups of an object.
pub(in crate::target::udm) fn groups_property(resource: TypeId) -> &'static str {
    if resource == USER { "groups" } else { "memberOf" }
}
