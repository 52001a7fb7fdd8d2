//! A configuration, as text and as what it promises.

use std::fmt::Write as _;

use super::grace::Grace;
use super::random::Random;
use super::source::entries;
use super::source::groups::{EVERYBODYS, RoleSet, Roles};

/// The names that a configuration gives.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// `provider`
    pub given: Option<String>,
    /// `policy.retired_providers`
    pub retired: Vec<String>,
}

impl Names {
    pub(in crate::model) fn any(random: &mut Random) -> Self {
        let given = random.percent(35).then(|| "the house".to_owned());
        let retired = if random.percent(30) {
            vec!["csv:gone.csv".to_owned()]
        } else {
            Vec::new()
        };
        Self { given, retired }
    }

    /// The key at the top.
    pub(in crate::model) fn config(&self) -> String {
        let given = self.given.as_ref();
        given.map_or_else(String::new, |name| format!("provider: {name}\n"))
    }

    /// The key below `policy`.
    pub(in crate::model) fn config_of_policy(&self) -> String {
        format!("  retired_providers: {:?}\n", self.retired)
    }
}

/// What happens to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Keep,
    /// The person can no longer sign in.
    Deactivate,
    /// It is gone.
    Delete,
}

/// A limit of the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A share of the active managed accounts.
    Percent(usize),
    /// So many accounts.
    Count(usize),
    /// None.
    Off,
}

impl Limit {
    /// Whether so many changes are too many.
    pub fn forbids(self, count: usize, whole: usize) -> bool {
        match self {
            Self::Off => false,
            Self::Count(limit) => count > limit,
            Self::Percent(0) => count > 0,
            // One may always, be the share ever so little.
            Self::Percent(share) => count > 1 && count * 100 > whole * share,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Percent(share) => format!("{share}%"),
            Self::Count(count) => count.to_string(),
            Self::Off => "off".to_owned(),
        }
    }
}

/// A configuration.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub struct Settings {
    /// Files of people.
    pub files: usize,
    /// There is a list of leavers.
    pub list: bool,
    /// `policy.absent`
    pub absent: Fate,
    /// `policy.grace`
    pub grace: Option<Grace>,
    /// `policy.listed`
    pub listed: Fate,
    /// `policy.adopt`
    pub adopt: bool,
    /// `policy.create`
    pub create: bool,
    /// `policy.update`
    pub update: bool,
    /// Flag `sso_login`.
    pub sso: bool,
    /// `guard.max_removals`
    pub max_removals: Limit,
    /// `guard.max_logins_changed`
    pub max_logins_changed: Limit,
    /// `guard.max_adoptions_renaming`
    pub max_adoptions_renaming: Limit,
    /// `guard.max_changes`
    pub max_changes: Limit,
    /// `guard.allow_empty`
    pub allow_empty: bool,
    /// `guard.min_users`
    pub min_users: usize,
    /// `apply.concurrency.max`; with 1 a seed always tells the same story.
    pub side_by_side: usize,
    /// `guard.canaries`
    pub canary: Option<String>,
    /// `provider` and `policy.retired_providers`
    pub names: Names,
    /// Roles from groups; the first file is then a server.
    pub roles: Option<Roles>,
}

