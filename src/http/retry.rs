//! Repeats calls with growing pauses.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

/// How often a call is sent, and the pauses in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first pause. Each further one may be twice as long.
    pub first: Duration,
    /// The longest pause, unless the server asked for more.
    pub longest: Duration,
    /// The maximum number of tries.
    pub tries: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            tries: 5,
        }
    }
}

impl Backoff {
    /// The pause after this try, starting with 1. `share` in 0..=1 chooses a value in its upper half, so that workers
    /// that failed together do not retry together.
    fn pause(&self, attempt: u32, share: f64) -> Duration {
        let whole = self
            .first
            .saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)))
            .min(self.longest);
        whole.mul_f64(f64::midpoint(share, 1.0))
    }

    /// The pause after this try, starting with 1; `None` after the last one.
    pub fn after(&self, attempt: u32) -> Option<Duration> {
        (attempt < self.tries).then(|| self.pause(attempt, share()))
    }
}

/// Calls until it succeeds, `again` returns `None`, or there are no tries left.
///
/// `again` returns the minimum pause before the next try. The call gets its number, starting at 1.
///
/// # Errors
/// The error of the last try.
pub async fn retry<T, E>(
    backoff: Backoff,
    again: impl Fn(&E) -> Option<Duration>,
    mut call: impl AsyncFnMut(u32) -> Result<T, E>,
) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        let error = match call(attempt).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let (Some(least), Some(pause)) = (again(&error), backoff.after(attempt)) else {
            return Err(error);
        };
        tokio::time::sleep(pause.max(least)).await;
        attempt += 1;
    }
}

/// The pause in `Retry-After`: a number of seconds, or the time until a date.
pub fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(
        until
            .duration_since(jiff::Timestamp::now())
            .try_into()
            .unwrap_or_default(),
    )
}

/// A random number in 0..=1.
fn share() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness, all workers pause equally, which is slower but not wrong.
    let _ = SystemRandom::new().fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pauses double from half a second up to half a minute, and are never shorter than half of that.
    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff::default();
        let longest: Vec<_> = (1..=8)
            .map(|attempt| backoff.pause(attempt, 1.0).as_millis())
            .collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(backoff.pause(1, 0.0), Duration::from_millis(250));
        assert!(backoff.after(4).is_some());
        assert_eq!(backoff.after(5), None);
    }

    /// A call is sent at most five times, and once if its error is final.
    #[tokio::test]
    async fn tries_end() {
        let backoff = Backoff {
            first: Duration::ZERO,
            ..Backoff::default()
        };
        for (again, sent) in [(Some(Duration::ZERO), 5), (None, 1)] {
            let mut calls = 0;
            let got: Result<(), u32> = retry(
                backoff,
                |_| again,
                async |attempt| {
                    calls += 1;
                    Err(attempt)
                },
            )
            .await;
            assert_eq!((got, calls), (Err(sent), sent));
        }
    }

    /// Both forms of the header are supported. A date in the past means at once.
    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let header = |text: &str| {
            let mut headers = reqwest::header::HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(header("7"), Some(Duration::from_secs(7)));
        assert_eq!(header("Sat, 01 Jan 2000 00:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(header("soon"), None);
    }
}
