//! Where the external ids of the sources are configured, for messages at run time.

use std::collections::BTreeMap;

/// The key of the attribute with the external id, by source and resource type (people or not).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdKeys(BTreeMap<(String, bool), String>);

impl IdKeys {
    /// Adds the key of a source, as the file calls it, with its location.
    #[must_use]
    pub fn with(mut self, source: &str, of_people: bool, text: String) -> Self {
        self.0.insert((source.to_owned(), of_people), text);
        self
    }

    /// The key as the file calls it, with its location, such as `` `udm.user_pkey_property` (config.yaml:7) ``.
    pub fn of(&self, source: &str, of_people: bool) -> Option<&str> {
        let key = (source.to_owned(), of_people);
        self.0.get(&key).map(String::as_str)
    }
}
