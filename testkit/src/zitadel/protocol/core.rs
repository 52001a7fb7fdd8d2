//! What all connections share: the state, the gate, and calls that wait.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::call::{Call, Transport};
use super::errors::Failure;
use super::gate::Gate;
use super::http::{Answer, Incoming};
use super::routes::Route;
use crate::zitadel::access::endpoint::issuer;
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

/// Puts a request together for its handler.
pub(super) fn call(
    incoming: &Incoming,
    transport: Transport,
    params: Vec<(&'static str, String)>,
    value: Value,
    raw: &[u8],
) -> Call {
    Call {
        transport,
        params,
        query: incoming.query.clone(),
        authorization: incoming.header("authorization"),
        organization: incoming.header("x-zitadel-orgid"),
        value,
        raw: String::from_utf8_lossy(raw).into_owned(),
    }
}

/// Runs the handler, if the instance knows the host.
pub(super) fn run(core: &Core, incoming: &Incoming, route: &Route, call: &Call) -> Result<String, Failure> {
    let mut state = core.state();
    issuer(&state, incoming)?;
    (route.handler)(&mut state, call)
}
