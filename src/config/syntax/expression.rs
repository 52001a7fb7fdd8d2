//! An LDAP filter that is evaluated here, for an entry that was read. Pure.
//!
//! Texts are compared ignoring letter case, numbers as numbers, because there is no schema.

use ldap3::asn1::{PL, StructureTag};

use super::filter;

/// A filter that can be evaluated.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    node: Node,
}

#[derive(Debug, Clone)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Item(String, Test),
}

#[derive(Debug, Clone)]
enum Test {
    Present,
    Equal(Vec<u8>),
    AtLeast(Vec<u8>),
    AtMost(Vec<u8>),
    Parts {
        start: Vec<u8>,
        middle: Vec<Vec<u8>>,
        end: Vec<u8>,
    },
    AllBits(i64),
    AnyBit(i64),
}

impl Expression {
    /// Parses a filter.
    ///
    /// # Errors
    /// What is wrong, or which part only a server can evaluate.
    pub fn parse(text: &str) -> Result<Self, String> {
        filter::check_syntax(text)?;
        let tag = ldap3::parse_filter(text).map_err(|()| "this is not an LDAP filter".to_owned())?;
        let tag = ldap3::asn1::ASNTag::into_structure(tag);
        let node = node(tag).ok_or("matching rules other than the two for bits need a server")?;
        Ok(Self {
            text: text.to_owned(),
            node,
        })
    }

    /// The attributes in a filter, even if it cannot be evaluated here.
    pub(crate) fn names_in(filter: &str) -> Vec<String> {
        let parts = filter.split('(').filter_map(|part| part.split_once('='));
        let name = |name: &str| {
            name.split(':')
                .next()
                .unwrap_or_default()
                .trim_end_matches(['<', '>', '~'])
                .to_owned()
        };
        parts
            .map(|(left, _)| name(left))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The attributes in the filter.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect(&self.node, &mut names);
        names
    }

    /// Returns whether an entry matches. `values` returns those of an attribute.
    pub fn matches<'a>(&self, values: &dyn Fn(&str) -> Vec<&'a [u8]>) -> bool {
        matches(&self.node, values)
    }
}

impl Expression {
    /// Returns whether an entry matches if not everything is known. `values` returns `None` for an attribute that may
    /// have any value, or none. `None` if the result depends on these.
    pub fn settled(&self, values: &dyn Fn(&str) -> Option<Vec<Vec<u8>>>) -> Option<bool> {
        settled(&self.node, values)
    }
}

/// Kleene's three-valued logic.
fn settled(node: &Node, values: &dyn Fn(&str) -> Option<Vec<Vec<u8>>>) -> Option<bool> {
    match node {
        Node::And(nodes) => together(nodes, values, false),
        Node::Or(nodes) => together(nodes, values, true),
        Node::Not(node) => settled(node, values).map(|matches| !matches),
        Node::Item(name, test) => values(name).map(|values| values.iter().any(|value| test.holds(value))),
    }
}

/// One part with the result `decisive` decides the result of all.
fn together(nodes: &[Node], values: &dyn Fn(&str) -> Option<Vec<Vec<u8>>>, decisive: bool) -> Option<bool> {
    let mut is_open = false;
    for node in nodes {
        match settled(node, values) {
            Some(matches) if matches == decisive => return Some(decisive),
            Some(_) => {}
            None => is_open = true,
        }
    }
    (!is_open).then_some(!decisive)
}

fn collect<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| collect(node, names)),
        Node::Not(node) => collect(node, names),
        Node::Item(name, _) => names.push(name),
    }
}

fn matches<'a>(node: &Node, values: &dyn Fn(&str) -> Vec<&'a [u8]>) -> bool {
    match node {
        Node::And(nodes) => nodes.iter().all(|node| matches(node, values)),
        Node::Or(nodes) => nodes.iter().any(|node| matches(node, values)),
        Node::Not(node) => !matches(node, values),
        Node::Item(name, test) => values(name).into_iter().any(|value| test.holds(value)),
    }
}

