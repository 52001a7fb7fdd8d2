//! A tree of ours in the making.

use super::names::Names;
use crate::config::document::values;
use crate::config::document::yaml::Node;
use crate::config::error::suggest;

/// A file in our tree.
#[derive(Debug)]
pub(in crate::config) struct Translated {
    pub(in crate::config) content: Node,
    /// What the file calls our keys.
    pub(in crate::config) names: Names,
    pub(in crate::config) notes: Vec<String>,
    /// With the file's own names, and without a line.
    pub(in crate::config) faults: Vec<Fault>,
}

/// What is wrong with a key of the file.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::config) struct Fault {
    /// Its levels, as the file has them.
    pub(in crate::config) path: Vec<String>,
    /// How many of that name to pass before it.
    pub(in crate::config) skip: usize,
    pub(in crate::config) what: String,
    pub(in crate::config) hint: Option<String>,
}

/// Entries of a table in their order, repeated keys repeated.
pub(super) type Entries = [(String, Node)];

/// Our tree so far, and what is to be said about the file.
#[derive(Debug, Default)]
pub(super) struct Translation {
    tree: Vec<(String, Node)>,
    names: Names,
    notes: Vec<String>,
    faults: Vec<Fault>,
}

impl Translation {
    /// Says what the file calls a path of ours.
    pub(super) fn name(&mut self, ours: &str, theirs: &str) {
        self.names.add(ours, theirs);
    }

    /// A path of ours goes by the name that the file has for another one.
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

    pub(super) fn put_text(&mut self, path: &str, text: &str) {
        self.put(path, Node::Text(text.to_owned()));
    }

    pub(super) fn put_texts(&mut self, path: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| Node::Text((*text).to_owned()));
        self.put(path, Node::List(texts.collect()));
    }

    /// What stands at a path of ours.
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

    /// Whether something stands at a path of ours.
    pub(super) fn has(&self, path: &str) -> bool {
        self.node(path).is_some_and(|node| *node != Node::Null)
    }

    /// The text at a path of ours.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.node(path).and_then(text).map(str::to_owned)
    }

    /// The texts of a list at a path of ours.
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

    /// A key that nobody knows.
    pub(super) fn unknown(&mut self, path: &[&str], known: &[&str]) {
        let (section, name) = path.split_at(path.len().saturating_sub(1));
        let name = name.concat();
        let meant = suggest(&name, known.iter().copied());
        let hint = meant.map(|meant| format!("did you mean `{}`?", [section, &[meant]].concat().join(".")));
        self.fault(path, format!("unknown key `{}`", path.join(".")), hint);
    }

    /// A section that is no table.
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

/// What stands under a key; the first of several.
pub(super) fn get<'a>(entries: &'a Entries, key: &str) -> Option<&'a Node> {
    entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
}

fn get_caseless<'a>(entries: &'a Entries, key: &str) -> Option<&'a Node> {
    let found = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, node)| node)
}

/// The entries of a table at a path.
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

/// The opposite of a truth value; anything else stays as it is, and is refused under its own name.
pub(super) fn negated(node: &Node) -> Node {
    let value = text(node).and_then(values::boolean);
    value.map_or_else(|| node.clone(), |value| Node::Text((!value).to_string()))
}

/// Keys that stand twice in a table of the file.
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
