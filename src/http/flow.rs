//! Replies that come so slowly that they would have no end.

use std::time::Duration;

use tokio::time::Instant;

/// So long a reply may come as slowly as it likes, once it has begun.
pub const GRACE: Duration = Duration::from_secs(60);

/// After that, so many bytes a second are the least. A line that is slower is no line for a list of people.
const SLOWEST: u32 = 1_024;

/// Why the body of a reply did not come.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The connection failed, or nothing came for too long.
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    /// It came, but a few bytes at a time.
    #[error("{bytes} bytes of the reply came in {seconds} s, which is too slow to ever end")]
    TooSlow {
        /// How many came.
        bytes: u64,
        /// In how many seconds.
        seconds: u64,
    },
}

/// Watches that a reply goes on fast enough.
#[derive(Debug)]
pub(crate) struct Flow {
    began: Instant,
    grace: Duration,
    bytes: u64,
    /// Time that we let pass ourselves.
    paused: Duration,
}

impl Flow {
    /// Of a reply whose head has just come.
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

    /// How long it may take for what came.
    fn patience(&self) -> Duration {
        self.grace + Duration::from_secs(self.bytes / u64::from(SLOWEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What came earns time: a long reply over a slow line is let through.
    #[test]
    fn bytes_earn_time() {
        let mut flow = Flow::new(GRACE);
        for (bytes, seconds) in [(0, 60), (1_023, 60), (1_024, 61), (31_000_000, 60 + 30_273)] {
            flow.bytes = bytes;
            assert_eq!(flow.patience(), Duration::from_secs(seconds));
        }
    }
}
