use boon::{Compiler, SchemaIndex, Schemas};

use super::*;
use crate::config::keys::{KEYS, Kind};
use crate::config::layers::Layers;
use crate::config::layers::file::File;
use crate::config::read::Report;
use crate::config::unknown;
use crate::config::{Needs, dialects, document, sections, settings};

struct Checker {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Checker {
    fn new() -> Self {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.add_resource("config.json", schema()).unwrap();
        let index = compiler.compile("config.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    fn accepts(&self, text: &str) -> bool {
        let value: Value = serde_yaml::from_str(text).unwrap();
        self.schemas.validate(&value, self.index).is_ok()
    }
}

/// The reader's messages for the same file, about the form of values and about keys.
fn mistakes(text: &str) -> Vec<String> {
    let file = File {
        names: dialects::Names::default(),
        dialect: dialects::Dialect::Own,
        path: "config.yaml".into(),
        text: text.to_owned(),
        content: document::yaml::parse(text).unwrap(),
    };
    let mut report = Report::default();
    let layers = Layers::new(Some(file), &[], &[], &mut report.mistakes);
    let kinds = sections::sources::kinds(&layers, &mut report);
    let layers = layers.with_sources(kinds);
    unknown::report_unknown(&layers, &mut report);
    settings(&layers, &mut report, Needs::Everything);
    report.mistakes.into_iter().map(|mistake| mistake.what).collect()
}

/// A file in which one key has a value.
fn file(path: &str, value: &str) -> String {
    let levels: Vec<&str> = path.split('.').collect();
    let nested = levels
        .iter()
        .enumerate()
        .fold(String::new(), |text, (depth, level)| {
            format!("{text}\n{}{level}:", " ".repeat(depth))
        });
    format!("{} {value}\n", nested.trim_start())
}

const VALUES: [&str; 24] = [
    "",
    "true",
    "\"yes\"",
    "0",
    "1",
    "-1",
    "1.5",
    "1000",
    "\"0x10\"",
    "10%",
    "30s",
    "1h30m",
    "\"off\"",
    "text",
    "de",
    "[text]",
    "[5]",
    "[[text]]",
    "{other: text}",
    "{name: text}",
    "[{role: text, group: \"cn=a,dc=b\"}]",
    "[{role: text}]",
    "{rename: {a: b}}",
    "{department: text}",
];

/// Returns whether a message concerns the form of a value.
fn is_about_form(what: &str) -> bool {
    [
        "must be",
        "unknown",
        "is no rule",
        "does not know",
        "must start with",
        "0.group` is missing",
        "cannot be the name",
    ]
    .iter()
    .any(|part| what.contains(part))
}

/// Differences that a schema cannot express, or that an editor should show.
fn is_known_difference(key: &keys::Key, value: &str) -> bool {
    let is_scalar = !value.starts_with(['[', '{']);
    // Only read for the target `udm`.
    let is_of_udm = key.path.starts_with("sources.ldap.groups.") || key.path == "sources.csv.list_separator";
    is_of_udm
        || match key.kind {
            // Whether it is a valid address, and of what.
            Kind::Url | Kind::Urls => true,
            // Paths and attributes are never numbers.
            Kind::Path | Kind::Attribute | Kind::AttributeText | Kind::Bitmasks => is_scalar,
            // Names of containers and rules.
            Kind::Texts | Kind::Text => ["ou", "active"]
                .iter()
                .any(|name| key.path.rsplit('.').next() == Some(*name)),
            // `1.5` is rounded, `true` is 1, and a level may be a number.
            Kind::Bool | Kind::Count | Kind::AtLeastOne | Kind::Level | Kind::Duration | Kind::Deadline => {
                ["1.5", "true", "0", "1", "1000", "\"0x10\"", "-1", "\"yes\""].contains(&value)
            }
            _ => false,
        }
}

/// Every key with every kind of value: schema and reader accept the same.
#[test]
fn schema_and_reader_agree() {
    let checker = Checker::new();
    let mut differences = Vec::new();
    for key in KEYS {
        for value in VALUES {
            let text = file(key.path, value);
            let before = mistakes(&file(key.path, ""));
            let new = mistakes(&text).into_iter().filter(|what| !before.contains(what));
            let refused: Vec<String> = new.filter(|what| is_about_form(what)).collect();
            let accepted = checker.accepts(&text);
            if accepted != refused.is_empty() && !is_known_difference(key, value) {
                differences.push(format!(
                    "{}: {value}: schema {accepted}, reader {refused:?}",
                    key.path
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
