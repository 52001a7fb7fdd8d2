//! The shapes of Zitadel's JSON. Defaults are left out by the server, unknown members are passed over, and 64-bit
//! numbers come as text.

pub(super) mod events;
pub(super) mod received;
pub(super) mod sent;
pub(super) mod snapshot;

use serde::{Deserialize, Deserializer};

/// Reads a number that comes as text, or as a number.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(Box<str>),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}
