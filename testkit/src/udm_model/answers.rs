//! What the directory answers over LDAP.

use super::world::{Member, World};
use super::{group_id, person_id};
use crate::ldap_double::{Asked, Reply, last};

const BASE_OF_GROUPS: &str = "ou=groups,dc=example,dc=com";
const BASE_OF_PEOPLE: &str = "ou=people,dc=example,dc=com";

/// The configuration of a source that reads it from this address.
pub(crate) const SOURCE: &str = "    base_dn: ou=people,dc=example,dc=com
    user_filter: (objectClass=person)
    active: [\"(uid=*)\"]
    attributes:
      user_id: entryUUID
      username: uid
      lastname: {name: sn, value: only}
      mailPrimaryAddress: mail
    groups:
      base_dn: ou=groups,dc=example,dc=com
      filter: (objectClass=group)
      attributes: {group_id: entryUUID, name: cn}
";

impl World {
    /// The complete configuration. `FOLDER` is the placeholder of the installation's folder.
    pub fn config(&self, udm: &crate::udm::UdmDouble, ldap: &str) -> String {
        let absent = if self.keeps { "keep" } else { "delete" };
        format!(
            "udm:\n  url: {}/\n  user: {}\n  password: {}\n  users: {{ou: ou=people, properties: [univentionObjectIdentifier, \
             username, lastname, mailPrimaryAddress]}}\n  groups: {{ou: ou=groups, properties: [univentionObjectIdentifier, \
             name, users, nestedGroup]}}\nguard: {{allow_empty: true, max_removals: 100%, max_memberships_removed: 100%, \
             max_missing: 100%, max_logins_changed: 100%}}\npolicy: {{absent: {absent}}}\nsources:\n  ldap:\n    url: {ldap}\n    \
             bind_dn: \"\"\n    bind_password: \"\"\n    page_size: 0\n{SOURCE}lock:\n  dir: FOLDER\n",
            udm.url(),
            udm.username(),
            udm.password(),
        )
    }

    /// What a search finds.
    pub fn answer(&self, asked: &Asked<'_>) -> Vec<Reply> {
        let base = asked.base().to_lowercase();
        let mut replies = match base.as_str() {
            BASE_OF_PEOPLE => self.people(),
            BASE_OF_GROUPS => self.groups(),
            _ => Vec::new(),
        };
        replies.push(last());
        replies
    }

    fn people(&self) -> Vec<Reply> {
        let entry = |number: u8| {
            let person = &self.people[&number];
            let mut lasts = vec![person.last.clone()];
            lasts.extend(person.is_bad.then(|| "Other".to_owned()));
            let attributes = vec![
                ("entryUUID", vec![person_id(number)]),
                ("uid", vec![person.name.clone()]),
                ("sn", lasts),
                ("mail", person.mail.iter().cloned().collect()),
            ];
            reply(&self.dn(Member::Person(number)), attributes)
        };
        self.people.keys().map(|number| entry(*number)).collect()
    }

    fn groups(&self) -> Vec<Reply> {
        let entry = |number: u8| {
            let group = &self.groups[&number];
            let members = group.members.iter().enumerate();
            let members =
                members.map(|(place, member)| spelled(&self.dn(*member), usize::from(number) + place));
            let attributes = vec![
                ("entryUUID", vec![group_id(number)]),
                ("cn", vec![group.name.clone()]),
                ("member", members.collect()),
            ];
            reply(&self.dn(Member::Group(number)), attributes)
        };
        self.groups.keys().map(|number| entry(*number)).collect()
    }

    /// The DN of an entry, even if it does not exist.
    fn dn(&self, member: Member) -> String {
        let (kind, name, base) = match member {
            Member::Person(number) => (
                "uid",
                self.people.get(&number).map(|person| &person.name),
                BASE_OF_PEOPLE,
            ),
            Member::Group(number) => (
                "cn",
                self.groups.get(&number).map(|group| &group.name),
                BASE_OF_GROUPS,
            ),
            Member::Outsider => ("cn", None, "ou=others,dc=example,dc=com"),
        };
        let name = name.map_or_else(
            || format!("nobody {member:?}").replace(['(', ')'], " "),
            |name| name.replace(',', "\\,"),
        );
        format!("{kind}={},{base}", name.trim())
    }
}

/// The same name as others may write it.
fn spelled(dn: &str, way: usize) -> String {
    match way % 4 {
        0 => dn.to_owned(),
        1 => dn.to_uppercase(),
        2 => dn.replace(",ou=", " , OU = "),
        _ => dn.replacen("=a", "=\\61", 1).replace("\\,", "\\2c"),
    }
}

fn reply(dn: &str, attributes: Vec<(&'static str, Vec<String>)>) -> Reply {
    let attributes = attributes.into_iter().map(|(name, values)| {
        let values = values.into_iter().map(String::into_bytes);
        (name, values.collect())
    });
    Reply::Entry(dn.as_bytes().to_vec(), attributes.collect())
}
