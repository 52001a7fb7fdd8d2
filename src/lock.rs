//! One run at a time per target.
//!
//! The operating system releases the lock when the process ends, in any way, so no stale file has to be removed by
//! hand. The lock covers hosts that share the folder. Other hosts need a lock of their scheduler.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::target::TargetName;

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: Option<File>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // Closing is not enough, because a child process that is just being started still has a copy of the open
            // file.
            let _ = file.unlock();
        }
    }
}

/// Another run holds the lock.
#[derive(Debug, thiserror::Error)]
#[error("another run against {target} is under way: {} is locked{by}", path.display())]
pub struct LockedByOther {
    /// The lock file.
    pub path: PathBuf,
    target: String,
    by: String,
}

/// Takes the lock for a target, or returns who holds it.
///
/// If no lock file can be created, a warning is logged and the run continues without a lock.
///
/// # Errors
/// [`LockedByOther`] if another run holds it.
pub fn take(folder: Option<&Path>, name: &TargetName) -> Result<Lock, LockedByOther> {
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_path_buf);
    let hash = hex::encode(&Sha256::digest(&name.key)[..8]);
    let path = folder.join(format!("directory-sync-{hash}.lock"));
    match lock(&path) {
        Ok(file) => Ok(Lock { file: Some(file) }),
        Err(Trouble::Locked) => {
            let by = holder(&path);
            let target = name.title.clone();
            Err(LockedByOther { path, target, by })
        }
        Err(Trouble::Unusable(error)) => {
            tracing::warn!(
                file = %path.display(), %error,
                "no lock could be taken, so a second run is not prevented; set `lock.dir` to a writable folder"
            );
            Ok(Lock { file: None })
        }
    }
}

enum Trouble {
    Locked,
    Unusable(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Unusable(error)
    }
}

fn lock(path: &Path) -> Result<File, Trouble> {
    // Anyone can put a link into a shared folder, and its target would be overwritten.
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(unusable("it is not a regular file"));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // Others may read who holds the lock, but not write, whatever the umask.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let mut file = match options.open(path) {
        // A lock file of another user, such as root, still locks. Only the name of its holder cannot be written.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return lock_of_another_user(path),
        opened => opened?,
    };
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => Trouble::Locked,
        TryLockError::Error(error) => Trouble::Unusable(error),
    })?;
    if has_other_names(&file.metadata()?) {
        return Err(unusable(
            "it has another name (a hard link), whose content would be overwritten",
        ));
    }
    if !is_lock(&mut file)? {
        return Err(unusable("it contains something else"));
    }
    file.set_len(0)?;
    file.rewind()?;
    let since = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
    writeln!(file, "{BY} {} since {since}", std::process::id())?;
    Ok(file)
}

fn lock_of_another_user(path: &Path) -> Result<File, Trouble> {
    let file = File::open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble::Locked),
        Err(TryLockError::Error(error)) => Err(Trouble::Unusable(error)),
    }
}

/// Prefix of the text in a lock file.
const BY: &str = "by process";

fn unusable(what: &'static str) -> Trouble {
    io::Error::new(io::ErrorKind::AlreadyExists, what).into()
}

/// Returns whether an open file is empty, or was written by an earlier run.
fn is_lock(file: &mut File) -> io::Result<bool> {
    let mut start = Vec::new();
    io::Read::by_ref(file).take(200).read_to_end(&mut start)?;
    Ok(start.is_empty() || start.starts_with(BY.as_bytes()))
}

#[cfg(unix)]
fn has_other_names(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &fs::Metadata) -> bool {
    false
}

/// What the other run wrote about itself.
fn holder(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(200).read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), content) if !content.is_empty() => format!(" {content}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str) -> TargetName {
        TargetName {
            kind: "kind",
            product: "Product",
            title: format!("target {key}"),
            key: key.to_owned(),
        }
    }

    #[test]
    fn two_runs_against_one_target_do_not_overlap() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(Some(folder.path()), &name("a")).unwrap();
        let message = take(Some(folder.path()), &name("a")).unwrap_err().to_string();
        assert!(
            message.starts_with("another run against target a is under way: "),
            "{message}"
        );
        let process = format!("is locked by process {} since ", std::process::id());
        assert!(message.contains(&process), "{message}");
        take(Some(folder.path()), &name("b")).unwrap();
        drop(first);
        take(Some(folder.path()), &name("a")).unwrap();
    }

    #[test]
    fn a_copy_of_the_open_file_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(Some(folder.path()), &name("a")).unwrap();
        let copy = first.file.as_ref().unwrap().try_clone().unwrap();
        drop(first);
        take(Some(folder.path()), &name("a")).unwrap();
        drop(copy);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_reason_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        assert!(take(Some(&folder.path().join("missing")), &name("a")).is_ok());
    }

    /// A link to another file, or the file itself, is at the path.
    #[cfg(unix)]
    #[test]
    fn nothing_else_is_overwritten() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        type Plant = fn(&Path, &Path) -> io::Result<()>;
        let plants: [Plant; 3] = [
            |precious, lock| symlink(precious, lock),
            |precious, lock| fs::hard_link(precious, lock),
            |precious, lock| fs::copy(precious, lock).map(|_| ()),
        ];
        for text in ["precious", "", "by process 1 since yesterday"] {
            for plant in plants {
                let folder = tempfile::tempdir().unwrap();
                drop(take(Some(folder.path()), &name("a")).unwrap());
                let lock = fs::read_dir(folder.path())
                    .unwrap()
                    .next()
                    .unwrap()
                    .unwrap()
                    .path();
                assert_eq!(fs::metadata(&lock).unwrap().permissions().mode() & 0o022, 0);
                let precious = folder.path().join("precious");
                fs::write(&precious, text).unwrap();
                fs::remove_file(&lock).unwrap();
                plant(&precious, &lock).unwrap();
                assert!(take(Some(folder.path()), &name("a")).is_ok());
                assert_eq!(fs::read_to_string(precious).unwrap(), text);
                assert!(text != "precious" || fs::read_to_string(&lock).unwrap() == text);
            }
        }
    }
}
