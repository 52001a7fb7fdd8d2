//! How many changes or reads run in parallel: as many as the target can handle. No clock and no I/O.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Faster answers are never a sign of overload, however much they vary.
const AT_EASE: Duration = Duration::from_millis(50);
/// Parallel requests are slower than a single one on any server. Beyond this factor, they only queue up.
const RISING: f64 = 3.0;
/// The weight of one change in the smoothed time.
const WEIGHT: f64 = 0.1;
/// Successful rounds at the ceiling before one more is tried: the times may have risen for another reason.
const PATIENCE: usize = 20;

/// What one finished change shows about the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Duration; `None` without one.
    pub(crate) took: Option<Duration>,
    /// Since the change before, the target refused a request or could not be reached.
    pub(crate) overloaded: bool,
}

/// Grows by one after each successful round, and is halved after a failure. Where times rose, growth ends below.
#[derive(Debug)]
pub(crate) struct AdaptiveLimit {
    min: usize,
    max: usize,
    /// Under a rate limit, most of the time is waiting for the limiter.
    is_timed: bool,
    limit: usize,
    /// Successful changes in this round.
    well: usize,
    /// Running changes that were started before the limit was halved. They give no new information.
    stale: usize,
    smoothed: Option<f64>,
    /// The best smoothed time so far.
    best: f64,
    /// Changes whose durations say little: the first ones open connections, and may create a container.
    warm_up: usize,
    /// Above it, times rose.
    ceiling: usize,
    /// Successful rounds at the ceiling.
    rounds: usize,
}

