//! The structure of Zitadel's JSON. The server omits defaults; unknown members are ignored; 64-bit numbers are sent
//! as text.

pub(super) mod events;
pub(super) mod profile;
pub(super) mod received;
pub(super) mod sent;
pub(super) mod snapshot;
pub(super) mod written;

use serde::{Deserialize, Deserializer};

/// Reads a number from a text or a number.
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
