//! `ignore_dn_regex` of a file: people and groups that it leaves out are outside, for groups too.

use testkit::people::Person;
use testkit::slapd::Slapd;

use super::super::stage::{BASE, PEOPLE};
use super::site::{Site, staff};

fn dn(group: &str) -> String {
    format!("cn={group},{}", Slapd::BASE_DN)
}

fn add_group(site: &Site, name: &str, members: &[&str]) {
    let members: Vec<String> = members.iter().map(|dn| format!("member: {dn}\n")).collect();
    site.slapd.change(&format!(
        "dn: {}\nchangetype: add\nobjectClass: groupOfNames\ncn: {name}\n{}\n",
        dn(name),
        members.concat()
    ));
}

fn users_of(site: &Site, group: &str) -> Option<Vec<String>> {
    let group = site.udm.object(&format!("cn={group},ou=groups,{BASE}"))?;
    Some(group.list("users"))
}

/// A group with members who are left out still gets its changes, and no such member comes to it.
#[test]
fn a_group_with_members_that_are_left_out_follows_its_changes() {
    let site = Site::new();
    site.set("source:\n", "source:\n  ignore_dn_regex: 'uid=bob,|cn=inner,'\n");
    let [ada, bob] = [0, 1].map(|place: usize| staff()[place].dn());
    add_group(&site, "inner", &[&ada]);
    add_group(&site, "staff", &[&ada, &bob, &dn("inner")]);
    let said = site.sync();
    let user = |name: &str| format!("uid={name},{PEOPLE}");
    assert_eq!(users_of(&site, "staff"), Some(vec![user("ada")]), "{said}");
    assert_eq!(users_of(&site, "inner"), None, "{said}");
    assert!(
        said.contains("2 members of 1 group left out: neither people nor groups that this source reads"),
        "{said}"
    );
    let eve = Person::new("eve", "eve", "Lovelace");
    site.slapd.add(&eve);
    site.slapd
        .replace(&dn("staff"), "member", &[&eve.dn(), &bob, &dn("inner")]);
    let said = site.sync();
    assert_eq!(users_of(&site, "staff"), Some(vec![user("eve")]), "{said}");
    let before = site.udm.writes().len();
    let said = site.sync();
    assert_eq!(site.udm.writes().len(), before, "{said}");
}
