//! Who the tool is to Zitadel: a personal access token, or tokens signed for with a service-account key.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use reqwest::{Client, StatusCode};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::error::{Answer, without_values};
use crate::config::{Credentials, ZitadelSettings};
use crate::http::retry_after;
use crate::target::{TargetError, TargetErrorKind as Kind};

/// The name of the token call in errors and counts.
pub(super) const OPERATION: &str = "token";

/// Without the second scope Zitadel's own API refuses the token.
const SCOPE: &str = "openid urn:zitadel:iam:org:project:id:zitadel:aud";

/// Zitadel takes an assertion from the future for forged after one second, and one older than an hour for stale.
const BACKDATED: i64 = 30;
const LIFE: i64 = 600;

/// A clock this far off is named, and one up to the second limit is worked around.
const SKEW_NAMED: i64 = 60;
const SKEW_BRIDGED: i64 = 900;

/// Where a bearer token comes from.
pub(super) enum Auth {
    /// Fixed for the whole run.
    Token(Rc<SecretString>),
    /// Signed for when needed.
    Key(Box<ServiceKey>),
}

/// The user and the key of a key file, and the token they last gave.
pub(super) struct ServiceKey {
    user_id: String,
    key_id: String,
    pair: KeyPair,
    audience: String,
    /// Seconds by which the server's clock is ahead of ours, once it mattered.
    ahead: Cell<i64>,
    token: Mutex<Option<Token>>,
}

struct Token {
    value: Rc<SecretString>,
    renew_at: Instant,
}

