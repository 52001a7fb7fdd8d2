//! Names and undo facts of a UDM, from the settings alone. Sends nothing to the server.

use crate::config::UdmSettings;
use crate::model::Catalog;
use crate::target::{Facts, Objection, TargetName};

use super::rules::catalog;

pub const KIND: &str = "udm";

pub fn name(settings: &UdmSettings) -> TargetName {
    let groups = settings.groups.as_ref().map_or("", |groups| &groups.ou);
    let key = format!("{} {} {groups}", settings.url, settings.users.ou);
    TargetName {
        kind: KIND,
        product: "UDM",
        title: title(&key),
        key,
    }
}

/// Title of a target for people: `ou=people at https://ucs.example/univention/udm`.
pub fn title(key: &str) -> String {
    let mut parts = key.splitn(3, ' ');
    let (url, users, groups) = (parts.next(), parts.next(), parts.next());
    let Some((url, users)) = url.zip(users) else {
        return key.to_owned();
    };
    let url = url.trim_end_matches('/');
    match groups.filter(|groups| !groups.is_empty() && *groups != users) {
        Some(groups) => format!("{users} and {groups} at {url}"),
        None => format!("{users} at {url}"),
    }
}

pub fn catalog(settings: &UdmSettings) -> Catalog {
    catalog::catalog(settings)
}

/// An undo needs no other facts than those that a plan is bound to anyway.
pub(super) fn facts() -> Facts {
    Facts::new()
}

/// An undo is always possible.
pub fn objection(_: &UdmSettings, _: &Facts) -> Option<Objection> {
    None
}
