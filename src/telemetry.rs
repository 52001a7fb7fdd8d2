//! Log lines on stderr. Started before the configuration is read, so that mistakes in it can be logged.

use std::borrow::Cow;
use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt, reload};

use crate::cli::LogFormat;
use crate::model::{BEGIN, END};
use crate::names::Names;
use crate::report::{clear_line, in_json, one_line};

/// Target of events that contain for programs what people read on stdout: that the run started, what was read, how it
/// ended. A text log has them from `debug` on.
pub const MILESTONE: &str = "directory_sync::milestone";

/// Changes the level once the configuration is known.
pub struct Telemetry {
    handle: reload::Handle<Targets, Registry>,
    format: LogFormat,
}

impl Telemetry {
    /// Starts logging. Does nothing if it was started before, as in tests.
    pub fn start(level: LevelFilter, sink: Sink) -> Self {
        let format = sink.format;
        let (filter, handle) = reload::Layer::new(targets(format, level));
        // Colours are added when the line is written, because earlier control characters may come from a value. An
        // event that cannot be written is lost, because reporting it would use the same stream.
        let layer = fmt::layer()
            .with_target(false)
            .with_ansi(false)
            .log_internal_errors(false)
            .with_writer(sink);
        let layer = match format {
            LogFormat::Text => layer.boxed(),
            LogFormat::Json => layer.json().flatten_event(true).boxed(),
        };
        // An error means that a subscriber already exists.
        let _ = tracing_subscriber::registry()
            .with(layer.with_filter(filter))
            .try_init();
        Self { handle, format }
    }

    /// Logs events up to this level from now on.
    pub fn set_level(&self, level: LevelFilter) {
        // An error means that another subscriber is installed.
        let _ = self.handle.reload(targets(self.format, level));
    }
}

/// Our own events at the configured level. Events of libraries only from warnings on, because they may contain data
/// that is sent.
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

/// Whether stderr is the journal of systemd: `JOURNAL_STREAM` contains its device and inode (systemd.exec(5)). Child
/// processes inherit the variable, so the inode has to be compared.
pub fn is_journal() -> bool {
    let stream = std::env::var("JOURNAL_STREAM").ok();
    stream.is_some_and(|stream| stderr_file().is_some_and(|stderr| stderr == stream))
}

#[cfg(unix)]
fn stderr_file() -> Option<String> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;
    let stderr = io::stderr().as_fd().try_clone_to_owned().ok()?;
    let found = std::fs::File::from(stderr).metadata().ok()?;
    Some(format!("{}:{}", found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn stderr_file() -> Option<String> {
    None
}

/// Prefix of a line in the journal (sd-daemon(3)).
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "<3>",
        Level::WARN => "<4>",
        Level::INFO => "<6>",
        Level::DEBUG | Level::TRACE => "<7>",
    }
}

/// Where log lines go, and how they look.
#[derive(Clone, Debug)]
pub struct Sink {
    /// Text or JSON.
    pub format: LogFormat,
    pub colours: bool,
    pub is_journal: bool,
    /// The trace for each JSON line.
    pub trace: Option<String>,
    pub names: Names,
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines {
            sink: self.clone(),
            priority: "",
        }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Lines {
        Lines {
            priority: if self.is_journal {
                priority(*event.level())
            } else {
                ""
            },
            ..self.make_writer()
        }
    }
}

/// Writes to stderr, one line per event, with any field content: each event arrives in one piece that ends with a
/// line break. All events pass here, so that no value can control a terminal.
pub struct Lines {
    sink: Sink,
    /// Prefix of each line.
    priority: &'static str,
}

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let Sink {
            format,
            colours,
            names,
            trace,
            ..
        } = &self.sink;
        let text = names.render(&with_marks(&String::from_utf8_lossy(event)));
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = match format {
            LogFormat::Json => match (trace, line.strip_suffix('}')) {
                (Some(trace), Some(open)) => {
                    format!("{},\"traceparent\":\"{trace}\"}}", in_json(open)).into()
                }
                _ => in_json(line),
            },
            LogFormat::Text if *colours => coloured(&one_line(line)).into(),
            LogFormat::Text => one_line(line),
        };
        // A full disk or a closed pipe of the log must not stop the program.
        let _ = io::stderr()
            .lock()
            .write_all(format!("{}{}{line}\n", clear_line(), self.priority).as_bytes());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The marks around personal values, which a field that is printed with quotes contains as escapes.
fn with_marks(event: &str) -> Cow<'_, str> {
    let escaped = [BEGIN, END].map(|mark| mark.escape_unicode().to_string());
    if !escaped.iter().any(|mark| event.contains(mark)) {
        return Cow::Borrowed(event);
    }
    let [begin, end] = escaped;
    let text = event.replace(&begin, BEGIN.encode_utf8(&mut [0; 4]));
    Cow::Owned(text.replace(&end, END.encode_utf8(&mut [0; 4])))
}

/// The time dimmed, and the level in its colour.
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
