//! Checks who else can read a secret, or write the configuration. Reported in each run and by `check`, but not an
//! error, so that existing installations keep working.

use std::path::Path;

/// Warnings about a file of the configuration, or one that it names.
pub(in crate::config) fn notes(path: &Path, holds_secrets: bool) -> Vec<String> {
    let Some(file) = looked_at(path) else {
        return Vec::new();
    };
    let (shown, mode) = (path.display(), file.mode);
    let mut notes = Vec::new();
    if file.others_write {
        notes.push(format!(
            "`{shown}` can be written by others (mode {mode:04o}), who can thereby control this program: `chmod \
             go-w {shown}`"
        ));
    }
    if holds_secrets && file.others_read {
        notes.push(format!(
            "`{shown}` contains a secret and can be read by every user (mode {mode:04o}): `chmod o-rwx {shown}`"
        ));
    }
    notes
}

struct Looked {
    mode: u32,
    others_write: bool,
    others_read: bool,
}

#[cfg(unix)]
fn looked_at(path: &Path) -> Option<Looked> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = found.mode() & 0o7777;
    // If each user has their own group, it is usual that the group may write, and means no one else.
    let own_group = found.uid() == found.gid();
    Some(Looked {
        mode,
        others_write: mode & 0o002 != 0 || (mode & 0o020 != 0 && !own_group),
        others_read: mode & 0o004 != 0 && !is_mounted(path),
    })
}

#[cfg(not(unix))]
fn looked_at(_: &Path) -> Option<Looked> {
    None
}

/// Returns whether a file was mounted for this container only. Kubernetes mounts Secrets and `ConfigMaps` readable
/// for all, as links through a folder `..data`. Docker puts secrets below `/run/secrets`.
#[cfg(unix)]
fn is_mounted(path: &Path) -> bool {
    let of_docker = ["/run/secrets", "/var/run/secrets"];
    let of_kubernetes = std::fs::read_link(path).is_ok_and(|link| link.starts_with("..data"));
    of_kubernetes || of_docker.iter().any(|folder| path.starts_with(folder))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn each_mode_is_judged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "x").unwrap();
        let found = fs::metadata(&path).unwrap();
        let group_is_own = found.uid() == found.gid();
        for (mode, secret, written, read) in [
            (0o600, true, false, false),
            (0o640, true, false, false),
            (0o644, false, false, false),
            (0o644, true, false, true),
            (0o604, true, false, true),
            (0o666, false, true, false),
            (0o602, true, true, false),
            (0o777, true, true, true),
            (0o660, true, !group_is_own, false),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let notes = notes(&path, secret);
            let any = |text: &str| notes.iter().any(|note| note.contains(text));
            assert_eq!(
                (any("can be written by others"), any("can be read by every user")),
                (written, read),
                "{mode:o} {secret}: {notes:?}"
            );
            assert!(
                notes
                    .iter()
                    .all(|note| note.contains(&format!("mode {mode:04o}")))
            );
        }
        assert_eq!(notes(&folder.path().join("missing"), true), [""; 0]);
    }

    /// As Kubernetes mounts a Secret.
    #[test]
    fn what_is_mounted_for_this_container_alone_may_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("..2026_01_01");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("token"), "x").unwrap();
        fs::set_permissions(data.join("token"), fs::Permissions::from_mode(0o644)).unwrap();
        symlink("..2026_01_01", folder.path().join("..data")).unwrap();
        symlink("..data/token", folder.path().join("token")).unwrap();
        assert_eq!(notes(&folder.path().join("token"), true), [""; 0]);
        fs::set_permissions(data.join("token"), fs::Permissions::from_mode(0o646)).unwrap();
        assert_eq!(notes(&folder.path().join("token"), true).len(), 1);
    }
}
