//! Typed access to the merged tree. Mistakes are collected, so that one run reports all of them.

pub(super) mod flags;
mod typed;

use std::path::PathBuf;

use figment::value::{Tag, Value};

use crate::config::dialects::Names;
use crate::config::error::{Mistake, Origin, suggest};
use crate::config::keys::{self, Entry, Key, Kind};
use crate::config::layers::Layers;

/// Mistakes and other results of reading.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) notes: Vec<String>,
    /// Paths already reported. Missing keys below them are not reported again.
    pub(super) settled: Vec<String>,
    /// The file itself contains a secret.
    pub(super) secrets_in_place: bool,
    /// Files that are used, each with its purpose.
    pub(super) files: Vec<(String, PathBuf)>,
}

impl Report {
    /// Replaces our names for keys in messages with the file's.
    pub(super) fn call_keys_by(&mut self, names: &Names) {
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

/// Reads values by path. A method that returns `None` for a required value has reported why.
pub(super) struct Reader<'a> {
    pub(super) layers: &'a Layers,
    pub(super) report: &'a mut Report,
}

pub(super) struct Item {
    pub(super) text: String,
    pub(super) origin: Option<Origin>,
}

impl Reader<'_> {
    /// The text at `path`, if any.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
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

    /// The text at `path`. It may be empty, but not absent.
    pub(super) fn given(&mut self, path: &str) -> Option<String> {
        if self.absent(path) {
            self.missing(path, None);
        }
        self.text(path)
    }

    /// The text at `path`. It must not be absent or empty.
    pub(super) fn required(&mut self, path: &str) -> Option<String> {
        let text = self.given(path)?;
        self.not_blank(path, text)
    }

    /// The text at `path`. If it is there, it must not be empty.
    pub(super) fn filled(&mut self, path: &str) -> Option<String> {
        let text = self.text(path)?;
        self.not_blank(path, text)
    }

    fn not_blank(&mut self, path: &str, text: String) -> Option<String> {
        if !text.trim().is_empty() {
            return Some(text);
        }
        let what = format!("`{path}` is empty");
        self.refuse(path, what, Some("write a value after the key"))
    }

    /// A list, a text of words separated by white space, or nothing.
    pub(super) fn list(&mut self, path: &str) -> Vec<Item> {
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

    /// Returns whether there is no value at `path`.
    pub(super) fn absent(&self, path: &str) -> bool {
        matches!(self.layers.value(path), None | Some(Value::Empty(..)))
    }

    /// Reports a mistake in the value at `path`.
    pub(super) fn wrong(&mut self, path: &str, what: impl Into<String>, hint: Option<&str>) {
        let mut mistake = Mistake::new(path, what).at(self.origin(path));
        mistake.hint = hint.map(str::to_owned);
        self.report.mistakes.push(mistake);
    }

    /// Reports a wrong value, and returns `None`.
    pub(super) fn refuse<T>(&mut self, path: &str, what: impl Into<String>, hint: Option<&str>) -> Option<T> {
        self.wrong(path, what, hint);
        None
    }

    /// Reports that the value at `path` is missing, unless that follows from another mistake.
    pub(super) fn missing(&mut self, path: &str, hint: Option<&str>) {
        let settled = |done: &String| path == done || path.starts_with(&format!("{done}."));
        if !self.report.settled.iter().any(settled) {
            self.wrong(path, format!("`{path}` is missing"), hint);
        }
    }

    /// Reports two keys of which only one may be given, with the places of both.
    pub(in crate::config) fn both_given<T>(
        &mut self,
        (one, other): (&str, &str),
        rest: &str,
        hint: &str,
    ) -> Option<T> {
        let place = self.origin(one);
        let place = place.map_or_else(String::new, |origin| format!(" (`{one}`: {origin})"));
        let what = format!("`{one}` and `{other}` are both given{rest}{place}");
        self.refuse(other, what, Some(hint))
    }

    /// Where the value or the section at `path` was given; `None` for a default.
    pub(in crate::config) fn origin(&self, path: &str) -> Option<Origin> {
        self.origin_of(path, self.layers.value(path)?)
    }

    /// A section is where the file has it, or else where its first value is.
    fn origin_of(&self, path: &str, value: &Value) -> Option<Origin> {
        let Value::Dict(_, section) = value else {
            return self.layers.origin(path, value.tag());
        };
        let inner = section
            .iter()
            .filter_map(|(key, inner)| self.origin_of(&format!("{path}.{key}"), inner));
        let inner: Vec<Origin> = inner.collect();
        let is_in_file = |origin: &&Origin| matches!(origin, Origin::File { .. });
        match inner.iter().find(is_in_file) {
            Some(_) => self.layers.origin_in_file(path),
            None => inner
                .into_iter()
                .next()
                .or_else(|| self.layers.origin(path, value.tag())),
        }
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
        let hint = hint.or_else(|| self.key(path)?.kind.advice().map(str::to_owned));
        let what = format!("`{path}` must be {}, not `{text}`", self.wanted(path));
        self.wrong(path, what, hint.as_deref());
    }

    fn mistyped(&mut self, path: &str, tag: Tag, shape: &str) {
        let what = format!("`{path}` must be {}, not {shape}", self.wanted(path));
        let mut mistake = Mistake::new(path, what).at(self.layers.origin(path, tag));
        let advice = self.key(path).and_then(|key| key.kind.advice());
        mistake.hint = advice.map(str::to_owned);
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
