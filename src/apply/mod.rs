//! Applies an approved plan: step by step, several accounts in parallel, never two changes of one account.

mod again;
mod hide;
mod known_ids;
mod links;
mod name_conflict;
mod outcome;
mod temporary_login;
#[cfg(test)]
mod tests;

pub use self::hide::hide_values;
pub use self::outcome::{NotApplied, Outcome, Unlinked};

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Instant;

use crate::config::ApplySettings;
use crate::http::{AdaptiveLimit, paced};
use crate::model::{ActionKind, Change, Ids, TypeId};
use crate::plan::{ApprovedPlan, Dependency, Known, Policy, Protected, Schedule, Stage};
use crate::signals::Signals;
use crate::target::{Applied, Target, TargetError, TargetErrorKind};

/// Context of a run, besides the plan.
#[derive(Debug)]
pub struct Context<'a> {
    /// All people in the sources.
    pub known: &'a Known<'a>,
    pub policy: Policy,
    /// Accounts that are never changed.
    pub protected: &'a Protected,
    /// Target ids of objects that references can point to. Those of new objects are added. Empty without references.
    pub ids: RefCell<Ids>,
    /// Signals that stop further changes.
    pub signals: &'a Signals,
    pub settings: ApplySettings,
    /// If a new person's account turns out to exist, it is taken over. Off for an undo file, which must contain the
    /// former state of every account.
    pub takes_over: bool,
    /// Before a creation, the target is asked for accounts with the external id. Off if the changes were computed
    /// from that.
    pub looks_first: bool,
}

/// Applies every change and returns the outcomes in the order of the plan.
pub async fn apply(
    target: &impl Target,
    approved: &ApprovedPlan,
    context: &Context<'_>,
    mut done: impl FnMut(&Change, &Outcome),
) -> Vec<Outcome> {
    let changes = &approved.plan().changes;
    let Schedule {
        stages, dependencies, ..
    } = Schedule::of(target.catalog(), changes);
    let new = |index: &usize| is_new_person(&changes[*index]);
    let mut new: Vec<usize> = (0..changes.len()).filter(new).collect();
    if !context.looks_first || !target.looks_before(new.len()) {
        new.clear();
    }
    known_ids::add_changed(target.catalog(), changes, &mut context.ids.borrow_mut());
    let run = Execution {
        new,
        target,
        context,
        changes,
        dependencies: &dependencies,
        started: Instant::now(),
        stop: Cell::new(None),
        unseen: RefCell::default(),
        progress: changes.iter().map(|_| Cell::new(Progress::Open)).collect(),
        first_parts: RefCell::default(),
    };
    let mut outcomes = Vec::with_capacity(changes.len());
    let settings = &context.settings;
    let is_timed = settings.rate_limit.is_none();
    let mut pace = AdaptiveLimit::new(settings.concurrency_min, settings.concurrency_max, is_timed);
    for stage in stages {
        let (indexes, part) = match stage {
            Stage::TemporaryLogin(indexes) => (indexes, Part::TemporaryLogin),
            Stage::Changes(indexes) => (indexes, Part::Change),
            Stage::Links(indexes) => (indexes, Part::Links),
        };
        pace.turn();
        run.stage(&indexes, part, &mut pace, |outcome| {
            done(&changes[outcome.index], &outcome);
            outcomes.push(outcome);
        })
        .await;
    }
    run.look_again(&mut pace, |outcome| {
        done(&changes[outcome.index], &outcome);
        outcomes.push(outcome);
    })
    .await;
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes
}

/// Only accounts of people are searched for and taken over.
fn is_new_person(change: &Change) -> bool {
    change.kind == ActionKind::Create && change.resource == TypeId::default()
}

/// Progress of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Open,
    /// The account has its temporary login name.
    TemporaryLogin,
    /// Complete, except references that are added later.
    Made,
    Done,
    Failed,
}

/// Which part of a change is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    TemporaryLogin,
    Change,
    Links,
}

const NAME: &str = "the account that has its login name was to give it up, which failed";

/// The state of a run.
struct Execution<'a, T> {
    /// New accounts whose people are searched for right before the creation.
    new: Vec<usize>,
    target: &'a T,
    context: &'a Context<'a>,
    changes: &'a [Change],
    dependencies: &'a [Vec<Dependency>],
    started: Instant,
    stop: Cell<Option<&'static str>>,
    /// New accounts that the target refuses to create twice, while it shows no account with the name.
    unseen: RefCell<Vec<(usize, TargetError)>>,
    progress: Vec<Cell<Progress>>,
    /// Results of changes whose references are added later.
    first_parts: RefCell<HashMap<usize, Applied>>,
}

