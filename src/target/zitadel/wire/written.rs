//! The time of a write, from its answer.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::target::zitadel) struct WriteDetails {
    #[serde(deserialize_with = "time")]
    change_date: Option<Timestamp>,
    /// The only date of a new role grant.
    #[serde(deserialize_with = "time")]
    creation_date: Option<Timestamp>,
}

impl WriteDetails {
    pub(in crate::target::zitadel) fn at(&self) -> Option<Timestamp> {
        self.change_date.or(self.creation_date)
    }
}

/// An invalid time counts as none, because the write itself succeeded.
pub(in crate::target::zitadel) fn time<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<Box<str>>::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}
