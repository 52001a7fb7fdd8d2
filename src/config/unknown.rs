//! Unused keys: misspelt ones are mistakes, those of former versions are noted.

use figment::value::{Dict, Value};

use super::read::Report;
use crate::config::error::{Mistake, suggest};
use crate::config::keys;
use crate::config::keys::aliases::ALIASES;
use crate::config::keys::{Entry, Kind};
use crate::config::layers::Layers;
use crate::config::sections::attributes;

/// Checks every given key.
pub(super) fn report_unknown(layers: &Layers, report: &mut Report) {
    let mut check = Check { layers, report };
    check.section(layers.root(), "");
}

struct Check<'a> {
    layers: &'a Layers,
    report: &'a mut Report,
}

impl Check<'_> {
    fn section(&mut self, values: &Dict, section: &str) {
        for (name, value) in values {
            let path = below(section, name);
            if section == "sources" {
                self.source(&path, name, value);
            } else if name.contains('.') {
                // The path would be confused with another one.
                self.dotted(section, name, value);
            } else {
                self.entry(&path, section, name, value);
            }
        }
    }

    /// Sources of an unknown kind were reported when the kinds were read.
    fn source(&mut self, path: &str, name: &str, value: &Value) {
        if let (true, Value::Dict(_, values)) = (self.layers.kinds().contains_key(name), value) {
            self.section(values, path);
        }
    }

    fn entry(&mut self, path: &str, section: &str, name: &str, value: &Value) {
        match (keys::find(&self.layers.pattern(path)), value) {
            (Entry::Section, Value::Dict(_, values)) => self.section(values, path),
            (Entry::Section, Value::Empty(..)) => {}
            (Entry::Section, other) => {
                let hint = keys::members(&self.layers.pattern(path))
                    .next()
                    .map(|member| format!("indent its keys below it, such as `{member}:`"));
                let mut mistake = Mistake::new(path, format!("`{path}` must be a table of keys"))
                    .at(self.layers.origin(path, other.tag()));
                mistake.hint = hint;
                self.report.mistakes.push(mistake);
                self.report.settled.push(path.to_owned());
            }
            (Entry::Key(_), value)
                if attributes::is_of_other_target(self.layers, &self.layers.pattern(path)) =>
            {
                self.unknown(path, section, name, value);
            }
            (Entry::Key(key), value) => match (key.kind, value) {
                (Kind::Dead(why), _) => self.report.notes.push(format!("`{path}` has no effect: {why}")),
                (Kind::Attribute | Kind::AttributeText, Value::Dict(_, members)) => {
                    self.attribute(path, key.kind, members);
                }
                (Kind::Entitlements, Value::Array(_, rules)) => {
                    for (index, rule) in rules.iter().enumerate() {
                        if let Value::Dict(_, members) = rule {
                            self.attribute(&below(path, &index.to_string()), key.kind, members);
                        }
                    }
                }
                _ => {}
            },
            (Entry::Unknown, value) if attributes::is_configured(self.layers, &self.layers.pattern(path)) => {
                if let Value::Dict(_, members) = value {
                    self.attribute(path, Kind::AttributeText, members);
                }
            }
            (Entry::Unknown, value) => self.unknown(path, section, name, value),
        }
    }

    fn attribute(&mut self, path: &str, kind: Kind, members: &Dict) {
        for (name, value) in members {
            let known = kind.members().iter().map(|member| member.path);
            if !known.clone().any(|member| member == name) {
                let meant = suggest(name, known).map(|meant| below(path, meant));
                self.report_unknown(&below(path, name), value, meant);
            }
        }
    }

    fn unknown(&mut self, path: &str, section: &str, name: &str, value: &Value) {
        let pattern = self.layers.pattern(section);
        let is_of_people = pattern == "sources.ldap.attributes";
        let further = attributes::configured(self.layers)
            .into_iter()
            .filter(|_| is_of_people);
        let is_foreign =
            |member: &&str| attributes::is_of_other_target(self.layers, &format!("{pattern}.{member}"));
        let aliases = ALIASES.iter().filter(|alias| alias.section() == pattern);
        let known = keys::members(&pattern).chain(aliases.map(|alias| alias.last()));
        let siblings = further.chain(known.filter(|member| !is_foreign(member)));
        let sibling = suggest(name, siblings).map(|meant| below(section, meant));
        let meant = sibling.or_else(|| {
            // Correct name, wrong level.
            let elsewhere = keys::KEYS
                .iter()
                .find(|key| key.path.rsplit('.').next() == Some(name));
            elsewhere.map(|key| key.path.to_owned())
        });
        if is_of_people && meant.is_none() {
            let mistake = Mistake::new(path, format!("unknown key `{path}`"))
                .at(self.layers.origin(path, value.tag()))
                .hint(attributes::how_to_name(self.layers, name));
            return self.report.mistakes.push(mistake);
        }
        self.report_unknown(path, value, meant);
    }

    fn dotted(&mut self, section: &str, name: &str, value: &Value) {
        let path = below(section, name);
        let mut levels: Vec<_> = section.split('.').filter(|level| !level.is_empty()).collect();
        levels.push(name);
        let mistake = Mistake::new(
            &path,
            format!("unknown key `{path}`: a dot does not separate levels here"),
        )
        .at(self.layers.origin_of(&levels, value.tag()))
        .hint("write each level on its own line, indented below the one before");
        self.report.mistakes.push(mistake);
    }

    fn report_unknown(&mut self, path: &str, value: &Value, meant: Option<String>) {
        let mut mistake =
            Mistake::new(path, format!("unknown key `{path}`")).at(self.layers.origin(path, value.tag()));
        if let Some(meant) = meant {
            mistake = mistake.hint(format!("did you mean `{meant}`?"));
            self.report.settled.push(meant);
        } else if path.ends_with("<<") {
            mistake = mistake.hint("merge keys are not supported; repeat the keys");
        }
        self.report.mistakes.push(mistake);
    }
}

fn below(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}
