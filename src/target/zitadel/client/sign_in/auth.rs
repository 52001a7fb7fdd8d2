//! Who the tool is to Zitadel: a personal access token, or tokens that a service-account key or a client secret gets.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::client_secret::ClientSecret;
use super::key::{OPERATION, ServiceKey};
use crate::config::{Credentials, ZitadelSettings};
use crate::http::{self, Secrets, retry_after};
use crate::target::zitadel::client::error::{Answer, Failure, IS_THIS_ZITADEL, quote_wait, without_values};
use crate::target::zitadel::client::reply::redirected;
use crate::target::zitadel::client::transport::Transport;
use crate::target::zitadel::client::unreachable::{broke_off, silent};
use crate::target::{TargetError, TargetErrorKind as Kind, Wrote};

/// Without the second scope Zitadel's own API refuses the token.
const SCOPE: &str = "openid urn:zitadel:iam:org:project:id:zitadel:aud";

/// A clock this far off is named, and one up to the second limit is worked around.
const SKEW_NAMED: i64 = 60;
const SKEW_BRIDGED: i64 = 900;

/// Where a bearer token comes from.
pub(in crate::target::zitadel) enum Auth {
    /// Fixed for the whole run.
    Token(Rc<SecretString>),
    /// Asked for when needed.
    SignIn(Box<SignIn>),
}

/// What a token is asked for with.
enum Proof {
    Key(Box<ServiceKey>),
    Client(ClientSecret),
}

impl Proof {
    /// The address of the instance, without a slash at the end.
    fn instance(&self) -> &str {
        match self {
            Self::Key(key) => &key.audience,
            Self::Client(client) => &client.instance,
        }
    }

    /// The service account, for messages.
    fn account(&self) -> &str {
        match self {
            Self::Key(key) => &key.user_id,
            Self::Client(client) => &client.id,
        }
    }
}

/// What gets tokens, and the token it last got.
pub(in crate::target::zitadel) struct SignIn {
    proof: Proof,
    /// Seconds by which the server's clock is ahead of ours, once it mattered.
    ahead: Cell<i64>,
    token: Mutex<Option<Token>>,
    /// What was sent that no message may repeat.
    secrets: Rc<RefCell<Secrets>>,
}

struct Token {
    value: Rc<SecretString>,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// Seconds, in whatever form.
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// A token that says no time, or one that cannot be, is used for so long.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);
/// No token is used for longer without asking for another.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Granted {
    fn life(&self) -> Duration {
        let seconds = match &self.expires_in {
            serde_json::Value::String(text) => text.trim().parse().ok(),
            number => number.as_f64(),
        };
        let seconds = seconds.filter(|seconds: &f64| *seconds >= 1.0 && !seconds.is_nan());
        seconds.map_or(UNKNOWN_LIFE, |seconds| {
            Duration::try_from_secs_f64(seconds.min(LONGEST_LIFE.as_secs_f64())).unwrap_or(UNKNOWN_LIFE)
        })
    }
}

/// An answer of the token endpoint.
struct Reply {
    status: StatusCode,
    retry_after: Option<Duration>,
    /// Seconds by which the server's clock is ahead of ours, if it says what time it has.
    ahead: Option<i64>,
    body: Vec<u8>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: String,
    error_description: String,
}

impl Auth {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] when the key file is missing or holds no key.
    pub(in crate::target::zitadel) fn new(
        settings: &ZitadelSettings,
        secrets: Rc<RefCell<Secrets>>,
    ) -> Result<Self, TargetError> {
        let instance = settings.url.as_str().trim_end_matches('/').to_owned();
        let proof = match &settings.credentials {
            Credentials::Token(token) => {
                secrets.borrow_mut().add(token.expose_secret());
                return Ok(Self::Token(Rc::new(token.clone())));
            }
            Credentials::KeyFile(path) => Proof::Key(Box::new(ServiceKey::read(path, instance)?)),
            Credentials::Client { id, secret } => {
                let client = ClientSecret::new(id.clone(), secret.clone(), instance);
                secrets.borrow_mut().add(client.secret());
                secrets.borrow_mut().add(client.authorization().expose_secret());
                Proof::Client(client)
            }
        };
        Ok(Self::SignIn(Box::new(SignIn {
            proof,
            ahead: Cell::new(0),
            token: Mutex::new(None),
            secrets,
        })))
    }

    /// The id of the service account, if the credentials say it.
    pub(in crate::target::zitadel) fn user_id(&self) -> Option<&str> {
        match self {
            Self::Token(_) => None,
            Self::SignIn(sign_in) => match &sign_in.proof {
                Proof::Key(key) => Some(&key.user_id),
                Proof::Client(_) => None,
            },
        }
    }

    /// The name of the key that signs, and its end.
    pub(in crate::target::zitadel) fn key_end(&self) -> Option<(&str, Timestamp)> {
        match self {
            Self::SignIn(sign_in) => match &sign_in.proof {
                Proof::Key(key) => Some((&key.key_id, key.expires?)),
                Proof::Client(_) => None,
            },
            Self::Token(_) => None,
        }
    }

    /// A token that is good for now. Each request that takes waits for `turn`.
    pub(in crate::target::zitadel) async fn token(
        &self,
        client: &Client,
        turn: impl AsyncFn(),
    ) -> Result<Rc<SecretString>, Failure> {
        match self {
            Self::Token(token) => Ok(Rc::clone(token)),
            Self::SignIn(sign_in) => sign_in.token(client, turn).await,
        }
    }

    /// Forgets a token that the server refused.
    pub(in crate::target::zitadel) async fn forget(&self, refused: &Rc<SecretString>) {
        if let Self::SignIn(sign_in) = self {
            let mut token = sign_in.token.lock().await;
            // Somebody else may have renewed it in the meantime.
            if token
                .as_ref()
                .is_some_and(|token| Rc::ptr_eq(&token.value, refused))
            {
                *token = None;
            }
        }
    }
}

