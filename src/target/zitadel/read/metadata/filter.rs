//! Filters of the user list, written straight to JSON: a hundred thousand of them make a run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// Asking for a key alone costs next to nothing.
pub(in crate::target::zitadel) const KEYS: usize = 5_000;
/// The server takes no longer value into a filter.
pub(in crate::target::zitadel) const LONGEST_VALUE: usize = 200;

/// Body of a filtered user list.
#[derive(Serialize)]
pub(in crate::target::zitadel) struct UserQuery<'a> {
    pub(in crate::target::zitadel) query: Part,
    pub(in crate::target::zitadel) queries: [Filter<'a>; 3],
}

/// Which part of the rows is wanted.
#[derive(Serialize)]
pub(in crate::target::zitadel) struct Part {
    pub(in crate::target::zitadel) limit: usize,
    pub(in crate::target::zitadel) asc: bool,
}

/// One condition on a user.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "these are the names of the API")]
pub(in crate::target::zitadel) enum Filter<'a> {
    OrganizationIdQuery { organization_id: &'a str },
    InUserIdsQuery { user_ids: Vec<&'a str> },
    OrQuery { queries: Vec<Filter<'a>> },
    AndQuery { queries: Vec<Filter<'a>> },
    MetadataKeyFilter { key: &'a str, method: &'static str },
    MetadataValueFilter { value: String, method: &'static str },
}

impl<'a> Filter<'a> {
    /// Holds this metadata key.
    pub(in crate::target::zitadel) fn key(key: &'a str) -> Self {
        Self::MetadataKeyFilter {
            key,
            method: "TEXT_FILTER_METHOD_EQUALS",
        }
    }

    /// Holds this value, under whatever key.
    pub(in crate::target::zitadel) fn any_value(value: &str) -> Self {
        Self::MetadataValueFilter {
            value: STANDARD.encode(value),
            method: "BYTE_FILTER_METHOD_EQUALS",
        }
    }

    /// This user holds this value under the key.
    pub(in crate::target::zitadel) fn value(user: &'a str, key: &'a str, value: &str) -> Self {
        let user_ids = vec![user];
        let held = [
            Self::InUserIdsQuery { user_ids },
            Self::key(key),
            Self::any_value(value),
        ];
        Self::AndQuery { queries: held.into() }
    }

    /// Holds this value under the key.
    pub(in crate::target::zitadel) fn shared_value(key: &'a str, value: &str) -> Self {
        Self::AndQuery {
            queries: vec![Self::key(key), Self::any_value(value)],
        }
    }
}
