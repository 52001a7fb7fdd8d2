//! Converts records: a closed list of changes in a fixed order, as directory connectors have them. Pure, and
//! independent of all other modules: `config` reads the rules, `source` applies them.
//!
//! Attribute names are compared as in LDAP, by their [`key`]. Values derived from incomplete values are incomplete
//! too.

mod codec;
mod field;
mod format;
mod functions;
mod pattern;
mod record;

use std::collections::BTreeMap;

pub use self::codec::Codec;
pub use self::format::Format;
pub use self::functions::Function;
pub use self::pattern::Pattern;
pub use self::record::RawRecord;
pub(crate) use self::record::key;

use self::field::Unfilled;

/// Stands for every attribute in [`Transformation::sanitize`].
pub const EVERY: &str = "*";

/// Old and new values.
pub type Replacements = Vec<(Vec<u8>, Vec<u8>)>;

/// Changes of a record, applied in this order. Without any, only empty and duplicate values are dropped. All names
/// are keys.
#[derive(Clone, Debug, Default)]
pub struct Transformation {
    /// For each value, the first expression that matches anywhere. Its named groups become attributes, and replace
    /// existing ones.
    pub decompose: Vec<(String, Vec<Pattern>)>,
    /// The encoding of values that are not UTF-8. Values that are invalid in it too stay as they are.
    pub recode: Vec<(String, Codec)>,
    /// Values that are dropped.
    pub remove_values: Vec<(String, Vec<Vec<u8>>)>,
    /// Values and their replacements.
    pub replace_values: Vec<(String, Replacements)>,
    /// Functions for each value, applied one after the other. Those of [`EVERY`] come last.
    pub sanitize: Vec<(String, Vec<Function>)>,
    /// New name and old name.
    pub rename: Vec<(String, String)>,
    /// Values of attributes that have none.
    pub fallback: Vec<(String, Vec<Vec<u8>>)>,
    /// Values of attributes, replacing any others.
    pub fixed: Vec<(String, Vec<Vec<u8>>)>,
    /// Attributes that are dropped.
    pub remove: Vec<String>,
    /// Templates of an attribute. The first one whose attributes all exist is used.
    pub compose: Vec<(String, Vec<Format>)>,
}

/// A rule that failed.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// The record without what the rule would have made.
    pub record: RawRecord,
    /// Which rule failed, without any value.
    pub reason: String,
}

impl Transformation {
    /// Returns the changed record.
    ///
    /// # Errors
    /// [`Failure`] if a rule failed, so that an attribute is not known.
    pub fn apply(&self, mut record: RawRecord) -> Result<RawRecord, Failure> {
        let decomposed = self.decompose(&mut record);
        record.update(|_, values| values.retain(|value| !value.is_empty()));
        record.update(|name, values| self.change_values(name, values));
        tidy(&mut record);
        self.rename(&mut record);
        for (name, values) in &self.fallback {
            if !record.has(name) && !record.is_incomplete(name) {
                record.set(name, values.clone(), false);
            }
        }
        for (name, values) in &self.fixed {
            record.set(name, values.clone(), false);
        }
        for name in &self.remove {
            record.take(name);
        }
        let composed = self.compose(&mut record);
        tidy(&mut record);
        match decomposed.and(composed) {
            Ok(()) => Ok(record),
            Err(reason) => Err(Failure { record, reason }),
        }
    }