impl<T: Target> Execution<'_, T> {
    /// Processes all changes of a stage, as many in parallel as the target can handle.
    async fn stage(
        &self,
        indexes: &[usize],
        part: Part,
        pace: &mut AdaptiveLimit,
        mut decided: impl FnMut(Outcome),
    ) {
        let work = async |index: &usize| self.one(*index, part).await;
        let Ok(()) = paced(
            pace,
            || self.target.overload_count(),
            indexes,
            work,
            |outcome| {
                let was_started = outcome.as_ref().is_none_or(Outcome::was_started);
                outcome.into_iter().for_each(&mut decided);
                Ok::<_, Infallible>(was_started)
            },
        )
        .await;
    }

    /// Processes one part of a change; `None` while its outcome is open.
    async fn one(&self, index: usize, part: Part) -> Option<Outcome> {
        // A change whose temporary login failed already has its outcome. A change that is retried at the end gets it
        // then.
        let state = self.progress[index].get();
        if state == Progress::Failed || (part == Part::Links && state != Progress::Made) {
            return None;
        }
        let change = &self.changes[index];
        let result = match self.obstacle(index, part) {
            obstacle if part == Part::Links => self.second_step(index, obstacle).await,
            Some(reason) => Err(NotApplied::NotStarted(reason)),
            None if part == Part::TemporaryLogin => match self.take_temporary_login(change).await {
                Ok(()) => {
                    self.progress[index].set(Progress::TemporaryLogin);
                    return None;
                }
                Err(error) => Err(NotApplied::Failed(error)),
            },
            None => match self.claimed(index).await {
                Some(result) => result,
                None => self.apply_change(index).await?.map_err(NotApplied::Failed),
            },
        };
        let result = match result {
            Ok(applied) if part == Part::Change => Ok(self.first_step(index, applied)?),
            result => result,
        };
        Some(self.outcome(index, result).await)
    }

    /// The outcome of a change, recorded.
    async fn outcome(&self, index: usize, result: Result<Applied, NotApplied>) -> Outcome {
        let result = result.map_err(|error| hide::names(error, &self.changes[index], self.target));
        self.record_result(index, &result).await;
        Outcome { index, result }
    }

    /// Records the outcome of a change.
    async fn record_result(&self, index: usize, result: &Result<Applied, NotApplied>) {
        if let Err(NotApplied::Failed(error) | NotApplied::Unlinked(_, Unlinked::Failed(error))) = result
            && error.stops_run()
        {
            self.stop
                .set(Some("an earlier failure would repeat itself for every change"));
        }
        if result.is_err() && self.progress[index].get() == Progress::TemporaryLogin {
            self.step_back(&self.changes[index]).await;
        }
        self.progress[index].set(if result.is_ok() {
            Progress::Done
        } else {
            Progress::Failed
        });
    }

    /// Returns `None` if the account may exist without being listed. Then it is searched for again at the end.
    async fn apply_change(&self, index: usize) -> Option<Result<Applied, TargetError>> {
        let change = &self.changes[index];
        let may_be_there = self.context.takes_over && is_new_person(change);
        let conflict = match self.target.apply(change, &self.ids_of_first_step(change)).await {
            Err(error) if error.kind == TargetErrorKind::Conflict && may_be_there => error,
            result => return Some(result),
        };
        match self.resolve_conflict(change, &conflict).await {
            Ok(None) => {
                self.unseen.borrow_mut().push((index, conflict));
                None
            }
            Ok(Some(applied)) => Some(Ok(applied)),
            Err(error) => Some(Err(error)),
        }
    }

    /// Why a change is not started.
    fn obstacle(&self, index: usize, part: Part) -> Option<&'static str> {
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
        match part {
            Part::TemporaryLogin | Part::Links => None,
            Part::Change => self.dependencies[index]
                .iter()
                .find_map(|dependency| self.failed(*dependency)),
        }
    }

    /// The failed dependency of a change.
    fn failed(&self, dependency: Dependency) -> Option<&'static str> {
        let state = |index: usize| self.progress[index].get();
        let is_made = |index| matches!(state(index), Progress::Made | Progress::Done);
        match dependency {
            Dependency::Name(holder) if !is_made(holder) => Some(NAME),
            Dependency::TemporaryLogin(holder)
                if !(is_made(holder) || state(holder) == Progress::TemporaryLogin) =>
            {
                Some(NAME)
            }
            Dependency::Dropped(dropper) if !is_made(dropper) => {
                Some("what refers to it was to be changed first, which failed")
            }
            // A reference to an object that could not be created is reported and left out. The next run adds it.
            Dependency::Name(_)
            | Dependency::TemporaryLogin(_)
            | Dependency::Made(_)
            | Dependency::Dropped(_) => None,
        }
    }
}
