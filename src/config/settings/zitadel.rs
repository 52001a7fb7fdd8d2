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
    pub credentials: Credentials,
    /// The organization whose accounts are managed.
    pub organization_id: String,
    /// The project of the roles.
    pub project_id: String,
    /// The identity provider of links; always set with `sso_login`.
    pub idp_id: Option<String>,
    /// Key of the role that people get without a rule.
    pub role: String,
    /// Keys of the roles that `entitlements` of sources give, without `role`, sorted, each once.
    pub further_roles: Vec<String>,
    /// Keys of roles that are removed from people who are not to have them, sorted, each once.
    pub owned_roles: Vec<String>,
    /// Further attributes in metadata: their names, and the metadata keys.
    pub metadata_attributes: Vec<(String, String)>,
    /// Flag `sso_login`: new accounts get a link to the identity provider.
    pub sso_login: bool,
    /// Flag `verify_email`: Zitadel sends a code for a new address.
    pub verify_email: bool,
    /// Flag `verify_phone`: Zitadel sends a code for a new number.
    pub verify_phone: bool,
    /// How the `localpart` of new accounts is derived.
    pub localpart: Localpart,
    /// Which accounts get the link to the identity provider.
    pub link: Link,
    /// How the metadata of existing accounts is checked.
    pub metadata: MetadataCheck,
    /// `provider` is given: existing accounts of the people get its name too.
    pub claims_accounts: bool,
    /// Maximum wait for stale lists.
    pub lag_wait: Duration,
    /// Each sync records its result at the service account.
    pub heartbeat: bool,
    /// `policy.end_sessions`: the service account needs the permission.
    pub end_sessions: bool,
    /// Country of phone numbers without a country code, such as `DE`; Zitadel's default unless given.
    pub phone_region: Option<String>,
}

/// Exactly one of `zitadel.key_file`, `zitadel.token`, `zitadel.token_file`, and `zitadel.client_id` with its secret.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Service-account key file as downloaded from Zitadel.
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
    /// New and adopted accounts.
    New,
    /// Also existing accounts of people.
    Existing,
}

/// `zitadel.metadata`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataCheck {
    /// Values.
    Confirm,
    /// Only whether there is a value.
    Presence,
    /// Only what a removal or a reactivation depends on.
    Skip,
}
