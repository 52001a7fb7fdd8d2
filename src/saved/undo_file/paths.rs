//! The path of an undo file, and the files of earlier runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::saved::plan_file::own;
use crate::saved::plan_file::own::Kind;
use crate::saved::plan_file::private;

/// How many files of earlier runs are kept beside a fixed name.
const EARLIER: usize = 9;

/// Checks, before anything is read, whether an undo file can be written there. A dry run only checks whether another
/// kind of file is in the way.
///
/// # Errors
/// What is wrong.
pub fn check_writable(path: &Path, writes: bool) -> Result<(), String> {
    let what = format!("cannot write the undo file {}", path.display());
    if path.file_name().is_none() && !path.is_dir() {
        return Err(format!("{what}: this is not a file name"));
    }
    if !path.is_dir() {
        refuse_foreign(path).map_err(|error| format!("{what}: {error}"))?;
    }
    if !writes {
        return Ok(());
    }
    let inside = if path.is_dir() {
        path.join("undo")
    } else {
        path.to_owned()
    };
    private::probe(&inside).map_err(|error| format!("{what}: {error}"))
}

/// Returns whether a new undo file at the path would rename this one, so that the same command would not find it
/// again.
pub fn moves(path: &Path, file: &Path) -> bool {
    let same = |path: &Path| match (path.canonicalize(), file.canonicalize()) {
        (Ok(path), Ok(file)) => path == file,
        _ => false,
    };
    same(path) || (1..=EARLIER).any(|number| same(&numbered(path, number)))
}

/// The file and those of earlier runs beside it, which each run renames. In a folder, each file has its own name.
pub fn names(path: &Path) -> Vec<PathBuf> {
    let earlier = (1..=EARLIER).map(|number| numbered(path, number));
    if path.is_dir() {
        vec![path.to_owned()]
    } else {
        std::iter::once(path.to_owned()).chain(earlier).collect()
    }
}

/// Neither the file nor one of the earlier ones may be another kind of file, because they are renamed, and the last
/// one is lost.
fn refuse_foreign(path: &Path) -> io::Result<()> {
    let earlier = (1..=EARLIER).map(|number| numbered(path, number));
    std::iter::once(path.to_owned())
        .chain(earlier)
        .try_for_each(|path| own::spare_others(&path, Kind::Undo))
}

/// The file for the path. In a folder, each run has its own file.
pub(super) fn choose(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let time = now.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let names = (1..1_000u16).map(|number| match number {
        1 => format!("undo-{time}.json"),
        number => format!("undo-{time}-{number}.json"),
    });
    let mut free = names.map(|name| path.join(name)).filter(|path| !path.exists());
    free.next().ok_or_else(|| io::ErrorKind::AlreadyExists.into())
}

/// Renames the existing file to number 1, the one before it to 2, and so on.
pub(super) fn make_room(path: &Path) -> io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    // The check before the run may be some time ago.
    refuse_foreign(path)?;
    for number in (1..EARLIER).rev() {
        let (from, to) = (numbered(path, number), numbered(path, number + 1));
        if from.exists() {
            fs::rename(from, to)?;
        }
    }
    fs::rename(path, numbered(path, 1))
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{number}"));
    path.with_file_name(name)
}
