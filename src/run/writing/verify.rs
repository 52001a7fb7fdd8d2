//! `--verify`: reads everything again after the last write.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::model::{Change, Plan, Rejected, TargetId};
use crate::plan;
use crate::report::{Note, Report};
use crate::signals::Signals;
use crate::target::{Target, TargetError, Wait};

/// Data without a known list position (metadata, links) is current after less than this.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// Accounts with a new absence marker are excluded: a second plan would count as another run that finds the person
/// absent.
pub(in crate::run) fn noted(changes: &[Change]) -> HashSet<TargetId> {
    let marked = changes.iter().filter(|change| plan::is_for_now(change));
    marked.filter_map(|change| change.target_id().cloned()).collect()
}

/// Waits for the lists, plans again, and reports whether a change is left. Rejected and skipped people are expected.
pub(in crate::run) async fn verify(
    target: &impl Target,
    plan_again: impl AsyncFn() -> Result<Plan, TargetError>,
    signals: &Signals,
    report: &mut Report,
) {
    if report.changes.planned() == 0 {
        // What was read is complete.
        report.verify(None);
        return;
    }
    let doubt = tokio::select! {
        biased;
        signal = signals.wait() => Some(format!("stopped by {signal} before the result was verified")),
        doubt = find_doubt(target, plan_again, report) => match doubt {
            Ok(doubt) => doubt,
            Err(error) => Some(format!("what was written could not be read again: {error}")),
        },
    };
    report.verify(doubt);
}

/// Why the desired state may not be reached.
async fn find_doubt(
    target: &impl Target,
    plan_again: impl AsyncFn() -> Result<Plan, TargetError>,
    report: &Report,
) -> Result<Option<String>, TargetError> {
    let caught_up = target.catch_up(Wait::ForOwnWrites).await?;
    let mut plan = plan_again().await?;
    if plan.changes.len() > report.failures.len() {
        tokio::time::sleep(SECOND_LOOK).await;
        plan = plan_again().await?;
    }
    if plan.changes.is_empty() {
        return Ok(unresolved_since(&plan, report));
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &plan.changes {
        *kinds.entry(change.kind.verb()).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| format!("{count} to {kind}"))
        .collect();
    let late = if caught_up {
        String::new()
    } else {
        let wait = target.setting_keys().wait;
        format!(", while the lists still did not show all writes (`{wait}`)")
    };
    Ok(Some(format!("changes are left ({}){late}", kinds.join(", "))))
}

/// People who belonged to one account before the run and no longer do: they may have got a second one.
fn unresolved_since(plan: &Plan, report: &Report) -> Option<String> {
    let is_new = |one: &&Rejected| {
        let known = |known: &Note| *known.at == *one.at.at && known.reason == one.reason;
        !report.rejected.iter().any(known)
    };
    let first = plan.unresolved.iter().find(is_new)?;
    Some(format!(
        "nothing can be written now for {}: {}",
        first.at, first.reason
    ))
}
