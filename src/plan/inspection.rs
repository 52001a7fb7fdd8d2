//! How thoroughly attributes are checked that the list does not show.

use crate::model::{
    AttributeIndex, AttributeSpec, Desired, Expected, Inspection, Mutability, Purpose, Schema,
};

/// How thoroughly an account is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// As the schema says. The account is known to be the person's.
    Usual,
    /// Also the ownership proof, because it decides whether the account is the person's.
    Doubtful,
    /// Everything, because the account becomes the person's now.
    First,
}

/// Expected values of the attributes that the list does not show.
pub(crate) fn expected_on_demand<'a>(
    schema: &'a Schema,
    desired: &'a Desired,
    look: Look,
) -> impl Iterator<Item = Expected<'a>> {
    schema
        .iter()
        .filter(|(_, spec)| !spec.is_listed() && !spec.purpose.is_bookkeeping())
        .filter_map(move |(index, spec)| match inspection(spec, look)? {
            Inspection::Value => value_or_presence(spec, index, desired),
            Inspection::Presence => match value_or_presence(spec, index, desired)? {
                Expected::Value(index, _) => Some(Expected::Present(index)),
                expected => Some(expected),
            },
            Inspection::Nothing => None,
        })
}

fn inspection(spec: &AttributeSpec, look: Look) -> Option<Inspection> {
    let inspected = spec.inspection()?;
    Some(match (look, inspected) {
        (Look::First, _) => Inspection::Value,
        (Look::Doubtful, Inspection::Nothing) if spec.purpose == Purpose::OwnershipProof => {
            Inspection::Presence
        }
        (_, inspected) => inspected,
    })
}

fn value_or_presence<'a>(
    spec: &AttributeSpec,
    index: AttributeIndex,
    desired: &'a Desired,
) -> Option<Expected<'a>> {
    if desired.unknown.contains(index) {
        let is_proof = spec.purpose == Purpose::OwnershipProof;
        return is_proof.then_some(Expected::Present(index));
    }
    match (desired.attributes.get(index), spec.mutability) {
        (Some(value), _) => Some(Expected::Value(index, value)),
        (None, Mutability::SetOnce | Mutability::WithId) => {
            spec.default.is_some().then_some(Expected::Present(index))
        }
        (None, Mutability::ReadWrite) => Some(Expected::Absent(index)),
        (None, Mutability::Follows(_) | Mutability::ReadOnly) => None,
    }
}
