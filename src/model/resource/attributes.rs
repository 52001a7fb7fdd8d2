//! The values of one object. Only existing values take memory, because a million people must fit.

use crate::model::schema::{AttributeIndex, AttributeSet, Purpose, Schema};
use crate::model::value::Value;

/// The values of one object in the order of a [`Schema`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    present: AttributeSet,
    /// One for each attribute in `present`.
    values: Box<[Value]>,
}

impl Attributes {
    pub fn get(&self, index: AttributeIndex) -> Option<&Value> {
        let is_present = self.present.contains(index);
        is_present.then(|| &self.values[self.present.rank(index)])
    }

    pub fn text(&self, index: AttributeIndex) -> Option<&str> {
        self.get(index).map(Value::as_text)
    }

    /// The texts of an attribute with several values, in order.
    pub fn texts(&self, index: AttributeIndex) -> &[Box<str>] {
        self.get(index).map_or(&[], Value::as_set)
    }

    /// The value of the attribute with a purpose.
    pub fn of(&self, schema: &Schema, purpose: Purpose) -> Option<&Value> {
        self.get(schema.find(purpose)?)
    }

    /// The text of the attribute with a purpose.
    pub fn text_of(&self, schema: &Schema, purpose: Purpose) -> Option<&str> {
        self.of(schema, purpose).map(Value::as_text)
    }

    /// Sets or removes a value.
    pub fn set(&mut self, index: AttributeIndex, value: Option<Value>) {
        let rank = self.present.rank(index);
        let mut values = std::mem::take(&mut self.values).into_vec();
        match (self.present.contains(index), value) {
            (true, Some(value)) => values[rank] = value,
            (true, None) => {
                values.remove(rank);
                self.present.remove(index);
            }
            (false, Some(value)) => {
                values.reserve_exact(1);
                values.insert(rank, value);
                self.present.insert(index);
            }
            (false, None) => {}
        }
        self.values = values.into();
    }

    /// The attributes with a value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeIndex, &Value)> {
        self.present.iter().zip(&self.values)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Whatever was there before, they are like a map, in order.
    #[test]
    fn they_are_a_map() {
        let value = prop::option::of("[ab]").prop_map(|text| text.map(Value::text));
        proptest!(|(sets in prop::collection::vec((0..128_u8, value), 0..60))| {
            let (mut attributes, mut map) = (Attributes::default(), BTreeMap::new());
            for (index, value) in sets {
                attributes.set(AttributeIndex(index), value.clone());
                match value {
                    Some(value) => map.insert(index, value),
                    None => map.remove(&index),
                };
            }
            for index in 0..128 {
                prop_assert_eq!(attributes.get(AttributeIndex(index)), map.get(&index));
            }
            prop_assert!(attributes.iter().eq(map.iter().map(|(index, value)| (AttributeIndex(*index), value))));
            let mut same = Attributes::default();
            map.into_iter().rev().for_each(|(index, value)| same.set(AttributeIndex(index), Some(value)));
            prop_assert_eq!(attributes, same);
        });
    }
}
