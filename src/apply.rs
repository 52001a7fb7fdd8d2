//! Carries out an approved plan: step by step, several accounts at once, never two changes for one account.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::config::ApplySettings;
use crate::http::{Pace, Seen};
use crate::model::{Action, Change, Expectation, Identity, Schema};
use crate::plan::{self, ApprovedPlan, Known, Policy, Protected, Step, Wait};
use crate::signals::Signals;
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
    /// Accounts that are never changed.
    pub protected: &'a Protected,
    /// Asks for no further changes.
    pub signals: &'a Signals,
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
    let waits = plan::waits(target.schema(), changes);
    let run = Run {
        target,
        context,
        changes,
        waits: &waits,
        started: Instant::now(),
        stop: Cell::new(None),
        fates: changes.iter().map(|_| Cell::new(Fate::Open)).collect(),
    };
    let mut outcomes = Vec::with_capacity(changes.len());
    let mut pace = Pace::new(context.settings.concurrency_min, context.settings.concurrency_max);
    for step in plan::steps(changes, &waits) {
        let (places, aside) = match step {
            Step::Aside(places) => (places, true),
            Step::Changes(places) => (places, false),
        };
        pace.turn();
        run.step(&places, aside, &mut pace, |outcome| {
            done(&changes[outcome.index], &outcome);
            outcomes.push(outcome);
        })
        .await;
    }
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    /// Its account has its temporary login name.
    Aside,
    Done,
    Failed,
}

/// The changes of a plan on their way.
struct Run<'a, T> {
    target: &'a T,
    context: &'a Context<'a>,
    changes: &'a [Change],
    waits: &'a [Option<Wait>],
    started: Instant,
    stop: Cell<Option<&'static str>>,
    fates: Vec<Cell<Fate>>,
}

impl<T: Target> Run<'_, T> {
    /// Takes all changes of a step further, as many at once as the target bears.
    async fn step(&self, places: &[usize], aside: bool, pace: &mut Pace, mut decided: impl FnMut(Outcome)) {
        let mut running = FuturesUnordered::new();
        let mut waiting = places.iter();
        let mut strain = self.target.strain();
        loop {
            while running.len() < pace.limit()
                && let Some(place) = waiting.next()
            {
                running.push(self.timed(*place, aside));
            }
            let Some((outcome, took)) = running.next().await else {
                return;
            };
            let before = std::mem::replace(&mut strain, self.target.strain());
            let started = outcome
                .as_ref()
                .is_none_or(|outcome| !matches!(outcome.result, Err(NotApplied::NotStarted(_))));
            if started {
                pace.finished(Seen {
                    // Under a rate limit the time is mostly that of waiting for one's turn.
                    took: self.context.settings.rate_limit.is_none().then_some(took),
                    strained: strain > before,
                });
            }
            if let Some(outcome) = outcome {
                decided(outcome);
            }
        }
    }

    async fn timed(&self, index: usize, aside: bool) -> (Option<Outcome>, Duration) {
        let started = Instant::now();
        (self.one(index, aside).await, started.elapsed())
    }

    /// Takes one change a step further; `None` while nothing is decided.
    async fn one(&self, index: usize, aside: bool) -> Option<Outcome> {
        // What could not even step aside has had its outcome.
        if self.fates[index].get() == Fate::Failed {
            return None;
        }
        let change = &self.changes[index];
        let result = match self.obstacle(index, aside) {
            Some(reason) => Err(NotApplied::NotStarted(reason)),
            None if aside => match self.step_aside(change).await {
                Ok(()) => {
                    self.fates[index].set(Fate::Aside);
                    return None;
                }
                Err(error) => Err(NotApplied::Failed(error)),
            },
            None => carry_out(self.target, change, self.context)
                .await
                .map_err(NotApplied::Failed),
        };
        if let Err(NotApplied::Failed(error)) = &result
            && error.stops_run()
        {
            self.stop
                .set(Some("an earlier failure would repeat itself for every change"));
        }
        if result.is_err() && self.fates[index].get() == Fate::Aside {
            self.step_back(change).await;
        }
        self.fates[index].set(if result.is_ok() { Fate::Done } else { Fate::Failed });
        Some(Outcome { index, result })
    }

    /// Why a change is not to be started.
    fn obstacle(&self, index: usize, aside: bool) -> Option<&'static str> {
        let deadline = self.context.settings.deadline;
        if deadline.is_some_and(|deadline| self.started.elapsed() >= deadline) {
            self.stop.set(Some("`apply.deadline` had passed"));
        }
        if self.context.signals.received().is_some() {
            self.stop.set(Some("stopped by a signal"));
        }
        if let Some(reason) = self.stop.get() {
            return Some(reason);
        }
        let freed = match self.waits[index].filter(|_| !aside)? {
            Wait::Done(holder) => self.fates[holder].get() == Fate::Done,
            Wait::Aside(holder) => matches!(self.fates[holder].get(), Fate::Aside | Fate::Done),
        };
        (!freed).then_some("the account that has its login name was to give it up, which failed")
    }

    async fn step_aside(&self, change: &Change) -> Result<(), TargetError> {
        match change
            .edit()
            .and_then(|edit| Some((edit, edit.detour.as_deref()?)))
        {
            Some((edit, name)) => self.target.set_login(&edit.target_id, name).await,
            None => Ok(()),
        }
    }

    /// Nobody can log in by a temporary name. The old one may be another's by now: then the next run has to mend it.
    async fn step_back(&self, change: &Change) {
        let Some((edit, before)) = change.edit().and_then(|edit| Some((edit, edit.before.as_ref()?))) else {
            return;
        };
        if let Err(error) = self.target.set_login(&edit.target_id, &before.login).await {
            tracing::warn!(account = %edit.target_id, %error, "keeps a temporary login name until the next run");
        }
    }
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
    let refusal = if context.protected.covers(account, target.schema()) {
        Some("`guard.protected` names it")
    } else if ours || context.policy.adopt {
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
    let expectations: Vec<Expectation<'_>> = plan::unlisted_expectations(schema, identity, plan::Look::First)
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
