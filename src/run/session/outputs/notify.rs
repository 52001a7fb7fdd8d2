//! `notify.*`: notifies others about the start and the end of a run. A failed notification does not affect the run.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use ring::hmac;
use secrecy::ExposeSecret as _;
use url::Url;
use uuid::Uuid;

use crate::config::{NotifySettings, Occasion, TargetSettings, WebhookSettings};
use crate::exit::Exit;
use crate::http;
use crate::names::Names;
use crate::report::{self, Extent, Listed, Report, Show};
use crate::run::session::request::{Mode, Request};
use crate::target;
use crate::tls::Expiry;

/// Notifications delay a run by at most this time.
const LIMIT: Duration = Duration::from_secs(10);
/// Source of an event without a target.
const UNKNOWN: &str = "directory-sync";
/// Maximum bytes of a summary.
const LONGEST_SUMMARY: usize = 10_000;

/// Sends the notifications of one run.
pub(in crate::run) struct Notifier<'a> {
    settings: &'a NotifySettings,
    /// People are always hidden, also if the output of the run shows them.
    names: Names,
    id: Uuid,
    /// The target, as an address.
    source: String,
    limit: Duration,
}

impl<'a> Notifier<'a> {
    /// Returns `None` if no notifications are sent, for example for a run that may not write.
    pub(in crate::run) fn of(request: Request<'a>, target: &TargetSettings) -> Option<Self> {
        let notifier = Self::without_target(&request.settings.notify);
        let notifier = notifier.filter(|_| request.mode == Mode::Write)?;
        let key = request.settings.output.names_key.expose_secret();
        Some(Self {
            names: Names::hidden(key.as_bytes()),
            source: address_of(&target::name(target).key),
            ..notifier
        })
    }

    /// For a run that cannot start. Returns `None` if no notifications are sent.
    pub(in crate::run) fn without_target(settings: &'a NotifySettings) -> Option<Self> {
        let is_on = settings.healthchecks.is_some() || settings.webhook.is_some();
        is_on.then(|| Self {
            settings,
            names: Names::hidden(b""),
            id: Uuid::new_v4(),
            source: UNKNOWN.to_owned(),
            limit: LIMIT,
        })
    }

    /// Reports the start of the run.
    pub(in crate::run) async fn started(&self) {
        if let Some(check) = &self.settings.healthchecks {
            let url = self.url(check, "start");
            self.deliver("notify.healthchecks", |client| client.get(url))
                .await;
        }
    }

    /// Reports the end of the run.
    pub(in crate::run) async fn ended(&self, report: &Report, exit: Exit) {
        // The run that holds the lock sends its own notifications.
        if exit != Exit::Locked {
            tokio::join!(self.ping(report, exit), self.post(report, exit));
        }
    }

    async fn ping(&self, report: &Report, exit: Exit) {
        if let Some(check) = &self.settings.healthchecks {
            let url = self.url(check, &exit.code().to_string());
            let body = self.summary(report);
            self.deliver("notify.healthchecks", |client| client.post(url).body(body))
                .await;
        }
    }

    async fn post(&self, report: &Report, exit: Exit) {
        let Some(webhook) = &self.settings.webhook else {
            return;
        };
        let occasions = occasions(report, exit);
        if !webhook.on.iter().any(|wanted| occasions.contains(wanted)) {
            return;
        }
        let Ok(body) = serde_json::to_string(report) else {
            return;
        };
        let body = self.names.render(&report::in_json(&body));
        self.deliver("notify.webhook", |client| self.event(client, webhook, body, exit))
            .await;
    }

