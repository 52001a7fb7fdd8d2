//! Typed values: paths, numbers, durations, choices and secrets.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use super::Reader;
use crate::config::document::{files, modes, values};
use crate::config::error::Origin;

impl Reader<'_> {
    pub(in crate::config) fn required_path(&mut self, path: &str) -> Option<PathBuf> {
        let file = self.required(path).map(PathBuf::from);
        self.is_read(path, file)
    }

    pub(in crate::config) fn path(&mut self, path: &str) -> Option<PathBuf> {
        let file = self.filled(path).map(PathBuf::from);
        self.is_read(path, file)
    }

    /// The folder at `path`, which must exist.
    pub(in crate::config) fn folder(&mut self, path: &str) -> Option<PathBuf> {
        let folder = self.filled(path).map(PathBuf::from)?;
        if let Err(problem) = files::folder(&folder) {
            let hint = "create this folder, or name another one";
            self.wrong(path, format!("`{path}`: {problem}"), Some(hint));
        }
        Some(folder)
    }

    fn is_read(&mut self, path: &str, file: Option<PathBuf>) -> Option<PathBuf> {
        let named = file.clone();
        let named = named.map(|file| (format!("the file of `{path}`"), file));
        self.report.files.extend(named);
        file
    }

    /// The value at `path`, parsed with `parse`.
    pub(in crate::config) fn parsed<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(path)?;
        let value = parse(&text);
        if value.is_none() {
            self.unparsable(path, &text);
        }
        value
    }

    /// A limit; `None` if it is `off`, or after a mistake.
    pub(in crate::config) fn limit<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(path)?;
        if text.trim().eq_ignore_ascii_case("off") {
            return None;
        }
        let value = parse(&text);
        if value.is_none() {
            self.unparsable(path, &text);
        }
        value
    }

    /// A duration, not zero.
    pub(in crate::config) fn duration(&mut self, path: &str) -> Option<Duration> {
        let text = self.text(path)?;
        if values::integer(&text) == Some(0) {
            return self.refuse(
                path,
                format!("`{path}` must be longer than 0, such as `30s`"),
                None,
            );
        }
        self.parsed(path, values::duration)
    }

    /// `false` also where nothing stands there, or after a mistake.
    pub(in crate::config) fn boolean(&mut self, path: &str) -> bool {
        self.parsed(path, values::boolean).unwrap_or_default()
    }

    /// One of the words in the table of keys, ignoring letter case.
    pub(in crate::config) fn choice<T: Copy>(&mut self, path: &str, choices: &[(&str, T)]) -> Option<T> {
        self.parsed(path, |text| {
            choices
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(text.trim()))
                .map(|(_, value)| *value)
        })
    }

    /// A secret, in place or in its own file; `None` if there is neither, or after a mistake.
    pub(in crate::config) fn secret(&mut self, path: &str) -> Option<SecretString> {
        let file_path = format!("{path}_file");
        let in_place = self.text(path);
        let Some(file) = self.path(&file_path) else {
            let of_file = matches!(self.origin(path), Some(Origin::File { .. }));
            self.report.secrets_in_place |= of_file && in_place.as_ref().is_some_and(|text| !text.is_empty());
            return in_place.map(SecretString::from);
        };
        if in_place.is_some() {
            let what = format!("`{path}` and `{file_path}` are both given");
            return self.refuse(&file_path, what, Some("keep one of them"));
        }
        match files::secret(&file) {
            Ok(secret) => {
                self.is_private(&file);
                Some(secret)
            }
            Err(problem) => self.refuse(&file_path, format!("`{file_path}`: {problem}"), None),
        }
    }

    /// Warns if others can read or write a file with a secret.
    pub(in crate::config) fn is_private(&mut self, file: &Path) {
        self.report.notes.extend(modes::notes(file, true));
    }

    /// A secret that may be empty, but not absent.
    pub(in crate::config) fn required_secret(
        &mut self,
        path: &str,
        hint: Option<&str>,
    ) -> Option<SecretString> {
        if self.absent(path) && self.absent(&format!("{path}_file")) {
            self.missing(path, hint);
        }
        self.secret(path)
    }
}