impl Settings {
    pub(crate) fn any(random: &mut Random) -> Self {
        Self {
            files: if random.percent(25) { 2 } else { 1 },
            list: random.percent(50),
            absent: *random.pick(&[
                Fate::Keep,
                Fate::Deactivate,
                Fate::Deactivate,
                Fate::Delete,
                Fate::Delete,
            ]),
            grace: None,
            listed: *random.pick(&[Fate::Delete, Fate::Deactivate]),
            adopt: random.percent(80),
            create: random.percent(95),
            update: random.percent(95),
            sso: random.percent(30),
            max_removals: *random.pick(&[
                Limit::Percent(10),
                Limit::Percent(50),
                Limit::Percent(100),
                Limit::Count(1),
                Limit::Count(3),
            ]),
            max_logins_changed: *random.pick(&[Limit::Percent(10), Limit::Percent(100), Limit::Count(1)]),
            // Without a draw of its own: the histories of earlier seeds stay what they were.
            max_adoptions_renaming: *random.clone().pick(&[
                Limit::Percent(0),
                Limit::Percent(10),
                Limit::Percent(100),
                Limit::Count(2),
            ]),
            max_changes: *random.pick(&[
                Limit::Off,
                Limit::Off,
                Limit::Off,
                Limit::Count(4),
                Limit::Percent(100),
            ]),
            allow_empty: random.percent(20),
            min_users: if random.percent(15) {
                random.between(1..=5)
            } else {
                0
            },
            side_by_side: *random.pick(&[1, 1, 1, 4]),
            canary: None,
            names: Names::default(),
            roles: None,
        }
    }

    /// The roles that are the tool's business.
    pub(crate) fn known_roles(&self) -> RoleSet {
        let roles = self.roles.as_ref().map(Roles::known);
        roles.unwrap_or_else(|| [EVERYBODYS].into())
    }

    /// Whether a role is taken from those who are not to hold it.
    pub(crate) fn owns(&self, role: &str) -> bool {
        self.roles
            .as_ref()
            .is_some_and(|roles| roles.owned.contains(role))
    }

    /// Everything of `config.yaml` but the target. Files are `FOLDER/users0.csv` and so on, and the first may be a server.
    pub fn config(&self, list_url: &str, token_url: &str, ldap_url: Option<&str>) -> String {
        let mut text = self.names.config();
        if self.sso {
            text.push_str("feature_flags: [sso_login]\n");
        }
        text.push_str("sources:\n");
        if let Some((url, roles)) = ldap_url.zip(self.roles.as_ref()) {
            let _ = write!(
                text,
                "  file0:\n    kind: ldap\n    url: {url}\n{}",
                entries::CONFIG
            );
            text.push_str(&roles.entitlements());
        }
        for file in usize::from(ldap_url.is_some())..self.files {
            let _ = write!(
                text,
                "  file{file}:\n    kind: csv\n    file_path: FOLDER/users{file}.csv\n"
            );
        }
        if self.list {
            let _ = write!(
                text,
                "  ukt:\n    endpoint_url: {list_url}\n    oauth2_url: {token_url}\n    client_id: sync\n    \
                 client_secret: 's&cret +%'\n    scope: openid read-maillist\n    grant_type: client_credentials\n"
            );
        }
        let _ = write!(
            text,
            "policy:\n  absent: {}\n  listed: {}\n  adopt: {}\n  create: {}\n  update: {}\n",
            format!("{:?}", self.absent).to_lowercase(),
            format!("{:?}", self.listed).to_lowercase(),
            self.adopt,
            self.create,
            self.update,
        );
        text.push_str(&self.grace.map(Grace::config).unwrap_or_default());
        text.push_str(&self.names.config_of_policy());
        let _ = write!(
            text,
            "guard:\n  max_removals: {}\n  max_logins_changed: {}\n  max_adoptions_renaming: {}\n  \
             max_changes: {}\n  allow_empty: {}\n",
            self.max_removals.text(),
            self.max_logins_changed.text(),
            self.max_adoptions_renaming.text(),
            self.max_changes.text(),
            self.allow_empty,
        );
        // A share of ten records says too little.
        text.push_str("  max_missing: 100%\n");
        if self.min_users > 0 {
            let _ = writeln!(text, "  min_users: {}", self.min_users);
        }
        if let Some(canary) = &self.canary {
            let _ = writeln!(text, "  canaries: ['{}']", canary.replace('\'', "''"));
        }
        let workers = self.side_by_side;
        let _ = write!(text, "apply:\n  concurrency:\n    max: {workers}\n");
        text
    }
}
