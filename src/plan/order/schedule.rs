//! Schedules changes in stages according to their dependencies.

use super::dependencies::{Dependency, Phase, Stage, dependencies, phase, writes_links_later};
use crate::model::{Catalog, Change, Edit};

/// The stages in which an ordered plan is applied.
pub struct Schedule {
    pub stages: Vec<Stage>,
    /// The dependencies of each change.
    pub dependencies: Vec<Vec<Dependency>>,
    /// Whether a stage contains the change. The others depend on each other in a circle.
    is_done: Vec<bool>,
}

struct Scheduler {
    phases: Vec<Phase>,
    /// For each change, the changes that wait for it. References that it adds later do not matter.
    waiting: Vec<Vec<usize>>,
    /// Number of open dependencies of each change.
    open: Vec<usize>,
    /// Changes that can start now, by phase.
    ready: [Vec<usize>; 4],
}

impl Schedule {
    pub fn of(catalog: &Catalog, changes: &[Change]) -> Self {
        let dependencies = dependencies(catalog, changes);
        let mut scheduler = Scheduler::new(catalog, changes, &dependencies);
        let has_temporary = |index: &usize| {
            let edit = changes[*index].edit();
            edit.is_some_and(Edit::steps_aside)
        };
        let mut aside: Vec<usize> = (0..changes.len()).filter(has_temporary).collect();
        let (mut stages, mut is_done) = (Vec::new(), vec![false; changes.len()]);
        while let Some((phase, indexes)) = scheduler.next() {
            if !aside.is_empty() && phase >= Phase::Renames {
                stages.push(Stage::TemporaryLogin(std::mem::take(&mut aside)));
            }
            for index in &indexes {
                is_done[*index] = true;
            }
            stages.push(Stage::Changes(indexes));
        }
        // Nothing waits for these references. By now, all objects exist, and all other references are dropped.
        let links = |index: &usize| is_done[*index] && writes_links_later(&changes[*index]);
        let links: Vec<usize> = (0..changes.len()).filter(links).collect();
        stages.extend((!links.is_empty()).then_some(Stage::Links(links)));
        Self {
            stages,
            dependencies,
            is_done,
        }
    }

    /// A change whose references can break a circle: the first one that would add them, or else one that is deleted.
    pub(super) fn circle(&self) -> Option<usize> {
        let stuck = || (0..self.is_done.len()).filter(|index| !self.is_done[*index]);
        let depends_so = |index: &usize, is_kind: fn(&Dependency) -> bool| {
            let mut dependencies = self.dependencies[*index].iter().filter(|one| is_kind(one));
            dependencies.any(|one| on(one).is_some_and(|other| self.leads_to(other, *index)))
        };
        let by_link = stuck().find(|index| depends_so(index, |one| matches!(one, Dependency::Made(_))));
        by_link
            .or_else(|| stuck().find(|index| depends_so(index, |one| matches!(one, Dependency::Dropped(_)))))
    }

    /// Returns whether one change depends on another, directly or indirectly.
    fn leads_to(&self, from: usize, to: usize) -> bool {
        let (mut seen, mut next) = (vec![false; self.is_done.len()], vec![from]);
        while let Some(index) = next.pop() {
            if index == to {
                return true;
            }
            if !std::mem::replace(&mut seen[index], true) {
                next.extend(self.dependencies[index].iter().filter_map(on));
            }
        }
        false
    }
}

/// The change that a dependency waits for. A temporary login name can be set at any time.
fn on(dependency: &Dependency) -> Option<usize> {
    match dependency {
        Dependency::Name(index) | Dependency::Made(index) | Dependency::Dropped(index) => Some(*index),
        Dependency::TemporaryLogin(_) => None,
    }
}

impl Scheduler {
    fn new(catalog: &Catalog, changes: &[Change], dependencies: &[Vec<Dependency>]) -> Self {
        let mut scheduler = Self {
            phases: changes.iter().map(|change| phase(catalog, change)).collect(),
            waiting: vec![Vec::new(); changes.len()],
            open: vec![0; changes.len()],
            ready: Default::default(),
        };
        for (index, dependencies) in dependencies.iter().enumerate() {
            for other in dependencies.iter().filter_map(on) {
                scheduler.waiting[other].push(index);
                scheduler.open[index] += 1;
            }
            if scheduler.open[index] == 0 {
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
            self.open[waiting] -= 1;
            if self.open[waiting] == 0 {
                self.start(waiting);
            }
        }
    }
}
