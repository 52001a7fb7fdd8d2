//! `policy_file`: checks who may write the file before it is used.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::document::Ceiling;
use super::error::CeilingError;

/// Larger than any real document.
const LONGEST: u64 = 1 << 20;

/// Reads the document from a file that only root, or the user of this process, may write.
///
/// # Errors
/// It cannot be read or parsed, or others may write it.
pub fn read(path: &Path) -> Result<Ceiling, CeilingError> {
    let text = text(path)?;
    Ceiling::parse(&format!("`policy_file` ({})", path.display()), &text)
}

fn text(path: &Path) -> Result<Vec<u8>, CeilingError> {
    let error = |what: String, hint: &str| CeilingError {
        what: format!("`policy_file` ({}) {what}", path.display()),
        hint: hint.to_owned(),
    };
    let missing = "correct the path, or the permissions; a limit that cannot be read must not be ignored";
    // Opening a pipe would block.
    let found =
        std::fs::metadata(path).map_err(|cause| error(format!("cannot be read: {cause}"), missing))?;
    if !found.is_file() {
        return Err(error("is not a file".to_owned(), missing));
    }
    let file = File::open(path).map_err(|cause| error(format!("cannot be read: {cause}"), missing))?;
    // Of the opened file, not of one that replaces it in the meantime.
    let found = file.metadata();
    let found = found.map_err(|cause| error(format!("cannot be read: {cause}"), missing))?;
    if let Some((what, hint)) = objection(&found) {
        return Err(error(what, hint));
    }
    let mut text = Vec::new();
    let read = file.take(LONGEST + 1).read_to_end(&mut text);
    read.map_err(|cause| error(format!("cannot be read: {cause}"), missing))?;
    if text.len() as u64 > LONGEST {
        return Err(error("is larger than 1 MiB".to_owned(), "name another file"));
    }
    Ok(text)
}

/// Who else could have written the file.
#[cfg(unix)]
fn objection(found: &std::fs::Metadata) -> Option<(String, &'static str)> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = found.mode() & 0o7777;
    if mode & 0o002 != 0 {
        let what = format!("can be written by every user (mode {mode:04o})");
        return Some((what, "remove that permission: `chmod o-w FILE`"));
    }
    // The user of this process may own it too, because that user can also change the configuration.
    let own = rustix::process::geteuid().as_raw();
    (found.uid() != 0 && found.uid() != own).then(|| {
        let what = format!(
            "belongs to the user {}, neither to root nor to the user of this process ({own})",
            found.uid()
        );
        (what, "give it to root: `chown root FILE`")
    })
}

#[cfg(not(unix))]
fn objection(_: &std::fs::Metadata) -> Option<(String, &'static str)> {
    None
}
