//! A double of the UKT endpoint: a token for the right client, a list for the right token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::oneshot;

const TOKEN: &str = "token-of-the-ukt-double";

/// One request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `POST /token` or `GET /list`.
    pub line: &'static str,
    /// The query without the question mark.
    pub query: String,
    /// Form fields of the body.
    pub form: HashMap<String, String>,
    /// Headers with lower-case names.
    pub headers: HashMap<String, String>,
}

/// A replacement for the usual answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, unchanged.
    pub body: String,
}

#[derive(Debug, Default)]
struct Shared {
    list: Vec<String>,
    token_answer: Option<Answer>,
    list_answer: Option<Answer>,
    requests: Vec<Request>,
}

/// A running double. It stops when it is dropped.
#[derive(Debug)]
pub struct UktDouble {
    shared: Arc<Mutex<Shared>>,
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl UktDouble {
    /// The only client it knows.
    pub const CLIENT_ID: &str = "sync";
    /// The client's secret; it needs encoding in a form.
    pub const CLIENT_SECRET: &str = "s&cret +%";
    /// The scope it wants.
    pub const SCOPE: &str = "openid read-maillist";
    /// The grant it wants.
    pub const GRANT_TYPE: &str = "client_credentials";

    /// Starts with an empty list on a free port of the loopback address.
    pub fn start() -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let app = Router::new()
            .route("/token", post(token))
            .route("/list", get(list))
            .with_state(shared.clone());
        let thread = std::thread::spawn(move || serve(listener, app, stopped));
        Self {
            shared,
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Address of the token endpoint.
    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// Address of the list.
    pub fn list_url(&self) -> String {
        format!("http://{}/list", self.address)
    }

    /// Who has left.
    pub fn set_list(&self, addresses: &[&str]) {
        self.shared().list = addresses.iter().map(ToString::to_string).collect();
    }

    /// Answers every further request for a token like this.
    pub fn answer_token(&self, status: u16, body: &str) {
        self.shared().token_answer = Some(answer(status, body));
    }

    /// Answers every further request for the list like this, whatever the token.
    pub fn answer_list(&self, status: u16, body: &str) {
        self.shared().list_answer = Some(answer(status, body));
    }

    /// Answers with the list again.
    pub fn answer_list_as_usual(&self) {
        self.shared().list_answer = None;
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared().requests.clone()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("no panic while locked")
    }
}

impl Drop for UktDouble {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        body: body.to_owned(),
    }
}

fn serve(listener: std::net::TcpListener, app: Router, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        // Not graceful: a client that keeps its connection open must not hold up the end of a test.
        tokio::select! {
            ended = async { axum::serve(listener, app).await } => ended.expect("the double serves"),
            _ = stopped => {}
        }
    });
}

type SharedState = State<Arc<Mutex<Shared>>>;

async fn token(State(shared): SharedState, headers: HeaderMap, body: Bytes) -> Response {
    let mut shared = shared.lock().expect("no panic while locked");
    let form = form(&body);
    shared
        .requests
        .push(request("POST /token", None, form.clone(), &headers));
    if let Some(answer) = &shared.token_answer {
        return reply(answer);
    }
    let is_form = header(&headers, "content-type").starts_with("application/x-www-form-urlencoded");
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let refusal = |status, error: &str| json_reply(status, &json!({ "error": error }));
    if !is_form || field("grant_type") != UktDouble::GRANT_TYPE {
        return refusal(400, "unsupported_grant_type");
    }
    if field("client_id") != UktDouble::CLIENT_ID || field("client_secret") != UktDouble::CLIENT_SECRET {
        return refusal(401, "invalid_client");
    }
    if field("scope") != UktDouble::SCOPE {
        return refusal(400, "invalid_scope");
    }
    json_reply(
        200,
        &json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 300 }),
    )
}

async fn list(State(shared): SharedState, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let mut shared = shared.lock().expect("no panic while locked");
    let query = query.unwrap_or_default();
    shared
        .requests
        .push(request("GET /list", Some(&query), HashMap::new(), &headers));
    if let Some(answer) = &shared.list_answer {
        return reply(answer);
    }
    if header(&headers, "authorization") != format!("Bearer {TOKEN}") {
        return json_reply(401, &json!({ "error": "invalid_token" }));
    }
    let date = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("date="))
        .unwrap_or_default();
    if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return json_reply(400, &json!({ "error": "invalid_date" }));
    }
    json_reply(200, &json!(shared.list))
}

fn request(
    line: &'static str,
    query: Option<&str>,
    form: HashMap<String, String>,
    headers: &HeaderMap,
) -> Request {
    let headers = headers.iter().map(|(name, value)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    Request {
        line,
        query: query.unwrap_or_default().to_owned(),
        form,
        headers: headers.collect(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn reply(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).expect("a status");
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        answer.body.clone(),
    )
        .into_response()
}

fn json_reply(status: u16, body: &Value) -> Response {
    reply(&answer(status, &body.to_string()))
}

/// Fields of `application/x-www-form-urlencoded`.
fn form(body: &[u8]) -> HashMap<String, String> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let code: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&code, 16).unwrap_or(b'?'));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
