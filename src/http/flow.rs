//! Detects replies that are too slow to end.

use std::time::Duration;

use tokio::time::Instant;

/// For this time, a reply may be arbitrarily slow.
pub const GRACE: Duration = Duration::from_secs(60);

/// After that, the minimum rate in bytes per second. A slower connection cannot transfer a list of people.
const SLOWEST: u32 = 1_024;

/// Why the body of a reply is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The connection failed, or nothing was received for too long.
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    /// It was received too slowly.
    #[error("{bytes} bytes of the reply came in {seconds} s, which is too slow")]
    TooSlow {
        /// Number of received bytes.
        bytes: u64,
        /// Duration in seconds.
        seconds: u64,
    },
}

/// Checks that a reply arrives fast enough.
#[derive(Debug)]
pub(crate) struct Flow {
    began: Instant,
    grace: Duration,
    bytes: u64,
    /// Time of our own pauses.
    paused: Duration,
}

impl Flow {
    /// Starts when the head of the reply has arrived.
    pub(crate) fn new(grace: Duration) -> Self {
        Self {
            began: Instant::now(),
            grace,
            bytes: 0,
            paused: Duration::ZERO,
        }
    }

    /// The next part of the body; `None` at its end.
    pub(crate) async fn next(
        &mut self,
        reply: &mut reqwest::Response,
    ) -> Result<Option<impl AsRef<[u8]> + use<>>, BodyError> {
        let Some(chunk) = reply.chunk().await? else {
            return Ok(None);
        };
        self.bytes += chunk.len() as u64;
        let took = self.began.elapsed().saturating_sub(self.paused);
        if took > self.patience() {
            return Err(BodyError::TooSlow {
                bytes: self.bytes,
                seconds: took.as_secs(),
            });
        }
        Ok(Some(chunk))
    }

    /// Waits for something of our own.
    pub(crate) async fn pause(&mut self, wait: impl Future<Output = ()>) {
        let from = Instant::now();
        wait.await;
        self.paused += from.elapsed();
    }

    /// The time allowed for the received bytes.
    fn patience(&self) -> Duration {
        self.grace + Duration::from_secs(self.bytes / u64::from(SLOWEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Received bytes extend the time, so a long reply over a slow connection is accepted.
    #[test]
    fn bytes_earn_time() {
        let mut flow = Flow::new(GRACE);
        for (bytes, seconds) in [(0, 60), (1_023, 60), (1_024, 61), (31_000_000, 60 + 30_273)] {
            flow.bytes = bytes;
            assert_eq!(flow.patience(), Duration::from_secs(seconds));
        }
    }
}
