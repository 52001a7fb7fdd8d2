//! Applies a change, request by request; see `steps` for their order.

use super::super::client::has_changed;
use super::super::state::UdmTarget;
use super::look::Seen;
use super::steps::Step;
use crate::model::{Change, Ids};
use crate::target::{Applied, TargetError, TargetErrorKind};

impl UdmTarget {
    /// Applies one change. If an object changes between the check and the write, both are repeated once.
    pub(in crate::target::udm) async fn apply_change(
        &self,
        change: &Change,
        ids: &Ids,
    ) -> Result<Applied, TargetError> {
        match self.take_steps(change, ids).await {
            Err(error) if change.removal.is_some() && has_changed(&error) => {
                self.take_steps(change, ids).await
            }
            done => done,
        }
    }

    async fn take_steps(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError> {
        let mut tag = None;
        let mut applied = Applied {
            target_id: change.target_id().cloned(),
            ..Applied::default()
        };
        for step in self.steps(change) {
            match step {
                Step::LookAgain(account, removal) => {
                    match self.look_again(change.resource, account, removal).await? {
                        Seen::There(seen) => tag = seen,
                        Seen::Gone => break,
                    }
                }
                Step::Create(creation) => {
                    let restored = change.restore.as_deref().unwrap_or_default();
                    let warnings = &mut applied.warnings;
                    let (made, missing) = self
                        .create(change.resource, (creation, restored), ids, warnings)
                        .await?;
                    applied.target_id = Some(made);
                    applied.warnings.extend(left_out(change, missing));
                }
                Step::Move(edit) => self.move_back(change.resource, edit).await?,
                Step::Patch(edit) => {
                    match self.patch_edit(change.resource, (edit, tag.as_ref()), ids).await {
                        Ok(missing) => applied.warnings.extend(left_out(change, missing)),
                        // A missing object need not be disabled.
                        Err(error) if error.kind == TargetErrorKind::NotFound && change.removal.is_some() => {
                            break;
                        }
                        Err(error) => return Err(error),
                    }
                }
                Step::Delete(account) => self.delete(change.resource, account, tag.as_ref()).await?,
            }
        }
        Ok(applied)
    }
}

fn left_out(change: &Change, missing: usize) -> Option<String> {
    (missing > 0 && !change.links_later)
        .then(|| format!("{missing} of its members are not there yet; the next run adds them"))
}
