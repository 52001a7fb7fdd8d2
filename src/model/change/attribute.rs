//! A change of one attribute.

use crate::model::reference::Reference;
use crate::model::schema::AttributeIndex;
use crate::model::value::Value;

/// A change of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChange {
    pub attribute: AttributeIndex,
    /// The current value, as far as known.
    pub before: Option<Value>,
    /// The new value; `None` removes the value.
    pub after: Option<Value>,
}

impl AttributeChange {
    /// The texts that are added, in order.
    pub fn added(&self) -> Vec<Box<str>> {
        missing_in(self.after.as_ref(), self.before.as_ref())
    }

    /// The texts that are removed, in order.
    pub fn removed(&self) -> Vec<Box<str>> {
        missing_in(self.before.as_ref(), self.after.as_ref())
    }

    /// The references that are added, in order.
    pub fn linked(&self) -> Vec<&Reference> {
        without(self.after.as_ref(), self.before.as_ref())
    }

    /// The references that are removed, in order.
    pub fn unlinked(&self) -> Vec<&Reference> {
        without(self.before.as_ref(), self.after.as_ref())
    }
}

/// The references of one value that the other does not have.
fn without<'a>(of: Option<&'a Value>, other: Option<&Value>) -> Vec<&'a Reference> {
    let other = other.map_or(&[][..], Value::as_references);
    let of = of.map_or(&[][..], Value::as_references).iter();
    of.filter(|reference| other.binary_search(reference).is_err())
        .collect()
}

fn missing_in(of: Option<&Value>, other: Option<&Value>) -> Vec<Box<str>> {
    let other = Value::texts_of(other);
    let of = Value::texts_of(of).into_iter();
    of.filter(|text| other.binary_search(text).is_err())
        .map(Box::from)
        .collect()
}
