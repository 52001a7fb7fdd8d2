//! Requests to the endpoint and their answers. Temporary failures are retried: requesting a token or reading a list
//! twice does no harm, and the list of a day is not requested again later.

use super::failure::{Failure, cause, refusal_hint};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use url::Url;

use crate::config::UktSettings;
use crate::http::{self, Backoff, BodyError, HttpSetupError, LONGEST_BODY, Secrets, retry};
use crate::model::foreign;
use crate::tls::{self, Expiry, Peer};

/// If a server asks for a longer pause than this, the call fails.
const PATIENCE: Duration = Duration::from_secs(300);

/// A single try ends after this time, even if bytes arrive.
const LONGEST_TRY: Duration = Duration::from_secs(300);

/// Maximum characters of the server's message that are shown.
const SHOWN: usize = 300;

/// The connection to one endpoint.
#[derive(Debug)]
pub(super) struct Line {
    name: Arc<str>,
    /// For the token. Redirects are not followed, because they would get the secret.
    client: Client,
    /// For the list. Redirects are not followed, because another server could forge the list.
    list_client: Client,
    backoff: Backoff,
    deadline: Option<Duration>,
    secret: SecretString,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Option<Value>,
    error_description: Option<Value>,
}

/// The address of a request, and the secrets to mask in its answer.
struct Asked<'a> {
    url: &'a Url,
    key: &'static str,
    secrets: Secrets,
}

impl Line {
    pub(super) fn new(name: &Arc<str>, settings: &UktSettings) -> Result<Self, HttpSetupError> {
        Ok(Self {
            name: name.clone(),
            client: http::client_without_redirects(settings.timeout, settings.timeout, Expiry::default())?,
            list_client: http::client_within_origin(settings.timeout, settings.timeout)?,
            backoff: Backoff::default(),
            deadline: settings.deadline,
            secret: settings.client_secret.clone(),
        })
    }

    pub(super) fn set_backoff(&mut self, backoff: Backoff) {
        self.backoff = backoff;
    }

    /// Returns the result, unless it exceeds the time limit of a read.
    pub(super) async fn within<T>(
        &self,
        read: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let Some(deadline) = self.deadline else {
            return read.await;
        };
        tokio::time::timeout(deadline, read).await.unwrap_or_else(|_| {
            Err(Failure::new(
                format!("the list was not read within {} seconds (`deadline`)", deadline.as_secs()),
                "the endpoint is slower than that, or sends without end; look at it, or set a longer `deadline`".to_owned(),
            ))
        })
    }

    /// Sends a form that contains the secret.
    pub(super) async fn post(&self, url: &Url, form: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
        let asked = Asked {
            url,
            key: "oauth2_url",
            secrets: Secrets::of([&self.secret]),
        };
        self.ask(self.client.post(url.clone()).form(form), &asked).await
    }

    /// Reads an address with a token.
    pub(super) async fn get(&self, url: &Url, token: &SecretString) -> Result<Vec<u8>, Failure> {
        let asked = Asked {
            url,
            key: "endpoint_url",
            secrets: Secrets::of([&self.secret, token]),
        };
        let request = self
            .list_client
            .get(url.clone())
            .bearer_auth(token.expose_secret());
        self.ask(request, &asked).await
    }

    /// The JSON of a successful answer.
    async fn ask(&self, request: RequestBuilder, asked: &Asked<'_>) -> Result<Vec<u8>, Failure> {
        let again = |failure: &Failure| failure.again;
        retry(self.backoff, again, async |attempt| {
            let Some(request) = request.try_clone() else {
                return Err(Failure::new(
                    format!("{} cannot be asked", shown_address(asked.url)),
                    String::new(),
                ));
            };
            let answer = tokio::time::timeout(LONGEST_TRY, asked.exchange(request)).await;
            let answer = answer.unwrap_or_else(|_| Err(asked.too_slow()));
            answer.map_err(|(status, failure)| self.tried(attempt, status, failure, asked))
        })
        .await
    }

    /// Counts a failed try, and logs it once.
    fn tried(
        &self,
        attempt: u32,
        status: Option<StatusCode>,
        mut failure: Failure,
        asked: &Asked<'_>,
    ) -> Failure {
        tracing::debug!(source = %self.name, what = failure.what, "a request failed");
        if failure.again.is_some() && attempt == 1 && self.backoff.tries > 1 {
            tracing::warn!(source = %self.name, url = shown_address(asked.url), "no usable answer; trying again for some seconds");
        }
        if failure.again.is_some() && attempt > 1 && attempt == self.backoff.tries {
            failure.what = format!("{} ({attempt} tries)", failure.what);
        }
        failure.token_was_refused_late = attempt > 1 && status == Some(StatusCode::UNAUTHORIZED);
        failure
    }
}

