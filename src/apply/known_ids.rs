//! The ids of objects before the first change.

use crate::model::{Catalog, Change, Ids};

/// Adds the ids of accounts that the changes concern. An account that will be adopted has no external id of ours yet.
pub(super) fn add_changed(catalog: &Catalog, changes: &[Change], ids: &mut Ids) {
    if catalog.has_references() {
        for change in changes {
            if let (Some(id), Some(edit)) = (change.id(), change.edit()) {
                ids.insert(change.resource, id.clone(), edit.target_id.clone());
            }
        }
    }
}
