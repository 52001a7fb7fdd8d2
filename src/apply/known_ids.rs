//! The ids of objects before the first change.

use crate::model::{Catalog, Change, Ids};

/// The target's ids of what is there before the first change: an account that is going to be adopted carries no id of ours.
pub(super) fn known_ids(catalog: &Catalog, changes: &[Change], read: &Ids) -> Ids {
    let mut ids = read.clone();
    if catalog.has_references() {
        for change in changes {
            if let (Some(id), Some(edit)) = (change.id(), change.edit()) {
                ids.insert(change.resource, id.clone(), edit.target_id.clone());
            }
        }
    }
    ids
}
