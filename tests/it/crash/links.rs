//! Links of people to the identity provider.

use super::work::Work;

/// Provider, id and name there of each link that an account has before.
pub(super) fn links(work: Work, email: &str, provider: &str) -> Vec<(String, String, String)> {
    let id = match work {
        Work::Adopt | Work::Link => return Vec::new(),
        Work::Relink => former(email),
        _ => email.to_owned(),
    };
    vec![(provider.to_owned(), id, email.to_owned())]
}

pub(super) fn former(email: &str) -> String {
    format!("former.{email}")
}
