//! A directory with people and groups, a target that stores both, and the program between them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use testkit::slapd::{Options, Slapd};
use testkit::udm::{Kind, UdmDouble};

use crate::program::{Installation, Ran};
use crate::udm::double;

pub(crate) const PEOPLE: &str = "ou=people,dc=univention-organization,dc=intranet";
pub(crate) const GROUPS: &str = "ou=groups,dc=univention-organization,dc=intranet";

/// Groups need a member in this schema. This one is not read.
pub(crate) const NOBODY: &str = "cn=nobody,dc=example,dc=com";

/// The keys of the directory, but for where it is.
const SOURCE: &str = "    base_dn: ou=people,dc=example,dc=com
    user_filter: (objectClass=inetOrgPerson)
    active: [\"(uid=*)\"]
    attributes: {user_id: entryUUID, username: uid, lastname: sn, description: description}
    groups:
      base_dn: ou=groups,dc=example,dc=com
      filter: (|(objectClass=groupOfNames)(objectClass=posixGroup))
      attributes: {group_id: entryUUID, name: cn, description: description}
";

pub(crate) struct Stage {
    pub(crate) directory: Slapd,
    pub(crate) udm: UdmDouble,
    pub(crate) installation: Installation,
}

/// The external id of a person or group.
pub(crate) fn id(number: u32) -> String {
    format!("{number:08}-1111-4111-8111-111111111111")
}

pub(crate) fn person_dn(name: &str) -> String {
    format!("uid={name},ou=people,dc=example,dc=com")
}

pub(crate) fn group_dn(name: &str) -> String {
    format!("cn={name},ou=groups,dc=example,dc=com")
}

/// LDIF of a person.
pub(crate) fn person(number: u32, name: &str) -> String {
    let dn = person_dn(name);
    format!(
        "dn: {dn}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\nentryUUID: {}\n\n",
        id(number)
    )
}

/// LDIF of a group with these members, by their DNs.
pub(crate) fn group(number: u32, name: &str, members: &[&str]) -> String {
    let mut ldif = format!(
        "dn: {}\nobjectClass: groupOfNames\ncn: {name}\nentryUUID: {}\n",
        group_dn(name),
        id(number)
    );
    for member in members {
        let _ = writeln!(ldif, "member: {member}");
    }
    ldif + "\n"
}

/// The same for an entry that is added to a running server, which gives the id.
pub(crate) fn added(ldif: &str) -> String {
    let lines = ldif.lines().filter(|line| !line.starts_with("entryUUID"));
    lines.collect::<Vec<_>>().join("\n") + "\n\n"
}

impl Stage {
    /// With these entries below the usual ones.
    pub(crate) fn new(entries: &str) -> Self {
        Self::with("", entries)
    }

    /// With further keys of the configuration.
    pub(crate) fn with(keys: &str, entries: &str) -> Self {
        let base = "dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n\
                    dn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: people\n\n\
                    dn: ou=groups,dc=example,dc=com\nobjectClass: organizationalUnit\nou: groups\n\n";
        let directory = Options::ldif(format!("{base}{entries}"))
            .server_line("sizelimit unlimited")
            .start();
        let udm = double::start();
        let config = format!(
            "udm:\n  url: {}/\n  user: {}\n  password: {}\n  users: {{ou: ou=people, properties: [univentionObjectIdentifier, \
             username, lastname, description]}}\n  groups: {{ou: ou=groups}}\n\
             guard: {{max_removals: 100%, max_memberships_removed: 100%, max_missing: 100%, max_logins_changed: 100%}}\n\
             policy: {{absent: delete}}\n{keys}sources:\n  ldap:\n    url: {}\n    bind_dn: \"\"\n    bind_password: \"\"\n{SOURCE}\
             lock:\n  dir: FOLDER\n",
            udm.url(),
            udm.username(),
            udm.password(),
            directory.url(),
        );
        let installation = Installation::of(&config);
        Self {
            directory,
            udm,
            installation,
        }
    }

    /// Replaces one text of the configuration.
    pub(crate) fn reconfigure(&self, from: &str, to: &str) {
        self.installation.reconfigure(from, to);
    }

    /// Runs the program, with counts from zero.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.udm.reset_counts();
        self.installation.run(words)
    }

    /// A run that does all that is to be done.
    #[track_caller]
    pub(crate) fn sync(&self) -> Ran {
        let ran = self.run(&["sync"]);
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        ran
    }

    /// One run does everything, and leaves nothing for the next.
    #[track_caller]
    pub(crate) fn converges(&self) -> Ran {
        let ran = self.sync();
        let again = self.sync();
        assert_eq!(self.writes(), Vec::<String>::new(), "{}{}", ran.out, again.out);
        ran
    }

    /// Requests that may change something, as method and kind of path.
    pub(crate) fn writes(&self) -> Vec<String> {
        double::writes(&self.udm)
    }

    /// The groups in the container, each with the names of its members.
    pub(crate) fn groups(&self) -> BTreeMap<String, BTreeSet<String>> {
        let all = self.udm.objects(Kind::Group).into_iter();
        let ours = all.filter(|group| group.dn.ends_with(GROUPS));
        ours.map(|group| {
            let members = self.udm.members(&group.dn).into_iter();
            (leaf(&group.dn), members.map(|dn| leaf(&dn)).collect())
        })
        .collect()
    }

    /// Usernames in the container.
    pub(crate) fn users(&self) -> BTreeSet<String> {
        let all = self.udm.objects(Kind::User).into_iter();
        let ours = all.filter(|user| user.dn.ends_with(PEOPLE));
        ours.map(|user| leaf(&user.dn)).collect()
    }

    #[track_caller]
    pub(crate) fn holds(&self, groups: &[(&str, &[&str])]) {
        let expected: BTreeMap<String, BTreeSet<String>> = groups
            .iter()
            .map(|(name, members)| {
                let members = members.iter().map(ToString::to_string);
                ((*name).to_owned(), members.collect())
            })
            .collect();
        assert_eq!(self.groups(), expected);
    }
}

/// What the lowest level of a name is called.
fn leaf(dn: &str) -> String {
    let level = dn.split(',').next().unwrap_or_default();
    level.split_once('=').map_or(level, |(_, name)| name).to_owned()
}
