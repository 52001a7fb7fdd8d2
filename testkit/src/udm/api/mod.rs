//! The API: what each address does.

mod asked;
mod auth;
mod body;
mod filter;
mod links;
mod object;
mod pages;
mod routes;
mod search;
mod write;

use std::fmt::Write as _;

use super::answer::Incoming;
use super::options::Options;

pub(crate) use routes::{Route, first_step, route, second_step};
pub(crate) use write::{Step, drafted, remove};

/// Names and titles of modules and types (recorded: links/index).
const MODULES: &str = include_str!("modules.txt");

/// A request with its addresses.
pub(crate) struct Call<'a> {
    pub(crate) incoming: &'a Incoming,
    /// Address of `/udm/`.
    pub(crate) root: String,
    /// Address of the request without the query, escaped anew.
    pub(crate) address: String,
    /// Names and values of the query in order.
    pub(crate) query: Vec<(String, String)>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(incoming: &'a Incoming, options: &Options) -> Self {
        let host = incoming.header("host").unwrap_or("localhost");
        let path: Vec<String> = incoming
            .path
            .split('/')
            .map(|segment| quote(&decoded(segment)))
            .collect();
        Self {
            incoming,
            root: format!("http://{host}{}/udm/", options.path_prefix),
            address: format!("http://{host}{}", path.join("/")),
            query: crate::zitadel::form(&incoming.query),
        }
    }

    /// All values of a name in the query.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let values = self.query.iter().filter(|(key, _)| key == name);
        values.map(|(_, value)| value.clone()).collect()
    }

    /// The first value of a name in the query.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let value = self.query.iter().find(|(key, _)| key == name);
        value.map(|(_, value)| value.as_str())
    }

    /// Address of an object.
    pub(crate) fn object(&self, kind: super::Kind, dn: &str) -> String {
        format!("{}{}/{}", self.root, kind.path(), quote(dn))
    }
}

/// Percent-encodes everything but letters, digits and `_.-~` (recorded: group-create/name with apostrophe).
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) {
            quoted.push(char::from(byte));
        } else {
            let _ = write!(quoted, "%{byte:02X}");
        }
    }
    quoted
}

/// A segment of a path without its escapes.
pub(crate) fn decoded(segment: &str) -> String {
    crate::zitadel::decode(segment, crate::zitadel::Plus::Literal)
}
