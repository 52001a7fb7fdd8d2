//! `--report`: opened before the run starts, so that a run which cannot write its report does not start.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::Path;

use crate::cli::Global;
use crate::names::Names;
use crate::report::{self, Report};
use crate::saved::plan_file::own::{Kind, holds, in_the_way};
use crate::saved::plan_file::private;

/// Opens the file of `--report`, if requested.
///
/// # Errors
/// Why it cannot be written.
pub(in crate::run) fn of(global: &Global) -> Result<Option<File>, String> {
    let Some(path) = &global.report else {
        return Ok(None);
    };
    let file = open(path);
    file.map(Some)
        .map_err(|error| format!("cannot write the report to {}: {error}", path.display()))
}

/// Writes the report, if requested.
pub(in crate::run) fn save(report: &Report, file: Option<File>, names: &Names) -> io::Result<()> {
    let Some(file) = file else { return Ok(()) };
    let mut file = names.writer(io::BufWriter::new(file));
    for line in serde_json::to_string_pretty(report)?.lines() {
        writeln!(file, "{}", report::in_json(line))?;
    }
    file.flush()
}

/// Opens the report and empties it, so that the report of an earlier run is not mistaken for this one's.
///
/// It may replace another report. It may also be a device such as `/dev/null`, or an open stream (`/dev/stdout`,
/// `/dev/fd/3`), where nothing is lost.
///
/// # Errors
/// It cannot be opened, or the path is another kind of file.
fn open(path: &Path) -> io::Result<File> {
    if is_open_already(path) {
        return OpenOptions::new().append(true).open(path);
    }
    match private::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => return created,
    }
    let found = fs::symlink_metadata(path)?;
    if is_device(&found) {
        return OpenOptions::new().write(true).open(path);
    }
    if !found.is_file() {
        return Err(in_the_way(path, &found, Kind::Report));
    }
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    if !is_the_same(&found, &file.metadata()?) {
        return Err(io::Error::other("it was replaced at this moment"));
    }
    if has_other_names(&found) {
        let what = "it has another name (a hard link), whose content would be overwritten";
        return Err(io::Error::other(what));
    }
    if !holds(&mut file, Kind::Report)? {
        return Err(in_the_way(path, &found, Kind::Report));
    }
    // The report of an earlier version may be readable for all.
    make_private(&file)?;
    file.set_len(0)?;
    file.rewind()?;
    Ok(file)
}

/// Returns whether the path is a stream that was passed to this process.
fn is_open_already(path: &Path) -> bool {
    let streams = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc/self/fd"];
    streams.iter().any(|stream| path.starts_with(stream))
}

#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_device(found: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&found.file_type())
}

#[cfg(unix)]
fn has_other_names(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 1
}

/// Returns whether the opened file is the checked one, and was not replaced by a link in between.
#[cfg(unix)]
fn is_the_same(found: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_device(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn is_the_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
