//! What a source says about one person or group, before anything is made of it. Pure.

use std::borrow::Cow;

/// Name and values. A file has the same few names in each record, so these are not copied.
type Attribute = (Cow<'static, str>, Vec<Vec<u8>>);

/// Attributes with all their values, as bytes and in the order of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRecord {
    attributes: Vec<Attribute>,
    /// Attributes that have more values than are here.
    incomplete: Vec<String>,
}

impl RawRecord {
    /// Adds values to those that the attribute has.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, values: Vec<Vec<u8>>) {
        self.attributes.push((name.into(), values));
    }

    /// All values of an attribute.
    pub(crate) fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.attributes.iter().filter(move |(known, _)| known == name);
        named.flat_map(|(_, values)| values).map(Vec::as_slice)
    }

    /// Whether the attribute is there, with values or without.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| known == name)
    }

    /// Whether the attribute has more values than are here.
    pub(crate) fn is_incomplete(&self, name: &str) -> bool {
        self.incomplete.iter().any(|known| known == name)
    }

    /// Says whether the attribute has more values than are here.
    pub(crate) fn set_incomplete(&mut self, name: &str, is_incomplete: bool) {
        self.incomplete.retain(|known| known != name);
        if is_incomplete {
            self.incomplete.push(name.to_owned());
        }
    }

    /// Takes an attribute away, and says whether it has more values than are here.
    pub(crate) fn take(&mut self, name: &str) -> (Vec<Vec<u8>>, bool) {
        let is_incomplete = self.is_incomplete(name);
        self.set_incomplete(name, false);
        let taken = self.attributes.extract_if(.., |(known, _)| known == name);
        (taken.flat_map(|(_, values)| values).collect(), is_incomplete)
    }

    /// Gives an attribute these values in place of its own.
    pub(crate) fn set(&mut self, name: &str, values: Vec<Vec<u8>>, is_incomplete: bool) {
        self.take(name);
        self.push(name.to_owned(), values);
        self.set_incomplete(name, is_incomplete);
    }

    /// Takes all other attributes away.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.attributes.retain(|(name, _)| is_kept(name));
        self.incomplete.retain(|name| is_kept(name));
    }

    /// Changes the values of each attribute; one that has none afterwards is no longer there.
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

/// The form in which names of attributes are compared: lower case, without options that only tell how values are sent.
///
/// `;binary` says that they are sent as bytes, and `;range=0-1499` that these are the first of many; a range that starts
/// later holds no first value. Other options such as `;lang-de` make another attribute.
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