    /// Keys of the attributes from which others are made; some more than once.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let decomposed = self.decompose.iter().map(|(name, _)| name.as_str());
        let renamed = self.rename.iter().map(|(_, old)| old.as_str());
        let templates = self.compose.iter().flat_map(|(_, templates)| templates);
        decomposed.chain(renamed).chain(templates.flat_map(Format::names))
    }

    /// Reads all values before it writes any, so that results are not decomposed again.
    fn decompose(&self, record: &mut RawRecord) -> Result<(), String> {
        let mut found = BTreeMap::new();
        let mut outcome = Ok(());
        for (name, patterns) in &self.decompose {
            let parts = Parts::of(name, patterns, record);
            outcome = outcome.and(parts.map(|parts| parts.add_to(&mut found)));
        }
        for (group, (values, is_incomplete)) in found {
            if values.is_empty() {
                record.set_incomplete(&group, is_incomplete);
            } else {
                record.set(&group, values, is_incomplete);
            }
        }
        outcome
    }

    /// Each value passes all steps before the next one.
    fn change_values(&self, name: &str, values: &mut Vec<Vec<u8>>) {
        let is_removed =
            |value: &Vec<u8>| of(&self.remove_values, name).any(|removed| removed.contains(value));
        let replaced = |value: Vec<u8>| {
            let mut pairs = of(&self.replace_values, name).flatten();
            let pair = pairs.find(|(old, _)| *old == value);
            pair.map_or(value, |(_, new)| new.clone())
        };
        let change = |value: Vec<u8>| {
            let value = of(&self.recode, name).fold(value, |value, codec| codec.recode(value));
            let value = Some(value).filter(|value| !is_removed(value)).map(replaced)?;
            let functions = of(&self.sanitize, name).chain(of(&self.sanitize, EVERY));
            functions
                .flatten()
                .try_fold(value, |value, function| function.apply(&value))
        };
        *values = std::mem::take(values).into_iter().filter_map(change).collect();
    }

    fn rename(&self, record: &mut RawRecord) {
        for (new, old) in &self.rename {
            if record.has(old) || record.is_incomplete(old) {
                let (values, is_incomplete) = record.take(old);
                record.set(new, values, is_incomplete);
            }
        }
    }

    /// All templates see the record as it was before the first.
    fn compose(&self, record: &mut RawRecord) -> Result<(), String> {
        let mut outcome = Ok(());
        let composed =
            self.compose
                .iter()
                .filter_map(|(name, templates)| match first_filled(templates, record) {
                    Ok(text) => Some((name, Some(text))),
                    Err(Unfilled::Missing) => None,
                    Err(Unfilled::Incomplete) => Some((name, None)),
                    Err(Unfilled::Unfit(why)) => {
                        outcome = Err(format!("`compose` of `{name}`: {why}"));
                        Some((name, None))
                    }
                });
        let composed: Vec<(&String, Option<String>)> = composed.collect();
        for (name, text) in composed {
            let is_incomplete = text.is_none();
            record.set(
                name,
                text.map(String::into_bytes).into_iter().collect(),
                is_incomplete,
            );
        }
        outcome
    }
}

/// Attributes, their values, and whether there may be more.
type Made = BTreeMap<String, (Vec<Vec<u8>>, bool)>;

/// The results of decomposing one attribute.
struct Parts<'a> {
    values: Vec<(&'a str, Vec<u8>)>,
    /// Attributes that may have more values.
    incomplete: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(name: &str, patterns: &'a [Pattern], record: &RawRecord) -> Result<Self, String> {
        let too_costly =
            |_| format!("`decompose` of `{name}`: an expression takes too many steps for a value");
        let groups = patterns.iter().flat_map(Pattern::groups);
        let incomplete = groups.filter(|_| record.is_incomplete(name)).collect();
        let mut values = Vec::new();
        for value in record.values(name) {
            for pattern in patterns {
                if let Some(found) = pattern.find(value).map_err(too_costly)? {
                    values.extend(found.into_iter().map(|(group, part)| (group, part.to_vec())));
                    break;
                }
            }
        }
        Ok(Self { values, incomplete })
    }

    fn add_to(self, made: &mut Made) {
        for group in self.incomplete {
            made.entry(group.to_owned()).or_default().1 = true;
        }
        for (group, value) in self.values {
            made.entry(group.to_owned()).or_default().0.push(value);
        }
    }
}

/// The text of the first template whose attributes all exist.
fn first_filled(templates: &[Format], record: &RawRecord) -> Result<String, Unfilled> {
    let value = |name: &str| match record.values(name).next() {
        None if record.is_incomplete(name) => Err(Unfilled::Incomplete),
        None => Err(Unfilled::Missing),
        Some(value) => Ok(value),
    };
    for template in templates {
        match template.render(value) {
            Err(Unfilled::Missing) => {}
            other => return other,
        }
    }
    Err(Unfilled::Missing)
}

/// The entries of the list for an attribute.
fn of<'a, T>(list: &'a [(String, T)], name: &str) -> impl Iterator<Item = &'a T> {
    list.iter()
        .filter(move |(known, _)| known == name)
        .map(|(_, what)| what)
}

/// Each value once, and no attribute without values.
fn tidy(record: &mut RawRecord) {
    record.update(|_, values| {
        let mut seen = std::collections::HashSet::new();
        values.retain(|value| seen.insert(value.clone()));
    });
}

#[cfg(test)]
mod tests;
