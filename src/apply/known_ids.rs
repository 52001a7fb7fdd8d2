//! The ids of objects before the first change.

use crate::model::{Catalog, Change, Ids};

/// Adds what the changes say of accounts: one that is going to be adopted carries no id of ours.
pub(super) fn add_changed(catalog: &Catalog, changes: &[Change], ids: &mut Ids) {
    if catalog.has_references() {
        for change in changes {
            if let (Some(id), Some(edit)) = (change.id(), change.edit()) {
                ids.insert(change.resource, id.clone(), edit.target_id.clone());
            }
        }
    }
}
