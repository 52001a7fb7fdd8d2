//! Carries out a change, request by request; see `steps` for their order.

use super::super::state::UdmTarget;
use super::steps::Step;
use crate::model::{Change, Ids};
use crate::target::{Applied, TargetError};

impl UdmTarget {
    /// Carries out one change.
    pub(in crate::target::udm) async fn carry_out(
        &self,
        change: &Change,
        ids: &Ids,
    ) -> Result<Applied, TargetError> {
        let mut applied = Applied {
            target_id: change.target_id().cloned(),
            ..Applied::default()
        };
        for step in self.steps(change) {
            match step {
                Step::LookAgain(account, removal) => {
                    if !self.look_again(change.resource, account, removal).await? {
                        break;
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
                    let missing = self.patch_edit(change.resource, edit, ids).await?;
                    applied.warnings.extend(left_out(change, missing));
                }
                Step::Delete(account) => self.delete(change.resource, account).await?,
            }
        }
        Ok(applied)
    }
}

fn left_out(change: &Change, missing: usize) -> Option<String> {
    (missing > 0 && !change.links_later)
        .then(|| format!("{missing} of its members are not there yet; the next run adds them"))
}
