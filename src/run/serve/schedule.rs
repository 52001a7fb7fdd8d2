//! When the next run starts. Pure: time and jitter are parameters.
//!
//! There are two kinds of triggers. A *request* (the start of the process, SIGHUP, a command at the target) starts a
//! run at once, or right after the current one. The *timer* starts runs periodically. After a failed run it is
//! started earlier, with growing pauses.

use std::time::Duration;

/// Time since the process started.
pub(super) type Clock = Duration;

/// The shortest time between a failed run and the next one without a request.
const SHORTEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause between tries without a timer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// The timer is delayed by up to this share of its period, so that many installations do not use one server at the
/// same time.
const JITTER: f64 = 0.1;

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    /// Stops after the plan.
    Plan,
    Sync,
}

/// How a run ended, as far as the next one depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Successful.
    Fine,
    /// Something is left that another run would leave too: a rejected record, a refusal.
    Left,
    /// A source or the target could not be read, or another run was in progress: worth another try soon.
    Failed,
}

/// Decides when runs start. One run at a time: [`Schedule::start`] and [`Schedule::finish`] alternate.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// `run.every`
    every: Option<Duration>,
    /// What was requested since the last start.
    asked: Option<Verb>,
    /// When a run starts without a request.
    timer: Option<Clock>,
    /// When the current run started.
    running: Option<Clock>,
    /// Consecutive failed runs.
    failures: u32,
}

impl Schedule {
    /// Starts the timer. `jitter` is a random number from 0 to 1.
    pub(super) fn new(every: Option<Duration>, now: Clock, jitter: f64) -> Self {
        let mut schedule = Self {
            every,
            asked: None,
            timer: None,
            running: None,
            failures: 0,
        };
        schedule.timer = schedule.period(jitter).map(|period| now + period);
        schedule
    }

    /// Requests a run. Several requests before it starts count as one. A sync includes a plan.
    pub(super) fn ask(&mut self, verb: Verb) {
        self.asked = self.asked.max(Some(verb));
    }

    /// Sets the period from a new configuration. Earlier failures are forgotten, because they say nothing about it.
    pub(super) fn reconfigure(&mut self, every: Option<Duration>, now: Clock, jitter: f64) {
        self.every = every;
        self.failures = 0;
        self.timer = self.period(jitter).map(|period| now + period);
    }

    /// When the next run starts, as far as known. A time in the past means at once. `None` during a run, and if only
    /// a request can start one.
    pub(super) fn next(&self, now: Clock) -> Option<Clock> {
        if self.running.is_some() {
            return None;
        }
        self.asked.map(|_| now).or(self.timer)
    }

    /// Starts the run that is due, if there is one.
    pub(super) fn start(&mut self, now: Clock) -> Option<Verb> {
        self.next(now).filter(|due| *due <= now)?;
        self.running = Some(now);
        self.timer = None;
        Some(self.asked.take().unwrap_or(Verb::Sync))
    }

    /// Records how the run ended, and sets the timer: a period after the start, or a pause after a failure.
    pub(super) fn finish(&mut self, now: Clock, ending: Ending, jitter: f64) {
        let started = self.running.take().unwrap_or(now);
        let period = self.period(jitter).map(|period| started + period);
        self.failures = match ending {
            Ending::Failed => self.failures.saturating_add(1),
            Ending::Fine | Ending::Left => 0,
        };
        self.timer = match ending {
            Ending::Fine => period,
            Ending::Left => period.map(|due| due.max(now + SHORTEST_PAUSE)),
            Ending::Failed => Some(now + self.pause()),
        };
    }

    /// One minute, then twice as long each time, up to the period.
    fn pause(&self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(16);
        let longest = self.every.unwrap_or(LONGEST_PAUSE);
        (SHORTEST_PAUSE * 2_u32.pow(doublings))
            .min(longest)
            .max(SHORTEST_PAUSE)
    }

    fn period(&self, jitter: f64) -> Option<Duration> {
        let every = self.every?;
        Some(every + every.mul_f64(JITTER * jitter.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests;
