//! Progress of a run. Changes: a bar on a terminal, otherwise a log line every few seconds. Reading: a line on a
//! terminal, otherwise nothing.

use std::cell::{Cell, RefCell};
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const LOG_EVERY: Duration = Duration::from_secs(10);
/// A line that changes more often cannot be read.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// The last line of the terminal is progress, without a line break.
static IS_DRAWN: AtomicBool = AtomicBool::new(false);

/// Clears the progress line on stderr before another line; empty if there is none.
pub fn clear_line() -> &'static str {
    if IS_DRAWN.load(Ordering::Relaxed) {
        "\r\u{1b}[2K"
    } else {
        ""
    }
}

/// Shows how much has been read, until it is dropped.
pub struct Reading {
    /// `None` without a terminal.
    bar: Option<ProgressBar>,
    noun: &'static str,
    /// Names, and how much was read of each.
    counts: RefCell<Vec<(String, usize)>>,
    drawn: Cell<Instant>,
}

impl Reading {
    /// Starts at zero for these names. `noun` is what they contain, such as `records`.
    pub fn new(names: impl IntoIterator<Item = String>, noun: &'static str) -> Self {
        let is_seen = std::io::stderr().is_terminal();
        let bar = is_seen.then(|| {
            let style = ProgressStyle::with_template("{wide_msg}");
            ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        let reading = Self {
            bar,
            noun,
            counts: RefCell::new(names.into_iter().map(|name| (name, 0)).collect()),
            drawn: Cell::new(Instant::now()),
        };
        reading.draw();
        reading
    }

    /// Counts one more for the name at this index.
    pub fn one(&self, index: usize) {
        if self.bar.is_none() {
            return;
        }
        if let Some((_, count)) = self.counts.borrow_mut().get_mut(index) {
            *count += 1;
        }
        if self.drawn.get().elapsed() >= DRAW_EVERY {
            self.draw();
        }
    }

    fn draw(&self) {
        let Some(bar) = &self.bar else {
            return;
        };
        self.drawn.set(Instant::now());
        IS_DRAWN.store(true, Ordering::Relaxed);
        let counts = self.counts.borrow();
        let shown = counts
            .iter()
            .map(|(name, count)| format!("{name} {count} {}", self.noun));
        bar.set_message(format!("Reading: {}", shown.collect::<Vec<_>>().join(", ")));
        bar.tick();
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.draw();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            IS_DRAWN.store(false, Ordering::Relaxed);
        }
    }
}

/// Shows the progress of changes.
pub struct Progress {
    bar: ProgressBar,
    total: usize,
    done: usize,
    failed: usize,
    logged: Instant,
}

impl Progress {
    /// Starts at zero of `total`.
    pub fn new(total: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() && total > 0 {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} changes, {eta} left{msg}");
            IS_DRAWN.store(true, Ordering::Relaxed);
            ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Self {
            bar,
            total,
            done: 0,
            failed: 0,
            logged: Instant::now(),
        }
    }

    /// Counts a completed change.
    pub fn step(&mut self, succeeded: bool) {
        self.done += 1;
        self.failed += usize::from(!succeeded);
        self.bar.inc(1);
        if self.failed > 0 {
            self.bar.set_message(format!(", {} failed", self.failed));
        }
        if self.bar.is_hidden() && self.logged.elapsed() >= LOG_EVERY {
            self.logged = Instant::now();
            tracing::info!(
                done = self.done,
                total = self.total,
                failed = self.failed,
                "applying"
            );
        }
    }

    /// Removes the bar.
    pub fn finish(self) {
        self.bar.finish_and_clear();
        IS_DRAWN.store(false, Ordering::Relaxed);
    }
}