/// The key file as Zitadel offers it for download.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    key_id: String,
    key: SecretString,
    user_id: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default)]
    expires_in: Option<u64>,
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
    pub(super) fn new(settings: &ZitadelSettings) -> Result<Self, TargetError> {
        match &settings.credentials {
            Credentials::Token(token) => Ok(Self::Token(Rc::new(token.clone()))),
            Credentials::KeyFile(path) => {
                let audience = settings.url.as_str().trim_end_matches('/').to_owned();
                Ok(Self::Key(Box::new(ServiceKey::read(path, audience)?)))
            }
        }
    }

    /// The id of the service user, if the credentials say it.
    pub(super) fn user_id(&self) -> Option<&str> {
        match self {
            Self::Token(_) => None,
            Self::Key(key) => Some(&key.user_id),
        }
    }

    /// A token that is good for now. Each request that takes waits for `turn`.
    pub(super) async fn token(
        &self,
        client: &Client,
        turn: impl AsyncFn(),
    ) -> Result<Rc<SecretString>, TargetError> {
        match self {
            Self::Token(token) => Ok(Rc::clone(token)),
            Self::Key(key) => key.token(client, turn).await,
        }
    }

    /// Forgets a token that the server refused.
    pub(super) async fn forget(&self, refused: &Rc<SecretString>) {
        if let Self::Key(key) = self {
            let mut token = key.token.lock().await;
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

impl ServiceKey {
    fn read(path: &Path, audience: String) -> Result<Self, TargetError> {
        let text = std::fs::read(path).map_err(|error| {
            bad_key(
                format!("the key file {} cannot be read: {error}", path.display()),
                "check `zitadel.key_file`",
            )
        })?;
        Self::parse(&text, audience).map_err(|what| {
            bad_key(
                format!("the key file {} {what}", path.display()),
                "download a key of type JSON for the service user and name it in `zitadel.key_file`",
            )
        })
    }

    fn parse(text: &[u8], audience: String) -> Result<Self, String> {
        // The parser's own words could repeat a part of the key.
        let file: KeyFile = serde_json::from_slice(text)
            .map_err(|_| "is not JSON with the members `keyId`, `key` and `userId`".to_owned())?;
        if let Some(kind) = file.kind.filter(|kind| kind != "serviceaccount") {
            return Err(format!("is of type `{kind}`, not `serviceaccount`"));
        }
        Ok(Self {
            user_id: file.user_id,
            key_id: file.key_id,
            pair: key_pair(file.key.expose_secret())?,
            audience,
            ahead: Cell::new(0),
            token: Mutex::new(None),
        })
    }

    /// The token at hand, or a new one once nine tenths of its life are over. One caller renews, the others wait.
    async fn token(&self, client: &Client, turn: impl AsyncFn()) -> Result<Rc<SecretString>, TargetError> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(Rc::clone(&token.value));
        }
        let granted = self.request(client, turn).await?;
        let life = Duration::from_secs(granted.expires_in.unwrap_or(60));
        let value = Rc::new(granted.access_token);
        *held = Some(Token {
            value: Rc::clone(&value),
            renew_at: Instant::now() + life.mul_f64(0.9),
        });
        Ok(value)
    }

    /// Asks for a token. A 500 is a wrong key, audience or clock far more often than a failing server, and looks the
    /// same: it is tried once more by the server's own clock, and then explained.
    async fn request(&self, client: &Client, turn: impl AsyncFn()) -> Result<Granted, TargetError> {
        let mut reply = self.ask(client, &turn).await?;
        if reply.status == StatusCode::INTERNAL_SERVER_ERROR {
            let bridged = reply.ahead.filter(|ahead| ahead.abs() <= SKEW_BRIDGED);
            self.ahead.set(bridged.unwrap_or_default());
            reply = self.ask(client, &turn).await?;
        }
        if !reply.status.is_success() {
            return Err(self.refusal(&reply));
        }
        self.name_skew();
        serde_json::from_slice(&reply.body).map_err(|_| self.answer(&reply).not_json())
    }

    async fn ask(&self, client: &Client, turn: &impl AsyncFn()) -> Result<Reply, TargetError> {
        turn().await;
        let now = Timestamp::now().as_second();
        let url = format!("{}/oauth/v2/token", self.audience);
        let failed = |error: reqwest::Error| unreachable(OPERATION, &url, &error);
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &self.assertion(now + self.ahead.get())?),
            ("scope", SCOPE),
        ];
        let reply = client.post(&url).form(&form).send().await.map_err(failed)?;
        Ok(Reply {
            status: reply.status(),
            retry_after: retry_after(reply.headers()),
            ahead: server_seconds(&reply).map(|server| server - now),
            body: reply.bytes().await.map_err(failed)?.into(),
        })
    }

    /// A JWT that says who asks, signed with the key.
    fn assertion(&self, now: i64) -> Result<String, TargetError> {
        let header = Header {
            alg: "RS256",
            typ: "JWT",
            kid: &self.key_id,
        };
        let claims = Claims {
            iss: &self.user_id,
            sub: &self.user_id,
            aud: &self.audience,
            iat: now - BACKDATED,
            exp: now + LIFE,
        };
        let signed = self.sign(&header, &claims);
        signed.ok_or_else(|| {
            bad_key(
                "the key cannot sign".into(),
                "make a new key for the service user",
            )
        })
    }

    fn sign(&self, header: &Header<'_>, claims: &Claims<'_>) -> Option<String> {
        let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let message = format!(
            "{}.{}",
            part(serde_json::to_vec(header).ok()?),
            part(serde_json::to_vec(claims).ok()?)
        );
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn name_skew(&self) {
        let ahead = self.ahead.get();
        if ahead.abs() > SKEW_NAMED {
            tracing::warn!(
                seconds = ahead,
                "the server's clock is ahead of ours (behind, if negative); signed by its clock"
            );
        }
    }

    fn answer<'a>(&'a self, reply: &'a Reply) -> Answer<'a> {
        Answer {
            operation: OPERATION,
            url: &self.audience,
            status: reply.status,
            retry_after: reply.retry_after,
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
            _ => return self.answer(reply).not_json(),
        };
        let said = format!(
            "{status} {} {}",
            refused.error,
            without_values(&refused.error_description)
        );
        let (kind, what, hint) = match status {
            // The only refusal that is not one of the key; it has no id.
            400 if refused.error_description.contains("User.NotActive") => (
                Kind::Unauthorized,
                format!("the service user {} is deactivated ({said})", self.user_id),
                "activate the service user",
            ),
            500 | 400..=403 => (
                Kind::Unauthorized,
                self.suspects(&said, reply.ahead),
                KEY_OR_CLOCK,
            ),
            429 => {
                let after = reply.retry_after;
                (Kind::Throttled { after }, said, "try again later")
            }
            502..=504 => (Kind::Unreachable, said, "try again later"),
            _ => (Kind::Protocol, said, "check `zitadel.url`: is this a Zitadel?"),
        };
        TargetError {
            kind,
            operation: OPERATION,
            what,
            error_id: None,
            hint: Some(hint.into()),
        }
    }

    fn wrong_host(&self) -> TargetError {
        TargetError {
            kind: Kind::Misconfigured,
            operation: OPERATION,
            what: format!(
                "the server at {} does not know itself by this host name",
                self.audience
            ),
            error_id: None,
            hint: Some("set `zitadel.url` to the external domain and port of the instance".into()),
        }
    }

    /// The server does not say which of these is wrong.
    fn suspects(&self, said: &str, ahead: Option<i64>) -> String {
        let clock = match ahead {
            Some(ahead) if ahead.abs() > SKEW_NAMED => format!(
                "its clock is {} s {} ours",
                ahead.abs(),
                if ahead > 0 { "ahead of" } else { "behind" }
            ),
            Some(_) => "its clock agrees with ours".into(),
            None => "it does not say what time it has".into(),
        };
        format!(
            "no token for key {} of user {} with audience {}: {said}; {clock}",
            self.key_id, self.user_id, self.audience
        )
    }
}

