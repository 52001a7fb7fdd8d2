//! Snapshots of objects before they are deleted, for an undo.

use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value as Json;

use super::super::client::{Call, Kind, Path};
use super::super::rules::catalog::USER;
use super::super::state::UdmTarget;
use super::super::wire::Object;
use crate::model::{Change, Detail, Existing, Purpose, Snapshot, TargetId, TypeId, Write};
use crate::target::{Cost, TargetError, TargetErrorKind};

/// The groups of a deleted object: entryUUIDs of groups in the container, and DNs of others.
const GROUPS: &str = "groups";

/// More at once is not faster, because the server mostly works on one request at a time.
const AT_ONCE: usize = 4;

impl UdmTarget {
    /// The data of objects to be changed that the lists do not show.
    pub(in crate::target::udm) async fn snapshots(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Snapshot>, TargetError> {
        let each = changes.iter().map(async |change| {
            let mut snapshot = self.markers_of(change);
            if let Write::Delete(account) = &change.write {
                let groups = self.groups_of(change.resource, account).await?;
                snapshot.details.extend((!groups.is_empty()).then(|| Detail {
                    name: GROUPS.into(),
                    texts: groups,
                }));
            }
            Ok(snapshot)
        });
        futures::stream::iter(each).buffered(AT_ONCE).try_collect().await
    }

    /// One request per deleted object.
    pub(in crate::target::udm) fn foresee_snapshots(changes: &[Change]) -> Cost {
        let deleted = changes
            .iter()
            .filter(|change| matches!(change.write, Write::Delete(_)));
        Cost {
            requests: deleted.count() as u64,
            ..Cost::default()
        }
    }

    /// The own records in the marker property.
    fn markers_of(&self, change: &Change) -> Snapshot {
        let Some(object) = change.target_id() else {
            return Snapshot::default();
        };
        let markers = self.memory.markers(object);
        let schema = self.catalog.schema(change.resource);
        let purposes = [Purpose::DisabledByUs, Purpose::MissingSince, Purpose::MissingRuns];
        let values = purposes
            .into_iter()
            .filter_map(|purpose| Some((schema.find(purpose)?, markers.of(purpose)?)));
        Snapshot {
            values: values.collect(),
            details: Vec::new(),
        }
    }

    /// The groups of the object, including those in other containers.
    async fn groups_of(&self, resource: TypeId, account: &Existing) -> Result<Vec<Box<str>>, TargetError> {
        let property = groups_property(resource);
        let dn = self.dn_of(&account.target_id).await?;
        let path = Path::object_with(Kind::of(resource), &dn, &[property]);
        let object: Object = match self.client.get(&Call::get("read_groups", path)).await {
            Ok(object) => object,
            // It was already deleted, so this run deletes nothing.
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

    /// The current names of the groups in a snapshot: those in the container, if they still exist, and others.
    pub(in crate::target::udm) fn groups_in(&self, details: &[Detail]) -> (Vec<Box<str>>, Vec<Box<str>>) {
        let groups = details.iter().filter(|detail| *detail.name == *GROUPS);
        let (others, ours): (Vec<&Box<str>>, Vec<&Box<str>>) = groups
            .flat_map(|detail| &detail.texts)
            .partition(|text| text.contains('='));
        let ours = ours
            .into_iter()
            .filter_map(|group| self.memory.dn(&TargetId::new(&**group)));
        (ours.collect(), others.into_iter().cloned().collect())
    }
}

/// The property with the groups of an object.
pub(in crate::target::udm) fn groups_property(resource: TypeId) -> &'static str {
    if resource == USER { "groups" } else { "memberOf" }
}
