//! Settings of Univention's UDM REST API.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::config::error::Origin;

/// `udm.*`
#[derive(Debug, Clone)]
pub struct UdmSettings {
    /// Address of the service, to which `users/user/` is appended, with a trailing slash.
    pub url: Url,
    /// Name of the account that the tool signs in with.
    pub user: String,
    pub password: SecretString,
    pub tls: UdmTls,
    /// Only connecting.
    pub connect_timeout: Duration,
    /// Silence of the server.
    pub read_timeout: Duration,
    /// Container and managed properties of users.
    pub users: UdmObjects,
    /// The same for groups; `None` if groups are not managed.
    pub groups: Option<UdmObjects>,
    /// Where properties are named.
    pub property_locations: PropertyLocations,
    /// Sources provide external ids as the bytes of a GUID, which UDM stores as text.
    pub binary_ids: bool,
}

/// Where each property is named, by section (`udm.users`) and property. Properties of a default list are not named.
pub type PropertyLocations = BTreeMap<(&'static str, String), Origin>;

/// `udm.tls.*`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UdmTls {
    /// Trusted CAs, PEM, added to the system's.
    pub server_certificate: Option<PathBuf>,
    /// Any certificate is accepted.
    pub danger_disable_tls_verify: bool,
}

/// `udm.users.*` and `udm.groups.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdmObjects {
    /// The container, relative to the base of the directory: `ou=people,ou=sync`.
    pub ou: String,
    /// The property with the external id; one of `properties`.
    pub key: String,
    /// Properties that are synchronized, in the order of the configuration, each once.
    pub properties: Vec<String>,
    /// The property for absence markers and deactivation marks; not one of `properties`.
    pub marker_property: Option<String>,
}

/// Default for the synchronized properties of users: the list of the connectors that this tool replaces.
pub(in crate::config) const USER_PROPERTIES: [&str; 28] = [
    "city",
    "country",
    "departmentNumber",
    "description",
    "e-mail",
    "employeeNumber",
    "employeeType",
    "firstname",
    "homePostalAddress",
    "homeTelephoneNumber",
    "initials",
    "jpegPhoto",
    "lastname",
    "mailPrimaryAddress",
    "mobileTelephoneNumber",
    "organisation",
    "phone",
    "physicalDeliveryOfficeName",
    "postOfficeBox",
    "postcode",
    "preferredDeliveryMethod",
    "preferredLanguage",
    "roomNumber",
    "secretary",
    "street",
    "title",
    "univentionObjectIdentifier",
    "username",
];
