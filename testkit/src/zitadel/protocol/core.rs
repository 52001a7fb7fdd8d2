//! What all connections share: the state, the gate, and calls that wait.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::gate::Gate;
use super::http::{Answer, Incoming};
use crate::zitadel::state::State;

/// What all requests share.
pub(crate) struct Core {
    pub(super) state: Mutex<State>,
    pub(super) gate: Mutex<Gate>,
    /// A request has passed the gate.
    pub(super) arrived: Condvar,
    /// Requests whose clients gave up, and how many others are processed before them.
    pub(super) late: Mutex<Vec<(u64, Incoming)>>,
    /// What a proxy keeps, by path.
    pub(super) kept: Mutex<HashMap<String, Answer>>,
}

impl Core {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            gate: Mutex::new(Gate::default()),
            arrived: Condvar::new(),
            late: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// The first answer at this path.
    pub(super) fn keep(&self, path: &str, answer: Answer) -> Answer {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(path.to_owned()).or_insert(answer).clone()
    }

    pub(super) fn late(&self) -> MutexGuard<'_, Vec<(u64, Incoming)>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request after which this is true of the gate; whether one came in time.
    pub(crate) fn wait_for(&self, limit: Duration, is_there: impl Fn(&Gate) -> bool) -> bool {
        let waited = self
            .arrived
            .wait_timeout_while(self.gate(), limit, |gate| !is_there(gate));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}
