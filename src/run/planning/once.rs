//! Values that are written once: before a plan is shown, it is asked whose they are already.

use crate::model::{DesiredState, Plan};
use crate::plan;
use crate::target::{Target, TargetError};

/// Rejects each person whose value cannot be written, is claimed by another person, or is held by another account. Costs
/// nothing where nothing is written for the first time, or there is no account yet.
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
        let held = target.holding(attribute, &values).await?;
        plan::reject_held(catalog, plan, attribute, &held);
    }
    Ok(())
}
