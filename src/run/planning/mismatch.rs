//! Withholds changes of accounts of other providers, before a plan is shown.

use crate::model::{Check, Plan, Value};
use crate::plan::{self, Withholding};
use crate::target::{Target, TargetError};

/// Withholds the changes of accounts of another provider, or of none. Sends no requests if this restriction is off.
pub(in crate::run) async fn withhold(
    target: &impl Target,
    plan: &mut Plan,
    providers: &[Value],
    withholding: &Withholding,
) -> Result<(), TargetError> {
    let Some(by) = &withholding.no_provider_mismatch else {
        return Ok(());
    };
    let catalog = target.catalog();
    let (asked, mismatches) = {
        let questions = plan::provider_checks(catalog, plan, providers);
        let checks: Vec<Check<'_>> = questions.iter().map(|(_, check)| *check).collect();
        let asked: Vec<usize> = questions.iter().map(|(index, _)| *index).collect();
        (asked, target.confirm(&checks).await?)
    };
    plan::withhold_mismatched(plan, (&asked, &mismatches), providers, by);
    Ok(())
}
