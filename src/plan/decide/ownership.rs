//! By what an account proves whose it is, beside its external id.

use crate::model::{AttributeIndex, ExternalId, Purpose, Schema, Value};

/// What an account of the person with this id may hold as ownership proof: the value new accounts get, or the text of the id.
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
