//! LDAP filters over properties (recorded: search/filter …).

use serde_json::Value;

use crate::udm::directory::{Directory, Entry};
use crate::udm::schema::Kind;

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// A name and the parts between the stars.
    Matches(String, Vec<String>),
    /// Finds nothing, nor does its opposite.
    Undefined,
}

impl Filter {
    /// Reads a filter; nothing where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (filter, rest) = if text.starts_with('(') {
            enclosed(text)?
        } else {
            (comparison(text)?, "")
        };
        rest.is_empty().then_some(filter)
    }

    /// Whether it fits; nothing where it cannot be said, as with attributes that do not exist.
    pub(super) fn fits(&self, directory: &Directory, entry: &Entry) -> Option<bool> {
        match self {
            Self::And(parts) => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| part.fits(directory, entry)).collect();
                if all.contains(&Some(false)) {
                    return Some(false);
                }
                all.into_iter().collect::<Option<Vec<bool>>>().map(|_| true)
            }
            Self::Or(parts) => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| part.fits(directory, entry)).collect();
                if all.contains(&Some(true)) {
                    return Some(true);
                }
                all.into_iter().collect::<Option<Vec<bool>>>().map(|_| false)
            }
            Self::Not(part) => part.fits(directory, entry).map(|fits| !fits),
            Self::Matches(name, parts) => matches(directory, entry, name, parts),
            Self::Undefined => None,
        }
    }

    /// A name and the whole value that it must have, so that an index can be asked.
    pub(super) fn exact(&self) -> Option<(&str, &str)> {
        match self {
            Self::Matches(name, parts) => match parts.as_slice() {
                [value] => Some((name, value)),
                _ => None,
            },
            Self::And(parts) => parts.iter().find_map(Self::exact),
            _ => None,
        }
    }
}

/// A filter in brackets at the start of a text, and what comes after it.
fn enclosed(text: &str) -> Option<(Filter, &str)> {
    let inner = text.strip_prefix('(')?;
    let (filter, rest) = match inner.chars().next()? {
        '&' => several(&inner[1..]).map(|(parts, rest)| (Filter::And(parts), rest))?,
        '|' => several(&inner[1..]).map(|(parts, rest)| (Filter::Or(parts), rest))?,
        '!' => enclosed(&inner[1..]).map(|(part, rest)| (Filter::Not(Box::new(part)), rest))?,
        _ => {
            let end = inner.find([')', '('])?;
            (comparison(&inner[..end])?, &inner[end..])
        }
    };
    Some((filter, rest.strip_prefix(')')?))
}

fn several(mut text: &str) -> Option<(Vec<Filter>, &str)> {
    let mut parts = Vec::new();
    while text.starts_with('(') {
        let (part, rest) = enclosed(text)?;
        parts.push(part);
        text = rest;
    }
    (!parts.is_empty()).then_some((parts, text))
}

fn comparison(text: &str) -> Option<Filter> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim().trim_end_matches(['~', '>', '<']);
    let named = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-.;:_".contains(letter));
    named.then_some(())?;
    let parts: Option<Vec<String>> = value.split('*').map(unescape).collect();
    Some(Filter::Matches(name.to_owned(), parts?))
}

/// Resolves `\2a`.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'\\' {
            let pair = tail
                .get(..2)
                .filter(|pair| pair.iter().all(u8::is_ascii_hexdigit))?;
            let pair = std::str::from_utf8(pair).ok()?;
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Names are those of properties or of attributes.
fn matches(directory: &Directory, entry: &Entry, name: &str, parts: &[String]) -> Option<bool> {
    if name.eq_ignore_ascii_case("objectClass") {
        return Some(parts.len() > 1);
    }
    if name.eq_ignore_ascii_case("entryUUID") {
        return Some(fits(&entry.uuid, parts));
    }
    let property = entry
        .kind
        .property(name)
        .or_else(|| by_attribute(entry.kind, name))?;
    let stored = match property.name {
        "groups" | "primaryGroup" | "gidNumber" | "users" | "nestedGroup" | "memberOf" | "hosts" => {
            directory.value(entry, property)
        }
        name => entry.values.get(name).cloned().unwrap_or_default(),
    };
    Some(any_fits(&stored, parts))
}

fn by_attribute(kind: Kind, name: &str) -> Option<&'static crate::udm::schema::Property> {
    kind.properties()
        .iter()
        .find(|property| property.attribute.eq_ignore_ascii_case(name))
}

fn any_fits(stored: &Value, parts: &[String]) -> bool {
    match stored {
        Value::String(text) => !text.is_empty() && fits(text, parts),
        Value::Array(list) => list.iter().any(|value| any_fits(value, parts)),
        Value::Number(number) => fits(&number.to_string(), parts),
        Value::Bool(value) => fits(if *value { "1" } else { "0" }, parts),
        _ => false,
    }
}

/// Caseless, with stars between the parts.
pub(super) fn fits(text: &str, parts: &[String]) -> bool {
    let text = text.to_lowercase();
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|only| *text == only.to_lowercase());
    };
    let Some(mut rest) = text.strip_prefix(&first.to_lowercase()) else {
        return false;
    };
    for part in middle {
        let part = part.to_lowercase();
        let Some(place) = rest.find(&part) else {
            return false;
        };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(&last.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        text.split('*').map(str::to_owned).collect()
    }

    /// Stars match any text.
    #[test]
    fn stars() {
        assert!(
            fits("Find3", &parts("*3")) && fits("find3", &parts("FIND*")) && fits("abc", &parts("a*b*c"))
        );
        assert!(!fits("ab", &parts("ab*b")) && !fits("find", &parts("fin")) && fits("x", &parts("*")));
    }

    /// What is a filter.
    #[test]
    fn syntax() {
        for text in ["(uid=a)", "uid=a", "(&(a=b)(!(c=*)))", r"(a=\28x\29)"] {
            assert!(Filter::parse(text).is_some(), "{text}");
        }
        for text in ["(uid=", "(uid=a))", "(&)", "()", "(uid)", r"(a=\2)", "(a=b(c)"] {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }
}
