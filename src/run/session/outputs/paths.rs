//! Paths of a run's files: no two outputs may be the same file, and none may be an input.

use std::path::{Path, PathBuf};

use crate::cli::{Command, Global};
use crate::saved::undo_file;

/// Two files of a run are the same.
pub(in crate::run) struct Clash {
    /// Which files.
    pub(in crate::run) what: String,
    /// Their options.
    options: Vec<&'static str>,
}

impl Clash {
    /// The same command line without the report or page that is one of the files.
    pub(in crate::run) fn left_of(&self, global: &Global) -> Global {
        let unless =
            |option, file: &Option<PathBuf>| file.clone().filter(|_| !self.options.contains(&option));
        Global {
            report: unless(REPORT, &global.report),
            html: unless(PAGE, &global.html),
            ..global.clone()
        }
    }
}

/// Hint about it.
pub(in crate::run) const HINT: &str = "name a different file for each option";

/// Finds two names of the same file, in any spelling: two outputs, or an output and an input. `read` are the inputs,
/// each with a description to follow "is".
pub(in crate::run) fn clash(command: &Command, global: &Global, read: &[(String, PathBuf)]) -> Option<Clash> {
    let written = written(command, global);
    for (index, (option, path)) in written.iter().enumerate() {
        for (other, path_of_other) in &written[index + 1..] {
            if names_of(other, path_of_other)
                .iter()
                .any(|name| is_same(path, name))
            {
                let path = path.display();
                return Some(Clash {
                    what: format!("`{option}` and `{other}` both mean {path}: one would replace the other"),
                    options: vec![*option, *other],
                });
            }
        }
        for (what, path_read) in read {
            if names_of(option, path).iter().any(|name| is_same(name, path_read)) {
                let path = path.display();
                return Some(Clash {
                    what: format!("`{option}` means {path}, which is {what}: it would be replaced"),
                    options: vec![*option],
                });
            }
        }
    }
    None
}

/// The inputs that options name, except the configuration, which is one of the files that it names, and the file of
/// `apply` and `undo`, which is checked separately.
pub(in crate::run) fn read_by_options(global: &Global) -> Vec<(String, PathBuf)> {
    let named = global.approve_file.iter();
    named
        .map(|path| ("the file of `--approve-file`".to_owned(), path.clone()))
        .collect()
}

const REPORT: &str = "--report";
const PAGE: &str = "--html";
const UNDO_FILE: &str = "--undo-file";

/// The option that renames files comes last.
fn written<'a>(command: &'a Command, global: &'a Global) -> Vec<(&'static str, &'a Path)> {
    let out = match command {
        Command::Plan { out, .. } => out.as_deref(),
        _ => None,
    };
    let all = [
        ("--out", out),
        (REPORT, global.report.as_deref()),
        (PAGE, global.html.as_deref()),
        ("--metrics-file", global.metrics_file.as_deref()),
        (UNDO_FILE, global.undo_file.as_deref()),
    ];
    let all = all.into_iter();
    all.filter_map(|(option, path)| Some((option, path?))).collect()
}

/// The files of an option. For an undo file, they include those of earlier runs, which are renamed.
fn names_of(option: &str, path: &Path) -> Vec<PathBuf> {
    if option == UNDO_FILE {
        undo_file::names(path)
    } else {
        vec![path.to_owned()]
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let is_one_place = location(one).is_some_and(|one| Some(one) == location(other));
    is_one_place || file(one).is_some_and(|one| Some(one) == file(other))
}

/// The absolute location of a path, whether the file exists or not.
fn location(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

/// The identity of an existing file, the same for links and other names of it.
#[cfg(unix)]
fn file(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = path.metadata().ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn file(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}
