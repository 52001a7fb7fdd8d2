//! Files of this program. Only such files are replaced, and only files of trusted users are read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// A kind of file that this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of `plan --out`.
    Plan,
    /// Of `--undo-file`.
    Undo,
    /// Of `--report`.
    Report,
    /// Of `--html`.
    Page,
}

impl Kind {
    /// Its name, to follow "no".
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan file",
            Self::Undo => "undo file",
            Self::Report => "report",
            Self::Page => "page of `--html`",
        }
    }

    /// Prefix of the format in all versions; for a page, the start of the page.
    fn schema(self) -> &'static str {
        match self {
            Self::Plan => "directory-sync/plan/",
            Self::Undo => "directory-sync/undo/",
            Self::Report => "directory-sync/report/",
            Self::Page => "<!doctype html>\n<html lang=\"en\" data-schema=\"directory-sync/page/",
        }
    }

    /// Returns whether a text starts like a file of this kind. An empty file was created for it, or is left from a
    /// killed run.
    fn begins(self, text: &str) -> bool {
        text.trim().is_empty() || self.names_itself(text)
    }

    fn names_itself(self, text: &str) -> bool {
        if self == Self::Page {
            return text.starts_with(self.schema());
        }
        let after = |text: &str, token: &str| text.trim_start().strip_prefix(token).map(str::to_owned);
        let schema = after(text, "{")
            .and_then(|rest| after(&rest, "\"schema\""))
            .and_then(|rest| after(&rest, ":"))
            .and_then(|rest| after(&rest, "\""));
        schema.is_some_and(|schema| schema.starts_with(self.schema()))
    }
}

/// Returns whether a file is of this kind.
pub(crate) fn holds(file: &mut impl Read, kind: Kind) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(500).read_to_end(&mut start)?;
    // A text that was cut within a character is still text.
    let text = match std::str::from_utf8(&start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Ok(false),
    };
    Ok(kind.begins(text))
}

/// Checks that a file of this kind would not replace another kind of file.
///
/// # Errors
/// What is at the path.
pub(crate) fn spare_others(path: &Path, kind: Kind) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_file() && holds(&mut File::open(path)?, kind)? => Ok(()),
        Ok(found) => Err(in_the_way(path, &found, kind)),
    }
}

/// Error about a file at the path that is not replaced.
pub(crate) fn in_the_way(path: &Path, found: &Metadata, kind: Kind) -> io::Error {
    let what = if found.is_symlink() {
        "a symbolic link, which is not followed".to_owned()
    } else if found.is_dir() {
        "a folder".to_owned()
    } else {
        format!("no {}", kind.name())
    };
    io::Error::other(format!("{} is {what}", path.display()))
}

/// Hint about a file that others may have written.
const OTHERS: &str = "check its content, then remove the permission of others: `chmod go-w FILE`";
/// Hint about a file of another user.
const OTHER_OWNER: &str = "check its content, then make it your own: `chown USER FILE`, or copy it";

/// Reads a file that contains changes. Only its owner, who must be this user or root, may have been able to write it.
///
/// # Errors
/// What is wrong, and what to do.
pub(crate) fn read(path: &Path, hint: &'static str) -> Result<String, (String, &'static str)> {
    let failed = |error: io::Error| (error.to_string(), hint);
    let mut file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if found.is_dir() {
        return Err(("it is a folder".to_owned(), hint));
    }
    believe(&found)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(failed)?;
    String::from_utf8(text).map_err(|_| ("it is no text in UTF-8".to_owned(), hint))
}

#[cfg(unix)]
fn believe(found: &Metadata) -> Result<(), (String, &'static str)> {
    use std::os::unix::fs::MetadataExt as _;
    let (mode, owner, user) = (
        found.mode() & 0o7777,
        found.uid(),
        rustix::process::geteuid().as_raw(),
    );
    // For a terminal or another device, write permission does not affect what is read.
    let is_device = std::os::unix::fs::FileTypeExt::is_char_device(&found.file_type());
    if !is_device && mode & 0o022 != 0 {
        let what = format!("others may write it (mode {mode:04o}), so its content may not come from a run");
        return Err((what, OTHERS));
    }
    if owner != user && owner != 0 {
        let what = format!(
            "it belongs to user {owner}, and this is user {user}, so its content may not come from a run"
        );
        return Err((what, OTHER_OWNER));
    }
    Ok(())
}

#[cfg(not(unix))]
fn believe(_: &Metadata) -> Result<(), (String, &'static str)> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_beginning() {
        for (text, kind) in [
            ("{\n  \"schema\": \"directory-sync/plan/1\",\n", Some(Kind::Plan)),
            ("{\"schema\":\"directory-sync/undo/7\"", Some(Kind::Undo)),
            (
                "<!doctype html>\n<html lang=\"en\" data-schema=\"directory-sync/page/1\">\n",
                Some(Kind::Page),
            ),
            ("<!doctype html>\n<html lang=\"en\">\n", None),
            (
                " {\r\n\t\"schema\" : \"directory-sync/report/1\"}",
                Some(Kind::Report),
            ),
            ("{\"schema\": \"directory-sync/plan-view/1\"}", None),
            ("# {\"schema\": \"directory-sync/plan/1\"}", None),
            ("{\"other\": 1, \"schema\": \"directory-sync/plan/1\"}", None),
            ("sources:\n  csv: x\n", None),
            ("{", None),
        ] {
            for candidate in [Kind::Plan, Kind::Undo, Kind::Report, Kind::Page] {
                let is_one = holds(&mut text.as_bytes(), candidate).unwrap();
                assert_eq!(is_one, kind == Some(candidate), "{text:?} {candidate:?}");
            }
        }
        for empty in ["", "\n"] {
            assert!(holds(&mut empty.as_bytes(), Kind::Plan).unwrap());
        }
        assert!(!holds(&mut &b"\xff\xfe{\0"[..], Kind::Plan).unwrap());
        let long = format!(
            "{{\"schema\": \"directory-sync/plan/1\", \"a\": \"{}\"}}",
            "ä".repeat(400)
        );
        assert!(
            holds(&mut long.as_bytes(), Kind::Plan).unwrap()
                && holds(&mut &long.as_bytes()[1..], Kind::Plan).is_ok()
        );
    }
}
