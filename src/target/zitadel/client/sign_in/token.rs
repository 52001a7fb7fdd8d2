//! A token and its lifetime.

use std::rc::Rc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;

pub(super) struct Token {
    pub(super) value: Rc<SecretString>,
    pub(super) renew_at: Instant,
}

#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: SecretString,
    /// Seconds, as a number or a text.
    #[serde(default)]
    pub(super) expires_in: serde_json::Value,
}

/// Lifetime of a token whose lifetime is missing or impossible.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);

/// A token is never used for longer.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Granted {
    pub(super) fn life(&self) -> Duration {
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
