//! What the program needs to know about Univention's UDM REST API.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// `udm.*`
#[derive(Debug, Clone)]
pub struct UdmSettings {
    /// Address of the service, to which `users/user/` is added; with a slash at its end.
    pub url: Url,
    /// Name of the account that the tool signs in as.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// Whom to trust.
    pub tls: UdmTls,
    /// Connecting alone.
    pub connect_timeout: Duration,
    /// Silence of the server.
    pub read_timeout: Duration,
    /// Where users are, and what is kept equal of them.
    pub users: UdmObjects,
    /// The same of groups; `None`: groups are left alone.
    pub groups: Option<UdmObjects>,
    /// Sources give external ids as the bytes of a GUID, which UDM stores as text.
    pub binary_ids: bool,
}

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
    /// The property that holds the external id; one of `properties`.
    pub key: String,
    /// Properties that are kept equal to the sources, in the order of the configuration; each once.
    pub properties: Vec<String>,
    /// The property in which absences and deactivations are noted; none of `properties`.
    pub marker_property: Option<String>,
}

/// What is kept equal of users unless the configuration says otherwise: the list of the connectors that this tool replaces.
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
