//! `--verify`: after the last write, a look at whether everything holds.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::model::{Change, Plan, Rejected, TargetId};
use crate::plan;
use crate::report::{Note, Report};
use crate::signals::Signals;
use crate::target::{Target, TargetError, Wait};

/// What a list cannot say how far it is about (metadata, links) is current after less than this.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// Whose account got a note is as intended: a second plan would count as one more run that finds them missing.
pub(in crate::run) fn noted(changes: &[Change]) -> HashSet<TargetId> {
    let marked = changes.iter().filter(|change| plan::is_for_now(change));
    marked.filter_map(|change| change.target_id().cloned()).collect()
}

/// Waits for the lists, plans again, and reports whether a change is left. People who are rejected or kept count as they
/// should be.
pub(in crate::run) async fn verify(
    target: &impl Target,
    plan_again: impl AsyncFn() -> Result<Plan, TargetError>,
    signals: &Signals,
    report: &mut Report,
) {
    if report.changes.planned() == 0 {
        // What was read is what there is.
        report.verify(None);
        return;
    }
    let doubt = tokio::select! {
        biased;
        signal = signals.wait() => Some(format!("stopped by {signal} before it was looked at again")),
        doubt = find_doubt(target, plan_again, report) => match doubt {
            Ok(doubt) => doubt,
            Err(error) => Some(format!("what was written could not be read again: {error}")),
        },
    };
    report.verify(doubt);
}

/// What speaks against everything being as it should be.
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
        *kinds.entry(change.kind.name()).or_default() += 1;
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

/// People who could be tied to one account before the run and cannot now: they may have got a second one.
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