impl Test {
    fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::Present => true,
            Self::Equal(expected) => fold(value) == fold(expected),
            Self::AtLeast(bound) => compare(value, bound).is_ge(),
            Self::AtMost(bound) => compare(value, bound).is_le(),
            Self::AllBits(bits) => number(value).is_some_and(|number| number & bits == *bits),
            Self::AnyBit(bits) => number(value).is_some_and(|number| number & bits != 0),
            Self::Parts { start, middle, end } => has_parts(&fold(value), start, middle, end),
        }
    }
}

fn has_parts(value: &[u8], start: &[u8], middle: &[Vec<u8>], end: &[u8]) -> bool {
    let Some(mut rest) = value
        .strip_prefix(fold(start).as_slice())
        .and_then(|rest| rest.strip_suffix(fold(end).as_slice()))
    else {
        return false;
    };
    middle.iter().map(|part| fold(part)).all(|part| {
        let at = (0..=rest.len()).find(|at| rest[*at..].starts_with(&part));
        rest = at.map_or(rest, |at| &rest[at + part.len()..]);
        at.is_some()
    })
}

fn fold(value: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => value.to_vec(),
    }
}

fn number(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn compare(value: &[u8], bound: &[u8]) -> std::cmp::Ordering {
    match (number(value), number(bound)) {
        (Some(value), Some(bound)) => value.cmp(&bound),
        _ => fold(value).cmp(&fold(bound)),
    }
}

/// RFC 4511, 4.5.1: the number of the tag is the kind of filter.
fn node(tag: StructureTag) -> Option<Node> {
    match (tag.id, tag.payload) {
        (0, PL::C(parts)) => Some(Node::And(parts.into_iter().map(node).collect::<Option<_>>()?)),
        (1, PL::C(parts)) => Some(Node::Or(parts.into_iter().map(node).collect::<Option<_>>()?)),
        (2, PL::C(parts)) => Some(Node::Not(Box::new(node(parts.into_iter().next()?)?))),
        (7, PL::P(name)) => item(name, Test::Present),
        (9, PL::C(parts)) => bits(parts),
        (4, PL::C(parts)) => {
            let [name, parts] = <[StructureTag; 2]>::try_from(parts).ok()?;
            item(bytes(name)?, substrings(parts)?)
        }
        (kind, PL::C(parts)) => {
            let [name, value] = <[StructureTag; 2]>::try_from(parts).ok()?;
            let value = bytes(value)?;
            let test = match kind {
                3 | 8 => Test::Equal(value),
                5 => Test::AtLeast(value),
                6 => Test::AtMost(value),
                _ => return None,
            };
            item(bytes(name)?, test)
        }
        _ => None,
    }
}

fn item(name: Vec<u8>, test: Test) -> Option<Node> {
    Some(Node::Item(String::from_utf8(name).ok()?, test))
}

fn bytes(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

fn substrings(tag: StructureTag) -> Option<Test> {
    let PL::C(parts) = tag.payload else {
        return None;
    };
    let (mut start, mut middle, mut end) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part.id {
            0 => start = bytes(part)?,
            1 => middle.push(bytes(part)?),
            _ => end = bytes(part)?,
        }
    }
    Some(Test::Parts { start, middle, end })
}

fn bits(parts: Vec<StructureTag>) -> Option<Node> {
    let (mut rule, mut name, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part.id {
            1 => rule = bytes(part)?,
            2 => name = bytes(part)?,
            3 => value = bytes(part)?,
            _ => {}
        }
    }
    let bits = number(&value)?;
    match rule.as_slice() {
        b"1.2.840.113556.1.4.803" => item(name, Test::AllBits(bits)),
        b"1.2.840.113556.1.4.804" => item(name, Test::AnyBit(bits)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
