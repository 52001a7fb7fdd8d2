//! Opens a file, and checks that it is a complete text file.

use std::fs::{self, File, Metadata};
use std::io::{self, Chain, Cursor, Read, Take};
use std::path::Path;
use std::time::SystemTime;

use super::format::{self, Format};

/// Larger files are not lists of people: 256 MiB are about two million rows.
const LONGEST: u64 = 256 << 20;

/// Number of bytes that are examined before the file is parsed as CSV.
const HEAD: u64 = 4096;

const SAVE_AS_CSV: &str =
    "open it in the program that wrote it and save it as CSV: UTF-8, separated by commas";

/// What is wrong, and what to do.
type Problem = (String, String);

/// The text of a file, as UTF-8 if its encoding is known.
pub(super) enum Text {
    Utf8(Chain<Cursor<Vec<u8>>, Take<File>>),
    Decoded(Cursor<Vec<u8>>),
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Utf8(file) => file.read(buffer),
            Self::Decoded(text) => text.read(buffer),
        }
    }
}

/// State of the file when it was opened.
#[derive(Debug)]
pub(super) struct Seen {
    file: File,
    length: u64,
    modified: Option<SystemTime>,
}

impl Seen {
    fn of(file: File, metadata: &Metadata) -> Self {
        Self {
            file,
            length: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }

    /// # Errors
    /// The file was changed in the meantime, so what was read may be incomplete.
    pub(super) fn is_still(&self, path: &Path) -> Result<(), Problem> {
        let now = self.file.metadata().map_err(|error| unreadable(path, &error))?;
        if now.len() == self.length && now.modified().ok() == self.modified {
            return Ok(());
        }
        Err((
            format!("{} was changed while it was read", path.display()),
            "run again when it is complete; let the export write another file and rename it, so that it is never \
             read half written"
                .to_owned(),
        ))
    }
}

/// Opens a file that can contain CSV.
///
/// # Errors
/// It cannot be read, or has another format.
pub(super) fn open(path: &Path) -> Result<(Text, Seen), Problem> {
    let failed = |error: io::Error| unreadable(path, &error);
    // Checked before opening: opening a pipe without a writer would block the run.
    regular(path, &fs::metadata(path).map_err(failed)?)?;
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    regular(path, &metadata)?;
    if metadata.len() > LONGEST {
        let mib = metadata.len() >> 20;
        return Err((
            format!(
                "{} is too large: it has {mib} MiB, and {} are the limit",
                path.display(),
                LONGEST >> 20
            ),
            "check that `file_path` is the list of people".to_owned(),
        ));
    }
    let seen = Seen::of(file.try_clone().map_err(failed)?, &metadata);
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head).map_err(failed)?;
    let rest = file.take(LONGEST);
    let text = match format::of(&head) {
        Format::Text => Text::Utf8(Cursor::new(head).chain(rest)),
        Format::Utf16(order) => {
            let mut bytes = Vec::new();
            let mut all = Cursor::new(head).chain(rest);
            all.read_to_end(&mut bytes).map_err(failed)?;
            Text::Decoded(Cursor::new(format::utf16(&bytes, order).into_bytes()))
        }
        Format::Other(what) => {
            return Err((
                format!("{} is {what}, not CSV", path.display()),
                SAVE_AS_CSV.to_owned(),
            ));
        }
        Format::Page(what) => {
            let hint =
                "find out where it comes from: a failed download, or one without a login, leaves such a page";
            return Err((format!("{} is {what}, not CSV", path.display()), hint.to_owned()));
        }
    };
    Ok((text, seen))
}

fn regular(path: &Path, metadata: &Metadata) -> Result<(), Problem> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() {
        "a directory"
    } else {
        "a pipe, a device or a socket"
    };
    Err((
        format!(
            "{} cannot be read: it is {what}, but must be a file",
            path.display()
        ),
        "name a file in `file_path`; what a program prints can be written to one first".to_owned(),
    ))
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "check `file_path`; a relative path starts at the working directory",
        _ => "check that `file_path` is a file that this user may read",
    };
    (
        format!("{} cannot be read: {error}", path.display()),
        hint.to_owned(),
    )
}