impl SignIn {
    /// The token at hand, or a new one once nine tenths of its life are over. One caller renews, the others wait.
    async fn token(&self, client: &Client, turn: impl AsyncFn()) -> Result<Rc<SecretString>, Failure> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(Rc::clone(&token.value));
        }
        let granted = self.request(client, turn).await?;
        let life = granted.life();
        let value = Rc::new(granted.access_token);
        *held = Some(Token {
            value: Rc::clone(&value),
            renew_at: Instant::now() + life.mul_f64(0.9),
        });
        Ok(value)
    }

    /// Asks for a token. To a key, a 500 is a wrong key, audience or clock far more often than a failing server, and looks
    /// the same: it is tried once more by the server's own clock, and then explained.
    async fn request(&self, client: &Client, turn: impl AsyncFn()) -> Result<Granted, Failure> {
        let mut reply = self.ask(client, &turn).await?;
        if reply.status == StatusCode::INTERNAL_SERVER_ERROR && matches!(self.proof, Proof::Key(_)) {
            let bridged = reply.ahead.filter(|ahead| ahead.abs() <= SKEW_BRIDGED);
            self.ahead.set(bridged.unwrap_or_default());
            reply = self.ask(client, &turn).await?;
        }
        if !reply.status.is_success() {
            return Err(self.refusal(&reply).into());
        }
        self.name_skew();
        let granted: Granted =
            serde_json::from_slice(&reply.body).map_err(|_| self.answer(&reply).not_json())?;
        let token = granted.access_token.expose_secret();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::from(TargetError {
                kind: Kind::Protocol,
                operation: OPERATION,
                what: format!(
                    "{} gave a token that cannot be sent: it is empty, or holds a blank, a line break or another \
                     character that no header takes",
                    self.proof.instance()
                ),
                error_id: None,
                hint: Some("check `zitadel.url`: is this a Zitadel?".into()),
                wrote: Wrote::Unknown,
            }));
        }
        self.secrets.borrow_mut().add(token);
        Ok(granted)
    }

    async fn ask(&self, client: &Client, turn: &impl AsyncFn()) -> Result<Reply, Failure> {
        turn().await;
        let now = Timestamp::now().as_second();
        let url = format!("{}/oauth/v2/token", self.proof.instance());
        let failed = |error: reqwest::Error| silent(OPERATION, &url, &error);
        let question = self.question(client.post(&url), now)?;
        let reply = question.send().await.map_err(failed)?;
        if reply.status().is_redirection() {
            return Err(redirected(OPERATION, &reply, &self.secrets.borrow()).into());
        }
        let (status, retry_after) = (reply.status(), retry_after(reply.headers()));
        let ahead = server_seconds(&reply).map(|server| server - now);
        let broke_off = |error| broke_off(OPERATION, &url, &error);
        let body = http::body(reply).await.map_err(broke_off)?;
        Ok(Reply {
            status,
            retry_after,
            ahead,
            // Whoever refuses repeats what it was sent.
            body: if status.is_success() {
                body
            } else {
                self.secrets.borrow().mask_bytes(&body)
            },
        })
    }

    /// What is sent. Neither the assertion nor the header may be repeated by a message.
    fn question(&self, question: RequestBuilder, now: i64) -> Result<RequestBuilder, TargetError> {
        Ok(match &self.proof {
            Proof::Key(key) => {
                let assertion = key.assertion(now + self.ahead.get())?;
                self.secrets.borrow_mut().add(&assertion);
                question.form(&[
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", &assertion),
                    ("scope", SCOPE),
                ])
            }
            Proof::Client(client) => question
                .header(header::AUTHORIZATION, client.authorization().expose_secret())
                .form(&[("grant_type", "client_credentials"), ("scope", SCOPE)]),
        })
    }

    fn name_skew(&self) {
        let ahead = self.ahead.get();
        if is_off(ahead) {
            tracing::warn!(
                seconds = ahead,
                "the server's clock is ahead of ours (behind, if negative); signed by its clock"
            );
        }
    }

    fn answer<'a>(&'a self, reply: &'a Reply) -> Answer<'a> {
        Answer {
            operation: OPERATION,
            url: self.proof.instance(),
            status: reply.status,
            retry_after: reply.retry_after,
            transport: Transport::Rest,
            body: &reply.body,
        }
    }

    /// Why there is no token.
    fn refusal(&self, reply: &Reply) -> TargetError {
        let status = reply.status.as_u16();
        let refused = match serde_json::from_slice::<Refused>(&reply.body) {
            Ok(refused) if !refused.error.is_empty() => refused,
            _ if status == 404 && !reply.body.trim_ascii_start().starts_with(b"<") => {
                return self.wrong_host();
            }
            _ => {
                let mut error = self.answer(reply).failure().error;
                error.hint.get_or_insert_with(|| IS_THIS_ZITADEL.to_owned());
                return error;
            }
        };
        let said = format!(
            "{status} {} {}",
            refused.error,
            without_values(&refused.error_description)
        );
        let (kind, what, hint) = match (status, &self.proof) {
            // The only refusal that is not one of the key or the secret; it has no id.
            (400, proof) if refused.error_description.contains("User.NotActive") => (
                Kind::Unauthorized,
                format!("the service account {} is deactivated ({said})", proof.account()),
                "activate the service account",
            ),
            (500 | 400..=403, Proof::Key(key)) => (
                Kind::Unauthorized,
                suspects(key, &said, reply.ahead),
                if reply.ahead.is_some_and(is_off) {
                    CLOCK
                } else {
                    KEY_OR_CLOCK
                },
            ),
            (400..=403, Proof::Client(client)) => {
                let (kind, what, hint) = client.refusal(&refused.error, &refused.error_description);
                (kind, format!("{what} ({said})"), hint)
            }
            (429, _) => {
                let after = reply.retry_after;
                (Kind::Throttled { after }, said, "try again later")
            }
            (500 | 502..=504, _) => (Kind::Unreachable, said, "try again later"),
            _ => (Kind::Protocol, said, "check `zitadel.url`: is this a Zitadel?"),
        };
        quote_wait(TargetError {
            kind,
            operation: OPERATION,
            what,
            error_id: None,
            hint: Some(hint.into()),
            wrote: Wrote::Unknown,
        })
    }

    fn wrong_host(&self) -> TargetError {
        TargetError {
            kind: Kind::Misconfigured,
            operation: OPERATION,
            what: format!(
                "the server at {} does not know itself by this host name",
                self.proof.instance()
            ),
            error_id: None,
            hint: Some("set `zitadel.url` to the external domain and port of the instance".into()),
            wrote: Wrote::Unknown,
        }
    }
}

