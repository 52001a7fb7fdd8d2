//! Files that only their owner may read, written completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Writes a document and replaces an existing file. It is on the disk when this returns.
///
/// # Errors
/// The file could not be written. An existing file is unchanged.
pub(crate) fn write(path: &Path, document: &impl Serialize) -> io::Result<()> {
    put(&prepare(path, document)?, path)
}

/// The same for a text.
///
/// # Errors
/// The file could not be written. An existing file is unchanged.
pub(crate) fn write_text(path: &Path, text: &str) -> io::Result<()> {
    let fill = |mut file: File| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    put(&prepare_with(path, fill)?, path)
}

/// Writes a document beside the path, on the disk. Returns its location.
pub(crate) fn prepare(path: &Path, document: &impl Serialize) -> io::Result<PathBuf> {
    prepare_with(path, |file| fill(file, document))
}

fn prepare_with(path: &Path, fill: impl FnOnce(File) -> io::Result<()>) -> io::Result<PathBuf> {
    let unfinished = beside(path);
    let written = create(&unfinished).and_then(fill);
    match written {
        Ok(()) => Ok(unfinished),
        Err(error) => {
            // A partly written file is useless.
            let _ = fs::remove_file(&unfinished);
            Err(error)
        }
    }
}

/// Moves a prepared file to its path.
pub(crate) fn put(prepared: &Path, path: &Path) -> io::Result<()> {
    let put = fs::rename(prepared, path).and_then(|()| sync_folder(path));
    if put.is_err() {
        discard(prepared);
    }
    put
}

/// Removes a prepared file that is not used.
pub(crate) fn discard(prepared: &Path) {
    let _ = fs::remove_file(prepared);
}

/// Checks whether a file could be written there, and leaves nothing behind.
pub(crate) fn probe(path: &Path) -> io::Result<()> {
    let probe = beside(path);
    create(&probe)?;
    fs::remove_file(probe)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

/// An existing file was left by a killed process, in a container with the same process id.
fn create(path: &Path) -> io::Result<File> {
    match create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create_new(path)
        }
        created => created,
    }
}

/// Creates a file that only its owner may read. Links are not followed.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn fill(file: File, document: &impl Serialize) -> io::Result<()> {
    let mut out = io::BufWriter::new(file);
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)?;
    out.into_inner()?.sync_all()
}

/// A new name is only on the disk after its folder is synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}
