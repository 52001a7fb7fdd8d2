//! What the program needs to know, checked and typed. Nothing else reads a file or the environment.

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

use crate::plan::{GuardLimits, Policy, Withholding};

pub use self::ldap::{
    ActiveRule, Entitlement, ExpectedReference, LdapActive, LdapAttribute, LdapAttributes,
    LdapAuthentication, LdapGroups, LdapSearch, LdapSettings, LdapTls, PassingState, SearchScope,
};
pub use self::notify::{NotifySettings, Occasion, WebhookSettings};
pub use self::providers::Providers;
pub(in crate::config) use self::providers::is_invisible;
pub use self::sources::{CsvSettings, SourceKind, SourceSettings, UktSettings};
pub use self::text_rule::{Case, Choice, TextOrigin, TextRule};
pub(in crate::config) use self::udm::USER_PROPERTIES;
pub use self::udm::{UdmObjects, UdmSettings, UdmTls};
pub use self::zitadel::{Credentials, Link, Localpart, MetadataCheck, ZitadelSettings};

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
    /// `notify.*`: where the result of a run is reported.
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
