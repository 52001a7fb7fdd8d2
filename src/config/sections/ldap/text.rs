//! How an attribute of a person is mapped: `sources.NAME.attributes.email` and others.

use figment::value::Value;
use regex::Regex;

use crate::config::read::Reader;
use crate::config::sections::attributes;
use crate::config::settings::{Case, Choice, LdapAttribute, TextOrigin, TextRule};
use crate::config::syntax::template::Template;

/// A name, a list of names, or a table. `None` if absent, or after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, path: &str) -> Option<TextRule> {
    match reader.layers.value(path) {
        Some(Value::Dict(..)) => table(reader, path),
        Some(Value::Array(..)) => {
            let names = names(reader, path)?;
            Some(plain(reader, names))
        }
        _ => {
            let name = reader.filled(path)?.trim().to_owned();
            Some(plain(reader, vec![name]))
        }
    }
}

fn plain(reader: &Reader<'_>, names: Vec<String>) -> TextRule {
    TextRule {
        from: TextOrigin::Attributes(names),
        choice: default_choice(reader),
        matching: None,
        case: None,
        nfc: false,
    }
}

/// A target with lists decides itself which attributes take several values.
fn default_choice(reader: &Reader<'_>) -> Choice {
    if attributes::may_have_several(reader.layers) {
        Choice::All
    } else {
        Choice::First
    }
}

fn names(reader: &mut Reader<'_>, path: &str) -> Option<Vec<String>> {
    if matches!(reader.layers.value(path), Some(Value::String(..))) {
        return Some(vec![reader.filled(path)?.trim().to_owned()]);
    }
    list_of_names(reader, path)
}

/// The names of attributes in a list; `None` after a mistake.
pub(super) fn list_of_names(reader: &mut Reader<'_>, path: &str) -> Option<Vec<String>> {
    let before = reader.report.mistakes.len();
    let items = reader.list(path);
    let names: Vec<String> = items.iter().map(|item| item.text.trim().to_owned()).collect();
    if reader.report.mistakes.len() > before {
        return None;
    }
    if names.is_empty() || names.iter().any(String::is_empty) {
        return reader.refuse(path, format!("`{path}` contains no name of an attribute"), None);
    }
    Some(names)
}

fn table(reader: &mut Reader<'_>, path: &str) -> Option<TextRule> {
    let member = |name: &str| format!("{path}.{name}");
    let from = origin(reader, path);
    let choices = [
        ("first", Choice::First),
        ("only", Choice::Only),
        ("first_sorted", Choice::FirstSorted),
        ("all", Choice::All),
    ];
    let choice = reader.choice(&member("value"), &choices);
    if choice == Some(Choice::All) && !attributes::may_have_several(reader.layers) {
        let path = member("value");
        let what = format!("`{path}: all` needs a target that stores several values");
        reader.wrong(&path, what, Some("use `only` or `first_sorted`"));
    }
    let matching = reader.filled(&member("matching"));
    let matching = matching.and_then(|text| regex(reader, &member("matching"), &text));
    let case = reader.choice(&member("case"), &[("lower", Case::Lower), ("upper", Case::Upper)]);
    let nfc = reader.choice(&member("unicode"), &[("nfc", true)]);
    // Accepted from famedly-sync's files, without effect.
    reader.boolean(&member("is_binary"));
    Some(TextRule {
        from: from?,
        choice: choice.unwrap_or_else(|| default_choice(reader)),
        matching,
        case,
        nfc: nfc.unwrap_or(false),
    })
}

fn origin(reader: &mut Reader<'_>, path: &str) -> Option<TextOrigin> {
    let ways = ["name", "template", "constant"].map(|name| format!("{path}.{name}"));
    let mut given = ways.iter().filter(|way| !reader.absent(way));
    match (given.next(), given.next()) {
        (None, _) => {
            reader.missing(&ways[0], None);
            None
        }
        (Some(one), Some(other)) => reader.both_given((one, other), "", "keep one of them"),
        (Some(way), None) if *way == ways[0] => names(reader, way).map(TextOrigin::Attributes),
        (Some(way), None) if *way == ways[1] => {
            let text = reader.filled(way)?;
            match Template::parse(&text) {
                Ok(template) => Some(TextOrigin::Template(template)),
                Err(problem) => {
                    reader.refuse(way, format!("`{way}` is not a valid template: {problem}"), None)
                }
            }
        }
        (Some(way), None) => reader.filled(way).map(TextOrigin::Constant),
    }
}

fn regex(reader: &mut Reader<'_>, path: &str, text: &str) -> Option<Regex> {
    Regex::new(text)
        .map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim().to_owned();
            reader.wrong(
                path,
                format!("`{path}`: `{text}` is not a regular expression: {reason}"),
                None,
            );
        })
        .ok()
}

/// A name, or a table with the name and whether the value is binary.
pub(in crate::config) fn attribute(reader: &mut Reader<'_>, path: &str) -> Option<LdapAttribute> {
    if !matches!(reader.layers.value(path), Some(Value::Dict(..))) {
        return Some(LdapAttribute {
            name: reader.filled(path)?.trim().to_owned(),
            is_binary: false,
        });
    }
    let name = reader.required(&format!("{path}.name"));
    Some(LdapAttribute {
        is_binary: reader.boolean(&format!("{path}.is_binary")),
        name: name?.trim().to_owned(),
    })
}
