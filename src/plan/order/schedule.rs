//! Schedules changes in steps according to their dependencies.

use super::dependencies::{Phase, Step, Wait, phase, waits, writes_links_later};
use crate::model::{Catalog, Change, Edit};

/// Changes by the step in which they can run, and those that wait for each other.
pub(super) struct Schedule {
    pub(super) steps: Vec<Step>,
    waits: Vec<Vec<Wait>>,
    is_done: Vec<bool>,
}

struct Scheduler {
    phases: Vec<Phase>,
    /// For each change, the changes that wait for it. References that it adds later do not matter.
    waiting: Vec<Vec<usize>>,
    /// Number of open dependencies of each change.
    mismatches: Vec<usize>,
    /// Changes that can start now, by phase.
    ready: [Vec<usize>; 4],
}

impl Schedule {
    pub(super) fn of(catalog: &Catalog, changes: &[Change]) -> Self {
        let waits = waits(catalog, changes);
        let mut scheduler = Scheduler::new(catalog, changes, &waits);
        let has_temporary = |index: &usize| {
            let edit = changes[*index].edit();
            edit.is_some_and(Edit::steps_aside)
        };
        let mut aside: Vec<usize> = (0..changes.len()).filter(has_temporary).collect();
        let (mut steps, mut is_done) = (Vec::new(), vec![false; changes.len()]);
        while let Some((phase, indexes)) = scheduler.next() {
            if !aside.is_empty() && phase >= Phase::Renames {
                steps.push(Step::TemporaryLogin(std::mem::take(&mut aside)));
            }
            for index in &indexes {
                is_done[*index] = true;
            }
            steps.push(Step::Changes(indexes));
        }
        // Nothing waits for these references. By now, all objects exist, and all other references are dropped.
        let links = |index: &usize| is_done[*index] && writes_links_later(&changes[*index]);
        let links: Vec<usize> = (0..changes.len()).filter(links).collect();
        steps.extend((!links.is_empty()).then_some(Step::Links(links)));
        Self {
            steps,
            waits,
            is_done,
        }
    }

    /// A change whose references can break a circle: the first one that would add them, or else one that is deleted.
    pub(super) fn circle(&self) -> Option<usize> {
        let stuck = || (0..self.is_done.len()).filter(|index| !self.is_done[*index]);
        let waits_so = |index: &usize, is_kind: fn(&Wait) -> bool| {
            let mut waits = self.waits[*index].iter().filter(|wait| is_kind(wait));
            waits.any(|wait| on(wait).is_some_and(|other| self.leads_to(other, *index)))
        };
        let by_link = stuck().find(|index| waits_so(index, |wait| matches!(wait, Wait::Made(_))));
        by_link.or_else(|| stuck().find(|index| waits_so(index, |wait| matches!(wait, Wait::Dropped(_)))))
    }

    /// Returns whether one change depends on another, directly or indirectly.
    fn leads_to(&self, from: usize, to: usize) -> bool {
        let (mut seen, mut next) = (vec![false; self.is_done.len()], vec![from]);
        while let Some(index) = next.pop() {
            if index == to {
                return true;
            }
            if !std::mem::replace(&mut seen[index], true) {
                next.extend(self.waits[index].iter().filter_map(on));
            }
        }
        false
    }
}

/// The change that a dependency waits for. A temporary login name can be set at any time.
fn on(wait: &Wait) -> Option<usize> {
    match wait {
        Wait::Name(index) | Wait::Made(index) | Wait::Dropped(index) => Some(*index),
        Wait::TemporaryLogin(_) => None,
    }
}

impl Scheduler {
    fn new(catalog: &Catalog, changes: &[Change], waits: &[Vec<Wait>]) -> Self {
        let mut scheduler = Self {
            phases: changes.iter().map(|change| phase(catalog, change)).collect(),
            waiting: vec![Vec::new(); changes.len()],
            mismatches: vec![0; changes.len()],
            ready: Default::default(),
        };
        for (index, waits) in waits.iter().enumerate() {
            for other in waits.iter().filter_map(on) {
                scheduler.waiting[other].push(index);
                scheduler.mismatches[index] += 1;
            }
            if scheduler.mismatches[index] == 0 {
                scheduler.start(index);
            }
        }
        scheduler
    }

    fn start(&mut self, index: usize) {
        self.ready[self.phases[index] as usize].push(index);
    }

    /// The next changes with their phase.
    fn next(&mut self) -> Option<(Phase, Vec<usize>)> {
        for phase in Phase::ALL {
            let mut indexes = std::mem::take(&mut self.ready[phase as usize]);
            if !indexes.is_empty() {
                indexes.sort_unstable();
                for index in &indexes {
                    self.done(*index);
                }
                return Some((phase, indexes));
            }
        }
        None
    }

    fn done(&mut self, index: usize) {
        for waiting in std::mem::take(&mut self.waiting[index]) {
            self.mismatches[waiting] -= 1;
            if self.mismatches[waiting] == 0 {
                self.start(waiting);
            }
        }
    }
}
