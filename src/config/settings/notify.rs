//! `notify.*`

use secrecy::SecretString;
use url::Url;

/// Where the result of a run is reported.
#[derive(Debug, Clone, Default)]
pub struct NotifySettings {
    /// `notify.healthchecks`: the address of a check of healthchecks.io, or of a service that is like it.
    pub healthchecks: Option<Url>,
    /// `notify.webhook`
    pub webhook: Option<WebhookSettings>,
}

/// `notify.webhook.*`
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where the report goes.
    pub url: Url,
    /// Signs the report.
    pub secret: Option<SecretString>,
    /// Which runs are told of.
    pub on: Vec<Occasion>,
}

/// A member of `notify.webhook.on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Something failed or was rejected: every exit code but 0 and 4.
    Failure,
    /// The guard refused the run.
    Refused,
    /// Something was changed.
    Changed,
    /// Exit code 0.
    Success,
}
