//! What the program needs to know, checked and typed. Nothing else reads a file or the environment.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use secrecy::SecretString;
use tracing::level_filters::LevelFilter;
use url::Url;

use super::expression::Expression;
use super::template::Template;
use crate::plan::{GuardLimits, Policy};

/// A whole configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The least important events that are logged.
    pub log_level: LevelFilter,
    /// Flag `dry_run`: `sync` stops after the plan.
    pub dry_run: bool,
    /// The target; `None` if, and only if, the command needs the sources alone.
    pub zitadel: Option<ZitadelSettings>,
    /// `zitadel.role`: everybody's, of a source whose `entitlements` do not name it.
    pub role: String,
    /// The sources in order of their names.
    pub sources: Vec<SourceSettings>,
    /// What happens in which situation.
    pub policy: Policy,
    /// What a run may not do.
    pub guard: GuardLimits,
    /// How fast changes are applied.
    pub apply: ApplySettings,
    /// `lock.dir`; `None` is the temporary folder.
    pub lock_dir: Option<PathBuf>,
    /// Things to say once logging is up: keys without effect, variables that disagree.
    pub notes: Vec<String>,
}

/// `zitadel.*`
#[derive(Debug, Clone)]
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
    /// How long to wait at the most for lists that are behind what was written.
    pub lag_wait: Duration,
}

/// Exactly one of `zitadel.key_file`, `zitadel.token`, `zitadel.token_file`.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Service-account key file as Zitadel offers it for download.
    KeyFile(PathBuf),
    /// Personal access token.
    Token(SecretString),
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

/// One entry of `sources`.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// Its name, which implies the kind if it is one.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SourceKind,
}

/// What a source is.
#[derive(Debug, Clone)]
pub enum SourceKind {
    /// A directory.
    Ldap(Box<LdapSettings>),
    /// A file.
    Csv(CsvSettings),
    /// A list of leavers.
    Ukt(Box<UktSettings>),
}

impl SourceKind {
    /// `ldap`, `csv` or `ukt`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::Csv(_) => "csv",
            Self::Ukt(_) => "ukt",
        }
    }
}

/// `sources.NAME.*` of a CSV source.
#[derive(Debug, Clone)]
pub struct CsvSettings {
    /// The file, relative to the working directory.
    pub file_path: PathBuf,
}

/// `sources.NAME.*` of a UKT source.
#[derive(Debug, Clone)]
pub struct UktSettings {
    /// Address of the list.
    pub endpoint_url: Url,
    /// Address of the token endpoint.
    pub oauth2_url: Url,
    /// Sent as it is.
    pub client_id: String,
    /// Sent as it is.
    pub client_secret: SecretString,
    /// Sent as it is.
    pub scope: String,
    /// Sent as it is; normally `client_credentials`.
    pub grant_type: String,
    /// Connect, and silence of the server.
    pub timeout: Duration,
}

/// `sources.NAME.*` of an LDAP source.
#[derive(Debug, Clone)]
pub struct LdapSettings {
    /// Servers in the order in which they are tried; `ldap`, `ldaps` or `ldapi`.
    pub urls: Vec<Url>,
    /// Search base; the whole subtree is read.
    pub base_dn: String,
    /// Simple bind; both empty is anonymous.
    pub bind_dn: String,
    /// Simple bind; both empty is anonymous.
    pub bind_password: SecretString,
    /// SASL EXTERNAL in place of a simple bind: the client certificate, or the user of the process on `ldapi`.
    pub bind_external: bool,
    /// Which entries are people. Its syntax was checked.
    pub user_filter: String,
    /// Connect, bind, and silence between entries; never the whole read.
    pub timeout: Duration,
    /// Connecting to one server; `None` is `timeout`, but not for long while there is another server.
    pub connect_timeout: Option<Duration>,
    /// The whole read; `None` is no limit.
    pub deadline: Option<Duration>,
    /// Entries a page; `None` turns paging off.
    pub page_size: Option<NonZeroU32>,
    /// Ask for the mapped attributes only; otherwise for all user attributes.
    pub use_attribute_filter: bool,
    /// Which attribute holds what.
    pub attributes: LdapAttributes,
    /// Roles for members of groups. A role that they do not name is everybody's, if it is `zitadel.role`.
    pub entitlements: Vec<Entitlement>,
    /// Encryption and trust.
    pub tls: LdapTls,
}

