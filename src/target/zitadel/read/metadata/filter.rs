//! Filters of the user list, serialized directly to JSON, because a run can use a hundred thousand of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// A filter by key alone is cheap.
pub(in crate::target::zitadel) const KEYS: usize = 5_000;
/// The server accepts no longer value in a filter.
pub(in crate::target::zitadel) const LONGEST_VALUE: usize = 200;

/// Body of a filtered user list.
#[derive(Serialize)]
pub(in crate::target::zitadel) struct UserQuery<'a> {
    query: Part,
    queries: [Filter<'a>; 3],
}

/// The requested rows.
#[derive(Serialize)]
struct Part {
    limit: usize,
    asc: bool,
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

impl<'a> UserQuery<'a> {
    /// The first users of an organization that meet both conditions.
    pub(in crate::target::zitadel) fn of(
        organization_id: &'a str,
        limit: usize,
        filters: [Filter<'a>; 2],
    ) -> Self {
        let [first, second] = filters;
        Self {
            query: Part { limit, asc: true },
            queries: [Filter::OrganizationIdQuery { organization_id }, first, second],
        }
    }
}

impl<'a> Filter<'a> {
    /// Has this metadata key.
    pub(in crate::target::zitadel) fn key(key: &'a str) -> Self {
        Self::MetadataKeyFilter {
            key,
            method: "TEXT_FILTER_METHOD_EQUALS",
        }
    }

    /// Has this value under any key.
    pub(in crate::target::zitadel) fn any_value(value: &str) -> Self {
        Self::MetadataValueFilter {
            value: STANDARD.encode(value),
            method: "BYTE_FILTER_METHOD_EQUALS",
        }
    }

    /// This user has this value under the key.
    pub(in crate::target::zitadel) fn value(user: &'a str, key: &'a str, value: &str) -> Self {
        let user_ids = vec![user];
        let stored = [
            Self::InUserIdsQuery { user_ids },
            Self::key(key),
            Self::any_value(value),
        ];
        Self::AndQuery {
            queries: stored.into(),
        }
    }

    /// Has this value under the key.
    pub(in crate::target::zitadel) fn shared_value(key: &'a str, value: &str) -> Self {
        Self::AndQuery {
            queries: vec![Self::key(key), Self::any_value(value)],
        }
    }
}
