//! The values of one object, as an array indexed by the schema, because a million people must fit into memory.

use super::value::Value;
use crate::model::schema::{AttributeIndex, Purpose, Schema};

/// The values of one object in the order of a [`Schema`]; `None` for no value. As long as the last value needs it.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Box<[Option<Value>]>);

impl Attributes {
    pub fn get(&self, index: AttributeIndex) -> Option<&Value> {
        self.0.get(index.position())?.as_ref()
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
        let place = index.position();
        if place >= self.0.len() {
            if value.is_none() {
                return;
            }
            let mut longer = std::mem::take(&mut self.0).into_vec();
            longer.resize(place + 1, None);
            self.0 = longer.into();
        }
        self.0[place] = value;
    }

    /// The attributes with a value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeIndex, &Value)> {
        let places = (0u8..).map(AttributeIndex).zip(self.0.iter());
        places.filter_map(|(index, value)| Some((index, value.as_ref()?)))
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Attributes {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A removed value leaves nothing that could be compared.
    #[test]
    fn values_are_equal_whatever_was_there_before() {
        let mut one = Attributes::default();
        one.set(AttributeIndex(0), Some(Value::text("a")));
        let mut other = one.clone();
        other.set(AttributeIndex(5), Some(Value::text("b")));
        assert_ne!(one, other);
        other.set(AttributeIndex(5), None);
        assert_eq!(one, other);
        assert_eq!(other.get(AttributeIndex(9)), None);
    }
}
