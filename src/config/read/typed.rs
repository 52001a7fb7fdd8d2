//! Typed values: paths, numbers, durations, choices and secrets.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use super::Reader;
use crate::config::dialects;
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
        let is_off = self.text(path)?.trim().eq_ignore_ascii_case("off");
        if is_off { None } else { self.parsed(path, parse) }
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

    /// A secret, in place or in its own file; `None` if there is neither, or after a mistake. An option overrides a
    /// variable, and a variable the file, whichever of the two keys it sets.
    pub(in crate::config) fn secret(&mut self, path: &str) -> Option<SecretString> {
        let file_path = format!("{path}_file");
        let in_place = self.text(path);
        let Some(file) = self.path(&file_path) else {
            let of_file = matches!(self.origin(path), Some(Origin::File { .. }));
            self.report.secrets_in_place |= of_file && in_place.as_ref().is_some_and(|text| !text.is_empty());
            return in_place.map(SecretString::from);
        };
        let ranks = [path, &file_path].map(|path| rank(self.origin(path).as_ref()));
        match in_place {
            Some(_) if ranks[0] == ranks[1] => self.both_given((path, &file_path), "", "keep one of them"),
            Some(text) if ranks[0] > ranks[1] => Some(SecretString::from(text)),
            weaker => self.secret_of(&file, &file_path, weaker),
        }
    }

    /// The secret in a file. An empty file of a variable, as a unit of systemd has for all configurations, does not
    /// override a secret in the configuration file.
    fn secret_of(&mut self, file: &Path, path: &str, weaker: Option<String>) -> Option<SecretString> {
        if files::is_blank(file)
            && let Some(weaker) = weaker
        {
            return Some(weaker.into());
        }
        match files::secret(file) {
            Ok(secret) => {
                self.is_private(file);
                Some(secret)
            }
            Err(problem) => self.refuse(path, format!("`{path}`: {problem}"), None),
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
            let theirs = self
                .layers
                .file()
                .and_then(|file| dialects::hint_for_secret(file.dialect, path));
            self.missing(path, theirs.or(hint));
        }
        self.secret(path)
    }
}

/// Which layer overrides the others.
fn rank(origin: Option<&Origin>) -> u8 {
    match origin {
        None => 0,
        Some(Origin::File { .. }) => 1,
        Some(Origin::Variable(_)) => 2,
        Some(Origin::Flag(_)) => 3,
    }
}
