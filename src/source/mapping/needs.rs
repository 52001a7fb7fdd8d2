//! Which attributes a source has to read for a mapping.

use super::Mapping;
use super::attribute::AttributeRule;
use crate::model::Purpose;
use crate::source::Ids;
use crate::transform::RawRecord;

impl Mapping {
    /// The bytes of the external id.
    pub(in crate::source) fn id<'a>(&self, record: &'a RawRecord) -> Option<&'a [u8]> {
        self.rules.id.first(record)
    }

    /// The source's name of the id, if the id is binary.
    pub(in crate::source) fn binary_id(&self) -> Option<&str> {
        let attribute = &self.rules.id.attribute;
        attribute.is_binary.then_some(&*attribute.name)
    }

    /// The kind of ids of these people.
    pub(in crate::source) fn ids(&self) -> Ids {
        let id = &self.rules.id;
        let is_id = |rule: &AttributeRule| rule.keys().any(|key| key == id.key);
        let address = self.schema.find(Purpose::Address);
        let address = address.and_then(|index| self.rule(&self.schema.spec(index).name));
        Ids {
            binary: id.attribute.is_binary,
            from_address: address.is_some_and(is_id),
        }
    }

    /// Describes the rules for enabled people, for `check`.
    pub(in crate::source) fn meaning(&self) -> String {
        self.rules.lifecycle.meaning()
    }

    /// Keys of the attributes whose values are all needed.
    pub(in crate::source) fn needed_whole(&self) -> Vec<String> {
        let chosen = self.rules.attributes.iter().flat_map(AttributeRule::needed_whole);
        let lists = self.rules.attributes.iter().filter(|rule| rule.takes_all());
        let lists = lists.flat_map(AttributeRule::keys);
        let mut keys = self.rules.lifecycle.needed_whole();
        keys.extend(chosen.chain(lists).map(str::to_owned));
        keys
    }

    /// The attributes with several values, of which the first one was used only because of its position, each once.
    pub(in crate::source) fn chosen_by_chance<'a>(&'a self, record: &'a RawRecord) -> Vec<&'a str> {
        let single = [Some(&self.rules.id), self.rules.lifecycle.field()]
            .into_iter()
            .flatten();
        let single = single.filter(|field| field.has_several(record));
        let single = single.map(|field| (field.name(), &*field.key));
        let texts = self
            .rules
            .attributes
            .iter()
            .filter(|rule| !rule.takes_all())
            .flat_map(|rule| rule.by_chance(record));
        let mut found: Vec<(&str, &str)> = Vec::new();
        for (name, key) in single.chain(texts) {
            if !found.iter().any(|(_, known)| *known == key) {
                found.push((name, key));
            }
        }
        found.into_iter().map(|(name, _)| name).collect()
    }
}
