//! External ids as older tools stored them: as plain text, or as base64 of the bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Account, ExternalId, Identity, Schema, Value};

/// Whether the account could have been made by an older tool: it holds the role and carries some text.
pub(super) fn may_hold_legacy_id(account: &Account) -> bool {
    !account.id_text.is_empty() && !account.entitlements.is_empty() && !account.protected
}

/// The ids that a text means if it was written by an older tool: its own bytes, and the bytes it encodes.
pub(super) fn readings(text: &str) -> impl Iterator<Item = ExternalId> {
    let plain = (!text.is_empty()).then(|| ExternalId::new(text.as_bytes()));
    let decoded = STANDARD
        .decode(text)
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .map(ExternalId::new);
    plain.into_iter().chain(decoded)
}

/// What an account of this person holds in an attribute that is made from the id: the value new accounts get, or the
/// text of the id.
pub(super) fn marks(schema: &Schema, identity: &Identity) -> Vec<(crate::model::AttributeIndex, Value)> {
    marks_of_id(schema, &identity.id)
}

/// The same for an id.
pub(super) fn marks_of_id(schema: &Schema, id: &ExternalId) -> Vec<(crate::model::AttributeIndex, Value)> {
    let text = id.as_text().filter(|text| !text.is_empty());
    let mut marks = Vec::new();
    for (index, spec) in schema.iter() {
        let Some(default) = spec.default.filter(|_| spec.is_mark()) else {
            continue;
        };
        let made = default(id);
        let plain = text.map(Value::text).filter(|plain| *plain != made);
        marks.push((index, made));
        marks.extend(plain.map(|plain| (index, plain)));
    }
    marks
}
