//! The UKT endpoint: a list of the addresses of people who have left.
//!
//! A token is fetched with the client's credentials, then the list of today (UTC). The list names leavers only, so
//! nobody is absent because of it, and an empty one is the answer on most days.

use std::error::Error as _;
use std::sync::Arc;

use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::merge::counted;
use super::{Record, Source, SourceError};
use crate::config::UktSettings;
use crate::http;
use crate::model::{Finding, Leaver, RecordRef, Rejected};
use crate::tls::{self, Peer};

/// One endpoint.
#[derive(Debug)]
pub struct UktSource {
    name: Arc<str>,
    settings: UktSettings,
    client: Client,
}

/// What is said about the token or the list when there is none.
struct Failure {
    what: String,
    hint: String,
}

impl UktSource {
    /// A source that asks the configured endpoint.
    ///
    /// # Errors
    /// [`SourceError`] when there is no HTTP client.
    pub fn new(name: &Arc<str>, settings: &UktSettings) -> Result<Self, SourceError> {
        let client = http::client(settings.timeout, settings.timeout).map_err(|error| SourceError {
            source_name: name.to_string(),
            what: error.to_string(),
            hint: Some("check the certificates of this system".to_owned()),
        })?;
        Ok(Self {
            name: name.clone(),
            settings: settings.clone(),
            client,
        })
    }

    async fn token(&self) -> Result<SecretString, Failure> {
        let settings = &self.settings;
        let form = [
            ("grant_type", settings.grant_type.as_str()),
            ("scope", &settings.scope),
            ("client_id", &settings.client_id),
            ("client_secret", settings.client_secret.expose_secret()),
        ];
        let request = self.client.post(settings.oauth2_url.clone()).form(&form);
        let reply = self.ask(request, &settings.oauth2_url, "oauth2_url").await?;
        match reply.get("access_token").and_then(Value::as_str) {
            Some(token) if !token.is_empty() => Ok(token.into()),
            _ => Err(Failure {
                what: format!(
                    "{} answered without an `access_token`",
                    place(&settings.oauth2_url)
                ),
                hint: "check that `oauth2_url` is the token endpoint".to_owned(),
            }),
        }
    }

    async fn list(&self, token: &SecretString) -> Result<Vec<String>, Failure> {
        let mut url = self.settings.endpoint_url.clone();
        let today = jiff::Timestamp::now().strftime("%Y%m%d").to_string();
        url.query_pairs_mut().append_pair("date", &today);
        let request = self.client.get(url.clone()).bearer_auth(token.expose_secret());
        let reply = self.ask(request, &url, "endpoint_url").await?;
        serde_json::from_value(reply).map_err(|_| Failure {
            // The parser's own text would quote an address.
            what: format!(
                "{} answered with something other than a list of texts",
                place(&url)
            ),
            hint: "check that `endpoint_url` is the address of the list".to_owned(),
        })
    }

    /// The JSON of a successful answer.
    async fn ask(&self, request: RequestBuilder, url: &Url, key: &str) -> Result<Value, Failure> {
        let unreachable = |error: reqwest::Error| Failure {
            what: format!("no answer from {}: {}", place(url), cause(&error)),
            hint: tls::tls_error(&error)
                .and_then(|error| tls::explain(error, Peer::Service).hint)
                .unwrap_or_else(|| format!("check `{key}`, the network and the proxy variables")),
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = http::body(response).await.map_err(unreachable)?;
        let reply: Option<Value> = serde_json::from_slice(&body).ok();
        let refusal = reply.as_ref().and_then(|reply| self.refusal(reply));
        if !status.is_success() || refusal.is_some() {
            let detail = refusal.map(|text| format!(" ({text})")).unwrap_or_default();
            return Err(Failure {
                what: format!("{} refused: {status}{detail}", place(url)),
                hint: refusal_hint(status, key),
            });
        }
        reply.ok_or_else(|| Failure {
            what: format!("{} answered {status} without JSON", place(url)),
            hint: format!("check `{key}`"),
        })
    }

    /// What a server says in `error` and `error_description`, should it echo the secret without it.
    fn refusal(&self, reply: &Value) -> Option<String> {
        let error = reply.get("error")?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut said = text(error);
        if let Some(description) = reply.get("error_description") {
            said = format!("{said}: {}", text(description));
        }
        let secret = self.settings.client_secret.expose_secret();
        if !secret.is_empty() {
            said = said.replace(secret, "***");
        }
        Some(said.chars().take(300).collect())
    }

    fn record(&self, index: usize, email: String) -> Record {
        let origin = RecordRef {
            source: self.name.clone(),
            at: format!("{}[{index}]", host(&self.settings.endpoint_url)).into(),
        };
        if email.is_empty() {
            return Record::Rejected(Rejected {
                at: origin,
                id: None,
                reason: "an empty address".to_owned(),
                missing: Vec::new(),
            });
        }
        Record::Leaver(Leaver {
            email: email.into(),
            origin,
        })
    }

    fn error(&self, failure: Failure) -> SourceError {
        SourceError {
            source_name: self.name.to_string(),
            what: failure.what,
            hint: Some(failure.hint),
        }
    }
}

impl Source for UktSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "ukt"
    }

    fn proves_absence(&self) -> bool {
        false
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let token = self.token().await.map_err(|failure| self.error(failure))?;
        let list = self.list(&token).await.map_err(|failure| self.error(failure))?;
        for (index, email) in list.into_iter().enumerate() {
            each(self.record(index, email));
        }
        Ok(())
    }

    async fn check(&self) -> Vec<Finding> {
        let subject = |step: &str| format!("source `{}`: {step}", self.name);
        let problem =
            |step, failure: Failure| Finding::problem(subject(step), failure.what, Some(failure.hint));
        let token = match self.token().await {
            Ok(token) => token,
            Err(failure) => return vec![problem("token", failure)],
        };
        let list = match self.list(&token).await {
            Ok(list) => Finding::ok(subject("list"), counted(list.len(), "address")),
            Err(failure) => problem("list", failure),
        };
        vec![
            Finding::ok(subject("token"), place(&self.settings.oauth2_url)),
            list,
        ]
    }
}

fn refusal_hint(status: StatusCode, key: &str) -> String {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
            "check `client_id`, `client_secret`, `scope` and `grant_type`".to_owned()
        }
        StatusCode::NOT_FOUND => format!("check `{key}`"),
        status if status.is_server_error() => {
            "the server has a problem of its own; try again later".to_owned()
        }
        _ => format!("check `{key}` and the client's rights"),
    }
}

/// Address without query and without a password that someone put into it.
fn place(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), host(url), url.path())
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The innermost cause: reqwest's own text repeats the address, query and all.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it stayed silent for too long (`timeout`)".to_owned();
    }
    if let Some(error) = tls::tls_error(error) {
        return format!("TLS: {}", tls::explain(error, Peer::Service).what);
    }
    match error.source() {
        Some(_) => http::innermost(error).to_string(),
        None => "the connection failed".to_owned(),
    }
}
