//! When the next run starts. Pure: the clock and the jitter come from outside.
//!
//! There are two kinds of triggers. Somebody *asks* (the start of the process, SIGHUP, a command at the target): the run
//! starts at once, or right after the one that is under way. And the *timer*: after a run that could not be carried out it
//! comes earlier, and with growing pauses.

use std::time::Duration;

/// Time since the process started.
pub(super) type Clock = Duration;

/// The shortest time between a failed run and the next one that was not requested.
const SHORTEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause between tries where no timer is set.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// The timer comes later by up to this share of its period, so that many installations do not ask one server at once.
const JITTER: f64 = 0.1;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    /// Up to the plan.
    Plan,
    /// To the end.
    Sync,
}

/// How a run ended, as far as the next one depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Everything is as the sources say.
    Fine,
    /// Something is left that the same run would leave again: a record that cannot be used, a refusal.
    Left,
    /// A source or the target could not be read, or another run was under way: worth another try soon.
    Failed,
}

/// Which run comes when. One run at a time: [`Schedule::start`] and [`Schedule::finish`] alternate.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// `run.every`
    every: Option<Duration>,
    /// What was requested since the last start.
    asked: Option<Verb>,
    /// When a run starts without a request.
    timer: Option<Clock>,
    /// When the run under way started.
    running: Option<Clock>,
    /// Failed runs in a row.
    failures: u32,
}

impl Schedule {
    /// Waits for the timer. `jitter` is a random number from 0 to 1.
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

    /// Requests a run. Several requests before it starts are one; a sync does what a plan would show.
    pub(super) fn ask(&mut self, verb: Verb) {
        self.asked = self.asked.max(Some(verb));
    }

    /// Takes another period from a configuration that was read again: what failed before tells nothing about it.
    pub(super) fn reconfigure(&mut self, every: Option<Duration>, now: Clock, jitter: f64) {
        self.every = every;
        self.failures = 0;
        self.timer = self.period(jitter).map(|period| now + period);
    }

    /// When the next run starts, as far as is known; a time that has passed means at once. `None` while one is under way,
    /// and when nothing starts one but a wish.
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

    /// Takes in how the run ended, and sets the timer: a period after the start, or a pause after a failure.
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
