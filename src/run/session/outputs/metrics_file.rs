//! `--metrics-file`: metrics of each run, also of a failed one, for the textfile collector of Prometheus.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use jiff::Timestamp;

use crate::config::TargetSettings;
use crate::exit::Exit;
use crate::report::{self, LAST_SUCCESS, Report, RunFigures};
use crate::run::session::request::Request;
use crate::target;

/// Every metrics file of this program contains it.
const OURS: &str = "# HELP directory_sync_";

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
    if let Err(error) = replace(path, request, settings, report) {
        tracing::warn!(file = %path.display(), %error, "the metrics could not be written");
    }
}

fn replace(path: &Path, request: Request<'_>, settings: &TargetSettings, report: &Report) -> io::Result<()> {
    let before = match fs::read_to_string(path) {
        Ok(text) if text.is_empty() || text.contains(OURS) => text,
        Ok(_) => return Err(io::Error::other("another file is there")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let target = label(
        target::name(settings).title,
        request.settings.providers.name.as_deref(),
    );
    let figures = RunFigures {
        target: &target,
        mode: request.title,
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
