//! References of changes, and those that are added in a second step.

use super::{Execution, NotApplied, Progress, Unlinked};
use crate::model::{ActionKind, Change, Ids, Reference};
use crate::plan;
use crate::target::{Applied, Target};

impl<T: Target> Execution<'_, T> {
    /// Records what a change has created. Returns `None` if its references have to be added later.
    pub(super) fn first_step(&self, index: usize, mut applied: Applied) -> Option<Applied> {
        let change = &self.changes[index];
        self.takes_note(change, &applied);
        if plan::writes_links_later(change) {
            self.progress[index].set(Progress::Made);
            self.first_parts.borrow_mut().insert(index, applied);
            return None;
        }
        applied
            .warnings
            .extend(self.left_out(change, &self.ids_for(change)));
        Some(applied)
    }

    /// Adds the references that a change left out, if the objects exist.
    pub(super) async fn second_step(
        &self,
        index: usize,
        obstacle: Option<&'static str>,
    ) -> Result<Applied, NotApplied> {
        let change = &self.changes[index];
        let mut applied = self.first_parts.borrow_mut().remove(&index).unwrap_or_default();
        if let Some(reason) = obstacle {
            return Err(NotApplied::Unlinked(applied, Unlinked::NotStarted(reason)));
        }
        let Some(account) = applied.target_id.clone() else {
            return Ok(applied);
        };
        let ids = self.ids_for(change);
        match self.target.link(change, &account, &ids).await {
            Ok(linked) => {
                applied.warnings.extend(linked.warnings);
                applied.warnings.extend(self.left_out(change, &ids));
                Ok(applied)
            }
            Err(error) => Err(NotApplied::Unlinked(applied, Unlinked::Failed(error))),
        }
    }

    /// Warning about references to objects that do not exist.
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

    /// The ids for the first step of a change. References that wait until others are removed are left out.
    pub(super) fn ids_of_first_step(&self, change: &Change) -> Ids {
        let mut ids = self.ids_for(change);
        if change.nests_last {
            for reference in change.linked(self.target.catalog().schema(change.resource)) {
                if let Reference::Managed(resource, id) = reference
                    && *resource == change.resource
                {
                    ids.remove(*resource, id);
                }
            }
        }
        ids
    }

    /// Target ids of everything that a change refers to, before and after it.
    pub(super) fn ids_for(&self, change: &Change) -> Ids {
        let (all, mut ids) = (self.context.ids.borrow(), Ids::default());
        for reference in change.references(self.target.catalog().schema(change.resource)) {
            if let Reference::Managed(resource, id) = reference
                && let Some(target_id) = all.get(*resource, id)
            {
                ids.insert(*resource, id.clone(), target_id.clone());
            }
        }
        ids
    }

    /// Records created objects under all ids by which others may refer to them, and removes deleted ones.
    fn takes_note(&self, change: &Change, applied: &Applied) {
        if !self.target.catalog().has_references() {
            return;
        }
        let mut ids = self.context.ids.borrow_mut();
        let former = change.before().and_then(|before| before.id.as_ref());
        for id in change.id().into_iter().chain(former) {
            match &applied.target_id {
                _ if change.kind == ActionKind::Delete => ids.remove(change.resource, id),
                Some(target_id) => ids.insert(change.resource, id.clone(), target_id.clone()),
                None => {}
            }
        }
    }
}
