//! What changes refer to, and the references that they add later.

use super::Run;
use crate::model::{Catalog, Change, Ids, Reference};
use crate::target::{Applied, Target, TargetError, Wrote};

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

impl<T: Target> Run<'_, T> {
    /// Adds the references that a change left out, as far as what they refer to is there.
    pub(super) async fn write_links(&self, index: usize) -> Result<Applied, TargetError> {
        let change = &self.changes[index];
        let mut applied = self.first_parts.borrow_mut().remove(&index).unwrap_or_default();
        if let Some(account) = applied.target_id.clone() {
            let ids = self.ids_for(change);
            let linked = self.target.link(change, &account, &ids).await;
            // Whatever became of this call, the first part is done.
            let linked = linked.map_err(|error| TargetError {
                wrote: Wrote::Unknown,
                ..error
            })?;
            applied.warnings.extend(linked.warnings);
            applied.warnings.extend(self.left_out(change, &ids));
        }
        Ok(applied)
    }

    /// Says that a change was to refer to something that is not there.
    fn left_out(&self, change: &Change, ids: &Ids) -> Option<String> {
        let linked = change.linked(self.target.catalog().schema(change.resource));
        let is_missing = |reference: &&&Reference| match reference {
            Reference::Managed(resource, id) => ids.get(*resource, id).is_none(),
            Reference::Foreign(_) => false,
        };
        let count = linked.iter().filter(is_missing).count();
        (count > 0).then(|| {
            format!("{count} of what it refers to is not there yet; the next run adds the references")
        })
    }

    /// The target's ids of everything that a change refers to, before and afterwards.
    pub(super) fn ids_for(&self, change: &Change) -> Ids {
        let (all, mut ids) = (self.ids.borrow(), Ids::default());
        for reference in change.references(self.target.catalog().schema(change.resource)) {
            if let Reference::Managed(resource, id) = reference
                && let Some(target_id) = all.get(*resource, id)
            {
                ids.insert(*resource, id.clone(), target_id.clone());
            }
        }
        ids
    }

    /// Takes note of an object that others may refer to.
    pub(super) fn is_there(&self, change: &Change, applied: &Applied) {
        if let Some((id, account)) = change.id().zip(applied.target_id.as_ref())
            && self.target.catalog().has_references()
        {
            let mut ids = self.ids.borrow_mut();
            ids.insert(change.resource, id.clone(), account.clone());
        }
    }
}
