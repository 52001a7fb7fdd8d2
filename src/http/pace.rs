//! How many changes or reads run at once: as many as the target takes well. No clock and no I/O of its own.

use std::num::NonZeroUsize;
use std::time::Duration;

/// A target that answers faster than this is at ease, however much its answers vary.
const AT_EASE: Duration = Duration::from_millis(50);
/// Several at once take longer than one alone on any server; beyond this factor they only queue up.
const RISING: f64 = 3.0;
/// The weight of one change in the smoothed time.
const WEIGHT: f64 = 0.1;

/// What one finished change says about the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    /// How long it took; `None` when it also waited for its turn under a rate limit.
    pub(crate) took: Option<Duration>,
    /// Since the change before, the target turned a request away or could not be reached.
    pub(crate) strained: bool,
}

/// Adds one after each round that goes well, halves as soon as one does not.
#[derive(Debug)]
pub(crate) struct AdaptiveLimit {
    min: usize,
    max: usize,
    limit: usize,
    /// Changes that went well in this round.
    well: usize,
    /// Changes still to finish that were started before the limit was halved: they say nothing new.
    stale: usize,
    smoothed: Option<f64>,
    /// The best smoothed time so far.
    best: f64,
}

impl AdaptiveLimit {
    /// Starts at the least.
    pub(crate) fn new(min: NonZeroUsize, max: NonZeroUsize) -> Self {
        Self {
            min: min.get(),
            max: max.get(),
            limit: min.get(),
            well: 0,
            stale: 0,
            smoothed: None,
            best: f64::INFINITY,
        }
    }

    /// How many changes may run at once.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Changes of another kind follow, which take another time.
    pub(crate) fn turn(&mut self) {
        self.smoothed = None;
        self.best = f64::INFINITY;
    }

    /// Takes in a finished change.
    pub(crate) fn finished(&mut self, seen: Seen) {
        if self.stale > 0 {
            self.stale -= 1;
            return;
        }
        let rising = seen.took.is_some_and(|took| self.is_rising(took));
        if seen.strained || rising {
            self.stale = self.limit - 1;
            self.limit = (self.limit / 2).max(self.min);
            self.well = 0;
            // Fewer at once should take no longer than the best; only several that do are trouble again.
            self.smoothed = self.smoothed.map(|_| self.best);
            return;
        }
        self.well += 1;
        if self.well >= self.limit {
            self.limit = (self.limit + 1).min(self.max);
            self.well = 0;
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

    const WELL: Seen = Seen {
        took: None,
        strained: false,
    };
    const STRAINED: Seen = Seen {
        took: None,
        strained: true,
    };

    fn pace(min: usize, max: usize) -> AdaptiveLimit {
        AdaptiveLimit::new(min.try_into().unwrap(), max.try_into().unwrap())
    }

    fn grown(max: usize) -> AdaptiveLimit {
        let mut pace = pace(1, max);
        while pace.limit() < max {
            pace.finished(WELL);
        }
        pace
    }

    /// The limit grows by one a round, from the least to the most and no further.
    #[test]
    fn it_grows_by_one_a_round() {
        let mut pace = pace(2, 4);
        let mut limits = Vec::new();
        for _ in 0..12 {
            limits.push(pace.limit());
            pace.finished(WELL);
        }
        assert_eq!(limits, [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]);
    }

    /// Trouble halves it at once, and once for all changes that were on their way; it never falls below the least.
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
        let mut pace = AdaptiveLimit::new(3.try_into().unwrap(), 3.try_into().unwrap());
        pace.finished(STRAINED);
        assert_eq!(pace.limit(), 3);
    }

    /// Times that stay three times as long as the best are trouble; a single late answer is none, nor is one that is
    /// late only beside very fast ones.
    #[test]
    fn rising_times_are_trouble() {
        let took = |milliseconds| Seen {
            took: Some(Duration::from_millis(milliseconds)),
            strained: false,
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

    /// Another kind of change may take ten times as long without being trouble.
    #[test]
    fn kinds_of_changes_are_not_compared() {
        let mut pace = grown(8);
        for milliseconds in [40, 400] {
            pace.turn();
            for _ in 0..50 {
                pace.finished(Seen {
                    took: Some(Duration::from_millis(milliseconds)),
                    strained: false,
                });
            }
        }
        assert_eq!(pace.limit(), 8);
    }
}
