//! Filters of the user list, written straight to JSON: a hundred thousand of them make a run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// Body of a filtered user list.
#[derive(Serialize)]
pub(super) struct UserQuery<'a> {
    pub(super) query: Part,
    pub(super) queries: [Filter<'a>; 3],
}

/// Which part of the rows is wanted.
#[derive(Serialize)]
pub(super) struct Part {
    pub(super) limit: usize,
    pub(super) asc: bool,
}

/// One condition on a user.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "these are the names of the API")]
pub(super) enum Filter<'a> {
    OrganizationIdQuery { organization_id: &'a str },
    InUserIdsQuery { user_ids: Vec<&'a str> },
    OrQuery { queries: Vec<Filter<'a>> },
    AndQuery { queries: Vec<Filter<'a>> },
    MetadataKeyFilter { key: &'a str, method: &'static str },
    MetadataValueFilter { value: String, method: &'static str },
}

impl<'a> Filter<'a> {
    /// Holds this metadata key.
    pub(super) fn key(key: &'a str) -> Self {
        Self::MetadataKeyFilter {
            key,
            method: "TEXT_FILTER_METHOD_EQUALS",
        }
    }

    /// Holds this value, under whatever key.
    pub(super) fn any_value(value: &str) -> Self {
        Self::MetadataValueFilter {
            value: STANDARD.encode(value),
            method: "BYTE_FILTER_METHOD_EQUALS",
        }
    }

    /// This user holds this value under the key.
    pub(super) fn value(user: &'a str, key: &'a str, value: &str) -> Self {
        let user_ids = vec![user];
        let held = [
            Self::InUserIdsQuery { user_ids },
            Self::key(key),
            Self::any_value(value),
        ];
        Self::AndQuery { queries: held.into() }
    }

    /// Holds this value under the key.
    pub(super) fn shared_value(key: &'a str, value: &str) -> Self {
        Self::AndQuery {
            queries: vec![Self::key(key), Self::any_value(value)],
        }
    }
}
