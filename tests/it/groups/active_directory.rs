//! Groups as Active Directory has them: primary groups, members in ranges, and entries that get another name while they
//! are read. The directory is a script.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::ldap_double::{Asked, LdapDouble, Reply, last};
use testkit::udm::UdmDouble;
use testkit::udm_model::World;

use super::stage::{GROUPS, id};
use crate::program::{Installation, Ran};

const PEOPLE_BASE: &str = "ou=people,dc=example,dc=com";
const GROUPS_BASE: &str = "ou=groups,dc=example,dc=com";

struct Lab {
    udm: UdmDouble,
    installation: Installation,
    _ldap: LdapDouble,
}

impl Lab {
    fn new(answer: impl FnMut(&Asked<'_>) -> Vec<Reply> + Send + 'static) -> Self {
        let ldap = LdapDouble::serving(answer);
        let udm = UdmDouble::start(testkit::udm::Options {
            password: "Sekret.4711".to_owned(),
            ..testkit::udm::Options::default()
        });
        let installation = Installation::of(&World::new(0).config(&udm, &ldap.url()));
        Self {
            udm,
            installation,
            _ldap: ldap,
        }
    }

    #[track_caller]
    fn sync(&self) -> Ran {
        let ran = self.installation.run(&["sync"]);
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        ran
    }

    /// Usernames of the members of the group.
    fn members(&self) -> BTreeSet<String> {
        let members = self.udm.members(&format!("cn=staff,{GROUPS}")).into_iter();
        let leaf = |dn: String| dn.split([',', '=']).nth(1).unwrap_or_default().to_owned();
        members.map(leaf).collect()
    }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

fn entry(dn: &str, attributes: &[(&'static str, &[&[u8]])]) -> Reply {
    let attributes = attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| value.to_vec());
        (*name, values.collect())
    });
    Reply::Entry(dn.as_bytes().to_vec(), attributes.collect())
}

fn person(number: u32, name: &str, more: &[(&'static str, &[&[u8]])]) -> Reply {
    let (id, name_bytes) = (id(number), name.as_bytes());
    let own: [(&'static str, &[&[u8]]); 3] = [
        ("entryUUID", &[id.as_bytes()]),
        ("uid", &[name_bytes]),
        ("sn", &[name_bytes]),
    ];
    entry(&person_dn(name), &[&own, more].concat())
}

fn person_dn(name: &str) -> String {
    format!("uid={name},{PEOPLE_BASE}")
}

fn group(more: &[(&'static str, &[&[u8]])]) -> Reply {
    let id = id(11);
    let own: [(&'static str, &[&[u8]]); 2] = [("entryUUID", &[id.as_bytes()]), ("cn", &[b"staff"])];
    entry(&format!("cn=staff,{GROUPS_BASE}"), &[&own, more].concat())
}

fn all(mut replies: Vec<Reply>) -> Vec<Reply> {
    replies.push(last());
    replies
}

/// A security identifier of the domain (MS-DTYP, 2.4.2.2).
fn sid(relative: u32) -> Vec<u8> {
    let mut sid = vec![1, 5, 0, 0, 0, 0, 0, 5];
    for part in [21_u32, 1, 2, 3, relative] {
        sid.extend(part.to_le_bytes());
    }
    sid
}

/// The members of a primary group are only recorded in the people's entries.
#[test]
fn whose_primary_group_it_is_is_a_member() {
    let lab = Lab::new(|asked| match asked.base().to_lowercase().as_str() {
        PEOPLE_BASE => all(vec![
            person(
                1,
                "ada",
                &[("objectSid", &[&sid(1001)]), ("primaryGroupID", &[b"513"])],
            ),
            person(
                2,
                "bob",
                &[("objectSid", &[&sid(1002)]), ("primaryGroupID", &[b"514"])],
            ),
            person(
                3,
                "eve",
                &[("objectSid", &[&sid(1003)]), ("primaryGroupID", &[b"514"])],
            ),
        ]),
        GROUPS_BASE => all(vec![group(&[
            ("objectSid", &[&sid(513)]),
            ("member", &[person_dn("eve").as_bytes()]),
        ])]),
        _ => all(Vec::new()),
    });
    lab.sync();
    assert_eq!(lab.members(), names(&["ada", "eve"]));
}

/// Active Directory hands out many values in parts.
#[test]
fn members_in_ranges_are_all_read() {
    let lab = Lab::new(|asked| {
        let [ada, bob, eve] = ["ada", "bob", "eve"].map(person_dn);
        let version: (&'static str, &[&[u8]]) = ("uSNChanged", &[b"7"]);
        match asked.base().to_lowercase().as_str() {
            PEOPLE_BASE => all(vec![
                person(1, "ada", &[]),
                person(2, "bob", &[]),
                person(3, "eve", &[]),
            ]),
            GROUPS_BASE if asked.holds("member") => all(vec![group(&[
                version,
                ("member", &[]),
                ("member;range=0-0", &[ada.as_bytes()]),
            ])]),
            GROUPS_BASE => all(vec![group(&[])]),
            _ if asked.holds("member;range=1-*") => all(vec![group(&[
                ("member", &[]),
                ("member;range=1-1", &[bob.as_bytes()]),
            ])]),
            _ if asked.holds("member;range=2-*") => {
                all(vec![group(&[("member;range=2-*", &[eve.as_bytes()])])])
            }
            _ => all(vec![group(&[version])]),
        }
    });
    lab.sync();
    assert_eq!(lab.members(), names(&["ada", "bob", "eve"]));
    lab.sync();
    assert_eq!(lab.members(), names(&["ada", "bob", "eve"]));
}

/// If a member is renamed between the search for people and the search for groups, the members stay unchanged, and
/// the next run updates them.
#[test]
fn a_rename_while_the_directory_is_read_changes_no_member() {
    let searches = Arc::new(AtomicUsize::new(0));
    let counted = searches.clone();
    let lab = Lab::new(move |asked| {
        let is_second_day = counted.load(Ordering::SeqCst) > 0;
        match asked.base().to_lowercase().as_str() {
            PEOPLE_BASE => {
                // The first search of the second day is early enough to see the old name.
                let has_new_name = is_second_day && counted.fetch_add(1, Ordering::SeqCst) > 1;
                let name = if has_new_name { "ada.new" } else { "ada" };
                all(vec![person(1, name, &[]), person(2, "bob", &[])])
            }
            GROUPS_BASE => {
                let name = if is_second_day { "ada.new" } else { "ada" };
                all(vec![group(&[(
                    "member",
                    &[person_dn(name).as_bytes(), person_dn("bob").as_bytes()],
                )])])
            }
            _ => all(Vec::new()),
        }
    });
    lab.sync();
    assert_eq!(lab.members(), names(&["ada", "bob"]));
    searches.store(1, Ordering::SeqCst);
    let ran = lab.sync();
    assert!(
        ran.out.contains(
            "its members stay as they are: one of them got another name while the directory was read"
        ),
        "{}",
        ran.out
    );
    assert_eq!(lab.members(), names(&["ada", "bob"]));
    lab.sync();
    assert_eq!(lab.members(), names(&["ada.new", "bob"]));
}
