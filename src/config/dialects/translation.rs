//! Builds our tree from the file of another tool.

use crate::config::document::values;
use crate::config::document::yaml::Node;
use crate::config::error::suggest;
use crate::config::key_names::Names;

/// A converted file.
#[derive(Debug)]
pub(in crate::config) struct Translated {
    pub(in crate::config) content: Node,
    /// The file's names for our keys.
    pub(in crate::config) names: Names,
    pub(in crate::config) notes: Vec<String>,
    /// With the file's names, without a line.
    pub(in crate::config) faults: Vec<Fault>,
}

/// A mistake in the file.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::config) struct Fault {
    /// Its levels in the file.
    pub(in crate::config) path: Vec<String>,
    /// How many keys with this path come before it.
    pub(in crate::config) skip: usize,
    pub(in crate::config) what: String,
    pub(in crate::config) hint: Option<String>,
}

/// Entries of a table in order, with duplicates.
pub(super) type Entries = [(String, Node)];

/// Our tree so far, and messages about the file.
#[derive(Debug, Default)]
pub(super) struct Translation {
    tree: Vec<(String, Node)>,
    names: Names,
    notes: Vec<String>,
    faults: Vec<Fault>,
}

impl Translation {
    /// Records the file's name for our path.
    pub(super) fn name(&mut self, ours: &str, theirs: &str) {
        self.names.add(ours, theirs);
    }

    /// Uses the file's name of another path for our path.
    pub(super) fn same_name(&mut self, ours: &str, other: &str) {
        if let Some(theirs) = self.names.of(other) {
            self.names.add(ours, theirs);
        }
    }

    /// Sets a value unless there is one.
    pub(super) fn put(&mut self, path: &str, node: Node) {
        let mut levels = path.split('.');
        let last = levels.next_back().unwrap_or_default();
        let mut entries = &mut self.tree;
        for level in levels {
            let at = entries
                .iter()
                .position(|(key, _)| key.eq_ignore_ascii_case(level));
            let at = at.unwrap_or_else(|| {
                entries.push((level.to_owned(), Node::Table(Vec::new())));
                entries.len() - 1
            });
            let Node::Table(below) = &mut entries[at].1 else {
                return;
            };
            entries = below;
        }
        if !entries.iter().any(|(key, _)| key.eq_ignore_ascii_case(last)) {
            entries.push((last.to_owned(), node));
        }
    }

    /// Sets the value and the name of another path, unless there is a value.
    pub(super) fn copy(&mut self, from: &str, to: &str) {
        if let Some(node) = self.node(from).cloned() {
            self.put(to, node);
            self.same_name(to, from);
        }
    }

    pub(super) fn put_text(&mut self, path: &str, text: &str) {
        self.put(path, Node::Text(text.to_owned()));
    }

    pub(super) fn put_texts(&mut self, path: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| Node::Text((*text).to_owned()));
        self.put(path, Node::List(texts.collect()));
    }

    /// The value at our path.
    fn node(&self, path: &str) -> Option<&Node> {
        let (section, last) = path.rsplit_once('.').unwrap_or(("", path));
        let mut entries: &Entries = &self.tree;
        for level in section.split('.').filter(|level| !level.is_empty()) {
            entries = match get_caseless(entries, level)? {
                Node::Table(below) => below,
                _ => return None,
            };
        }
        get_caseless(entries, last)
    }

    /// Returns whether there is a value at our path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.node(path).is_some_and(|node| *node != Node::Null)
    }

    /// The text at our path.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.node(path).and_then(text).map(str::to_owned)
    }

    /// The texts of a list at our path.
    pub(super) fn texts(&self, path: &str) -> Vec<String> {
        match self.node(path) {
            Some(Node::List(elements)) => elements.iter().filter_map(text).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(super) fn fault(&mut self, path: &[&str], what: String, hint: Option<String>) {
        self.faults.push(Fault {
            path: path.iter().map(ToString::to_string).collect(),
            skip: 0,
            what,
            hint,
        });
    }

    /// Reports an unknown key.
    pub(super) fn unknown(&mut self, path: &[&str], known: &[&str]) {
        let (section, name) = path.split_at(path.len().saturating_sub(1));
        let name = name.concat();
        let meant = suggest(&name, known.iter().copied());
        let hint = meant.map(|meant| format!("did you mean `{}`?", [section, &[meant]].concat().join(".")));
        self.fault(path, format!("unknown key `{}`", path.join(".")), hint);
    }

    /// Reports a section that is not a table.
    pub(super) fn no_table(&mut self, path: &[&str], member: &str) {
        let what = format!("`{}` must be a table of keys", path.join("."));
        let hint = format!("indent its keys below it, such as `{member}:`");
        self.fault(path, what, Some(hint));
    }

    pub(super) fn finish(self) -> Translated {
        Translated {
            content: Node::Table(self.tree),
            names: self.names,
            notes: self.notes,
            faults: self.faults,
        }
    }
}

/// The value of a key; the first one of several.
pub(super) fn get<'a>(entries: &'a Entries, key: &str) -> Option<&'a Node> {
    entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
}

fn get_caseless<'a>(entries: &'a Entries, key: &str) -> Option<&'a Node> {
    let found = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, node)| node)
}

pub(super) fn table<'a>(content: &'a Node, path: &[&str]) -> Option<&'a Entries> {
    let Node::Table(entries) = content else {
        return None;
    };
    match path {
        [] => Some(entries),
        [first, rest @ ..] => table(get(entries, first)?, rest),
    }
}

pub(super) fn text(node: &Node) -> Option<&str> {
    match node {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

/// Negates a boolean. Other values stay unchanged, and are refused under their own name.
pub(super) fn negated(node: &Node) -> Node {
    let value = text(node).and_then(values::boolean);
    value.map_or_else(|| node.clone(), |value| Node::Text((!value).to_string()))
}

/// Reports duplicate keys in the tables of the file.
pub(super) fn repeated(content: &Node, path: &mut Vec<String>, translation: &mut Translation) {
    let Node::Table(entries) = content else {
        return;
    };
    for (index, (key, node)) in entries.iter().enumerate() {
        path.push(key.clone());
        let skip = entries[..index]
            .iter()
            .filter(|(before, _)| before == key)
            .count();
        if skip > 0 {
            let what = format!("`{}` is given more than once", path.join("."));
            translation.faults.push(Fault {
                path: path.clone(),
                skip,
                what,
                hint: Some("keep one of them".to_owned()),
            });
        }
        repeated(node, path, translation);
        path.pop();
    }
}
