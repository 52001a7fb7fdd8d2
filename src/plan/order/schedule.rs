//! Schedules changes in steps according to their dependencies.

use super::dependencies::{Phase, Step, Wait, phase, waits, waits_of_links, writes_links_later};
use crate::model::{Catalog, Change, Edit};

/// Changes by the step in which they can run, and those that wait for each other.
pub(super) struct Schedule {
    pub(super) steps: Vec<Step>,
    waits: Vec<Vec<Wait>>,
    is_done: Vec<bool>,
}

/// Changes that wait for another change. References that it adds later do not matter.
#[derive(Clone, Default)]
struct Waiting {
    /// To start.
    starts: Vec<usize>,
    /// To add references.
    links: Vec<usize>,
}

/// Changes that can start now, by phase, and changes that can add their references.
#[derive(Default)]
struct Ready {
    changes: [Vec<usize>; 4],
    links: Vec<usize>,
}

struct Scheduler {
    phases: Vec<Phase>,
    waiting: Vec<Waiting>,
    /// Number of open dependencies of each change, to start and to add references.
    mismatches: Vec<usize>,
    unmet_links: Vec<usize>,
    ready: Ready,
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
            if !aside.is_empty() && phase.is_none_or(|phase| phase >= Phase::Renames) {
                steps.push(Step::TemporaryLogin(std::mem::take(&mut aside)));
            }
            match phase {
                Some(_) => {
                    for place in &places {
                        is_done[*place] = true;
                    }
                    steps.push(Step::Changes(places));
                }
                None => steps.push(Step::Links(places)),
            }
        }
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
            waiting: vec![Waiting::default(); changes.len()],
            mismatches: vec![0; changes.len()],
            unmet_links: vec![0; changes.len()],
            ready: Ready::default(),
        };
        for (place, waits) in waits.iter().enumerate() {
            for wait in waits {
                scheduler.waits(place, *wait);
            }
        }
        for (place, makers) in waits_of_links(catalog, changes).into_iter().enumerate() {
            scheduler.unmet_links[place] = makers.len();
            for maker in makers {
                scheduler.waiting[maker].links.push(place);
            }
        }
        for (place, change) in changes.iter().enumerate() {
            if writes_links_later(change) {
                // Its own first step is one of its dependencies.
                scheduler.unmet_links[place] += 1;
                scheduler.waiting[place].links.push(place);
            }
            if scheduler.mismatches[place] == 0 {
                scheduler.start(place);
            }
        }
        scheduler
    }

    fn waits(&mut self, place: usize, wait: Wait) {
        if let Some(other) = on(&wait) {
            self.waiting[other].starts.push(place);
            self.mismatches[place] += 1;
        }
    }

    fn start(&mut self, place: usize) {
        self.ready.changes[self.phases[place] as usize].push(place);
    }

    /// The next changes with their phase. Without a phase, they add references.
    fn next(&mut self) -> Option<(Option<Phase>, Vec<usize>)> {
        for phase in Phase::ALL {
            let mut places = std::mem::take(&mut self.ready.changes[phase as usize]);
            if !places.is_empty() {
                places.sort_unstable();
                for place in &places {
                    self.done(*place);
                }
                return Some((Some(phase), places));
            }
        }
        let mut links = std::mem::take(&mut self.ready.links);
        links.sort_unstable();
        (!links.is_empty()).then_some((None, links))
    }

    fn done(&mut self, place: usize) {
        let Waiting { starts, links } = &mut self.waiting[place];
        let (starts, links) = (std::mem::take(starts), std::mem::take(links));
        self.release(starts);
        for place in links {
            self.unmet_links[place] -= 1;
            if self.unmet_links[place] == 0 {
                self.ready.links.push(place);
            }
        }
    }

    fn release(&mut self, places: Vec<usize>) {
        for place in places {
            self.mismatches[place] -= 1;
            if self.mismatches[place] == 0 {
                self.start(place);
            }
        }
    }
}
