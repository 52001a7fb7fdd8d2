//! `--html`: a page that only its owner may read, written completely or not at all.

use std::io;

use crate::cli::Global;
use crate::names::Names;
use crate::report::{self, Report};
use crate::saved::plan_file::own::{self, Kind};
use crate::saved::plan_file::private;

/// Checks before the run whether the page can be written.
///
/// # Errors
/// What is wrong.
pub(in crate::run) fn check_writable(global: &Global) -> Result<(), String> {
    let Some(path) = &global.html else {
        return Ok(());
    };
    let possible = match path.file_name() {
        Some(_) => own::spare_others(path, Kind::Page).and_then(|()| private::probe(path)),
        None => Err(io::Error::other("this is not a file name")),
    };
    possible.map_err(|error| format!("cannot write the page to {}: {error}", path.display()))
}

/// Writes the page, if one is requested. `command` is the name of the run.
///
/// # Errors
/// It cannot be written. An existing file is unchanged.
pub(in crate::run) fn save(report: &Report, command: &str, global: &Global, names: &Names) -> io::Result<()> {
    let Some(path) = &global.html else {
        return Ok(());
    };
    let page = report::page(report, command, names).map_err(io::Error::other)?;
    // The check before the run may be some time ago.
    own::spare_others(path, Kind::Page)?;
    private::write_text(path, &page)
}
