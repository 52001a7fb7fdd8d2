//! Configuration files of other tools: recognized by their top-level keys, and converted to our tree.
//!
//! famedly-sync's files have our tree with older names of sections (`config/keys/aliases.rs`). Other files are converted
//! completely.

mod ad_connect;
mod translation;
mod udm_connector;
mod variables;

use crate::config::document::yaml::{self, Node};
use crate::config::environment::{Environment, FoundVariables};

pub(in crate::config) use self::translation::Translated;
pub use super::key_names::Names;

/// The tool that a file belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::config) enum Dialect {
    /// Ours, or famedly-sync's.
    #[default]
    Own,
    AdConnect,
    /// Univention's udm-directory-connector or nubus-directory-importer.
    UdmConnector,
}

pub(in crate::config) fn recognize(content: &Node) -> Dialect {
    if udm_connector::is_its(content) {
        Dialect::UdmConnector
    } else if ad_connect::is_its(content) {
        Dialect::AdConnect
    } else {
        Dialect::Own
    }
}

/// Converts a file of another tool.
pub(in crate::config) fn translate(dialect: Dialect, text: &str, content: &Node) -> Option<Translated> {
    match dialect {
        Dialect::Own => None,
        Dialect::AdConnect => Some(ad_connect::translate(content)),
        // It has been parsed before, so this succeeds.
        Dialect::UdmConnector => Some(udm_connector::translate(&yaml::parse_texts(text).ok()?)),
    }
}

pub use self::udm_connector::repeats;

/// The name of the other tool, if any.
pub(in crate::config) fn tool(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Own => None,
        Dialect::AdConnect => Some("ad-connect"),
        Dialect::UdmConnector => Some("udm-directory-connector"),
    }
}

/// Variables of this tool. Ours take precedence.
pub(in crate::config) fn variables(dialect: Dialect, environment: &Environment) -> FoundVariables {
    match dialect {
        Dialect::Own => FoundVariables::default(),
        Dialect::AdConnect => ad_connect::variables(environment),
        Dialect::UdmConnector => udm_connector::variables(environment),
    }
}

/// What to do about a missing secret, with this tool's names.
pub(in crate::config) fn hint_for_secret(dialect: Dialect, ours: &str) -> Option<&'static str> {
    match dialect {
        Dialect::UdmConnector => udm_connector::hint_for_secret(ours),
        Dialect::Own | Dialect::AdConnect => None,
    }
}

/// A restricting setting and its value, as in the file.
pub(in crate::config) fn setting(dialect: Dialect, ours: &str) -> String {
    match dialect {
        Dialect::AdConnect => ad_connect::setting(ours),
        Dialect::Own | Dialect::UdmConnector => ours.to_owned(),
    }
}
