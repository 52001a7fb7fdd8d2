//! `notify.*`

use secrecy::SecretString;
use url::Url;

/// Where the result of a run is sent.
#[derive(Debug, Clone, Default)]
pub struct NotifySettings {
    /// `notify.healthchecks`: the address of a check at healthchecks.io or a compatible service.
    pub healthchecks: Option<Url>,
    /// `notify.webhook`
    pub webhook: Option<WebhookSettings>,
}

/// `notify.webhook.*`
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// The address that gets the report.
    pub url: Url,
    /// Key for the signature of the report.
    pub secret: Option<SecretString>,
    /// Which runs are reported.
    pub on: Vec<Occasion>,
}

/// A member of `notify.webhook.on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Something failed or was rejected: every exit code except 0 and 4.
    Failure,
    /// The guard refused the run.
    Refused,
    /// Something was changed.
    Changed,
    /// Exit code 0.
    Success,
}
