//! Carries out an approved plan: phase by phase, several accounts at once, never two changes for one account.

use std::cell::Cell;
use std::time::Instant;

use futures::StreamExt as _;
use futures::stream;

use crate::config::ApplySettings;
use crate::model::{Action, Change, Expectation, Identity, Schema};
use crate::plan::{self, ApprovedPlan, Known, PHASES, Policy};
use crate::target::{Applied, Target, TargetError, TargetErrorKind};

/// What became of one change.
#[derive(Debug)]
pub struct Outcome {
    /// The place of the change in the plan.
    pub index: usize,
    /// What the target said.
    pub result: Result<Applied, NotApplied>,
}

/// Why a change was not applied.
#[derive(Debug)]
pub enum NotApplied {
    /// The target refused it or could not be reached.
    Failed(TargetError),
    /// The run stopped before it was its turn.
    NotStarted(&'static str),
}

/// What a change may need to know beside the plan.
#[derive(Debug)]
pub struct Context<'a> {
    /// Everybody the sources know something about.
    pub known: &'a Known<'a>,
    /// What happens in which situation.
    pub policy: Policy,
    /// How fast.
    pub settings: ApplySettings,
}

/// Applies every change and says what became of each, in order of the plan.
pub async fn apply(
    target: &impl Target,
    approved: &ApprovedPlan,
    context: &Context<'_>,
    mut done: impl FnMut(&Change, &Outcome),
) -> Vec<Outcome> {
    let changes = &approved.plan().changes;
    let started = Instant::now();
    let stop: Cell<Option<&'static str>> = Cell::new(None);
    let mut outcomes = Vec::with_capacity(changes.len());
    for phase in PHASES {
        let of_phase = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| plan::phase(change) == phase);
        let runs = of_phase.map(|(index, change)| {
            let stop = &stop;
            async move {
                if context
                    .settings
                    .deadline
                    .is_some_and(|deadline| started.elapsed() >= deadline)
                {
                    stop.set(Some("`apply.deadline` had passed"));
                }
                if let Some(reason) = stop.get() {
                    return Outcome {
                        index,
                        result: Err(NotApplied::NotStarted(reason)),
                    };
                }
                let result = carry_out(target, change, context).await;
                if result.as_ref().is_err_and(TargetError::stops_run) {
                    stop.set(Some("an earlier failure would repeat itself for every change"));
                }
                Outcome {
                    index,
                    result: result.map_err(NotApplied::Failed),
                }
            }
        });
        let mut running = stream::iter(runs).buffer_unordered(context.settings.concurrency_max.get());
        while let Some(outcome) = running.next().await {
            done(&changes[outcome.index], &outcome);
            outcomes.push(outcome);
        }
    }
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes
}

async fn carry_out(
    target: &impl Target,
    change: &Change,
    context: &Context<'_>,
) -> Result<Applied, TargetError> {
    match (target.apply(change).await, &change.action) {
        (Err(error), Action::Create { identity, .. }) if error.kind == TargetErrorKind::Conflict => {
            adopt_holder(target, identity, error, context).await
        }
        (result, _) => result,
    }
}

/// Somebody has the login name: an account that came after the list was read, or one that it did not show.
async fn adopt_holder(
    target: &impl Target,
    identity: &Identity,
    conflict: TargetError,
    context: &Context<'_>,
) -> Result<Applied, TargetError> {
    let holders = target.holders(identity).await?;
    let [account] = &holders[..] else {
        return Err(conflict);
    };
    let ours = account.id.as_ref() == Some(&identity.id);
    let refusal = if ours || context.policy.adopt {
        plan::refusal(context.known, identity, account)
    } else {
        Some("`policy.adopt` is false")
    };
    if let Some(reason) = refusal {
        let what = format!(
            "{}; account {} has the login name: {reason}",
            conflict.what, account.target_id
        );
        return Err(TargetError { what, ..conflict });
    }
    let schema: &Schema = target.schema();
    let expectations: Vec<Expectation<'_>> = plan::unlisted_expectations(schema, identity)
        .map(|expected| Expectation {
            target_id: &account.target_id,
            expected,
        })
        .collect();
    let answers = target.confirm(&expectations).await?;
    let unmet: Vec<_> = answers
        .into_iter()
        .map(|unmet| (expectations[unmet.index].expected, unmet.current))
        .collect();
    let (edit, _) = plan::edit(schema, identity, &account.target_id, Some(account), &unmet);
    let mut applied = if edit.is_empty() {
        Applied::default()
    } else {
        target
            .apply(&Change {
                action: Action::Adopt(edit),
            })
            .await?
    };
    if !ours {
        applied.warnings.push(format!(
            "account {} had the login name and was adopted",
            account.target_id
        ));
    }
    Ok(applied)
}