/// `sources.NAME.attributes.*`
#[derive(Debug, Clone)]
pub struct LdapAttributes {
    /// Required of every entry.
    pub first_name: LdapText,
    /// Required of every entry.
    pub last_name: LdapText,
    /// Required of every entry.
    pub email: LdapText,
    /// A missing value is fine.
    pub preferred_username: Option<LdapText>,
    /// A missing value is fine.
    pub phone: Option<LdapText>,
    /// The external id; required of every entry.
    pub user_id: LdapAttribute,
    /// Whether the person is enabled.
    pub active: LdapActive,
    /// Only asked for.
    pub last_modified: Option<LdapAttribute>,
}

/// One attribute, by name or as `{name, is_binary}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdapAttribute {
    /// Its name, in any letter case.
    pub name: String,
    /// The value is bytes.
    pub is_binary: bool,
}

/// One of `sources.NAME.entitlements`: a role for the members of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Its key.
    pub role: String,
    /// Distinguished names; at least one.
    pub groups: Vec<String>,
    /// Members of groups that are members count too.
    pub nested: bool,
    /// A group in which no member can be seen is empty, not unreadable.
    pub allow_empty: bool,
}

/// Who is enabled: `attributes.status` with `disable_bitmasks`, or `active` in their place.
#[derive(Debug, Clone)]
pub enum LdapActive {
    /// One attribute, required of every entry.
    Status {
        /// Its name.
        attribute: LdapAttribute,
        /// Bits that mean disabled, combined by OR; 0: the value is `TRUE` or `FALSE`.
        disable_mask: i32,
    },
    /// All of them hold for whoever is enabled; at least one.
    Rules(Vec<ActiveRule>),
}

/// One of `sources.NAME.active`.
#[derive(Debug, Clone)]
pub enum ActiveRule {
    /// Bit 2 of `userAccountControl` is not set.
    UserAccountControl,
    /// `accountExpires` lies ahead, or is never.
    AccountExpires,
    /// No lockout (bit 16) in `msDS-User-Account-Control-Computed`.
    ComputedControl,
    /// `nsAccountLock` is not `true`.
    NsAccountLock,
    /// There is no `pwdAccountLockedTime`.
    PwdAccountLockedTime,
    /// `shadowExpire` lies ahead, or is never.
    ShadowExpire,
    /// The entry matches.
    Filter(Expression),
}

/// How a text about a person is made from an entry.
#[derive(Debug, Clone)]
pub struct LdapText {
    /// Where it comes from.
    pub from: LdapFrom,
    /// Which of several values of an attribute is used.
    pub choice: Choice,
    /// Values that do not match do not count.
    pub matching: Option<Regex>,
    /// Letter case of the result.
    pub case: Option<Case>,
    /// The result is put into Unicode's form NFC.
    pub nfc: bool,
}

impl From<LdapAttribute> for LdapText {
    /// The contract's form: the first value of one attribute, as it is.
    fn from(attribute: LdapAttribute) -> Self {
        Self {
            from: LdapFrom::Attributes(vec![attribute.name]),
            choice: Choice::First,
            matching: None,
            case: None,
            nfc: false,
        }
    }
}

/// Where a text comes from.
#[derive(Debug, Clone)]
pub enum LdapFrom {
    /// The first of these attributes that is not empty; at least one.
    Attributes(Vec<String>),
    /// The same for everybody.
    Constant(String),
    /// Put together from attributes.
    Template(Template),
}

/// Which of several values of an attribute is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The one that the server sends first.
    First,
    /// There may be no more than one.
    Only,
    /// The first in the order of bytes.
    FirstSorted,
}

/// Letter case of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named for what it does")]
pub enum Case {
    Lower,
    Upper,
}

/// `sources.NAME.tls.*`
#[derive(Debug, Clone, Default)]
pub struct LdapTls {
    /// Client key, PEM.
    pub client_key: Option<PathBuf>,
    /// Client certificate, PEM.
    pub client_certificate: Option<PathBuf>,
    /// Trusted CAs, PEM, added to the system's.
    pub server_certificate: Option<PathBuf>,
    /// Any certificate is accepted.
    pub danger_disable_tls_verify: bool,
    /// `StartTLS` on an `ldap` URL.
    pub danger_use_start_tls: bool,
}

/// `apply.*`
#[derive(Debug, Clone, Copy)]
pub struct ApplySettings {
    /// Changes at once, at the least.
    pub concurrency_min: NonZeroUsize,
    /// Changes at once, at the most.
    pub concurrency_max: NonZeroUsize,
    /// Requests a second, over the whole run.
    pub rate_limit: Option<NonZeroU32>,
    /// How long changes may be started.
    pub deadline: Option<Duration>,
}

impl Default for ApplySettings {
    fn default() -> Self {
        Self {
            concurrency_min: NonZeroUsize::MIN,
            concurrency_max: NonZeroUsize::new(8).unwrap_or(NonZeroUsize::MIN),
            rate_limit: None,
            deadline: None,
        }
    }
}
