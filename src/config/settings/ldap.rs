//! What the program needs to know about a directory.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::text_rule::{Choice, TextOrigin, TextRule};
use crate::config::syntax::dn::Dn;
use crate::config::syntax::expression::Expression;
use crate::transform::{Pattern, Transformation};

/// `sources.NAME.*` of an LDAP source.
#[derive(Debug, Clone)]
pub struct LdapSettings {
    /// Servers in the order in which they are tried; `ldap`, `ldaps` or `ldapi`.
    pub urls: Vec<Url>,
    /// Search base.
    pub base_dn: String,
    /// Simple bind; both empty is anonymous.
    pub bind_dn: String,
    /// Simple bind; both empty is anonymous.
    pub bind_password: SecretString,
    /// SASL EXTERNAL in place of a simple bind: the client certificate, or the user of the process on `ldapi`.
    pub bind_external: bool,
    /// Which entries are people. Its syntax was checked.
    pub user_filter: String,
    /// How far the search goes, and what of the entries counts.
    pub search: LdapSearch,
    /// How entries are changed before anything is made of them.
    pub transform: Option<Transformation>,
    /// How one person is found by the name that they log in with.
    pub authentication: LdapAuthentication,
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
    /// Groups that the target is to have; `None`: none are read.
    pub groups: Option<LdapGroups>,
    /// What somebody is who is in a state that passes by itself.
    pub passing: PassingState,
    /// References to other servers that are known and hide nobody.
    pub expected_references: Vec<ExpectedReference>,
    /// Encryption and trust.
    pub tls: LdapTls,
}

impl LdapSettings {
    /// The attributes of an entry that an attribute of the target is made from.
    pub(super) fn made_from(&self, of_person: bool, attribute: &str) -> Vec<String> {
        let texts = match &self.groups {
            _ if of_person => &self.attributes.texts,
            Some(groups) => &groups.texts,
            None => return Vec::new(),
        };
        let rule = texts.iter().find(|(name, _)| name == attribute);
        let names = rule.map_or_else(Vec::new, |(_, rule)| rule.attributes());
        names.into_iter().map(str::to_owned).collect()
    }
}

/// `sources.NAME.authentication.*`: how `auth` finds one person and tries their password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LdapAuthentication {
    /// The attribute of the name that people log in with.
    pub attribute: Option<String>,
    /// A filter with `%s` once, in the place of the name; without it, people whose attribute is the name.
    pub template: Option<String>,
    /// For this alone; `None` is the timeout of the source.
    pub timeout: Option<Duration>,
}

/// How far a search goes, and what of the entries counts.
#[derive(Debug, Clone, Default)]
pub struct LdapSearch {
    /// How far below the base.
    pub scope: SearchScope,
    /// Entries whose names begin like this are passed over.
    pub ignored: Option<Pattern>,
    /// Attributes that count, all others are not there; `None`: all that the server sends.
    pub attributes: Option<Vec<String>>,
}

/// How far below its base a search goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchScope {
    /// The base and everything below.
    #[default]
    Subtree,
    /// One level below the base.
    OneLevel,
    /// The base alone.
    Base,
}

/// `sources.NAME.groups.*`
#[derive(Debug, Clone)]
pub struct LdapGroups {
    /// Search base.
    pub base_dn: String,
    /// Which entries are groups. Its syntax was checked.
    pub filter: String,
    /// How far the search goes, and what of the entries counts.
    pub search: LdapSearch,
    /// How entries are changed before anything is made of them.
    pub transform: Option<Transformation>,
    /// The external id; required of every entry.
    pub group_id: LdapAttribute,
    /// The attributes of groups, and how they are made.
    pub texts: Vec<(String, TextRule)>,
    /// Attributes that hold the names of members; at least one.
    pub members: Vec<String>,
    /// Groups that are members stay members; otherwise they are left out.
    pub nested: bool,
}

/// What a lockout or an expired password makes of somebody: no reason to delete an account, since it passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassingState {
    /// As disabled as others; `policy.disabled` deletes no account.
    Disabled,
    /// Unknown in this run, so that the account stays as it is.
    Unknown,
}

/// One of `sources.NAME.expected_references`: what it names has to fit, the rest may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedReference {
    /// The host in lower case.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The name of the entry where the other server's part begins.
    pub name: Option<Dn>,
}

/// `sources.NAME.attributes.*`
#[derive(Debug, Clone)]
pub struct LdapAttributes {
    /// The attributes of people that are made of an entry, and how.
    pub texts: Vec<(String, TextRule)>,
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
    /// Everybody whom the search finds.
    Always,
}

/// One of `sources.NAME.active`.
#[derive(Debug, Clone)]
pub enum ActiveRule {
    /// Bit 2 of `userAccountControl` is not set.
    UserAccountControl,
    /// `accountExpires` lies ahead, or is never.
    AccountExpires,
    /// No lockout (bit 16, which passes by itself) in `msDS-User-Account-Control-Computed`.
    ComputedControl,
    /// `nsAccountLock` is not `true`.
    NsAccountLock,
    /// There is no `pwdAccountLockedTime`; one that an administrator has set stays, any other passes by itself.
    PwdAccountLockedTime,
    /// `shadowExpire` lies ahead, or is never.
    ShadowExpire,
    /// The entry matches.
    Filter(Expression),
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

impl From<LdapAttribute> for TextRule {
    /// The contract's form: the first value of one attribute, as it is.
    fn from(attribute: LdapAttribute) -> Self {
        Self {
            from: TextOrigin::Attributes(vec![attribute.name]),
            choice: Choice::First,
            matching: None,
            case: None,
            nfc: false,
        }
    }
}
