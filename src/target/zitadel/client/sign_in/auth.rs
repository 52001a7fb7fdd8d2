//! How the tool authenticates: with a personal access token, or with tokens that it requests with a service-account
//! key or a client secret.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::client_secret::ClientSecret;
use super::key::{OPERATION, ServiceKey};
use super::token::{Granted, Token};
use crate::config::{Credentials, ZitadelSettings};
use crate::http::{self, Secrets, retry_after};
use crate::target::zitadel::client::error::{Answer, Failure};
use crate::target::zitadel::client::reply::redirected;
use crate::target::zitadel::client::transport::Transport;
use crate::target::zitadel::client::unreachable::{broke_off, silent};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// Without the second scope, Zitadel's own API refuses the token.
const SCOPE: &str = "openid urn:zitadel:iam:org:project:id:zitadel:aud";

/// A clock difference above this is reported. Up to the second limit, it is compensated.
const SKEW_NAMED: i64 = 60;
const SKEW_BRIDGED: i64 = 900;

/// Where a bearer token comes from.
pub(in crate::target::zitadel) enum Auth {
    /// Fixed for the whole run.
    Token(Rc<SecretString>),
    /// Requested when needed.
    SignIn(Box<SignIn>),
}

/// The credential that a token is requested with.
pub(super) enum Proof {
    Key(Box<ServiceKey>),
    Client(ClientSecret),
}

impl Proof {
    /// The address of the instance, without a trailing slash.
    pub(super) fn instance(&self) -> &str {
        match self {
            Self::Key(key) => &key.audience,
            Self::Client(client) => &client.instance,
        }
    }

    pub(super) fn account(&self) -> &str {
        match self {
            Self::Key(key) => &key.user_id,
            Self::Client(client) => &client.id,
        }
    }
}

/// Requests tokens, and keeps the last one.
pub(in crate::target::zitadel) struct SignIn {
    pub(super) proof: Proof,
    /// Seconds by which the server's clock is ahead of ours, once it mattered.
    pub(super) ahead: Cell<i64>,
    pub(super) token: Mutex<Option<Token>>,
    /// Secrets that were sent and must not appear in messages.
    pub(super) secrets: Rc<RefCell<Secrets>>,
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    /// Seconds by which the server's clock is ahead of ours, if it reports the time.
    pub(super) ahead: Option<i64>,
    pub(super) body: Vec<u8>,
}

impl Auth {
    /// Reads the credentials that the settings name.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] if the key file is missing or contains no key.
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

    /// The id of the service account, if the credentials contain it.
    pub(in crate::target::zitadel) fn user_id(&self) -> Option<&str> {
        match self {
            Self::Token(_) => None,
            Self::SignIn(sign_in) => match &sign_in.proof {
                Proof::Key(key) => Some(&key.user_id),
                Proof::Client(_) => None,
            },
        }
    }

    /// Id and expiry of the signing key.
    pub(in crate::target::zitadel) fn key_end(&self) -> Option<(&str, Timestamp)> {
        match self {
            Self::SignIn(sign_in) => match &sign_in.proof {
                Proof::Key(key) => Some((&key.key_id, key.expires?)),
                Proof::Client(_) => None,
            },
            Self::Token(_) => None,
        }
    }

    /// Returns a valid token. Each request for a new one waits for `turn`.
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

    /// Drops a token that the server refused.
    pub(in crate::target::zitadel) async fn forget(&self, refused: &Rc<SecretString>) {
        if let Self::SignIn(sign_in) = self {
            let mut token = sign_in.token.lock().await;
            // Another task may have renewed it in the meantime.
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
    /// Returns the current token, or a new one after nine tenths of its lifetime. One caller renews it while the
    /// others wait.
    async fn token(&self, client: &Client, turn: impl AsyncFn()) -> Result<Rc<SecretString>, Failure> {
        let mut current = self.token.lock().await;
        if let Some(token) = current.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(Rc::clone(&token.value));
        }
        let granted = self.request(client, turn).await?;
        let life = granted.life();
        let value = Rc::new(granted.access_token);
        *current = Some(Token {
            value: Rc::clone(&value),
            renew_at: Instant::now() + life.mul_f64(0.9),
        });
        Ok(value)
    }

    /// Requests a token. With a key, a 500 means a wrong key, audience or clock far more often than a failing server,
    /// and looks the same. It is tried once more with the server's time, and then explained.
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
            return Err(Failure::from(TargetError::new(Kind::Protocol, OPERATION, format!(
                    "{} gave a token that cannot be sent: it is empty, or contains a blank, a line break or another \
                     character that no header takes",
                    self.proof.instance()
                )).hint("check `zitadel.url`: is this a Zitadel?")));
        }
        self.secrets.borrow_mut().add(token);
        Ok(granted)
    }

    async fn ask(&self, client: &Client, turn: &impl AsyncFn()) -> Result<Reply, Failure> {
        turn().await;
        let now = Timestamp::now().as_second();
        let url = format!("{}/oauth/v2/token", self.proof.instance());
        let failed = |error: reqwest::Error| silent(OPERATION, &url, &error);
        let request = self.with_credentials(client.post(&url), now)?;
        let reply = request.send().await.map_err(failed)?;
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
            // A refusal repeats what was sent.
            body: if status.is_success() {
                body
            } else {
                self.secrets.borrow().mask_bytes(&body)
            },
        })
    }

    /// Builds the request. Messages must not contain the assertion or the header.
    fn with_credentials(&self, request: RequestBuilder, now: i64) -> Result<RequestBuilder, TargetError> {
        Ok(match &self.proof {
            Proof::Key(key) => {
                let assertion = key.assertion(now + self.ahead.get())?;
                self.secrets.borrow_mut().add(&assertion);
                request.form(&[
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", &assertion),
                    ("scope", SCOPE),
                ])
            }
            Proof::Client(client) => request
                .header(header::AUTHORIZATION, client.authorization().expose_secret())
                .form(&[("grant_type", "client_credentials"), ("scope", SCOPE)]),
        })
    }

    fn name_skew(&self) {
        let ahead = self.ahead.get();
        if is_off(ahead) {
            tracing::warn!(
                seconds = ahead,
                "the server's clock is ahead of ours, or late if negative; the assertion is signed with its time"
            );
        }
    }

    pub(super) fn answer<'a>(&'a self, reply: &'a Reply) -> Answer<'a> {
        Answer {
            operation: OPERATION,
            url: self.proof.instance(),
            status: reply.status,
            retry_after: reply.retry_after,
            transport: Transport::Rest,
            body: &reply.body,
        }
    }
}

/// The server's time when it answered.
pub(in crate::target::zitadel) fn server_seconds(reply: &reqwest::Response) -> Option<i64> {
    let date = reply.headers().get(header::DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second())
}

/// Returns whether the clock difference is large enough to report.
pub(super) fn is_off(ahead: i64) -> bool {
    ahead.abs() > SKEW_NAMED
}
