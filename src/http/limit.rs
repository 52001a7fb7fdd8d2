//! The request rate of a whole run.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// Distributes requests evenly, and delays all of them if the server asked for a pause.
///
/// Single-threaded; all tasks that send requests share it.
#[derive(Debug)]
pub struct Limiter {
    interval: Duration,
    next: Cell<Option<Instant>>,
}

impl Limiter {
    /// The maximum number of requests per second; `None` is no limit.
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            interval: per_second.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.get()),
            next: Cell::new(None),
        }
    }

    /// Waits until this request may be sent.
    pub async fn turn(&self) {
        if let Some(at) = self.reserve(Instant::now()) {
            tokio::time::sleep_until(at).await;
        }
    }

    /// Delays all requests by this time.
    pub fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        self.next
            .set(Some(self.next.get().map_or(until, |next| next.max(until))));
    }

    /// The time at which the next request may be sent; `None` is at once. Reserves the slot.
    fn reserve(&self, now: Instant) -> Option<Instant> {
        let at = self.next.get().filter(|next| *next > now);
        // Without a rate, slots are free, so that all tasks continue together after a pause.
        self.next.set(Some(at.unwrap_or(now) + self.interval));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten per second: requests at the same time are sent a tenth of a second apart.
    #[test]
    fn requests_are_spaced() {
        let limiter = Limiter::new(NonZeroU32::new(10));
        let now = Instant::now();
        let step = Duration::from_millis(100);
        let got: Vec<_> = (0..3).map(|_| limiter.reserve(now)).collect();
        assert_eq!(got, [None, Some(now + step), Some(now + step * 2)]);
        // Unused time is not accumulated.
        assert_eq!(limiter.reserve(now + step * 50), None);
        assert_eq!(limiter.reserve(now + step * 50), Some(now + step * 51));
    }

    /// Without a limit, requests only wait for a pause that the server asked for.
    #[test]
    fn a_pause_applies_to_all_requests() {
        let limiter = Limiter::new(None);
        let now = Instant::now();
        assert_eq!([limiter.reserve(now), limiter.reserve(now)], [None, None]);
        limiter.pause(Duration::from_secs(9));
        let first = limiter.reserve(now).expect("has to wait");
        assert!(first >= now + Duration::from_secs(9));
        assert_eq!(limiter.reserve(now), Some(first));
    }
}
