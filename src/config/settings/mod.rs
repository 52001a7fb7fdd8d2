//! The typed and checked settings of the program. No other module reads the file or the environment.

mod id_keys;
mod ldap;
mod notify;
mod providers;
mod sources;
mod text_rule;
mod udm;
mod zitadel;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use tracing::level_filters::LevelFilter;

use super::dialects::Names as KeyNames;
use crate::plan::{GuardLimits, Policy, Withholding};

pub use self::id_keys::IdKeys;
pub use self::ldap::{
    ActiveRule, Entitlement, ExpectedReference, LdapActive, LdapAttribute, LdapAttributes,
    LdapAuthentication, LdapGroups, LdapSearch, LdapSettings, LdapTls, PassingState, SearchScope,
};
pub use self::notify::{NotifySettings, Occasion, WebhookSettings};
pub use self::providers::Providers;
pub(in crate::config) use self::providers::is_invisible;
pub use self::sources::{
    CsvSettings, REQUIRED_COLUMNS, SourceKind, SourceSettings, UktSettings, optional_columns,
};
pub use self::text_rule::{Case, Choice, TextOrigin, TextRule};
pub(in crate::config) use self::udm::USER_PROPERTIES;
pub use self::udm::{PropertyLocations, UdmObjects, UdmSettings, UdmTls};
pub use self::zitadel::{Credentials, Link, Localpart, MetadataCheck, ZitadelSettings};

#[derive(Debug, Clone)]
pub struct Settings {
    /// The lowest level that is logged.
    pub log_level: LevelFilter,
    /// Flag `dry_run`: `sync` stops after the plan.
    pub dry_run: bool,
    /// The target; `None` if the command only needs the sources, and their attributes do not depend on it.
    pub target: Option<TargetSettings>,
    /// `zitadel.role`: the role of all people of a source whose `entitlements` do not name it.
    pub role: String,
    /// The sources, sorted by name.
    pub sources: Vec<SourceSettings>,
    pub policy: Policy,
    /// Restrictions of the policy. A run adds those of the target and of `policy_file`.
    pub withholding: Withholding,
    /// Limits of a run.
    pub guard: GuardLimits,
    /// `policy_file`: limits that the administrator of this machine sets.
    pub policy_file: Option<PathBuf>,
    /// `zitadel.require_policy`: nothing is done without limits at the target.
    pub require_policy: bool,
    /// Provider names of this configuration.
    pub providers: Providers,
    /// How fast changes are applied.
    pub apply: ApplySettings,
    /// `lock.dir`; `None` is the temporary folder.
    pub lock_dir: Option<PathBuf>,
    /// How people are shown in output.
    pub output: OutputSettings,
    /// `metrics.file`: where each run writes its metrics.
    pub metrics_file: Option<PathBuf>,
    /// `notify.*`: where the result of a run is sent.
    pub notify: NotifySettings,
    /// When `run` starts a run.
    pub run: RunSettings,
    /// Where the external ids are configured.
    pub id_keys: IdKeys,
    /// Messages for the time when logging is set up: keys without effect, contradicting variables.
    pub notes: Vec<String>,
    /// The file's names for keys, if it is of another tool.
    pub key_names: KeyNames,
    /// Files of the configuration, and files that it names, each with a description to follow "is".
    pub files: Vec<(String, PathBuf)>,
}

/// `output.*`
#[derive(Debug, Clone)]
pub struct OutputSettings {
    /// `output.names`: whether people are named; `None` means only on a terminal.
    pub names: Option<bool>,
    /// Key of the hashes that replace names of people.
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
    /// Returns whether each sync records its result at the target.
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

    /// Keys of all roles that are added or removed, sorted, each once.
    pub fn known_roles(&self) -> Vec<String> {
        let mut roles = self.given_roles();
        roles.extend_from_slice(self.owned_roles());
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Keys of the roles that are removed from people who are not to have them.
    pub fn owned_roles(&self) -> &[String] {
        match self {
            Self::Zitadel(zitadel) => &zitadel.owned_roles,
            Self::Udm(_) => &[],
        }
    }
}

/// `run.*`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunSettings {
    /// The period of the timer; `None` means no timer.
    pub every: Option<Duration>,
    /// The start of the process triggers a run.
    pub at_start: bool,
    /// How often the target is asked for a command; `None` means never.
    pub poll: Option<Duration>,
}

/// `apply.*`
#[derive(Debug, Clone, Copy)]
pub struct ApplySettings {
    /// Minimum of parallel changes.
    pub concurrency_min: NonZeroUsize,
    /// Maximum of parallel changes.
    pub concurrency_max: NonZeroUsize,
    /// Requests per second, over the whole run.
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
