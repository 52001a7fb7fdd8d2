//! From a record to a record: a closed list of changes in a fixed order, as the directory connectors of Univention have
//! them. Pure.
//!
//! Names of attributes are those of the record, to the letter. What becomes of values that were not all read is incomplete
//! too.

mod codec;
mod format;
mod functions;

use std::collections::BTreeMap;

use regex::bytes::Regex;

pub use self::codec::Codec;
pub use self::format::Format;
pub use self::functions::Function;
use super::record::RawRecord;

/// Stands for every attribute in [`Transformation::sanitize`].
pub const EVERY: &str = "*";

/// Old and new values.
pub type Replacements = Vec<(Vec<u8>, Vec<u8>)>;

/// Changes of a record. They are made in the order in which they stand here; with none, only empty and repeated values are
/// dropped.
#[derive(Clone, Debug, Default)]
pub struct Transformation {
    /// Of each value the first expression that is found anywhere in it; what its named groups match becomes attributes of
    /// their names, in place of those that have them.
    pub decompose: Vec<(String, Vec<Regex>)>,
    /// The encoding of values that are not UTF-8.
    pub recode: Vec<(String, Codec)>,
    /// Values that are dropped.
    pub remove_values: Vec<(String, Vec<Vec<u8>>)>,
    /// Values, and what takes their place.
    pub replace_values: Vec<(String, Replacements)>,
    /// Functions through which each value goes, one after the other; those of [`EVERY`] come last.
    pub sanitize: Vec<(String, Vec<Function>)>,
    /// New name and old name.
    pub rename: Vec<(String, String)>,
    /// Values of attributes that have none.
    pub fallback: Vec<(String, Vec<Vec<u8>>)>,
    /// Values of attributes, whatever they have.
    pub fixed: Vec<(String, Vec<Vec<u8>>)>,
    /// Attributes that are dropped.
    pub remove: Vec<String>,
    /// Templates of an attribute, of which the first counts whose attributes are all there.
    pub compose: Vec<(String, Vec<Format>)>,
}

impl Transformation {
    /// The changed record.
    #[must_use]
    pub fn apply(&self, mut record: RawRecord) -> RawRecord {
        self.decompose(&mut record);
        record.update(|_, values| values.retain(|value| !value.is_empty()));
        self.change_values(&mut record);
        tidy(&mut record);
        for (new, old) in &self.rename {
            if record.has(old) || record.is_incomplete(old) {
                let (values, is_incomplete) = record.take(old);
                record.set(new, values, is_incomplete);
            }
        }
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
        self.compose(&mut record);
        tidy(&mut record);
        record
    }

    /// Reads all values before it writes any: what comes of one attribute is not taken apart again.
    fn decompose(&self, record: &mut RawRecord) {
        let mut found: BTreeMap<&str, (Vec<Vec<u8>>, bool)> = BTreeMap::new();
        for (name, expressions) in &self.decompose {
            let groups = expressions.iter().flat_map(|one| one.capture_names().flatten());
            for group in groups.filter(|_| record.is_incomplete(name)) {
                found.entry(group).or_default().1 = true;
            }
            for value in record.values(name) {
                let captured = expressions
                    .iter()
                    .find_map(|expression| Some((expression, expression.captures(value)?)));
                let Some((expression, captured)) = captured else {
                    continue;
                };
                for group in expression.capture_names().flatten() {
                    if let Some(part) = captured.name(group) {
                        found.entry(group).or_default().0.push(part.as_bytes().to_vec());
                    }
                }
            }
        }
        for (group, (values, is_incomplete)) in found {
            if values.is_empty() {
                record.set_incomplete(group, is_incomplete);
            } else {
                record.set(group, values, is_incomplete);
            }
        }
    }

    fn change_values(&self, record: &mut RawRecord) {
        record.update(|name, values| {
            for codec in of(&self.recode, name) {
                for value in values
                    .iter_mut()
                    .filter(|value| std::str::from_utf8(value).is_err())
                {
                    if let Some(text) = codec.decode(value) {
                        *value = text.into_bytes();
                    }
                }
            }
            for removed in of(&self.remove_values, name) {
                values.retain(|value| !removed.contains(value));
            }
            for pairs in of(&self.replace_values, name) {
                for value in values.iter_mut() {
                    if let Some((_, new)) = pairs.iter().find(|(old, _)| old == value) {
                        *value = new.clone();
                    }
                }
            }
            for function in of(&self.sanitize, name)
                .chain(of(&self.sanitize, EVERY))
                .flatten()
            {
                *values = values.iter().filter_map(|value| function.apply(value)).collect();
            }
        });
    }

    /// All templates see the record as it was before the first.
    fn compose(&self, record: &mut RawRecord) {
        let first = |name: &str| std::str::from_utf8(record.values(name).next()?).ok();
        let composed = self.compose.iter().filter_map(|(name, templates)| {
            let text = templates.iter().find_map(|template| template.render(first))?;
            Some((name, text))
        });
        let composed: Vec<(&String, String)> = composed.collect();
        for (name, text) in composed {
            record.set(name, vec![text.into_bytes()], false);
        }
    }
}

/// What the list says about an attribute.
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
