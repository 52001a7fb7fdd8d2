//! Attributes that are stored in the metadata of a user: their keys and forms.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{AttributeIndex, Attributes};
use crate::target::zitadel::schema::{LOCALPART, MISSING_SINCE, parts};
use crate::target::zitadel::wire::received::Metadata;
use crate::target::zitadel::wire::sent::NewMetadata;

#[derive(Clone, Debug)]
pub(in crate::target::zitadel) struct Keys(Box<[(AttributeIndex, Arc<str>)]>);

impl Keys {
    /// The fixed keys, and those of the configuration.
    pub(in crate::target::zitadel) fn new<'k>(
        configured: impl Iterator<Item = (AttributeIndex, &'k str)>,
    ) -> Self {
        let mut fixed: Vec<_> = parts()
            .filter_map(|(attribute, part)| Some((attribute, part.key()?)))
            .collect();
        // The proof of ownership is written first.
        fixed.sort_by_key(|(attribute, _)| *attribute != LOCALPART);
        let all = fixed.into_iter().chain(configured);
        Self(all.map(|(attribute, key)| (attribute, key.into())).collect())
    }

    /// The metadata key of an attribute, if it is stored in metadata.
    pub(in crate::target::zitadel) fn of(&self, attribute: AttributeIndex) -> Option<&str> {
        let found = self.0.iter().find(|(index, _)| *index == attribute);
        found.map(|(_, key)| &**key)
    }

    /// The attribute that is stored under a key; `None` for metadata of other tools.
    pub(in crate::target::zitadel) fn attribute(&self, key: &str) -> Option<AttributeIndex> {
        let found = self.0.iter().find(|(_, known)| **known == *key);
        found.map(|(index, _)| *index)
    }

    /// The metadata entry for a value.
    pub(in crate::target::zitadel) fn entry(
        &self,
        attribute: AttributeIndex,
        text: &str,
    ) -> Option<NewMetadata<'_>> {
        let key = self.of(attribute)?;
        let second = text.parse().ok().filter(|_| attribute == MISSING_SINCE);
        Some(match second {
            Some(second) => {
                let time = Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
                NewMetadata::new(key, &time.to_string())
            }
            None => NewMetadata::new(key, text),
        })
    }

    /// The metadata entries for these values.
    pub(in crate::target::zitadel) fn entries(&self, attributes: &Attributes) -> Vec<NewMetadata<'_>> {
        let stored = self
            .0
            .iter()
            .filter_map(|(attribute, _)| self.entry(*attribute, attributes.text(*attribute)?));
        stored.collect()
    }

    /// The stored value of an attribute.
    pub(in crate::target::zitadel) fn stored(
        &self,
        stored: &[Metadata],
        attribute: AttributeIndex,
    ) -> Option<String> {
        let value = value(stored, self.of(attribute)?)?;
        Some(decoded(attribute, value))
    }
}

/// Decodes the value of an entry. A value that cannot be decoded is shown unchanged.
pub(in crate::target::zitadel) fn decoded(attribute: AttributeIndex, value: &[u8]) -> String {
    let time = std::str::from_utf8(value)
        .ok()
        .filter(|_| attribute == MISSING_SINCE)
        .and_then(|text| text.parse::<Timestamp>().ok());
    match time {
        Some(time) => time.as_second().to_string(),
        None => String::from_utf8_lossy(value).into_owned(),
    }
}

/// The value under a key. An empty value counts as none.
pub(in crate::target::zitadel) fn value<'m>(stored: &'m [Metadata], key: &str) -> Option<&'m [u8]> {
    let entry = stored.iter().find(|entry| *entry.key == *key)?;
    Some(&*entry.value).filter(|value| !value.is_empty())
}
