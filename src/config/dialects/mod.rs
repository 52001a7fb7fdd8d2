//! Files of the tools whose place this one takes: recognized by their top keys, and translated to our tree.
//!
//! famedly-sync's files have our tree under older names of sections, which [`famedly`] knows. Others are translated as a whole.

mod ad_connect;
pub(in crate::config) mod famedly;
mod names;
mod translation;
mod udm_connector;
mod variables;

use crate::config::document::yaml::{self, Node};
use crate::config::layers::environment::{Environment, Found};

pub(in crate::config) use self::names::Names;
pub(in crate::config) use self::translation::Translated;

/// Whose file it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::config) enum Dialect {
    /// Ours, or famedly-sync's.
    #[default]
    Own,
    /// Kopano ad-connect's.
    AdConnect,
    /// That of Univention's udm-directory-connector and nubus-directory-importer.
    UdmConnector,
}

/// Whose file this is.
pub(in crate::config) fn recognize(content: &Node) -> Dialect {
    if udm_connector::is_its(content) {
        Dialect::UdmConnector
    } else if ad_connect::is_its(content) {
        Dialect::AdConnect
    } else {
        Dialect::Own
    }
}

/// Translates a file that is not ours.
pub(in crate::config) fn translate(dialect: Dialect, text: &str, content: &Node) -> Option<Translated> {
    match dialect {
        Dialect::Own => None,
        Dialect::AdConnect => Some(ad_connect::translate(content)),
        // It was read once already, so it can be read.
        Dialect::UdmConnector => Some(udm_connector::translate(&yaml::parse_texts(text).ok()?)),
    }
}

/// The tool whose form a file has, if it is not ours.
pub(in crate::config) fn tool(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Own => None,
        Dialect::AdConnect => Some("ad-connect"),
        Dialect::UdmConnector => Some("udm-directory-connector"),
    }
}

/// Variables that only the tool with this file knows; ours are stronger.
pub(in crate::config) fn variables(dialect: Dialect, environment: &Environment) -> Found {
    match dialect {
        Dialect::Own => Found::default(),
        Dialect::AdConnect => ad_connect::variables(environment),
        Dialect::UdmConnector => udm_connector::variables(environment),
    }
}

/// A setting that takes actions away, and its value, as the file has them.
pub(in crate::config) fn setting(dialect: Dialect, ours: &str) -> String {
    match dialect {
        Dialect::AdConnect => ad_connect::setting(ours),
        Dialect::Own | Dialect::UdmConnector => ours.to_owned(),
    }
}
