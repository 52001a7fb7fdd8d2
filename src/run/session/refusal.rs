//! Runs that do not start. Each of them writes a report, so that the report of the last run is not mistaken for it.

use std::io;

use super::outputs::{page_file, paths, report_file};
use super::process::Process;
use super::request::Request;
use crate::cli::Global;
use crate::config::ConfigErrors;
use crate::exit::Exit;
use crate::names::Names;
use crate::report::Report;
use crate::target;

/// Hint about a configuration with mistakes.
const CHECK: &str = "`directory-sync check` says what is wrong";

/// Refuses to start.
pub(in crate::run) fn refuse(
    request: Request<'_>,
    process: &mut Process<'_>,
    what: &str,
    hint: &str,
) -> io::Result<Exit> {
    let kind = target::kind(request.settings.target.as_ref());
    save(
        request.global,
        &process.names,
        kind,
        what.to_owned(),
        Some(hint.to_owned()),
    );
    process
        .messages(request.global.log_format)
        .error(what, Some(hint))?;
    Ok(Exit::Usage)
}

/// Refuses an option that has no effect on the command.
pub(in crate::run) fn idle_option(
    global: &Global,
    process: &mut Process<'_>,
    what: &str,
    hint: &str,
) -> io::Result<Exit> {
    process.messages(global.log_format).error(what, Some(hint))?;
    Ok(Exit::Usage)
}

/// Refuses to overwrite an input, or to write two outputs to one file.
pub(in crate::run) fn clash(
    global: &Global,
    process: &mut Process<'_>,
    clash: &paths::Clash,
) -> io::Result<Report> {
    let report = save(
        &clash.left_of(global),
        &process.names,
        target::kind(None),
        clash.what.clone(),
        Some(paths::HINT.to_owned()),
    );
    process
        .messages(global.log_format)
        .error(&clash.what, Some(paths::HINT))?;
    Ok(report)
}

/// Refuses a configuration. Returns the text for notifications, without values, because they may name people.
pub(in crate::run) fn mistakes(
    global: &Global,
    process: &mut Process<'_>,
    errors: &ConfigErrors,
) -> io::Result<Report> {
    save(
        global,
        &process.names,
        target::kind(None),
        errors.to_string(),
        None,
    );
    process.messages(global.log_format).mistakes(errors)?;
    let mut report = Report::new(target::kind(None));
    report.fail(errors.locations(), Some(CHECK.to_owned()), Exit::Usage);
    Ok(report)
}

/// Writes report and page, if possible. The error is printed in any case.
fn save(global: &Global, names: &Names, kind: &'static str, what: String, hint: Option<String>) -> Report {
    let mut report = Report::new(kind);
    report.fail(what, hint, Exit::Usage);
    if let Ok(file) = report_file::of(global) {
        let _ = report_file::save(&report, file, names);
    }
    // It is not known yet whether a page may name people.
    let _ = page_file::save(&report, "", global, &names.naming(global.show_values));
    report
}
