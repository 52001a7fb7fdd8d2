//! The HTTP server: faults and hooks around the API.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::Response;
use tokio::sync::Semaphore;

use super::answer::{Answer, Incoming};
use super::api::{self, Call, Step};
use super::faults::{FaultKind, Moment};
use super::gate::{Gate, RequestRecord, Ticket};
use super::state::State;
use crate::http_server::Cut;

/// Largest request body, far above what the tests send.
const BODY_LIMIT: usize = 256 << 20;

/// What all requests share.
pub(crate) struct Core {
    state: Mutex<State>,
    gate: Mutex<Gate>,
    /// The processes that are free.
    free: Semaphore,
}

impl Core {
    pub(crate) fn new(state: State) -> Self {
        Self {
            free: Semaphore::new(state.options.processes),
            state: Mutex::new(state),
            gate: Mutex::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one request, faults and hooks included.
pub(crate) async fn serve(
    Shared(core): Shared<Arc<Core>>,
    ConnectInfo(Cut(cut)): ConnectInfo<Cut>,
    request: Request,
) -> Response<Body> {
    let (parts, stream) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(stream, BODY_LIMIT).await else {
        return Answer::empty(400).into_response();
    };
    let incoming = Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: bytes.to_vec(),
    };
    let route = api::route(&core.state().options.path_prefix, &incoming.path);
    let ticket = {
        let mut gate = core.gate();
        gate.comes_by(&cut);
        gate.enter(record(&incoming, &route))
    };
    run_hooks(&core, &ticket, Moment::Received);
    if let Some(response) = instead(&core, &ticket, &cut).await {
        return response;
    }
    if ticket.write.is_some() {
        work(&core).await;
    }
    let answer = process(&core, &incoming, &route).await;
    run_hooks(&core, &ticket, Moment::Processed);
    finish(&core, &ticket, answer, &cut)
}

fn record(incoming: &Incoming, route: &api::Route) -> RequestRecord {
    RequestRecord {
        method: incoming.method.clone(),
        pattern: format!("{} {}", incoming.method, route.pattern()),
        path: crate::zitadel::decode(&incoming.path, crate::zitadel::Plus::Literal),
        query: incoming.query.clone(),
        body: serde_json::from_slice(&incoming.body).unwrap_or_default(),
        if_match: incoming.header("if-match").map(str::to_owned),
        status: 0,
    }
}

/// Does what the faults ask for before the request is processed; the answer if it is not to be processed.
async fn instead(core: &Core, ticket: &Ticket, cut: &AtomicBool) -> Option<Response<Body>> {
    for fault in &ticket.faults {
        match fault {
            FaultKind::Delay(time) => tokio::time::sleep(*time).await,
            FaultKind::Silent => std::future::pending().await,
            FaultKind::Reset => {
                core.gate().leave(ticket, 0);
                return Some(reset(cut));
            }
            FaultKind::Answer {
                status,
                headers,
                body,
            } => {
                core.gate().leave(ticket, *status);
                return Some(other(*status, headers, body).into_response());
            }
            FaultKind::Killed(what, value) => {
                core.state().lock(*what, value);
                core.gate().leave(ticket, 503);
                let FaultKind::Answer {
                    status,
                    headers,
                    body,
                } = FaultKind::worker_away()
                else {
                    continue;
                };
                return Some(other(status, &headers, &body).into_response());
            }
            FaultKind::LoseReply | FaultKind::CutBody | FaultKind::Garbage | FaultKind::DoneBut { .. } => {}
        }
    }
    None
}

fn other(status: u16, headers: &[(String, String)], body: &str) -> Answer {
    Answer {
        status,
        headers: headers.to_vec(),
        body: body.as_bytes().to_vec(),
    }
}

/// Takes the time that a write takes, when a process is free.
async fn work(core: &Core) {
    let work = core.state().options.work;
    if !work.is_zero() {
        let _busy = core.free.acquire().await;
        tokio::time::sleep(work).await;
    }
}

/// Reads and writes; between the two others may come in where the double is set up so.
async fn process(core: &Core, incoming: &Incoming, route: &api::Route) -> Answer {
    let (first, call, race) = {
        let mut state = core.state();
        let call = Call::new(incoming, &state.options);
        (
            api::first_step(&mut state, &call, route),
            call,
            state.options.race,
        )
    };
    match first {
        Step::Done(answer) => answer,
        Step::Write(plan) => {
            if !race.is_zero() {
                tokio::time::sleep(race).await;
            }
            api::second_step(&mut core.state(), &call, *plan)
        }
    }
}

/// Sends the answer, or what the faults make of it.
fn finish(core: &Core, ticket: &Ticket, mut answer: Answer, cut: &AtomicBool) -> Response<Body> {
    let more = core.state().options.more_headers;
    for n in 0..more {
        answer = answer.with("x-app", n.to_string());
    }
    for fault in &ticket.faults {
        match fault {
            FaultKind::LoseReply => {
                core.gate().leave(ticket, 0);
                return reset(cut);
            }
            FaultKind::CutBody => {
                core.gate().leave(ticket, answer.status);
                return answer.into_cut_response();
            }
            FaultKind::Garbage => answer.body = b"{\"_embedded\": {\"udm:object\": [".to_vec(),
            FaultKind::DoneBut {
                status,
                headers,
                body,
            } => answer = other(*status, headers, body),
            _ => {}
        }
    }
    core.gate().leave(ticket, answer.status);
    answer.into_response()
}

/// The connection fails with the next byte that is written to it.
fn reset(cut: &AtomicBool) -> Response<Body> {
    cut.store(true, Ordering::SeqCst);
    Answer::empty(200).into_response()
}

fn run_hooks(core: &Core, ticket: &Ticket, moment: Moment) {
    let due = core.gate().due(ticket.write, moment);
    for hook in due {
        hook();
    }
}