impl AdaptiveLimit {
    /// Starts at the minimum. `is_timed`: long times are a sign of overload.
    pub(crate) fn new(min: NonZeroUsize, max: NonZeroUsize, is_timed: bool) -> Self {
        Self {
            min: min.get(),
            max: max.get(),
            is_timed,
            limit: min.get(),
            well: 0,
            stale: 0,
            smoothed: None,
            best: f64::INFINITY,
            warm_up: min.get(),
            ceiling: max.get(),
            rounds: 0,
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Changes of another kind follow, with other durations.
    pub(crate) fn turn(&mut self) {
        if self.ceiling < self.max {
            // Such a server queues changes. Only few in parallel show how long one takes.
            self.limit = self.min;
        }
        self.smoothed = None;
        self.best = f64::INFINITY;
        self.warm_up = self.limit;
        self.ceiling = self.max;
        (self.well, self.stale, self.rounds) = (0, 0, 0);
    }

    /// Adds a finished change.
    pub(crate) fn finished(&mut self, seen: Sample) {
        if self.stale > 0 {
            self.stale -= 1;
            return;
        }
        let is_early = self.warm_up > 0;
        self.warm_up = self.warm_up.saturating_sub(1);
        let took = seen.took.filter(|_| self.is_timed && !is_early);
        let rising = took.is_some_and(|took| self.is_rising(took));
        if seen.overloaded || rising {
            if rising {
                self.ceiling = (self.limit - 1).max(self.min);
            }
            self.stale = self.limit - 1;
            self.limit = (self.limit / 2).max(self.min);
            (self.well, self.rounds) = (0, 0);
            // With fewer in parallel, times should be as good as the best. Only several slow ones are a new sign of
            // overload.
            self.smoothed = self.smoothed.map(|_| self.best);
        } else if !is_early {
            self.grow();
        }
    }

    fn grow(&mut self) {
        self.well += 1;
        if self.well < self.limit {
            return;
        }
        self.well = 0;
        if self.limit < self.ceiling {
            self.limit += 1;
            return;
        }
        self.rounds += 1;
        if self.rounds > PATIENCE && self.ceiling < self.max {
            self.ceiling += 1;
            self.rounds = 0;
        }
    }

    fn is_rising(&mut self, took: Duration) -> bool {
        let took = took.as_secs_f64();
        let smoothed = self
            .smoothed
            .map_or(took, |before| before + (took - before) * WEIGHT);
        self.smoothed = Some(smoothed);
        self.best = self.best.min(smoothed.max(AT_EASE.as_secs_f64() / RISING));
        smoothed > self.best * RISING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: Sample = Sample {
        took: None,
        overloaded: false,
    };
    const STRAINED: Sample = Sample {
        took: None,
        overloaded: true,
    };

    fn pace(min: usize, max: usize) -> AdaptiveLimit {
        AdaptiveLimit::new(min.try_into().unwrap(), max.try_into().unwrap(), true)
    }

    fn grown(max: usize) -> AdaptiveLimit {
        let mut pace = pace(1, max);
        while pace.limit() < max {
            pace.finished(WELL);
        }
        pace
    }

    /// The limit grows by one per round, from the minimum to the maximum.
    #[test]
    fn it_grows_by_one_a_round() {
        let mut pace = pace(2, 4);
        let mut limits = Vec::new();
        for _ in 0..14 {
            limits.push(pace.limit());
            pace.finished(WELL);
        }
        // The first two only open connections.
        assert_eq!(limits, [2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]);
    }

    /// An overload halves it at once, and only once for all running changes. It never falls below the minimum.
    #[test]
    fn trouble_halves_it_once_a_round() {
        let mut pace = grown(8);
        for _ in 0..8 {
            pace.finished(STRAINED);
        }
        assert_eq!(pace.limit(), 4);
        pace.finished(STRAINED);
        assert_eq!(pace.limit(), 2);
        for _ in 0..20 {
            pace.finished(STRAINED);
        }
        assert_eq!(pace.limit(), 1);
        let mut fixed = AdaptiveLimit::new(3.try_into().unwrap(), 3.try_into().unwrap(), true);
        fixed.finished(STRAINED);
        assert_eq!(fixed.limit(), 3);
    }

    /// Times that stay three times as long as the best are an overload. A single late answer is not, nor one that is
    /// only late compared with very fast ones.
    #[test]
    fn rising_times_are_trouble() {
        let took = |milliseconds| Sample {
            took: Some(Duration::from_millis(milliseconds)),
            overloaded: false,
        };
        let mut pace = grown(8);
        for _ in 0..50 {
            pace.finished(took(40));
        }
        pace.finished(took(500));
        assert_eq!(pace.limit(), 8, "a single late answer");
        for _ in 0..12 {
            pace.finished(took(200));
        }
        assert_eq!(pace.limit(), 4);

        let mut fast = grown(8);
        for time in [
            1, 1, 1, 45, 45, 45, 45, 45, 45, 45, 45, 45, 45, 45, 45, 45, 45, 45,
        ] {
            fast.finished(took(time));
        }
        assert_eq!(fast.limit(), 8);
    }

    /// Times that contain the wait for a rate limit say nothing.
    #[test]
    fn times_under_a_rate_limit_do_not_count() {
        let mut pace = AdaptiveLimit::new(1.try_into().unwrap(), 2.try_into().unwrap(), false);
        for milliseconds in [1, 1, 1, 1, 5_000, 5_000, 5_000, 5_000] {
            pace.finished(Sample {
                took: Some(Duration::from_millis(milliseconds)),
                overloaded: false,
            });
        }
        assert_eq!(pace.limit(), 2);
    }

    /// Another kind of change may take ten times as long without being an overload.
    #[test]
    fn kinds_of_changes_are_not_compared() {
        let mut pace = grown(8);
        for milliseconds in [40, 400] {
            pace.turn();
            for _ in 0..50 {
                pace.finished(Sample {
                    took: Some(Duration::from_millis(milliseconds)),
                    overloaded: false,
                });
            }
        }
        assert_eq!(pace.limit(), 8);
    }

    /// A server with so many workers that need 60 ms for each change, as `clock` goes on in milliseconds. `first` is
    /// the time of the first change. Returns how many were in flight when each change was done.
    fn in_flight(pace: &mut AdaptiveLimit, workers: usize, first: u64) -> Vec<usize> {
        const CHANGES: usize = 300;
        let (mut clock, mut begun, mut seen) = (0, 0, Vec::new());
        let mut free_at = vec![0_u64; workers];
        let mut running: Vec<(u64, u64)> = Vec::new();
        while seen.len() < CHANGES {
            while running.len() < pace.limit() && begun < CHANGES {
                let worker = free_at.iter_mut().min().unwrap();
                *worker = clock.max(*worker) + if begun == 0 { first } else { 60 };
                running.push((*worker, clock));
                begun += 1;
            }
            seen.push(running.len());
            let next = running.iter().enumerate().min_by_key(|(_, (done, _))| *done);
            let (first_done, (done, sent)) = next.map(|(index, times)| (index, *times)).unwrap();
            running.remove(first_done);
            clock = done;
            pace.finished(Sample {
                took: Some(Duration::from_millis(done - sent)),
                overloaded: false,
            });
        }
        seen
    }

    /// A server that works on one change at a time gets 2 to 4 after a few changes, also if the first change takes
    /// much longer, and also of a second kind. One with more workers gets more.
    #[test]
    fn it_settles_where_more_only_wait() {
        for first in [60, 180, 1_000] {
            let mut pace = pace(1, 8);
            for kind in 0..2 {
                pace.turn();
                let seen = in_flight(&mut pace, 1, first);
                assert!(seen.iter().all(|count| *count <= 6), "{first} {kind} {seen:?}");
                let settled = &seen[60..290];
                assert!(
                    settled.iter().all(|count| (2..=4).contains(count)),
                    "{first} {kind} {seen:?}"
                );
            }
        }
        let seen = in_flight(&mut pace(1, 8), 4, 180);
        assert_eq!(seen[60..290], [8; 230]);
    }
}
