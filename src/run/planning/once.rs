//! Values that are written once: before a plan is shown, the target is asked for their current owners.

use crate::model::{DesiredState, Plan};
use crate::plan;
use crate::target::{Target, TargetError};

/// Rejects people whose value is invalid, is claimed by another person, or belongs to another account. Sends no
/// requests if nothing is written for the first time, or if there are no accounts.
pub(in crate::run) async fn reject(
    target: &impl Target,
    desired: &DesiredState,
    plan: &mut Plan,
) -> Result<(), TargetError> {
    let catalog = target.catalog();
    plan::reject_impossible(catalog, desired, plan);
    if plan.all_totals().all == 0 {
        return Ok(());
    }
    if let Some((attribute, values)) = plan::first_values(catalog.users(), plan) {
        let holdings = target.holding(attribute, &values).await?;
        plan::reject_owned_by_others(catalog, plan, attribute, &holdings);
    }
    Ok(())
}