    /// A report as an event (`CloudEvents` 1.0, HTTP binary mode).
    fn event(&self, client: &Client, webhook: &WebhookSettings, body: String, exit: Exit) -> RequestBuilder {
        let signature = webhook.secret.as_ref().map(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
            let tag = hmac::sign(&key, body.as_bytes());
            format!("sha256={}", hex::encode(tag.as_ref()))
        });
        let post = client
            .post(webhook.url.clone())
            .header("content-type", "application/json")
            .header("ce-specversion", "1.0")
            .header("ce-type", format!("org.directory-sync.run.{}", ending(exit)))
            .header("ce-source", &self.source)
            .header("ce-id", self.id.to_string())
            .body(body);
        match signature {
            Some(signature) => post.header("x-signature-256", signature),
            None => post,
        }
    }

    /// An address below that of the check, for this run.
    fn url(&self, check: &Url, path: &str) -> Url {
        let mut url = check.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(path);
        }
        url.query_pairs_mut().append_pair("rid", &self.id.to_string());
        url
    }

    /// The final output of a run, without names.
    fn summary(&self, report: &Report) -> String {
        let mut text = Vec::new();
        for line in report.error.iter().chain(&report.hint) {
            text.extend_from_slice(format!("{}\n", report::one_line(line)).as_bytes());
        }
        // Writing to a vector cannot fail.
        let _ = report::notes(&mut text, report, (Show::NoNames, Extent::default()));
        let text = format!(
            "{}\n{}",
            report::verdict(report, Listed::Below),
            String::from_utf8_lossy(&text)
        );
        let mut text = self.names.render(&text);
        let mut end = text.len().min(LONGEST_SUMMARY);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text
    }

    async fn deliver(&self, key: &'static str, prepare: impl FnOnce(&Client) -> RequestBuilder) {
        let sent = async {
            let client = http::client_without_redirects(self.limit, self.limit, Expiry::default());
            let client = client.map_err(|error| error.to_string())?;
            match prepare(&client).send().await {
                Ok(reply) if reply.status().is_success() => Ok(()),
                Ok(reply) => Err(format!("the server answered {}", reply.status())),
                // The address may be a secret.
                Err(error) => Err(http::innermost(&error).to_string()),
            }
        };
        let reason = match tokio::time::timeout(self.limit, Box::pin(sent)).await {
            Ok(Ok(())) => return,
            Ok(Err(reason)) => reason,
            Err(_) => format!("no answer within {:?}", self.limit),
        };
        tracing::warn!(key, reason, "a notification could not be delivered");
    }
}

/// The last part of the event type.
fn ending(exit: Exit) -> &'static str {
    match exit {
        Exit::Ok | Exit::Pending => "completed",
        Exit::Refused => "refused",
        _ => "failed",
    }
}

/// The occasions that a run belongs to.
fn occasions(report: &Report, exit: Exit) -> Vec<Occasion> {
    let ended = match exit {
        Exit::Ok | Exit::Pending => Occasion::Success,
        Exit::Refused => Occasion::Refused,
        _ => Occasion::Failure,
    };
    let mut counts = report.changes.by_kind().into_iter();
    let wrote = counts.any(|(_, count)| count.applied > 0);
    let changed = wrote.then_some(Occasion::Changed);
    [ended].into_iter().chain(changed).collect()
}

/// Converts the key of a target to an address.
fn address_of(key: &str) -> String {
    let (url, rest) = key.split_once(' ').unwrap_or((key, ""));
    match Url::parse(url) {
        Ok(mut url) => {
            url.set_fragment(Some(rest.trim()).filter(|rest| !rest.is_empty()));
            url.into()
        }
        Err(_) => UNKNOWN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// A server that accepts the connection and never answers delays the run only up to the limit.
    #[tokio::test]
    async fn a_silent_server_is_not_waited_for() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/check", silent.local_addr().unwrap());
        let settings = NotifySettings {
            healthchecks: Some(url.parse().unwrap()),
            webhook: Some(WebhookSettings {
                url: url.parse().unwrap(),
                secret: None,
                on: vec![Occasion::Failure],
            }),
        };
        let notifier = Notifier {
            settings: &settings,
            names: Names::hidden(b""),
            id: Uuid::new_v4(),
            source: String::new(),
            limit: Duration::from_millis(50),
        };
        let began = Instant::now();
        notifier.started().await;
        notifier.ended(&Report::new("none"), Exit::Unreadable).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[test]
    fn a_source_is_an_address() {
        assert_eq!(
            address_of("https://auth.example.org/ 278274756195721220"),
            "https://auth.example.org/#278274756195721220"
        );
        assert_eq!(
            address_of("https://ids.example.org/api/ ou=a b,ou=sync "),
            "https://ids.example.org/api/#ou=a%20b,ou=sync"
        );
    }
}
