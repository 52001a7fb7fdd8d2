//! Default lists of the connectors.

pub(super) const USER_ATTRIBUTES: [&str; 11] = [
    "objectGUID",
    "entryUUID",
    "userPrincipalName",
    "cn",
    "givenName",
    "sn",
    "mail",
    "telephoneNumber",
    "mobile",
    "memberOf",
    "proxyAddresses",
];

pub(super) const GROUP_ATTRIBUTES: [&str; 4] = ["objectGUID", "entryUUID", "cn", "member"];

pub(super) const GROUP_PROPERTIES: [&str; 5] = [
    "name",
    "description",
    "users",
    "nestedGroup",
    "univentionObjectIdentifier",
];

/// Default of `sanitizer`.
pub(super) const SANITIZERS: [(&str, &str); 8] = [
    ("objectGUID", "guid_to_uuid"),
    ("telephoneNumber", "phone"),
    ("mobile", "phone"),
    ("mobileTelephoneNumber", "phone"),
    ("homePhone", "phone"),
    ("homeTelephoneNumber", "phone"),
    ("facsimileTelephoneNumber", "phone"),
    ("fax", "phone"),
];
