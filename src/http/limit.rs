//! One budget of requests for a whole run.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// Spaces requests evenly, and holds all of them back when the server asked for a pause.
///
/// Belongs to one thread; every task that sends requests shares it.
#[derive(Debug)]
pub struct Limiter {
    interval: Duration,
    next: Cell<Option<Instant>>,
}

impl Limiter {
    /// At most this many requests a second; `None` is no limit.
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            interval: per_second.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.get()),
            next: Cell::new(None),
        }
    }

    /// Waits for this request's turn.
    pub async fn turn(&self) {
        if let Some(at) = self.reserve(Instant::now()) {
            tokio::time::sleep_until(at).await;
        }
    }

    /// Holds every request back for this long.
    pub fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        self.next
            .set(Some(self.next.get().map_or(until, |next| next.max(until))));
    }

    /// The time at which a request may be sent that asks now; `None` is at once. Takes the place in the queue.
    fn reserve(&self, now: Instant) -> Option<Instant> {
        let at = self.next.get().filter(|next| *next > now);
        // A place costs nothing without a rate, so that all who waited for a pause to end go on together.
        self.next.set(Some(at.unwrap_or(now) + self.interval));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten a second: requests that ask together are sent a tenth of a second apart.
    #[test]
    fn requests_are_spaced() {
        let limiter = Limiter::new(NonZeroU32::new(10));
        let now = Instant::now();
        let step = Duration::from_millis(100);
        let got: Vec<_> = (0..3).map(|_| limiter.reserve(now)).collect();
        assert_eq!(got, [None, Some(now + step), Some(now + step * 2)]);
        // Time that passed unused is not saved up.
        assert_eq!(limiter.reserve(now + step * 50), None);
        assert_eq!(limiter.reserve(now + step * 50), Some(now + step * 51));
    }

    /// Without a limit nobody waits, except for a pause the server asked for.
    #[test]
    fn a_pause_holds_everybody() {
        let limiter = Limiter::new(None);
        let now = Instant::now();
        assert_eq!([limiter.reserve(now), limiter.reserve(now)], [None, None]);
        limiter.pause(Duration::from_secs(9));
        let first = limiter.reserve(now).expect("has to wait");
        assert!(first >= now + Duration::from_secs(9));
        assert_eq!(limiter.reserve(now), Some(first));
    }
}
