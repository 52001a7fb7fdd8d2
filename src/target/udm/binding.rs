//! What is known of a UDM by its settings, without asking it.

use crate::config::UdmSettings;
use crate::model::Catalog;
use crate::target::{Facts, Objection, TargetName};

use super::rules::catalog;

/// The kind, as reports and files name it.
pub const KIND: &str = "udm";

/// What the target is called.
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

/// What a person reads for a key: `ou=people at https://ucs.example/univention/udm`.
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

/// What it can store.
pub fn catalog(settings: &UdmSettings) -> Catalog {
    catalog::catalog(settings)
}

/// An undo needs to know nothing that a plan is not bound to anyway.
pub(super) fn facts() -> Facts {
    Facts::new()
}

/// Nothing stands against an undo.
pub fn objection(_: &UdmSettings, _: &Facts) -> Option<Objection> {
    None
}
