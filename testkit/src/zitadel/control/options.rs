//! How a double is set up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The server generation to imitate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Version {
    /// 2.64 (October 2024), from the source, never compared with a running one: no metadata filters, no
    /// `inUserIdsQuery` for grants, no v2 metadata, no `POST /v2/users/new`, no PATCH, no Connect; pages are cut
    /// before the permission check; list items have no creation date.
    V2_64,
    /// 4.2 (September 2025): like `V4`, but `totalResult` of the users list counts one per metadata entry.
    V4_2,
    /// The recorded one (commit 15e8907 of December 2025).
    V4,
}

/// In which order rows come where the server promises none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unordered {
    /// The newest first.
    NewestFirst,
    /// Another order with every request, the worst that the server's contract allows.
    Shuffled,
}

/// How a double is set up; start from `Options::default()`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// The TCP port on 127.0.0.1, 0 for any free one.
    pub port: u16,
    /// The server generation to imitate.
    pub version: Version,
    /// Host names that the instance answers to; others get 404. The first one is used in the URL.
    pub domains: Vec<String>,
    /// Name of the organization that is synced; its domain is derived from it.
    pub organization: String,
    /// Name of the project that roles are granted on.
    pub project: String,
    /// Keys of its roles.
    pub roles: Vec<String>,
    /// How long an access token lives.
    pub token_lifetime: Duration,
    /// Order of rows without an order: grant searches, equal sort keys.
    pub unordered: Unordered,
    /// Largest reply of the REST gateway in protobuf bytes; 4 MiB like the real one.
    pub reply_cap: usize,
    /// User names are unique per organization instead of in the whole instance.
    pub user_names_per_organization: bool,
    /// The instance believes to be reached by https (`ExternalSecure`): the audience must say so.
    pub external_secure: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            version: Version::V4,
            domains: vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
            organization: "Example Org".to_owned(),
            project: "Messenger".to_owned(),
            roles: vec!["Admin".to_owned(), "User".to_owned()],
            token_lifetime: Duration::from_secs(12 * 60 * 60),
            unordered: Unordered::NewestFirst,
            reply_cap: crate::zitadel::protocol::writer::REPLY_CAP,
            user_names_per_organization: false,
            external_secure: false,
        }
    }
}
