//! Typed access to the merged tree. Mistakes are collected, so that one run shows all of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::value::{Tag, Value};
use secrecy::SecretString;

use super::{files, modes, values};
use crate::config::dialects::Names;
use crate::config::error::{Mistake, Origin, suggest};
use crate::config::keys;
use crate::config::keys::{Entry, Key, Kind};
use crate::config::layers::Layers;

/// What was found on the way.
#[derive(Debug, Default)]
pub(in crate::config) struct Report {
    pub(in crate::config) mistakes: Vec<Mistake>,
    pub(in crate::config) notes: Vec<String>,
    /// Paths about which enough was said: that a key below is missing follows from it.
    pub(in crate::config) settled: Vec<String>,
    /// A secret stands in the file itself.
    pub(in crate::config) secrets_in_place: bool,
    /// Files that are read, each with what it is.
    pub(in crate::config) files: Vec<(String, PathBuf)>,
}

impl Report {
    /// Messages with the names that the file has for our keys.
    pub(in crate::config) fn call_keys_by(&mut self, names: &Names) {
        for mistake in &mut self.mistakes {
            for text in [&mut mistake.key, &mut mistake.what]
                .into_iter()
                .chain(&mut mistake.hint)
            {
                *text = names.in_text(text);
            }
        }
        for note in &mut self.notes {
            *note = names.in_text(note);
        }
    }
}

/// Reads values by path. A method that returns `None` for something that is needed has reported why.
pub(in crate::config) struct Reader<'a> {
    pub(in crate::config) layers: &'a Layers,
    pub(in crate::config) report: &'a mut Report,
}

/// One element of a list.
pub(in crate::config) struct Item {
    pub(in crate::config) text: String,
    pub(in crate::config) origin: Option<Origin>,
}

