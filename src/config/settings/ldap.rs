//! Settings of a directory.

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
    /// SASL EXTERNAL instead of a simple bind: the client certificate, or on `ldapi` the user of the process.
    pub bind_external: bool,
    /// Filter for people, with valid syntax.
    pub user_filter: String,
    /// Scope, and which entries and attributes are used.
    pub search: LdapSearch,
    /// How entries are changed before they are mapped.
    pub transform: Option<Transformation>,
    /// How a person is found by the name that is used to sign in.
    pub authentication: LdapAuthentication,
    /// Connect, bind, and silence between entries; never the whole read.
    pub timeout: Duration,
    /// Connecting to one server; `None` means `timeout`, but less while there is another server.
    pub connect_timeout: Option<Duration>,
    /// The whole read; `None` means no limit.
    pub deadline: Option<Duration>,
    /// Entries per page; `None` disables paging.
    pub page_size: Option<NonZeroU32>,
    /// Requests only the mapped attributes; otherwise all user attributes.
    pub use_attribute_filter: bool,
    pub attributes: LdapAttributes,
    /// Roles for members of groups. `zitadel.role` is given to all people unless they name it.
    pub entitlements: Vec<Entitlement>,
    /// Groups to be created at the target; `None` if groups are not read.
    pub groups: Option<LdapGroups>,
    /// How a temporary state is treated.
    pub passing: PassingState,
    /// Known references to other servers that hide no people.
    pub expected_references: Vec<ExpectedReference>,
    pub tls: LdapTls,
}

impl LdapSettings {
    /// The attributes of an entry from which an attribute of the target is mapped.
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

/// `sources.NAME.authentication.*`: how `auth` finds a person and tries the password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LdapAuthentication {
    /// The attribute with the name that is used to sign in.
    pub attribute: Option<String>,
    /// A filter with one `%s` as placeholder of the name; `None` means an equality filter on the attribute.
    pub template: Option<String>,
    /// Only for this; `None` means the timeout of the source.
    pub timeout: Option<Duration>,
}

/// Scope, and which entries and attributes are used.
#[derive(Debug, Clone, Default)]
pub struct LdapSearch {
    pub scope: SearchScope,
    /// Entries whose DN matches at the start are ignored.
    pub ignored: Option<Pattern>,
    /// Attributes that are used; `None` means all that the server sends.
    pub attributes: Option<Vec<String>>,
}

impl LdapSearch {
    /// The names of the used attributes; `None` if they are not known, because one of the names is a wildcard of
    /// LDAP: `*` (RFC 4511, 4.5.1.8), `+` (RFC 3673) or `@` with an object class (RFC 4529).
    pub fn listed(&self) -> Option<&[String]> {
        let is_wildcard = |name: &String| name == "*" || name == "+" || name.starts_with('@');
        let names = self.attributes.as_deref()?;
        (!names.iter().any(is_wildcard)).then_some(names)
    }
}

/// How far below its base a search goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchScope {
    /// The base and everything below.
    #[default]
    Subtree,
    /// One level below the base.
    OneLevel,
    /// Only the base.
    Base,
}

impl SearchScope {
    /// Returns whether a search below `base` can find the entry with this name.
    pub fn reaches(self, name: &Dn, base: &Dn) -> bool {
        let below = name.depth().checked_sub(base.depth());
        name.is_within(base)
            && match self {
                Self::Subtree => true,
                Self::OneLevel => below == Some(1),
                Self::Base => below == Some(0),
            }
    }
}

/// `sources.NAME.groups.*`
#[derive(Debug, Clone)]
pub struct LdapGroups {
    /// Search base.
    pub base_dn: String,
    /// Filter for groups, with valid syntax.
    pub filter: String,
    /// Scope, and which entries and attributes are used.
    pub search: LdapSearch,
    /// How entries are changed before they are mapped.
    pub transform: Option<Transformation>,
    /// The external id, required in every entry.
    pub group_id: LdapAttribute,
    /// The attributes of groups, and how they are mapped.
    pub texts: Vec<(String, TextRule)>,
    /// The member attributes, at least one.
    pub members: Vec<String>,
    /// Groups that are members stay members; otherwise they are left out.
    pub nested: bool,
}

/// How a lockout or an expired password is treated. It is no reason to delete an account, because it is temporary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassingState {
    /// The person is disabled, but `policy.disabled` deletes no account.
    Disabled,
    /// Unknown in this run, so that the account stays unchanged.
    Unknown,
}

/// One of `sources.NAME.expected_references`. All given parts must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedReference {
    /// The host in lower case.
    pub host: Option<String>,
    pub port: Option<u16>,
    /// The DN at which the other server's part starts.
    pub name: Option<Dn>,
}

/// `sources.NAME.attributes.*`
#[derive(Debug, Clone)]
pub struct LdapAttributes {
    /// The attributes of people, and how they are mapped.
    pub texts: Vec<(String, TextRule)>,
    /// The external id, required in every entry.
    pub user_id: LdapAttribute,
    /// Whether the person is enabled.
    pub active: LdapActive,
    /// Requested, but not used.
    pub last_modified: Option<LdapAttribute>,
}

/// One attribute, as a name or as `{name, is_binary}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdapAttribute {
    /// Its name, in any letter case.
    pub name: String,
    pub is_binary: bool,
}

/// One of `sources.NAME.entitlements`: a role for the members of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Key of the role.
    pub role: String,
    /// Distinguished names; at least one.
    pub groups: Vec<String>,
    /// Members of nested groups count too.
    pub nested: bool,
    /// A group without visible members is empty, not unreadable.
    pub allow_empty: bool,
}

/// Which people are enabled: `attributes.status` with `disable_bitmasks`, or `active` instead.
#[derive(Debug, Clone)]
pub enum LdapActive {
    /// One attribute, required in every entry.
    Status {
        attribute: LdapAttribute,
        /// Bits that mean disabled, combined by OR; 0 means that the value is `TRUE` or `FALSE`.
        disable_mask: i32,
    },
    /// All rules must match for an enabled person; at least one.
    Rules(Vec<ActiveRule>),
    /// All people in the search result.
    Always,
}

/// One of `sources.NAME.active`.
#[derive(Debug, Clone)]
pub enum ActiveRule {
    /// Bit 2 of `userAccountControl` is not set.
    UserAccountControl,
    /// `accountExpires` is in the future, or is never.
    AccountExpires,
    /// No lockout (bit 16, which is temporary) in `msDS-User-Account-Control-Computed`.
    ComputedControl,
    /// `nsAccountLock` is not `true`.
    NsAccountLock,
    /// There is no `pwdAccountLockedTime`. A lock by an administrator is permanent, any other is temporary.
    PwdAccountLockedTime,
    /// `shadowExpire` is in the future, or is never.
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
    /// famedly-sync's form: the first value of one attribute, unchanged.
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
