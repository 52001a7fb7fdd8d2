//! The HTTP server: one port for REST, Connect, the token endpoint and health.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::call::Transport;
use super::core::{Core, call, run};
use super::errors::{Failure, NOT_FOUND, UNIMPLEMENTED};
use super::gate::Ticket;
use super::http::{Answer, Incoming, Plus, decode, form};
use super::routes::{Effect, Found, Route, find};
use super::{body, connect};
use crate::http_server::Cut;
use crate::zitadel::access::endpoint::token;
use crate::zitadel::control::faults::{FaultKind, Moment};
use crate::zitadel::control::views::WriteRecord;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::Response;

/// Largest request body, far above what the tests send.
const BODY_LIMIT: usize = 256 << 20;

impl Core {
    /// Processes the late requests that are due, or all of them.
    pub(crate) fn process_late(&self, is_due: impl Fn(&mut u64) -> bool) {
        let due: Vec<_> = self.late().extract_if(.., |(after, _)| is_due(after)).collect();
        for (_, incoming) in due {
            let version = self.state().options.version;
            let found = find(version, &incoming.method, &incoming.path);
            process(self, &incoming, found);
        }
    }
}

/// Answers one request, and says what time the server has.
pub(crate) async fn serve(
    Shared(core): Shared<Arc<Core>>,
    ConnectInfo(Cut(cut)): ConnectInfo<Cut>,
    request: Request,
) -> Response<Body> {
    let mut response = answer(Arc::clone(&core), cut, request).await;
    if let Some(date) = date(&core).and_then(|date| date.parse().ok()) {
        response.headers_mut().entry("date").or_insert(date);
    }
    response
}

/// What time the server says it has.
fn date(core: &Core) -> Option<String> {
    let state = core.state();
    let now = jiff::Timestamp::from_microsecond(state.clock.now()).unwrap_or_default();
    let time = || {
        jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&now)
            .ok()
    };
    state.date.clone().or_else(time)
}

/// Answers one request, faults and hooks included.
async fn answer(core: Arc<Core>, cut: Arc<AtomicBool>, request: Request) -> Response<Body> {
    let (parts, stream) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(stream, BODY_LIMIT).await else {
        return Answer::empty(400).into_response();
    };
    let incoming = Incoming {
        method: parts.method.as_str().to_owned(),
        raw_path: parts.uri.path().to_owned(),
        path: decode(parts.uri.path(), Plus::Literal),
        query: form(parts.uri.query().unwrap_or_default()),
        authority: parts.uri.authority().map(ToString::to_string).unwrap_or_default(),
        headers: parts.headers,
        body: bytes.to_vec(),
    };
    let version = core.state().options.version;
    let found = find(version, &incoming.method, &incoming.path);
    let (operation, effect) = describe(&found, &incoming);
    let record = (effect == Effect::Write).then(|| WriteRecord {
        operation: operation.clone(),
        path: incoming.raw_path.clone(),
        body: serde_json::from_slice(&incoming.body).unwrap_or_default(),
        status: 0,
    });
    let ticket = core
        .gate()
        .enter(&operation, &incoming.method, &incoming.raw_path, record);
    core.arrived.notify_all();
    core.process_late(|after| {
        *after = after.saturating_sub(1);
        *after == 0
    });
    core.let_others_act(&incoming.method, &incoming.raw_path);
    run_hooks(&core, ticket.write, Moment::Received);
    let mut incoming = match instead(&core, &ticket, incoming, &cut).await {
        Ok(incoming) => incoming,
        Err(response) => return response,
    };
    let path = incoming.raw_path.clone();
    if ticket.faults.contains(&FaultKind::Endless) {
        incoming.headers.remove("accept-encoding");
    }
    let mut answer = process(&core, &incoming, found);
    run_hooks(&core, ticket.write, Moment::Processed);
    if ticket.faults.contains(&FaultKind::LoseReply) {
        return reset(&cut);
    }
    if ticket.faults.contains(&FaultKind::Garbage) {
        answer.body.truncate(answer.body.len() / 2);
        // In compressed text they could mean anything, also the end of an item that never was.
        if answer.headers.iter().all(|(name, _)| name != "content-encoding") {
            answer.body.extend_from_slice(b"\0\xff");
        }
    }
    if ticket.faults.contains(&FaultKind::Kept) {
        answer = core.keep(&path, answer);
    }
    core.gate().answered(ticket.write, answer.status);
    spoilt(answer, &ticket)
}

