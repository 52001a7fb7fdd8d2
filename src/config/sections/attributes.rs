//! The names of the attributes that sources may provide. They depend on the target, and on further attributes in the
//! configuration.

use super::{metadata, udm};
use crate::config::keys;
use crate::config::layers::Layers;

const OF_DIRECTORIES: &str = "sources.ldap.attributes.";
const OF_GROUPS: &str = "sources.ldap.groups.attributes.";

/// The attributes that the configuration names, valid or not, in their order.
pub(in crate::config) fn configured(layers: &Layers) -> Vec<&str> {
    if udm::is_target(layers) {
        udm::names(layers)
    } else {
        metadata::names(layers).collect()
    }
}

pub(in crate::config) fn all(layers: &Layers) -> Vec<&str> {
    let fixed = keys::texts_of_people().filter(|_| !udm::is_target(layers));
    fixed.chain(configured(layers)).collect()
}

/// The attributes that a directory must provide.
pub(in crate::config) fn required(layers: &Layers) -> &'static [&'static str] {
    if udm::is_target(layers) {
        udm::required()
    } else {
        &["first_name", "last_name", "email"]
    }
}

/// Returns whether the target may store several values of an attribute of people.
pub(in crate::config) fn may_have_several(layers: &Layers) -> bool {
    udm::is_target(layers)
}

/// The CSV column with the external id, if it is not the address of each person.
pub(in crate::config) fn id_column(layers: &Layers) -> Option<&str> {
    udm::key(layers).filter(|_| udm::is_target(layers))
}

/// The attributes of groups that a directory may provide; `None` if the target stores no groups.
pub(in crate::config) fn of_groups(layers: &Layers) -> Option<Vec<&str>> {
    udm::is_target(layers)
        .then(|| udm::names_of_groups(layers))
        .flatten()
}

/// The attributes that every group must have.
pub(in crate::config) fn required_of_groups() -> &'static [&'static str] {
    udm::required_of_groups()
}

/// Returns whether a path of the table of keys, such as `sources.ldap.attributes.department`, is an attribute that
/// the configuration names.
pub(in crate::config) fn is_configured(layers: &Layers, pattern: &str) -> bool {
    if let Some(name) = pattern.strip_prefix(OF_GROUPS) {
        return of_groups(layers).is_some_and(|names| names.contains(&name));
    }
    let name = pattern.strip_prefix(OF_DIRECTORIES);
    name.is_some_and(|name| {
        configured(layers)
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// Returns whether a path of the table of keys is an attribute of the other target.
pub(in crate::config) fn is_of_other_target(layers: &Layers, pattern: &str) -> bool {
    let name = pattern.strip_prefix(OF_DIRECTORIES);
    udm::is_target(layers)
        && name.is_some_and(|name| {
            keys::texts_of_people().any(|text| text == name) && !is_configured(layers, pattern)
        })
}

/// Hint about an attribute that the target does not have.
pub(in crate::config) fn how_to_name(layers: &Layers, name: &str) -> String {
    if udm::is_target(layers) {
        format!("a property of the target needs a place in `udm.users.properties`; add `{name}` there")
    } else {
        format!(
            "an attribute of your own needs a line in `zitadel.metadata_attributes`, such as `{name}: {name}`"
        )
    }
}
