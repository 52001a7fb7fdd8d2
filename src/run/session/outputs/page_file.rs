//! Where `--html` goes: a page that only its owner may read, whole or not there at all.

use std::io;

use crate::cli::Global;
use crate::names::Names;
use crate::report::{self, Report};
use crate::saved::plan_file::own::{self, Kind};
use crate::saved::plan_file::private;

/// Says, before anything is done, why no page can be written there.
///
/// # Errors
/// What is wrong.
pub(in crate::run) fn check(global: &Global) -> Result<(), String> {
    let Some(path) = &global.html else {
        return Ok(());
    };
    let possible = match path.file_name() {
        Some(_) => own::spare_others(path, Kind::Page).and_then(|()| private::probe(path)),
        None => Err(io::Error::other("that is no name of a file")),
    };
    possible.map_err(|error| format!("cannot write the page to {}: {error}", path.display()))
}

/// Writes the page, if there is to be one. `command` is what the run is called.
///
/// # Errors
/// It cannot be written; what stood there before still does.
pub(in crate::run) fn save(report: &Report, command: &str, global: &Global, names: &Names) -> io::Result<()> {
    let Some(path) = &global.html else {
        return Ok(());
    };
    let page = report::page(report, command, names).map_err(io::Error::other)?;
    // It was looked at before the run read anything, which may be a while ago.
    own::spare_others(path, Kind::Page)?;
    private::write_text(path, &page)
}
