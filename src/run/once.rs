//! Values that are written once: before a plan is shown, it is asked whose they are already.

use crate::model::{Desired, Plan};
use crate::plan;
use crate::target::{Target, TargetError};

/// Rejects everybody whose value cannot be written, is claimed by another person, or is held by another account. Costs
/// nothing where nothing is written for the first time, or there is no account yet.
pub(super) async fn reject(
    target: &impl Target,
    desired: &Desired,
    plan: &mut Plan,
) -> Result<(), TargetError> {
    let schema = target.schema();
    plan::reject_impossible(schema, desired, plan);
    if plan.accounts == 0 {
        return Ok(());
    }
    for (attribute, values) in plan::first_values(schema, plan) {
        let held = target.holding(attribute, &values).await?;
        plan::reject_held(schema, plan, attribute, &held);
    }
    Ok(())
}
