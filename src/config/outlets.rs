//! Where the result of a run goes whose configuration has mistakes.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::read::{Reader, Report};
use super::request::LoadRequest;
use super::settings::NotifySettings;
use super::{Given, given, sections};

/// Where the result of a run goes that cannot start.
#[derive(Debug, Default)]
pub struct Outlets {
    /// Empty if `notify.*` has mistakes too.
    pub notify: NotifySettings,
    pub metrics_file: Option<PathBuf>,
}

/// The outlets of a configuration with mistakes, as far as it can be read.
pub fn outlets(request: &LoadRequest, environment: &Environment) -> Outlets {
    let given = given(request, environment, Path::new(""), &mut Report::default());
    let Ok(Given { layers, .. }) = given else {
        return Outlets::default();
    };
    let mut report = Report::default();
    let mut reader = Reader {
        layers: &layers,
        report: &mut report,
    };
    let notify = sections::notify::read(&mut reader);
    let metrics_file = reader.filled("metrics.file").map(PathBuf::from);
    Outlets {
        notify: Some(notify)
            .filter(|_| report.mistakes.is_empty())
            .unwrap_or_default(),
        metrics_file,
    }
}
