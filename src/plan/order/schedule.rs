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
        let has_temporary = |place: &usize| {
            let edit = changes[*place].edit();
            edit.is_some_and(Edit::steps_aside)
        };
        let mut aside: Vec<usize> = (0..changes.len()).filter(has_temporary).collect();
        let (mut steps, mut is_done) = (Vec::new(), vec![false; changes.len()]);
        while let Some((phase, places)) = scheduler.next() {
            if !aside.is_empty() && phase >= Phase::Renames {
                steps.push(Step::TemporaryLogin(std::mem::take(&mut aside)));
            }
            for place in &places {
                is_done[*place] = true;
            }
            steps.push(Step::Changes(places));
        }
        // Nothing waits for these references. By now, all objects exist, and all other references are dropped.
        let links = |place: &usize| is_done[*place] && writes_links_later(&changes[*place]);
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
        let stuck = || (0..self.is_done.len()).filter(|place| !self.is_done[*place]);
        let waits_so = |place: &usize, is_kind: fn(&Wait) -> bool| {
            let mut waits = self.waits[*place].iter().filter(|wait| is_kind(wait));
            waits.any(|wait| on(wait).is_some_and(|other| self.leads_to(other, *place)))
        };
        let by_link = stuck().find(|place| waits_so(place, |wait| matches!(wait, Wait::Made(_))));
        by_link.or_else(|| stuck().find(|place| waits_so(place, |wait| matches!(wait, Wait::Dropped(_)))))
    }

    /// Returns whether one change depends on another, directly or indirectly.
    fn leads_to(&self, from: usize, to: usize) -> bool {
        let (mut seen, mut next) = (vec![false; self.is_done.len()], vec![from]);
        while let Some(place) = next.pop() {
            if place == to {
                return true;
            }
            if !std::mem::replace(&mut seen[place], true) {
                next.extend(self.waits[place].iter().filter_map(on));
            }
        }
        false
    }
}

/// The change that a dependency waits for. A temporary login name can be set at any time.
fn on(wait: &Wait) -> Option<usize> {
    match wait {
        Wait::Name(place) | Wait::Made(place) | Wait::Dropped(place) => Some(*place),
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
        for (place, waits) in waits.iter().enumerate() {
            for other in waits.iter().filter_map(on) {
                scheduler.waiting[other].push(place);
                scheduler.mismatches[place] += 1;
            }
            if scheduler.mismatches[place] == 0 {
                scheduler.start(place);
            }
        }
        scheduler
    }

    fn start(&mut self, place: usize) {
        self.ready[self.phases[place] as usize].push(place);
    }

    /// The next changes with their phase.
    fn next(&mut self) -> Option<(Phase, Vec<usize>)> {
        for phase in Phase::ALL {
            let mut places = std::mem::take(&mut self.ready[phase as usize]);
            if !places.is_empty() {
                places.sort_unstable();
                for place in &places {
                    self.done(*place);
                }
                return Some((phase, places));
            }
        }
        None
    }

    fn done(&mut self, place: usize) {
        for waiting in std::mem::take(&mut self.waiting[place]) {
            self.mismatches[waiting] -= 1;
            if self.mismatches[waiting] == 0 {
                self.start(waiting);
            }
        }
    }
}