impl Reader<'_> {
    /// The text at `path`, if there is one.
    pub(in crate::config) fn text(&mut self, path: &str) -> Option<String> {
        match self.layers.value(path)? {
            Value::String(_, text) => Some(text.clone()),
            Value::Empty(..) => None,
            other => {
                let shape = shape(other);
                self.mistyped(path, other.tag(), shape);
                None
            }
        }
    }

    /// The text at `path`, which may be empty but not absent.
    pub(in crate::config) fn given(&mut self, path: &str) -> Option<String> {
        if self.absent(path) {
            self.missing(path, None);
        }
        self.text(path)
    }

    /// The text at `path`, which has to hold something.
    pub(in crate::config) fn required(&mut self, path: &str) -> Option<String> {
        let text = self.given(path)?;
        self.not_blank(path, text)
    }

    /// The text at `path`; if it is there, it has to hold something.
    pub(in crate::config) fn filled(&mut self, path: &str) -> Option<String> {
        let text = self.text(path)?;
        self.not_blank(path, text)
    }

    fn not_blank(&mut self, path: &str, text: String) -> Option<String> {
        if !text.trim().is_empty() {
            return Some(text);
        }
        let mistake = Mistake::new(path, format!("`{path}` is empty")).at(self.origin(path));
        self.report.mistakes.push(mistake);
        None
    }

    pub(in crate::config) fn required_path(&mut self, path: &str) -> Option<PathBuf> {
        let file = self.required(path).map(PathBuf::from);
        self.is_read(path, file)
    }

    pub(in crate::config) fn path(&mut self, path: &str) -> Option<PathBuf> {
        let file = self.filled(path).map(PathBuf::from);
        self.is_read(path, file)
    }

    /// The folder at `path`, which has to exist.
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

    /// The value at `path` as `parse` understands it.
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

    /// A duration, which has to be longer than nothing.
    pub(in crate::config) fn duration(&mut self, path: &str) -> Option<Duration> {
        let text = self.text(path)?;
        if values::integer(&text) == Some(0) {
            self.wrong(
                path,
                format!("`{path}` must be longer than 0, such as `30s`"),
                None,
            );
            return None;
        }
        self.parsed(path, values::duration)
    }

    pub(in crate::config) fn boolean(&mut self, path: &str) -> Option<bool> {
        self.parsed(path, values::boolean)
    }

    /// One of the words that the table of keys lists, ignoring letter case.
    pub(in crate::config) fn choice<T: Copy>(&mut self, path: &str, choices: &[(&str, T)]) -> Option<T> {
        self.parsed(path, |text| {
            choices
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(text.trim()))
                .map(|(_, value)| *value)
        })
    }

    /// A list, one text of words between white space, or nothing.
    pub(in crate::config) fn list(&mut self, path: &str) -> Vec<Item> {
        let Some(value) = self.layers.value(path) else {
            return Vec::new();
        };
        match value {
            Value::Empty(..) => Vec::new(),
            Value::String(tag, text) => {
                let origin = self.layers.origin(path, *tag);
                text.split_whitespace()
                    .map(|word| Item {
                        text: word.to_owned(),
                        origin: origin.clone(),
                    })
                    .collect()
            }
            Value::Array(_, elements) => elements
                .iter()
                .enumerate()
                .filter_map(|(index, element)| self.item(path, index, element))
                .collect(),
            other => {
                let shape = shape(other);
                self.mistyped(path, other.tag(), shape);
                Vec::new()
            }
        }
    }

    fn item(&mut self, path: &str, index: usize, element: &Value) -> Option<Item> {
        let origin = self.layers.origin(&format!("{path}.{index}"), element.tag());
        if let Value::String(_, text) = element {
            return Some(Item {
                text: text.clone(),
                origin,
            });
        }
        let what = format!(
            "`{path}` must be {}; element {} is {}",
            self.wanted(path),
            index + 1,
            shape(element)
        );
        self.report.mistakes.push(Mistake::new(path, what).at(origin));
        None
    }

    /// A secret, in place or in a file of its own; `None` if there is neither, or after a mistake.
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
            self.wrong(&file_path, what, Some("keep one of them"));
            return None;
        }
        match files::secret(&file) {
            Ok(secret) => {
                self.is_private(&file);
                Some(secret)
            }
            Err(problem) => {
                self.wrong(&file_path, format!("`{file_path}`: {problem}"), None);
                None
            }
        }
    }

    /// Says so if others can read or write a file that holds a secret.
    pub(in crate::config) fn is_private(&mut self, file: &Path) {
        self.report.notes.extend(modes::notes(file, true));
    }

    /// A secret that may be empty but not absent.
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

    /// Whether nothing stands at `path`.
    pub(in crate::config) fn absent(&self, path: &str) -> bool {
        matches!(self.layers.value(path), None | Some(Value::Empty(..)))
    }

    /// Reports something about the value at `path`.
    pub(in crate::config) fn wrong(&mut self, path: &str, what: impl Into<String>, hint: Option<&str>) {
        let mut mistake = Mistake::new(path, what).at(self.origin(path));
        mistake.hint = hint.map(str::to_owned);
        self.report.mistakes.push(mistake);
    }

    /// Reports that there is nothing at `path`, unless that follows from another mistake.
    pub(in crate::config) fn missing(&mut self, path: &str, hint: Option<&str>) {
        let settled = |done: &String| path == done || path.starts_with(&format!("{done}."));
        if !self.report.settled.iter().any(settled) {
            self.wrong(path, format!("`{path}` is missing"), hint);
        }
    }

    pub(in crate::config) fn origin(&self, path: &str) -> Option<Origin> {
        self.layers.origin(path, self.layers.value(path)?.tag())
    }

    fn key(&self, path: &str) -> Option<&'static Key> {
        match keys::find(&self.layers.pattern(path)) {
            Entry::Key(key) => Some(key),
            Entry::Section | Entry::Unknown => None,
        }
    }

    fn wanted(&self, path: &str) -> String {
        self.key(path).map_or_else(
            || Kind::Text.wanted(),
            |key| match key.default {
                Some("off") => format!("{} or `off`", key.kind.wanted()),
                _ => key.kind.wanted(),
            },
        )
    }

    fn unparsable(&mut self, path: &str, text: &str) {
        let words = match self.key(path).map(|key| key.kind) {
            Some(Kind::Choice(words)) => words,
            Some(Kind::Level) => keys::LEVELS,
            _ => &[],
        };
        let hint = suggest(text, words.iter().copied()).map(|word| format!("did you mean `{word}`?"));
        let what = format!("`{path}` must be {}, not `{text}`", self.wanted(path));
        self.wrong(path, what, hint.as_deref());
    }

    fn mistyped(&mut self, path: &str, tag: Tag, shape: &str) {
        let what = format!("`{path}` must be {}, not {shape}", self.wanted(path));
        let mistake = Mistake::new(path, what).at(self.layers.origin(path, tag));
        self.report.mistakes.push(mistake);
        self.report.settled.push(path.to_owned());
    }
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Dict(..) => "a table",
        Value::Array(..) => "a list",
        Value::Empty(..) => "empty",
        _ => "a text",
    }
}
