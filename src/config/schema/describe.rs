//! Descriptions of keys: the comments before them in the sample.

use std::collections::BTreeMap;

const SAMPLE: &str = include_str!("../../../config.sample.yaml");

/// The name of the second source in the sample, which is an example.
const EXAMPLE: &str = "guests";

/// The descriptions of keys and sections. A key directly below another one shares its comment.
pub(super) fn descriptions() -> BTreeMap<String, String> {
    let mut reading = Reading::default();
    for line in SAMPLE.lines() {
        reading.line(line);
    }
    reading.all
}

#[derive(Default)]
struct Reading {
    all: BTreeMap<String, String>,
    /// The levels above the next line, each with its indentation.
    levels: Vec<(usize, String)>,
    comment: Vec<String>,
    /// The comment of the key before is complete.
    is_closed: bool,
}

impl Reading {
    fn line(&mut self, line: &str) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        match text.strip_prefix('#') {
            _ if text.is_empty() => self.comment.clear(),
            Some(comment) if !comment.starts_with(char::is_alphabetic) => self.comment_line(comment.trim()),
            Some(key) => self.key(indent, key),
            None => self.key(indent, text),
        }
    }

    fn comment_line(&mut self, text: &str) {
        if std::mem::take(&mut self.is_closed) {
            self.comment.clear();
        }
        if !text.is_empty() && !text.starts_with("yaml-language-server:") {
            self.comment.push(text.to_owned());
        }
    }

    fn key(&mut self, indent: usize, line: &str) {
        let name = line.split(':').next().unwrap_or_default();
        let is_sibling = self.levels.last().is_some_and(|(above, _)| *above == indent);
        self.levels.retain(|(above, _)| *above < indent);
        self.levels.push((indent, name.to_owned()));
        if self.is_closed && !is_sibling {
            self.comment.clear();
        }
        self.is_closed = true;
        let path: Vec<&str> = self.levels.iter().map(|(_, name)| name.as_str()).collect();
        if !self.comment.is_empty() && !path.contains(&EXAMPLE) {
            self.all.insert(path.join("."), self.comment.join(" "));
        }
    }
}
