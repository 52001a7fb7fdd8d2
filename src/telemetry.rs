//! Log lines on stderr. Started before the configuration is read, so that it can say what is wrong with it.

use std::io::{self, IsTerminal as _, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt, reload};

use crate::cli::LogFormat;
use crate::report::one_line;

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
    pub fn start(format: LogFormat, level: LevelFilter) -> Self {
        let (filter, handle) = reload::Layer::new(targets(format, level));
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colours = io::stderr().is_terminal() && !no_color;
        let layer = fmt::layer().with_target(false).with_ansi(colours);
        let layer = match format {
            LogFormat::Text => layer.with_writer(EventLines::default).boxed(),
            LogFormat::Json => layer.with_writer(io::stderr).json().flatten_event(true).boxed(),
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

/// Stderr, one line an event whatever its fields hold: each event comes in one piece that ends with a line break.
#[derive(Default)]
struct EventLines(());

impl Write for EventLines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        // The subscriber has escaped this character in values already; what is left are its own colours.
        let pieces: Vec<_> = line.split('\u{1b}').map(one_line).collect();
        io::stderr()
            .lock()
            .write_all(format!("{}\n", pieces.join("\u{1b}")).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
