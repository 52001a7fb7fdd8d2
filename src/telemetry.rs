//! Log lines on stderr. Started before the configuration is read, so that it can say what is wrong with it.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt, reload};

use crate::cli::LogFormat;

/// Changes the level once the configuration is known.
pub struct Telemetry(reload::Handle<Targets, Registry>);

impl Telemetry {
    /// Starts logging. Does nothing when it has been started before, as in tests.
    pub fn start(format: LogFormat, level: LevelFilter) -> Self {
        let (filter, handle) = reload::Layer::new(targets(level));
        let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let layer = fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(colours)
            .with_target(false);
        let layer = match format {
            LogFormat::Text => layer.boxed(),
            LogFormat::Json => layer.json().flatten_event(true).boxed(),
        };
        // An error means that a subscriber is there already.
        let _ = tracing_subscriber::registry()
            .with(layer.with_filter(filter))
            .try_init();
        Self(handle)
    }

    /// Logs events up to this level from now on.
    pub fn set_level(&self, level: LevelFilter) {
        // An error means that another subscriber took over.
        let _ = self.0.reload(targets(level));
    }
}

/// Our own events at the wanted level; those of libraries only when they matter, since they may hold what they send.
fn targets(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("directory_sync", level)
}