/// The server does not say which of these is wrong.
fn suspects(key: &ServiceKey, said: &str, ahead: Option<i64>) -> String {
    let clock = match ahead {
        Some(ahead) if is_off(ahead) => format!(
            "its clock is {} s {} ours",
            ahead.abs(),
            if ahead > 0 { "ahead of" } else { "behind" }
        ),
        Some(_) => "its clock agrees with ours".into(),
        None => "it does not say what time it has".into(),
    };
    let end = key.expires.filter(|expires| *expires < Timestamp::now());
    let end = end.map(|end| format!("; by its file, the key expired on {}", end.strftime("%Y-%m-%d")));
    format!(
        "no token for key {} of user {} with audience {}: {said}; {clock}{}",
        key.key_id,
        key.user_id,
        key.audience,
        end.unwrap_or_default()
    )
}

const KEY_OR_CLOCK: &str = "check that the key still exists, belongs to that user and has not expired, that \
                            `zitadel.url` is the external address exactly, and the clocks of both machines";

const CLOCK: &str = "set the clocks of both machines right; if that does not help, check that the key still exists, belongs to \
                     that user and has not expired, and that `zitadel.url` is the external address exactly";

/// Whether the clocks are so far apart that it is worth a word.
fn is_off(ahead: i64) -> bool {
    ahead.abs() > SKEW_NAMED
}

/// What time the server had when it answered.
pub(in crate::target::zitadel) fn server_seconds(reply: &reqwest::Response) -> Option<i64> {
    let date = reply.headers().get(header::DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second())
}
