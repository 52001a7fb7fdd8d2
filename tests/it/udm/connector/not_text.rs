//! Bytes that are not text.

use serde_json::json;
use testkit::slapd::Slapd;

use super::super::stage::{BASE, PEOPLE};
use super::site::{Site, staff, text};

/// "Müller" in ISO 8859-1, as LDIF shows bytes.
const LATIN: &str = "TfxsbGVy";

/// A property that is not mandatory counts like any other, for users and groups.
#[test]
fn an_object_with_bytes_that_are_not_text_stays_as_it_is() {
    let site = Site::new();
    for (from, to) in [
        ("givenName, sn, mail", "audio, sn, mail"),
        ("firstname: givenName", "firstname: audio"),
        ("[entryUUID, cn, member]", "[entryUUID, cn, member, audio, o]"),
        ("users: member", "users: member\n      description: audio"),
    ] {
        site.set(from, to);
    }
    site.slapd.change(&format!(
        "dn: cn=staff,{}\nchangetype: add\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: staff\n\
         member: {}\n\n",
        Slapd::BASE_DN,
        staff()[0].dn()
    ));
    site.sync();
    let staff_dn = format!("cn=staff,{}", Slapd::BASE_DN);
    for (dn, other) in [
        (&staff()[0].dn(), "sn: Byron"),
        (&staff_dn, "cn: crew\ncn: staff"),
    ] {
        let (name, _) = other.split_once(':').unwrap();
        site.slapd.change(&format!(
            "dn: {dn}\nchangetype: modify\nreplace: {name}\n{other}\n-\nadd: audio\naudio:: {LATIN}\n\n"
        ));
    }
    site.slapd.replace(&staff()[1].dn(), "sn", &["Babbage"]);
    let before = site.udm.writes().len();
    let output = site.run("directory-importer", &["config.yaml"], &[]);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    for told in [
        format!(
            "rejected: {} (ldap): `firstname` is not text (UTF-8)",
            staff()[0].dn()
        ),
        format!("rejected: {staff_dn} (ldap): `description` is not text (UTF-8)"),
    ] {
        assert!(said.contains(&told), "{said}");
    }
    let lastname = |name: &str| {
        let user = site.udm.object(&format!("uid={name},{PEOPLE}")).unwrap();
        user.get("lastname").clone()
    };
    assert_eq!(
        [lastname("ada"), lastname("bob")],
        [json!("Lovelace"), json!("Babbage")]
    );
    assert!(site.udm.object(&format!("cn=staff,ou=groups,{BASE}")).is_some());
    assert_eq!(site.udm.writes().len(), before + 1, "{said}");
}
