//! Carries out an approved plan: step by step, several accounts at once, never two changes for one account.

mod again;
mod known_ids;
mod links;
mod name_conflict;
mod outcome;
mod temporary_login;
#[cfg(test)]
mod tests;

pub use self::outcome::{NotApplied, Outcome, Unlinked};

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::config::ApplySettings;
use crate::http::{AdaptiveLimit, Seen};
use crate::model::{ActionKind, Change, Ids, TypeId};
use crate::plan::{self, ApprovedPlan, Known, Policy, Protected, Step, Wait};
use crate::signals::Signals;
use crate::target::{Applied, Target, TargetError, TargetErrorKind};

/// What a change may need to know beside the plan.
#[derive(Debug)]
pub struct Context<'a> {
    /// All people that the sources know.
    pub known: &'a Known<'a>,
    /// What happens in which situation.
    pub policy: Policy,
    /// Accounts that are never changed.
    pub protected: &'a Protected,
    /// The target's ids of what objects can refer to, to which those of new objects are added; empty where nothing refers to
    /// anything.
    pub ids: RefCell<Ids>,
    /// Asks for no further changes.
    pub signals: &'a Signals,
    /// How fast.
    pub settings: ApplySettings,
    /// A new person's account may turn out to exist, and is taken over. Not where an undo file has to say beforehand
    /// how every account was.
    pub takes_over: bool,
    /// Before anybody new is made, it is looked whether an account carries the external id by now. Not where that is part of
    /// what the changes were worked out from.
    pub looks_first: bool,
}

