//! How far the changes are: a bar on a terminal, a log line every few seconds elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const LOG_EVERY: Duration = Duration::from_secs(10);

/// Shows how far the changes are.
pub struct Progress {
    bar: ProgressBar,
    total: usize,
    done: usize,
    failed: usize,
    logged: Instant,
}

impl Progress {
    /// Starts at none of `total`.
    pub fn new(total: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() && total > 0 {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} changes, {eta} left{msg}");
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

    /// One more is done, well or not.
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

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
