//! What is known of properties without asking the server. Its templates take precedence.

use crate::model::Cardinality;

/// Properties with several values in the templates of UCS 5.2. A server may have others.
const MULTI_VALUED: [&str; 22] = [
    "allowedEmailGroups",
    "allowedEmailUsers",
    "departmentNumber",
    "e-mail",
    "guardianInheritedRoles",
    "guardianMemberRoles",
    "guardianRoles",
    "homePostalAddress",
    "homeTelephoneNumber",
    "hosts",
    "mailAlternativeAddress",
    "mailForwardAddress",
    "mobileTelephoneNumber",
    "nestedGroup",
    "objectFlag",
    "pagerTelephoneNumber",
    "phone",
    "postOfficeBox",
    "roomNumber",
    "sambaPrivileges",
    "sambaUserWorkstations",
    "secretary",
];

/// Only accepts UUIDs. They are unique among objects of all types, and can never be changed.
pub(in crate::target::udm) const IDENTIFIER: &str = "univentionObjectIdentifier";

/// When the server considers two values equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::udm) enum Form {
    /// Ignores letter case. Stored as sent.
    Text,
    /// Stored in lower case.
    Mail,
    /// Also ignores blanks and hyphens.
    Phone,
    Dn,
    /// An image, which is returned as another file.
    Photo,
    /// A table of texts.
    Address,
}

pub(in crate::target::udm) fn form(property: &str) -> Form {
    match property {
        "mailPrimaryAddress" => Form::Mail,
        "phone" | "homeTelephoneNumber" | "mobileTelephoneNumber" | "pagerTelephoneNumber" => Form::Phone,
        "secretary" | "allowedEmailUsers" | "allowedEmailGroups" | "hosts" | "primaryGroup" => Form::Dn,
        "jpegPhoto" => Form::Photo,
        "homePostalAddress" => Form::Address,
        _ => Form::Text,
    }
}

pub(in crate::target::udm) fn cardinality(property: &str) -> Cardinality {
    if MULTI_VALUED.contains(&property) {
        Cardinality::Many
    } else {
        Cardinality::One
    }
}

/// The namespace in which a value must be unique, ignoring letter case.
pub(in crate::target::udm) fn space(property: &str) -> Option<&'static str> {
    match property {
        "username" | "name" => Some("name"),
        "mailPrimaryAddress" | "mailAddress" => Some("mail"),
        IDENTIFIER => Some("identifier"),
        _ => None,
    }
}

/// Returns whether the property contains members of a group.
pub(in crate::target::udm) fn is_of_members(property: &str) -> bool {
    ["users", "nestedGroup"].contains(&property)
}

/// A similar property name, for a message about an unknown one.
pub(in crate::target::udm) fn similar<'a>(
    given: &str,
    names: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    const NEAR: f64 = 0.8;
    let given = given.to_lowercase();
    let likeness = |name: &&str| strsim::jaro_winkler(&given, &name.to_lowercase());
    let best = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= NEAR).then_some(best)
}
