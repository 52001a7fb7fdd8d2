//! Log lines on stderr. Started before the configuration is read, so that it can say what is wrong with it.

use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt, reload};

use crate::cli::LogFormat;
use crate::names::Names;
use crate::report::{in_json, one_line};

/// Events that tell programs what people read on stdout: that the run started, what was read, how it ended.
/// A text log has them from `debug` on.
pub const MILESTONE: &str = "directory_sync::milestone";

/// Changes the level once the configuration is known.
pub struct Telemetry {
    handle: reload::Handle<Targets, Registry>,
    format: LogFormat,
}

impl Telemetry {
    /// Starts logging. Does nothing when it has been started before, as in tests.
    pub fn start(format: LogFormat, level: LevelFilter, colours: bool, names: &Names) -> Self {
        let (filter, handle) = reload::Layer::new(targets(format, level));
        let names = names.clone();
        // Colours are added when the line is written: whatever steers a terminal before that came with a value. An event
        // that cannot be written is lost; to say so would be to write to the same place, which ends the program.
        let layer = fmt::layer()
            .with_target(false)
            .with_ansi(false)
            .log_internal_errors(false)
            .with_writer(move || Lines {
                format,
                colours,
                names: names.clone(),
            });
        let layer = match format {
            LogFormat::Text => layer.boxed(),
            LogFormat::Json => layer.json().flatten_event(true).boxed(),
        };
        // An error means that a subscriber is there already.
        let _ = tracing_subscriber::registry()
            .with(layer.with_filter(filter))
            .try_init();
        Self { handle, format }
    }

    /// Logs events up to this level from now on.
    pub fn set_level(&self, level: LevelFilter) {
        // An error means that another subscriber took over.
        let _ = self.handle.reload(targets(self.format, level));
    }
}

/// Our own events at the wanted level; those of libraries only when they matter, since they may hold what they send.
fn targets(format: LogFormat, level: LevelFilter) -> Targets {
    let milestones = match format {
        LogFormat::Text if level < LevelFilter::DEBUG => level.min(LevelFilter::WARN),
        LogFormat::Text | LogFormat::Json => level,
    };
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("directory_sync", level)
        .with_target(MILESTONE, milestones)
}

/// Stderr, one line an event whatever its fields hold: each event comes in one piece that ends with a line break. This is
/// the one place that every event passes, so that nothing in it can steer a terminal, however it was put into its field.
struct Lines {
    format: LogFormat,
    colours: bool,
    names: Names,
}

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = self.names.told(&String::from_utf8_lossy(event));
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = match self.format {
            LogFormat::Json => in_json(line),
            LogFormat::Text if self.colours => coloured(&one_line(line)).into(),
            LogFormat::Text => one_line(line),
        };
        // A full disk or a closed pipe below the log is no reason to stop, nor to end in another way.
        let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The time faint and the level in its colour.
fn coloured(line: &str) -> String {
    let parts = line.split_once(' ').and_then(|(time, rest)| {
        let (level, rest) = rest.trim_start().split_once(' ')?;
        let colour = match level {
            "ERROR" => 31,
            "WARN" => 33,
            "INFO" => 32,
            "DEBUG" => 34,
            "TRACE" => 35,
            _ => return None,
        };
        Some(format!(
            "\u{1b}[2m{time}\u{1b}[0m \u{1b}[{colour}m{level:>5}\u{1b}[0m {rest}"
        ))
    });
    parts.unwrap_or_else(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_and_level_have_a_colour() {
        assert_eq!(
            coloured("2026-01-01T00:00:00Z  WARN no answer reason=\\u{1b}[31m"),
            "\u{1b}[2m2026-01-01T00:00:00Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m no answer reason=\\u{1b}[31m"
        );
        assert_eq!(coloured("something else"), "something else");
    }
}
