//! People and groups of an LDAP server at a UDM.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use testkit::people::to_ldif;
use testkit::slapd::{Options, Slapd};
use testkit::udm::UdmDouble;

pub(crate) const PASSWORD: &str = "Sekret.4711";

/// Members of a group; the last group holds as many as there are, up to this.
const MEMBERS: usize = 20;
const MOST_MEMBERS: usize = 5_000;

/// Runs both servers and changes the directory before the last case.
pub(crate) fn stage(size: usize, folder: &Path) -> Result<(), Box<dyn Error>> {
    let udm = UdmDouble::start(testkit::udm::Options {
        password: PASSWORD.to_owned(),
        ..testkit::udm::Options::default()
    });
    let directory = directory(size, &udm, folder)?;
    let mut go_on = io::stdin().lines();
    for changed in [false, false, true] {
        if changed {
            directory.change(&one_percent(size));
        }
        println!("ready");
        go_on.next().transpose()?;
    }
    Ok(())
}

/// Starts the server of the people and groups, and writes the configuration.
pub(crate) fn directory(size: usize, udm: &UdmDouble, folder: &Path) -> io::Result<Slapd> {
    let directory = Options::ldif(ldif(size))
        .limits("size=unlimited time=unlimited")
        .start();
    fs::write(folder.join("config.yaml"), config(&directory, udm, folder))?;
    Ok(directory)
}

fn person_dn(number: usize) -> String {
    format!("uid=p{number},ou=people,dc=example,dc=com")
}

fn group_dn(number: usize) -> String {
    format!("cn=g{number},ou=groups,dc=example,dc=com")
}

fn person(number: usize, id: &str) -> String {
    format!(
        "dn: {}\nobjectClass: inetOrgPerson\nuid: p{number}\ncn: p{number}\ngivenName: First{number}\nsn: Last{number}\n\
         mail: p{number}@example.org\ntelephoneNumber: +49 421 {number}\n{id}\n",
        person_dn(number)
    )
}

fn ldif(size: usize) -> String {
    let groups = "dn: ou=groups,dc=example,dc=com\nobjectClass: organizationalUnit\nou: groups\n\n";
    let mut ldif = to_ldif(&[]) + groups;
    for number in 0..size {
        ldif.push_str(&person(
            number,
            &format!("entryUUID: {number:08}-1111-4111-8111-111111111111\n"),
        ));
    }
    let groups = size / 10;
    for number in 0..groups {
        let _ = write!(
            ldif,
            "dn: {}\nobjectClass: groupOfNames\ncn: g{number}\nentryUUID: {number:08}-2222-4222-8222-222222222222\n",
            group_dn(number)
        );
        let is_large = number + 1 == groups;
        let count = if is_large { size.min(MOST_MEMBERS) } else { MEMBERS };
        for member in 0..count {
            let _ = writeln!(ldif, "member: {}", person_dn((number * MEMBERS + member) % size));
        }
        // One group of ten holds another one.
        if number % 10 == 1 {
            let _ = writeln!(ldif, "member: {}", group_dn(number - 1));
        }
        ldif.push('\n');
    }
    ldif
}

/// 0.2 % new, 0.7 % changed, 0.1 % gone; 1 % of the groups get another member.
fn one_percent(size: usize) -> String {
    let mut ldif = String::new();
    for number in 0..size * 7 / 1_000 {
        let _ = write!(
            ldif,
            "dn: {}\nchangetype: modify\nreplace: sn\nsn: Changed\n\n",
            person_dn(number)
        );
    }
    for number in size..size + size * 2 / 1_000 {
        ldif.push_str(&person(number, "").replacen("\nobjectClass", "\nchangetype: add\nobjectClass", 1));
        ldif.push('\n');
    }
    for number in size - size / 1_000..size {
        let _ = write!(ldif, "dn: {}\nchangetype: delete\n\n", person_dn(number));
    }
    for number in 0..size / 1_000 {
        let member = person_dn(size / 2 + number);
        let _ = write!(
            ldif,
            "dn: {}\nchangetype: modify\nadd: member\nmember: {member}\n\n",
            group_dn(number)
        );
    }
    ldif
}

fn config(directory: &Slapd, udm: &UdmDouble, folder: &Path) -> String {
    format!(
        "udm:\n  url: {url}/\n  user: {user}\n  password: {PASSWORD}\n  users: {{ou: ou=people, properties: \
         [univentionObjectIdentifier, username, firstname, lastname, mailPrimaryAddress, phone]}}\n  groups: {{ou: ou=groups}}\n\
         policy: {{absent: delete}}\nsources:\n  ldap:\n    url: {ldap}\n    bind_dn: {bind_dn}\n    bind_password: {bind_password}\n    base_dn: \
         ou=people,dc=example,dc=com\n    user_filter: (objectClass=inetOrgPerson)\n    active: [\"(uid=*)\"]\n    attributes: \
         {{user_id: entryUUID, username: uid, firstname: givenName, lastname: sn, mailPrimaryAddress: mail, phone: \
         telephoneNumber}}\n    groups: {{base_dn: \"ou=groups,dc=example,dc=com\", filter: (objectClass=groupOfNames), attributes: \
         {{group_id: entryUUID, name: cn, description: description}}}}\nlock: {{dir: {folder}}}\n",
        url = udm.url(),
        user = udm.username(),
        ldap = directory.url(),
        bind_dn = Slapd::BIND_DN,
        bind_password = Slapd::BIND_PASSWORD,
        folder = folder.display(),
    )
}