/// Applies every change and says what became of each, in order of the plan.
pub async fn apply(
    target: &impl Target,
    approved: &ApprovedPlan,
    context: &Context<'_>,
    mut done: impl FnMut(&Change, &Outcome),
) -> Vec<Outcome> {
    let changes = &approved.plan().changes;
    let waits = plan::waits(target.catalog(), changes);
    let new = |place: &usize| is_new_person(&changes[*place]);
    let mut new: Vec<usize> = (0..changes.len()).filter(new).collect();
    if !context.looks_first || !target.looks_before(new.len()) {
        new.clear();
    }
    known_ids::add_changed(target.catalog(), changes, &mut context.ids.borrow_mut());
    let run = Run {
        new,
        target,
        context,
        changes,
        waits: &waits,
        started: Instant::now(),
        stop: Cell::new(None),
        unseen: RefCell::default(),
        fates: changes.iter().map(|_| Cell::new(Fate::Open)).collect(),
        first_parts: RefCell::default(),
    };
    let mut outcomes = Vec::with_capacity(changes.len());
    let mut pace = AdaptiveLimit::new(context.settings.concurrency_min, context.settings.concurrency_max);
    for step in plan::steps(target.catalog(), changes) {
        let (places, part) = match step {
            Step::TemporaryLogin(places) => (places, Part::TemporaryLogin),
            Step::Changes(places) => (places, Part::Change),
            Step::Links(places) => (places, Part::Links),
        };
        pace.turn();
        run.step(&places, part, &mut pace, |outcome| {
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

/// Only people are looked for, and taken over, when they turn out to be there.
fn is_new_person(change: &Change) -> bool {
    change.kind == ActionKind::Create && change.resource == TypeId::default()
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    /// Its account has its temporary login name.
    TemporaryLogin,
    /// All but the references that it adds later is done.
    Made,
    Done,
    Failed,
}

/// Which part of a change is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    TemporaryLogin,
    Change,
    Links,
}

const NAME: &str = "the account that has its login name was to give it up, which failed";

/// The changes of a plan on their way.
struct Run<'a, T> {
    /// New accounts whose people are looked for right before they are made.
    new: Vec<usize>,
    target: &'a T,
    context: &'a Context<'a>,
    changes: &'a [Change],
    waits: &'a [Vec<Wait>],
    started: Instant,
    stop: Cell<Option<&'static str>>,
    /// New accounts that the target refuses to make twice, while it shows no account with the name.
    unseen: RefCell<Vec<(usize, TargetError)>>,
    fates: Vec<Cell<Fate>>,
    /// What changes came to that are to write references yet.
    first_parts: RefCell<HashMap<usize, Applied>>,
}

impl<T: Target> Run<'_, T> {
    /// Takes all changes of a step further, as many at once as the target bears.
    async fn step(
        &self,
        places: &[usize],
        part: Part,
        pace: &mut AdaptiveLimit,
        mut decided: impl FnMut(Outcome),
    ) {
        let mut running = FuturesUnordered::new();
        let mut waiting = places.iter();
        let mut overload_count = self.target.overload_count();
        loop {
            while running.len() < pace.limit()
                && let Some(place) = waiting.next()
            {
                running.push(self.timed(*place, part));
            }
            let Some((outcome, took)) = running.next().await else {
                return;
            };
            let before = std::mem::replace(&mut overload_count, self.target.overload_count());
            let is_idle = |outcome: &Outcome| {
                matches!(
                    outcome.result,
                    Err(NotApplied::NotStarted(_) | NotApplied::Unlinked(_, Unlinked::NotStarted(_)))
                )
            };
            let started = !outcome.as_ref().is_some_and(is_idle);
            if started {
                pace.finished(Seen {
                    // Under a rate limit the time is mostly that of waiting for one's turn.
                    took: self.context.settings.rate_limit.is_none().then_some(took),
                    strained: overload_count > before,
                });
            }
            if let Some(outcome) = outcome {
                decided(outcome);
            }
        }
    }

    async fn timed(&self, index: usize, part: Part) -> (Option<Outcome>, Duration) {
        let started = Instant::now();
        (self.one(index, part).await, started.elapsed())
    }

    /// Takes one change a step further; `None` while nothing is decided.
    async fn one(&self, index: usize, part: Part) -> Option<Outcome> {
        // What could not even step aside has had its outcome; who is looked for again is going to have one.
        let fate = self.fates[index].get();
        if fate == Fate::Failed || (part == Part::Links && fate != Fate::Made) {
            return None;
        }
        let change = &self.changes[index];
        let result = match self.obstacle(index, part) {
            obstacle if part == Part::Links => self.second_step(index, obstacle).await,
            Some(reason) => Err(NotApplied::NotStarted(reason)),
            None if part == Part::TemporaryLogin => match self.take_temporary_login(change).await {
                Ok(()) => {
                    self.fates[index].set(Fate::TemporaryLogin);
                    return None;
                }
                Err(error) => Err(NotApplied::Failed(error)),
            },
            None => match self.claimed(index).await {
                Some(result) => result,
                None => self.carry_out(index).await?.map_err(NotApplied::Failed),
            },
        };
        let result = match result {
            Ok(applied) if part == Part::Change => Ok(self.first_step(index, applied)?),
            result => result,
        };
        self.record_result(index, &result).await;
        Some(Outcome { index, result })
    }

    /// Takes note of how a change ended.
    async fn record_result(&self, index: usize, result: &Result<Applied, NotApplied>) {
        if let Err(NotApplied::Failed(error) | NotApplied::Unlinked(_, Unlinked::Failed(error))) = result
            && error.stops_run()
        {
            self.stop
                .set(Some("an earlier failure would repeat itself for every change"));
        }
        if result.is_err() && self.fates[index].get() == Fate::TemporaryLogin {
            self.step_back(&self.changes[index]).await;
        }
        self.fates[index].set(if result.is_ok() { Fate::Done } else { Fate::Failed });
    }

    /// `None` when the account may be there without being listed: then it is looked for again, when all else is done.
    async fn carry_out(&self, index: usize) -> Option<Result<Applied, TargetError>> {
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

    /// Why a change is not to be started.
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
            Part::Change => self.waits[index].iter().find_map(|wait| self.mismatches(*wait)),
        }
    }

    /// What a change waits for in vain.
    fn mismatches(&self, wait: Wait) -> Option<&'static str> {
        let fate = |place: usize| self.fates[place].get();
        let is_made = |place| matches!(fate(place), Fate::Made | Fate::Done);
        match wait {
            Wait::Name(holder) if !is_made(holder) => Some(NAME),
            Wait::TemporaryLogin(holder) if !(is_made(holder) || fate(holder) == Fate::TemporaryLogin) => {
                Some(NAME)
            }
            Wait::Dropped(dropper) if !is_made(dropper) => {
                Some("what refers to it was to be changed first, which failed")
            }
            // What could not be made is reported, and left out; the next run adds the reference.
            Wait::Name(_) | Wait::TemporaryLogin(_) | Wait::Made(_) | Wait::Dropped(_) => None,
        }
    }
}
