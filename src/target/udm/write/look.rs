//! Reads an object again right before it is removed. Lists may be minutes old by then.

use serde_json::Value as Json;

use super::super::client::Tag;
use super::super::rules::key;
use super::super::rules::markers::Markers;
use super::super::state::UdmTarget;
use crate::model::{Existing, Removal, Required, TypeId};
use crate::target::{TargetError, TargetErrorKind};

/// Result of reading an object again.
pub(super) enum Seen {
    Gone,
    There(Option<Tag>),
}

impl UdmTarget {
    /// Returns whether the object still exists, and its state. It must be unchanged, and have the values that the
    /// removal requires.
    pub(super) async fn look_again(
        &self,
        resource: TypeId,
        account: &Existing,
        removal: &Removal,
    ) -> Result<Seen, TargetError> {
        let found = match self.dn_of(&account.target_id).await {
            Ok(dn) => self.object(resource, &dn).await,
            Err(error) => Err(error),
        };
        let (object, tag) = match found {
            Ok(found) => found,
            Err(error) if error.kind == TargetErrorKind::NotFound => return Ok(Seen::Gone),
            Err(error) => return Err(error),
        };
        let objects = self.objects(resource);
        let text = |name: &str| {
            object
                .properties
                .get(name)
                .and_then(Json::as_str)
                .unwrap_or_default()
        };
        let id = key::id(text(&objects.key), self.settings.binary_ids);
        let markers = objects.marker_property.as_ref();
        let markers = markers
            .and_then(|name| Markers::parse(text(name)))
            .unwrap_or_default();
        let schema = self.catalog.schema(resource);
        let is_mismatch = |required: &Required| {
            let stored = markers.of(schema.purpose(required.attribute));
            stored.is_none() || (required.value.is_some() && stored != required.value)
        };
        let changed = if account.id.as_ref() != Some(&id) {
            "it has another id"
        } else if removal.requires.iter().any(is_mismatch) {
            "its person was not missing all the time"
        } else {
            return Ok(Seen::There(tag));
        };
        Err(TargetError::new(
            TargetErrorKind::Conflict,
            "read_object",
            format!("the object has changed since it was read; it was not removed: {changed}"),
        )
        .hint("the next run checks it again")
        .wrote_nothing())
    }
}