type Failed = (Option<StatusCode>, Failure);

impl Asked<'_> {
    /// Sends a request once.
    async fn exchange(&self, request: RequestBuilder) -> Result<Vec<u8>, Failed> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err((Some(status), self.redirected(&response)));
        }
        let pause = http::retry_after(response.headers()).unwrap_or_default();
        let body = http::body(response).await.map_err(|error| match error {
            BodyError::Failed(error) => self.unreachable(&error),
            BodyError::TooSlow { .. } => self.too_slow(),
        })?;
        if body.len() >= LONGEST_BODY {
            let what = format!(
                "{} answered with more than {} MiB",
                shown_address(self.url),
                LONGEST_BODY >> 20
            );
            return Err((Some(status), Failure::new(what, format!("check `{}`", self.key))));
        }
        let refusal: Refusal = object(&body).unwrap_or_default();
        if !status.is_success() || refusal.error.is_some() {
            return Err((Some(status), self.refused(status, pause, &refusal)));
        }
        if is_json(&body) {
            return Ok(body);
        }
        // A page of a proxy, or an interrupted answer.
        let what = format!("{} answered {status} without JSON", shown_address(self.url));
        Err((
            Some(status),
            Failure::passing(what, format!("check `{}`", self.key)),
        ))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failed {
        let what = format!(
            "no answer from {}: {}",
            shown_address(self.url),
            self.secrets.mask(&cause(error))
        );
        let hint = tls::tls_error(error)
            .and_then(|error| tls::explain(error, Peer::Service).hint)
            .unwrap_or_else(|| format!("check `{}`, the network and the proxy variables", self.key));
        // An untrusted certificate, or a port without TLS: retrying does not help.
        let failure = if error.is_builder() || tls::tls_error(error).is_some() {
            Failure::new(what, hint)
        } else {
            Failure::passing(what, hint)
        };
        (None, failure)
    }

    fn too_slow(&self) -> Failed {
        let what = format!(
            "{} took more than {} seconds to answer",
            shown_address(self.url),
            LONGEST_TRY.as_secs()
        );
        (None, Failure::passing(what, format!("check `{}`", self.key)))
    }

    fn refused(&self, status: StatusCode, pause: Duration, refusal: &Refusal) -> Failure {
        let answer = self
            .answer(refusal)
            .map(|text| format!(" ({text})"))
            .unwrap_or_default();
        let what = format!("{} refused: {status}{answer}", shown_address(self.url));
        let failure = Failure::new(what, refusal_hint(status, self.key));
        let passes = matches!(status.as_u16(), 408 | 425 | 429 | 499 | 500 | 502..=504);
        Failure {
            again: Some(pause).filter(|pause| passes && *pause <= PATIENCE),
            ..failure
        }
    }

    /// The server's `error` and `error_description`, with secrets masked.
    fn answer(&self, refusal: &Refusal) -> Option<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut answer = text(refusal.error.as_ref()?);
        if let Some(description) = &refusal.error_description {
            answer = format!("{answer}: {}", text(description));
        }
        let short: String = self.secrets.mask(&answer).chars().take(SHOWN).collect();
        Some(foreign(&short))
    }

    fn redirected(&self, response: &Response) -> Failure {
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|text| text.to_str().ok());
        let to = location.and_then(|text| response.url().join(text).ok());
        let to = to.map_or_else(
            || "an address that cannot be read".to_owned(),
            |url| shown_address(&url),
        );
        let to: String = self.secrets.mask(&to).chars().take(SHOWN).collect();
        let (key, what) = (self.key, shown_address(self.url));
        Failure::new(
            format!(
                "{what} redirects to {to} ({}), where it is not followed",
                response.status()
            ),
            format!(
                "if that is the right address, set `{key}` to it; secrets and lists are for the configured server alone"
            ),
        )
    }
}

/// The object of an answer. A list is refused, because serde would read its items as the fields in order.
pub(super) fn object<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    serde_json::from_slice(body).ok().filter(|_| is_object)
}

/// Accepts numbers of any size, because they are not read.
fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// Address without its query, and without a password.
pub(super) fn shown_address(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), host(url), url.path())
}

pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