const KEY_OR_CLOCK: &str = "check that the key still exists, belongs to that user and has not expired, that \
                            `zitadel.url` is the external address exactly, and the clocks of both machines";

fn key_pair(pem: &str) -> Result<KeyPair, String> {
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| "holds no PEM private key in `key`".to_owned())?;
    let pair = match &key {
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err("holds a key that is not RSA".into()),
    };
    pair.map_err(|error| format!("holds a key that is not usable as RSA of 2048 bits or more: {error}"))
}

/// What time the server had when it answered.
fn server_seconds(reply: &reqwest::Response) -> Option<i64> {
    let date = reply.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second())
}

fn bad_key(what: String, hint: &str) -> TargetError {
    TargetError {
        kind: Kind::Misconfigured,
        operation: OPERATION,
        what,
        error_id: None,
        hint: Some(hint.into()),
    }
}

/// No answer at all, with the reason at the bottom of the chain.
pub(super) fn unreachable(operation: &'static str, url: &str, error: &reqwest::Error) -> TargetError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let what = if error.is_timeout() {
        format!("{url} did not answer in time")
    } else {
        format!("{url} cannot be reached: {cause}")
    };
    TargetError {
        kind: Kind::Unreachable,
        operation,
        what,
        error_id: None,
        hint: Some("check `zitadel.url`, the network and the proxy variables".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::{Value, json};

    const PKCS1: &str = include_str!("testdata/pkcs1.pem");
    const PKCS8: &str = include_str!("testdata/pkcs8.pem");

    fn key_file(pem: &str) -> Vec<u8> {
        json!({"type": "serviceaccount", "keyId": "k1", "key": pem, "expirationDate": "9999-12-31T23:59:59Z", "userId": "u1"})
            .to_string()
            .into_bytes()
    }

    /// Both forms of the key sign the same assertion: back-dated, with the key's id, for the audience without a slash.
    #[test]
    fn the_assertion_is_signed_and_back_dated() {
        for pem in [PKCS1, PKCS8] {
            let key = ServiceKey::parse(&key_file(pem), "https://z.example".into()).unwrap();
            let jwt = key.assertion(1_000_000).unwrap();
            let (message, signature) = jwt.rsplit_once('.').unwrap();
            let (header, claims) = message.split_once('.').unwrap();
            let json = |part: &str| -> Value {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
            };
            assert_eq!(json(header), json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
            assert_eq!(
                json(claims),
                json!({"iss": "u1", "sub": "u1", "aud": "https://z.example", "iat": 999_970, "exp": 1_000_600})
            );
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pair.public().as_ref())
                .verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
                .unwrap();
        }
    }

    /// A file that is no key says so, and repeats nothing of it.
    #[test]
    fn a_file_that_is_no_key_is_named() {
        let refused = |text: &[u8]| ServiceKey::parse(text, String::new()).err().unwrap();
        assert!(refused(b"{\"key\":\"s3cret\"}").contains("members `keyId`, `key` and `userId`"));
        assert!(refused(&key_file("s3cret")).contains("no PEM private key"));
        let application = String::from_utf8(key_file(PKCS1))
            .unwrap()
            .replace("serviceaccount", "application");
        assert!(refused(application.as_bytes()).contains("`application`"));
    }
}
