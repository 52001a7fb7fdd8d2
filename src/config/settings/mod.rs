//! What the program needs to know, checked and typed. Nothing else reads a file or the environment.

mod ldap;
mod notify;
mod providers;
mod udm;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tracing::level_filters::LevelFilter;
use url::Url;

pub use self::ldap::{
    ActiveRule, Case, Choice, Entitlement, ExpectedReference, LdapActive, LdapAttribute, LdapAttributes,
    LdapAuthentication, LdapGroups, LdapSearch, LdapSettings, LdapTls, PassingState, SearchScope, TextOrigin,
    TextRule,
};
pub use self::notify::{NotifySettings, Occasion, WebhookSettings};
pub use self::providers::Providers;
pub(in crate::config) use self::providers::is_invisible;
pub(in crate::config) use self::udm::USER_PROPERTIES;
pub use self::udm::{UdmObjects, UdmSettings, UdmTls};
use crate::plan::{GuardLimits, Policy, Withholding};

/// A whole configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The least important events that are logged.
    pub log_level: LevelFilter,
    /// Flag `dry_run`: `sync` stops after the plan.
    pub dry_run: bool,
    /// The target; `None` if the command needs the sources alone, and what they may give does not depend on it.
    pub target: Option<TargetSettings>,
    /// `zitadel.role`: everybody's, of a source whose `entitlements` do not name it.
    pub role: String,
    /// The sources in order of their names.
    pub sources: Vec<SourceSettings>,
    /// What happens in which situation.
    pub policy: Policy,
    /// What of it is taken away. A run adds what the target, or `policy_file`, asks for.
    pub withholding: Withholding,
    /// What a run may not do.
    pub guard: GuardLimits,
    /// `policy_file`: what the administrator of this machine allows.
    pub policy_file: Option<PathBuf>,
    /// `zitadel.require_policy`: without limits at the target nothing is done.
    pub require_policy: bool,
    /// Under which names accounts are looked after.
    pub providers: Providers,
    /// How fast changes are applied.
    pub apply: ApplySettings,
    /// `lock.dir`; `None` is the temporary folder.
    pub lock_dir: Option<PathBuf>,
    /// What is printed of people.
    pub output: OutputSettings,
    /// `metrics.file`: where each run leaves its figures.
    pub metrics_file: Option<PathBuf>,
    /// Who is told how a run ended.
    pub notify: NotifySettings,
    /// When `run` starts a run.
    pub run: RunSettings,
    /// Things to say once logging is up: keys without effect, variables that disagree.
    pub notes: Vec<String>,
    /// Files that the configuration consists of or names, each with what it is, to follow "is".
    pub files: Vec<(String, PathBuf)>,
}

/// `output.*`
#[derive(Debug, Clone)]
pub struct OutputSettings {
    /// `output.names`: whether people are named; `None` is on a terminal alone.
    pub names: Option<bool>,
    /// Makes the hashes that stand for people who are not named.
    pub names_key: SecretString,
}

/// The target, by its kind.
#[derive(Debug, Clone)]
pub enum TargetSettings {
    /// `zitadel.*`
    Zitadel(ZitadelSettings),
    /// `udm.*`
    Udm(UdmSettings),
}

impl TargetSettings {
    /// Whether each sync leaves at the target how it ended.
    pub fn heartbeat(&self) -> bool {
        match self {
            Self::Zitadel(zitadel) => zitadel.heartbeat,
            Self::Udm(_) => false,
        }
    }

    /// Keys of the roles that people can get.
    pub fn given_roles(&self) -> Vec<String> {
        match self {
            Self::Zitadel(zitadel) => {
                let further = zitadel.further_roles.iter();
                [&zitadel.role].into_iter().chain(further).cloned().collect()
            }
            Self::Udm(_) => Vec::new(),
        }
    }

    /// Keys of all roles that are given or taken away; sorted, each once.
    pub fn known_roles(&self) -> Vec<String> {
        let mut roles = self.given_roles();
        roles.extend_from_slice(self.owned_roles());
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Keys of the roles that are taken away from whoever is not entitled.
    pub fn owned_roles(&self) -> &[String] {
        match self {
            Self::Zitadel(zitadel) => &zitadel.owned_roles,
            Self::Udm(_) => &[],
        }
    }
}

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
    /// How long to wait at the most for lists that are behind what was written.
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

/// One entry of `sources`.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// Its name, which implies the kind if it is one.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SourceKind,
}

/// Columns of a file whose people are known by `email`.
const CSV_COLUMNS: [&str; 6] = [
    "email",
    "first_name",
    "last_name",
    "phone",
    "localpart",
    "preferred_language",
];

impl SourceSettings {
    /// The attributes or the column of the source that an attribute of the target is made from; none: nothing of a record.
    pub fn made_from(&self, of_person: bool, attribute: &str) -> Vec<String> {
        match &self.kind {
            SourceKind::Ldap(ldap) => ldap.made_from(of_person, attribute),
            SourceKind::Csv(csv) => {
                let is_column = CSV_COLUMNS.contains(&attribute)
                    || csv.further_columns.iter().any(|name| name == attribute);
                is_column.then(|| attribute.to_owned()).into_iter().collect()
            }
            SourceKind::Ukt(_) => Vec::new(),
        }
    }
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
    /// The column of the external id; `None`: people are known by `email`, and the file has the columns of every such file.
    pub id_column: Option<String>,
    /// Columns that the file may have beside those that it must have: names of attributes.
    pub further_columns: Vec<String>,
    /// Between the values of a cell, in columns of attributes with several values; `None`: a cell is one value.
    pub list_separator: Option<String>,
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
    /// The whole read, with all its tries.
    pub deadline: Option<Duration>,
}

/// `run.*`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunSettings {
    /// The period of the timer; `None` is no timer.
    pub every: Option<Duration>,
    /// The start of the process is a trigger.
    pub at_start: bool,
    /// How often the target is asked for a command; `None` is never.
    pub poll: Option<Duration>,
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