/// The answer, in the way in which the faults let it come.
fn spoilt(answer: Answer, ticket: &Ticket) -> Response<Body> {
    for fault in &ticket.faults {
        match fault {
            FaultKind::Endless => return answer.into_endless_response(),
            FaultKind::Drip(pause) => return answer.into_dripping_response(*pause),
            _ => {}
        }
    }
    answer.into_response()
}

/// Does what the faults ask for before the request is processed; the answer if it is not to be processed.
async fn instead(
    core: &Core,
    ticket: &Ticket,
    incoming: Incoming,
    cut: &AtomicBool,
) -> Result<Incoming, Response<Body>> {
    for fault in &ticket.faults {
        match fault {
            FaultKind::Delay(time) => tokio::time::sleep(*time).await,
            FaultKind::Reset => return Err(reset(cut)),
            FaultKind::Late(after) => {
                core.late().push((*after, incoming));
                return Err(reset(cut));
            }
            FaultKind::Answer {
                status,
                headers,
                body,
            } => {
                core.gate().answered(ticket.write, *status);
                let body = body.clone().into_bytes();
                let answer = Answer {
                    status: *status,
                    headers: headers.clone(),
                    body,
                };
                return Err(answer.into_response());
            }
            FaultKind::Echo(status) => {
                core.gate().answered(ticket.write, *status);
                return Err(Answer::echo(*status, &incoming).into_response());
            }
            FaultKind::LoseReply
            | FaultKind::Garbage
            | FaultKind::Endless
            | FaultKind::Drip(_)
            | FaultKind::Kept => {}
        }
    }
    Ok(incoming)
}

/// The connection fails with the next byte that is written to it.
fn reset(cut: &AtomicBool) -> Response<Body> {
    cut.store(true, Ordering::SeqCst);
    Answer::empty(200).into_response()
}

fn run_hooks(core: &Core, write: Option<u64>, moment: Moment) {
    let due = core.gate().due(write, moment);
    for hook in due {
        hook();
    }
}

/// The name a request is counted under.
fn describe(found: &Found, incoming: &Incoming) -> (String, Effect) {
    match found {
        Found::Rest(route, _) | Found::Connect(route) => {
            (format!("{} {}", route.method, route.pattern), route.effect)
        }
        _ => (format!("{} {}", incoming.method, incoming.path), Effect::Read),
    }
}

fn process(core: &Core, incoming: &Incoming, found: Found) -> Answer {
    match incoming.path.as_str() {
        "/debug/healthz" => return Answer::with_type(200, "text/plain; charset=utf-8", "ok"),
        "/debug/ready" => return Answer::json(200, "\"ok\"".to_owned()),
        "/oauth/v2/token" => return token(&mut core.state(), incoming),
        _ => {}
    }
    let transport = match &found {
        Found::Connect(_) | Found::WrongMethod(Transport::Connect) | Found::NoConnectMethod => {
            Transport::Connect
        }
        _ => Transport::Rest,
    };
    match found {
        Found::Rest(route, params) => rest(core, incoming, route, params),
        Found::Connect(route) => connect::answer(core, incoming, route),
        Found::WrongMethod(Transport::Rest) => {
            Answer::failed(&Failure::plain(UNIMPLEMENTED, "Method Not Allowed"), transport).with_status(405)
        }
        Found::WrongMethod(Transport::Connect) => {
            let mut answer = Answer::empty(405);
            answer.headers.push(("allow".to_owned(), "POST".to_owned()));
            answer
        }
        Found::NoConnectMethod => Answer::with_type(404, "text/plain; charset=utf-8", "404 page not found\n"),
        Found::Nothing => Answer::failed(&Failure::plain(NOT_FOUND, "Not Found"), transport),
    }
}

/// A call of the REST gateway: JSON, then the host, then the handler.
fn rest(core: &Core, incoming: &Incoming, route: &Route, params: Vec<(&'static str, String)>) -> Answer {
    // Of the deleting calls only those of many things read their body.
    let has_body = match route.method {
        "GET" => false,
        "DELETE" => route.pattern.ends_with("_bulk"),
        _ => true,
    };
    let raw: &[u8] = if has_body { &incoming.body } else { b"" };
    let result = body::parse(raw).and_then(|value| {
        let call = call(incoming, Transport::Rest, params, value, raw);
        run(core, incoming, route, &call)
    });
    match result {
        Ok(body) => Answer::json(route.status, body),
        Err(failure) => Answer::failed(&failure, Transport::Rest),
    }
}
