//! LDAP's own wildcards in lists of attributes (RFC 4511, 4.5.1.8, and RFC 3673).

use testkit::slapd::Slapd;

use super::super::stage::{BASE, PEOPLE};
use super::site::{Site, staff};
use crate::groups::stage::{Stage, group, person, person_dn};

const USER_ATTRIBUTES: &str = "user_attrs: [entryUUID, uid, givenName, sn, mail, telephoneNumber]";
const GROUP_ATTRIBUTES: &str = "group_attrs: [entryUUID, cn, member]";

#[test]
fn wildcards_ask_for_all_attributes() {
    for wildcards in [
        "['*', entryUUID]",
        "['*', '+']",
        "['+', '@inetOrgPerson', '@groupOfNames']",
    ] {
        let site = Site::new();
        site.slapd.change(&format!(
            "dn: cn=staff,{}\nchangetype: add\nobjectClass: groupOfNames\ncn: staff\nmember: {}\n\n",
            Slapd::BASE_DN,
            staff()[0].dn()
        ));
        site.set(USER_ATTRIBUTES, &format!("user_attrs: {wildcards}"));
        site.set(GROUP_ATTRIBUTES, &format!("group_attrs: {wildcards}"));
        let said = site.sync();
        let ada = site.udm.object(&format!("uid=ada,{PEOPLE}"));
        assert!(
            ada.is_some_and(|ada| ada.list("phone") == ["+49 421 222320"]),
            "{wildcards}: {said}"
        );
        let staff = site.udm.object(&format!("cn=staff,ou=groups,{BASE}"));
        let members = staff.map(|staff| staff.list("users"));
        assert_eq!(
            members,
            Some(vec![format!("uid=ada,{PEOPLE}")]),
            "{wildcards}: {said}"
        );
        let before = site.udm.writes().len();
        site.sync();
        assert_eq!(site.udm.writes().len(), before, "{wildcards}");
    }
}

/// The same in a file of our own.
#[test]
fn wildcards_ask_for_all_attributes_of_a_source() {
    let members = [person_dn("ada")];
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let stage = Stage::new(&[person(1, "ada"), group(11, "staff", &members)].concat());
    let asked = "requested_attributes: ['*', '+']\n";
    stage.reconfigure("    active:", &format!("    {asked}    active:"));
    stage.reconfigure(
        "      attributes: {group_id",
        &format!("      {asked}      attributes: {{group_id"),
    );
    stage.converges();
    stage.holds(&[("staff", &["ada"])]);
}
