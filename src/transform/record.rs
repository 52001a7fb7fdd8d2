//! The raw record of one person or group from a source. Pure.

use std::borrow::Cow;

/// Name and values. Records of a file have the same few names, so these are not copied.
type Attribute = (Cow<'static, str>, Vec<Vec<u8>>);

/// Attributes with all their values, as bytes and in the order of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRecord {
    attributes: Vec<Attribute>,
    /// Attributes with more values than stored here.
    incomplete: Vec<String>,
}

impl RawRecord {
    /// Adds values to an attribute.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, values: Vec<Vec<u8>>) {
        self.attributes.push((name.into(), values));
    }

    /// All values of an attribute.
    pub(crate) fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.attributes.iter().filter(move |(known, _)| known == name);
        named.flat_map(|(_, values)| values).map(Vec::as_slice)
    }

    /// Returns whether the attribute exists, with or without values.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| known == name)
    }

    /// Returns whether the attribute has more values than stored here.
    pub(crate) fn is_incomplete(&self, name: &str) -> bool {
        self.incomplete.iter().any(|known| known == name)
    }

    /// Sets whether the attribute has more values than stored here.
    pub(crate) fn set_incomplete(&mut self, name: &str, is_incomplete: bool) {
        self.incomplete.retain(|known| known != name);
        if is_incomplete {
            self.incomplete.push(name.to_owned());
        }
    }

    /// Removes an attribute. Returns its values, and whether it has more.
    pub(crate) fn take(&mut self, name: &str) -> (Vec<Vec<u8>>, bool) {
        let is_incomplete = self.is_incomplete(name);
        self.set_incomplete(name, false);
        let taken = self.attributes.extract_if(.., |(known, _)| known == name);
        (taken.flat_map(|(_, values)| values).collect(), is_incomplete)
    }

    /// Replaces the values of an attribute.
    pub(crate) fn set(&mut self, name: &str, values: Vec<Vec<u8>>, is_incomplete: bool) {
        self.take(name);
        self.push(name.to_owned(), values);
        self.set_incomplete(name, is_incomplete);
    }

    /// Removes all other attributes.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.attributes.retain(|(name, _)| is_kept(name));
        self.incomplete.retain(|name| is_kept(name));
    }

    /// Changes the values of each attribute. An attribute without values is removed.
    pub(crate) fn update(&mut self, mut change: impl FnMut(&str, &mut Vec<Vec<u8>>)) {
        let mut joined: Vec<Attribute> = Vec::with_capacity(self.attributes.len());
        for (name, values) in self.attributes.drain(..) {
            match joined.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.extend(values),
                None => joined.push((name, values)),
            }
        }
        for (name, values) in &mut joined {
            change(name, values);
        }
        joined.retain(|(_, values)| !values.is_empty());
        self.attributes = joined;
    }

    /// The attributes as they were added.
    pub(crate) fn into_attributes(self) -> impl Iterator<Item = (String, Vec<Vec<u8>>)> {
        let attributes = self.attributes.into_iter();
        attributes.map(|(name, values)| (name.into_owned(), values))
    }
}

/// The form in which attribute names are compared: lower case, without options that only concern the encoding of
/// values.
///
/// `;binary` says that values are sent as bytes, and `;range=0-1499` that these are the first of many. A range that
/// starts later does not contain the first value. Other options such as `;lang-de` make another attribute.
pub(crate) fn key(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let mut parts = name.split(';');
    let mut key = parts.next().unwrap_or_default().to_owned();
    for option in parts.filter(|option| *option != "binary" && !option.starts_with("range=0-")) {
        key.push(';');
        key.push_str(option);
    }
    key
}
