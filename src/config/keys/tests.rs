use std::collections::{BTreeMap, BTreeSet};

use super::super::document::yaml;
use super::super::document::yaml::Node;
use super::*;

#[test]
fn each_key_stands_once_in_lower_case() {
    let paths: BTreeSet<_> = KEYS.iter().map(|key| key.path).collect();
    assert_eq!(paths.len(), KEYS.len());
    assert!(paths.iter().all(|path| **path == path.to_lowercase()));
}

#[test]
fn keys_sections_and_nonsense_are_distinguished() {
    assert!(matches!(find("zitadel.url"), Entry::Key(key) if key.kind == Kind::Url));
    for section in [
        "zitadel",
        "sources",
        "sources.ldap",
        "sources.ldap.tls",
        "apply.concurrency",
    ] {
        assert!(matches!(find(section), Entry::Section), "{section}");
    }
    for nonsense in ["zita", "zitadel.", "sources.ldap.ur", "url"] {
        assert!(matches!(find(nonsense), Entry::Unknown), "{nonsense}");
    }
}

#[test]
fn choices_are_listed_as_a_sentence() {
    assert_eq!(Kind::Choice(&["a", "b", "c"]).wanted(), "`a`, `b` or `c`");
    assert_eq!(Kind::Choice(&["a"]).wanted(), "`a`");
}

/// The sample's value of each key, with the keys after `#` as if they were set.
fn sample() -> BTreeMap<String, Node> {
    fn collect(node: Node, path: &str, keys: &mut BTreeMap<String, Node>) {
        match node {
            Node::Table(entries) if !path.is_empty() && !matches!(find(path), Entry::Section) => {
                keys.insert(path.to_owned(), Node::Table(entries));
            }
            Node::Table(entries) => {
                for (name, node) in entries {
                    let name = if path == "sources" && name == "guests" {
                        "csv".into()
                    } else {
                        name
                    };
                    collect(node, format!("{path}.{name}").trim_start_matches('.'), keys);
                }
            }
            node => {
                keys.insert(path.to_owned(), node);
            }
        }
    }
    let text = include_str!("../../../config.sample.yaml");
    let set: String = text
        .lines()
        .map(|line| match line.trim_start().strip_prefix('#') {
            Some(key) if key.starts_with(char::is_alphabetic) => line.replacen('#', "", 1) + "\n",
            _ => line.to_owned() + "\n",
        })
        .collect();
    let mut keys = BTreeMap::new();
    collect(yaml::parse(&set).unwrap(), "", &mut keys);
    keys
}

/// A key added here must be added there, and the other way round. Keys without effect are not in the sample, and
/// `kind` is only needed under a custom name.
#[test]
fn the_sample_has_every_key() {
    let known = KEYS
        .iter()
        .filter(|key| !matches!(key.kind, Kind::Dead(_)))
        .map(|key| key.path)
        .filter(|path| !["sources.ldap.kind", "sources.ukt.kind"].contains(path));
    let known: BTreeSet<_> = known.map(str::to_owned).collect();
    let shown: BTreeSet<_> = sample().into_keys().collect();
    assert_eq!(shown, known);
}

#[test]
fn the_sample_shows_the_defaults() {
    let sample = sample();
    for key in KEYS {
        if let Some(default) = key.default {
            assert_eq!(sample[key.path], Node::Text(default.into()), "{}", key.path);
        }
    }
}
