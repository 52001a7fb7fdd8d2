//! The settings of the target Zitadel.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// `zitadel.*`
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key or a flag of its own in the configuration"
)]
pub struct ZitadelSettings {
    /// Base address; `http` or `https`, no path.
    pub url: Url,
    /// How the tool proves who it is.
    pub credentials: Credentials,
    /// The organization whose accounts are managed.
    pub organization_id: String,
    /// The project on which the role is granted.
    pub project_id: String,
    /// The identity provider of links; there whenever `sso_login` is set.
    pub idp_id: Option<String>,
    /// Key of the role that people get without being named by a rule.
    pub role: String,
    /// Keys of the roles that `entitlements` of sources give, without `role`; sorted, each once.
    pub further_roles: Vec<String>,
    /// Keys of roles that are taken away from whoever is not entitled; sorted, each once.
    pub owned_roles: Vec<String>,
    /// Further attributes, which are kept in metadata: their names, and the keys of the entries.
    pub metadata_attributes: Vec<(String, String)>,
    /// Flag `sso_login`: new accounts get a link to the identity provider.
    pub sso_login: bool,
    /// Flag `verify_email`: Zitadel sends a code for a new address.
    pub verify_email: bool,
    /// Flag `verify_phone`: Zitadel sends a code for a new number.
    pub verify_phone: bool,
    /// How the `localpart` of new accounts is made.
    pub localpart: Localpart,
    /// Which accounts get the link to the identity provider.
    pub link: Link,
    /// What is looked at of the metadata of accounts that exist.
    pub metadata: MetadataCheck,
    /// `provider` is given: accounts that people have already are looked after under its name too.
    pub claims_accounts: bool,
    /// The longest wait for lists that do not show all writes yet.
    pub lag_wait: Duration,
    /// Each sync writes at the service account how it ended.
    pub heartbeat: bool,
    /// `policy.end_sessions`: the service account needs the right.
    pub end_sessions: bool,
    /// The country of phone numbers without a country code, such as `DE`; as Zitadel has it unless given.
    pub phone_region: Option<String>,
}

/// Exactly one of `zitadel.key_file`, `zitadel.token`, `zitadel.token_file`, and `zitadel.client_id` with its secret.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Service-account key file as Zitadel offers it for download.
    KeyFile(PathBuf),
    /// Personal access token.
    Token(SecretString),
    /// Client credentials: user name and client secret of the service account.
    Client {
        /// `zitadel.client_id`
        id: String,
        /// `zitadel.client_secret`
        secret: SecretString,
    },
}

/// `zitadel.localpart`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Localpart {
    /// `UUIDv5` of the external id's bytes.
    Uuid,
    /// The external id's text.
    Plain,
}

/// `zitadel.link`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Those that are made, and those that become a person's.
    New,
    /// Also those that people have already.
    Existing,
}

/// `zitadel.metadata`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataCheck {
    /// Values.
    Confirm,
    /// Whether there is a value.
    Presence,
    /// Nothing but what a removal or a reactivation depends on.
    Skip,
}
