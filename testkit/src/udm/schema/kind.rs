//! Types of objects: their names in paths and answers, and where they belong.

use serde_json::{Value, json};

use super::{Property, container, group, user};

/// Types of objects that the double holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `users/user`
    User,
    /// `groups/group`
    Group,
    /// `container/ou`
    Ou,
    /// `container/cn`
    Container,
    /// `container/dc`, the base
    Base,
    /// `mail/domain`
    MailDomain,
}

const OU_POLICIES: [&str; 24] = [
    "pwhistory",
    "dhcp_dnsupdate",
    "dhcp_statements",
    "maintenance",
    "release",
    "ldapserver",
    "umc",
    "slavepackages",
    "dhcp_dns",
    "nfsmounts",
    "repositoryserver",
    "share_userquota",
    "registry",
    "admin_container",
    "masterpackages",
    "memberpackages",
    "dhcp_routing",
    "printserver",
    "repositorysync",
    "dhcp_scope",
    "desktop",
    "dhcp_boot",
    "dhcp_netbios",
    "dhcp_leasetime",
];

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::User,
        Self::Group,
        Self::Ou,
        Self::Container,
        Self::Base,
        Self::MailDomain,
    ];

    /// The name in paths and answers.
    pub fn path(self) -> &'static str {
        match self {
            Self::User => "users/user",
            Self::Group => "groups/group",
            Self::Ou => "container/ou",
            Self::Container => "container/cn",
            Self::Base => "container/dc",
            Self::MailDomain => "mail/domain",
        }
    }

    /// The type with a name.
    pub(crate) fn named(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.path() == path)
    }

    /// Singular, and plural.
    pub(crate) fn titles(self) -> (&'static str, &'static str) {
        match self {
            Self::User => ("User", "Users"),
            Self::Group => ("Group", "Groups"),
            Self::Ou => ("Organisational Unit", "Organisational Units"),
            Self::Container => ("Container", "Containers"),
            Self::Base => ("Domain Container", "Domain Containers"),
            Self::MailDomain => ("Mail domain", "Mail domains"),
        }
    }

    /// The attribute that names an entry, and the property that holds it.
    pub(crate) fn naming(self) -> (&'static str, &'static str) {
        match self {
            Self::User => ("uid", "username"),
            Self::Group | Self::Container | Self::MailDomain => ("cn", "name"),
            Self::Ou => ("ou", "name"),
            Self::Base => ("dc", "name"),
        }
    }

    /// Where objects come that are created without a position.
    pub(crate) fn default_position(self, base: &str) -> String {
        match self {
            Self::User => format!("cn=users,{base}"),
            Self::Group => format!("cn=groups,{base}"),
            Self::MailDomain => format!("cn=domain,cn=mail,{base}"),
            Self::Ou | Self::Container | Self::Base => base.to_owned(),
        }
    }

    pub(crate) fn properties(self) -> &'static [Property] {
        match self {
            Self::User => user::PROPERTIES,
            Self::Group => group::PROPERTIES,
            Self::Ou => container::OU,
            Self::Container | Self::Base | Self::MailDomain => container::NAMED,
        }
    }

    pub(crate) fn property(self, name: &str) -> Option<&'static Property> {
        self.properties().iter().find(|property| property.name == name)
    }

    pub(crate) fn options(self) -> Value {
        match self {
            Self::User => json!({"pki": false}),
            Self::Group => json!({"posix": true, "samba": true}),
            _ => json!({}),
        }
    }

    pub(crate) fn policies(self) -> Vec<String> {
        let names: &[&str] = match self {
            Self::User => &["pwhistory", "umc", "desktop"],
            Self::Group => &["umc"],
            Self::Ou => &OU_POLICIES,
            _ => &[],
        };
        names.iter().map(|name| format!("policies/{name}")).collect()
    }
}
