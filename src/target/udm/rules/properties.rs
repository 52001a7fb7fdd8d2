//! What is known of properties before the server is asked. Its templates have the last word.

use crate::model::Cardinality;

/// Properties with several values, of the templates of UCS 5.2.
const LISTS: [&str; 22] = [
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

/// When the server takes two values of a property for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::udm) enum Form {
    /// Letter case makes no difference; it is stored as it is sent.
    Text,
    /// It is stored in lower case.
    Mail,
    /// Blanks and hyphens make no difference either.
    Phone,
    /// A distinguished name.
    Dn,
    /// A picture, which comes back as another file.
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
    if LISTS.contains(&property) {
        Cardinality::Many
    } else {
        Cardinality::One
    }
}

/// Where the server lets only one object have a value, letter case aside.
pub(in crate::target::udm) fn space(property: &str) -> Option<&'static str> {
    match property {
        "username" | "name" => Some("name"),
        "mailPrimaryAddress" | "mailAddress" => Some("mail"),
        _ => None,
    }
}

/// Whether it holds members of a group.
pub(in crate::target::udm) fn is_of_members(property: &str) -> bool {
    ["users", "nestedGroup"].contains(&property)
}

/// The name that somebody meant, if one is near.
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
