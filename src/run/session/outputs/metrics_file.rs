//! `--metrics-file`: metrics of each run, also of a failed one, for the textfile collector of Prometheus.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use jiff::Timestamp;

use crate::cli::Global;
use crate::config::{Outlets, TargetSettings};
use crate::exit::Exit;
use crate::report::{self, LAST_SUCCESS, Report, RunFigures};
use crate::run::session::request::Request;
use crate::target;

/// Every metrics file of this program contains it.
const OURS: &str = "# HELP directory_sync_";

const EXIT_CODE: &str = "directory_sync_last_run_exit_code{";

/// The label while the configuration does not name a target.
const NO_TARGET: &str = "not configured";

/// Writes the metrics. A failure does not affect the result of the run.
pub(in crate::run) fn write(request: Request<'_>, settings: &TargetSettings, report: &Report) {
    let option = request.global.metrics_file.as_deref();
    let Some(path) = option.or(request.settings.metrics_file.as_deref()) else {
        return;
    };
    // The run that holds the lock writes its own metrics.
    if report.exit() == Exit::Locked {
        return;
    }
    let title = target::name(settings).title;
    let target = label(title, request.settings.providers.name.as_deref());
    replace(path, |_| target, request.title, report);
}

/// Writes the metrics of a run that cannot start, so that those of an earlier one do not stay.
pub(in crate::run) fn write_without_target(global: &Global, outlets: &Outlets, mode: &str, report: &Report) {
    let option = global.metrics_file.as_deref();
    if let Some(path) = option.or(outlets.metrics_file.as_deref()) {
        let target = |before: &str| last_target(before).unwrap_or_else(|| NO_TARGET.to_owned());
        replace(path, target, mode, report);
    }
}

/// Writes the file. `target` makes the label from the file of the previous run.
fn replace(path: &Path, target: impl FnOnce(&str) -> String, mode: &str, report: &Report) {
    if let Err(error) = try_replace(path, target, mode, report) {
        tracing::warn!(file = %path.display(), %error, "the metrics could not be written");
    }
}

fn try_replace(
    path: &Path,
    target: impl FnOnce(&str) -> String,
    mode: &str,
    report: &Report,
) -> io::Result<()> {
    let before = match fs::read_to_string(path) {
        Ok(text) if text.is_empty() || text.contains(OURS) => text,
        Ok(_) => return Err(io::Error::other("another file is there")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let target = target(&before);
    let figures = RunFigures {
        target: &target,
        mode,
        finished: Timestamp::now().as_second(),
        last_success: &last_success(&before, &target),
    };
    let text = report::metrics(report, figures).map_err(io::Error::other)?;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = Path::new(&temporary);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let written = options.open(temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        // The collector may run as another user, whatever the umask of this process.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        fs::rename(temporary, path)
    });
    if written.is_err() {
        // The first error is more useful.
        let _ = fs::remove_file(temporary);
    }
    written
}

/// The target, and the provider if several configurations share the target.
fn label(target: String, provider: Option<&str>) -> String {
    match provider {
        Some(provider) => format!("{target} ({provider})"),
        None => target,
    }
}

/// The target in the file of the previous run.
fn last_target(before: &str) -> Option<String> {
    let mut lines = before.lines();
    let labels = lines.find_map(|line| line.strip_prefix(EXIT_CODE))?;
    let (_, target) = labels.split_once("target=\"")?;
    let (target, _) = target.rsplit_once("\"}")?;
    Some(target.replace("\\\"", "\"").replace(r"\\", "\\"))
}

/// When runs of this target last succeeded, by mode, from the file of the previous run.
fn last_success(before: &str, target: &str) -> BTreeMap<String, i64> {
    // Escaped as labels are.
    let target = target.replace('\\', r"\\").replace('"', r#"\""#);
    let of_target = format!("target=\"{target}\"");
    let lines = before.lines().filter_map(|line| line.strip_prefix(LAST_SUCCESS));
    let lines = lines.filter(|line| line.contains(&of_target));
    lines
        .filter_map(|line| {
            let (_, mode) = line.split_once("mode=\"")?;
            let (mode, _) = mode.split_once('"')?;
            let (_, time) = line.rsplit_once(' ')?;
            Some((mode.to_owned(), time.parse().ok()?))
        })
        .collect()
}
