//! Values that prove the ownership of an account, besides its external id.

use crate::model::{AttributeIndex, ExternalId, Purpose, Schema, Value};

/// The ownership proofs that the account of a person with this id may have: the value that new accounts get, or the
/// text of the id.
pub(in crate::plan) fn proofs(schema: &Schema, id: &ExternalId) -> Vec<(AttributeIndex, Value)> {
    let text = id.as_text().filter(|text| !text.is_empty());
    let Some(index) = schema.find(Purpose::OwnershipProof) else {
        return Vec::new();
    };
    let made = schema.spec(index).default.map(|default| default(id));
    let plain = text.map(Value::text).filter(|plain| made.as_ref() != Some(plain));
    let values = made.into_iter().chain(plain);
    values.map(|value| (index, value)).collect()
}
