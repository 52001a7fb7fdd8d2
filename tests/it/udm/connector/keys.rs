//! A primary key that no entry has: nothing is written, however few entries there are.

use testkit::slapd::Slapd;

use super::super::stage::PEOPLE;
use super::site::{Site, staff, text};

fn add_group(site: &Site, name: &str) {
    site.slapd.change(&format!(
        "dn: cn={name},{}\nchangetype: add\nobjectClass: groupOfNames\ncn: {name}\n\
         member: {}\n\n",
        Slapd::BASE_DN,
        staff()[0].dn()
    ));
}

/// A misspelt name that is not among the attributes: a mistake in the file.
#[test]
fn a_key_of_groups_that_no_entry_can_have_is_refused() {
    let site = Site::new();
    site.sync();
    for number in 0..5 {
        add_group(&site, &format!("g{number}"));
    }
    site.slapd.replace(&staff()[0].dn(), "sn", &["Byron"]);
    site.set(
        "univentionObjectIdentifier: entryUUID\n      name: cn",
        "univentionObjectIdentifier: entryUID\n      name: cn",
    );
    site.set(
        "  group_ou: ou=groups\n",
        "  group_ou: ou=groups\n  group_primary_key_property: univentionObjectIdentifier\n",
    );
    let before = site.udm.writes().len();
    let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let told = "`udm.group_primary_key_property` is `univentionObjectIdentifier`, but no entry has that attribute\n  at \
                config.yaml:7\nhint: add it to `source.group_attrs`, or make it by a rule of `source.group_trans`";
    assert!(said.contains(told), "{said}");
    assert_eq!(site.udm.writes().len(), before);
}

/// A key that is asked for and that nobody has, however few there are.
#[test]
fn a_key_that_none_of_a_few_entries_has_is_refused() {
    for (of_groups, from, to) in [
        (false, "[entryUUID, uid", "[employeeNumber, entryUUID, uid"),
        (true, "[entryUUID, cn", "[employeeNumber, entryUUID, cn"),
    ] {
        let site = Site::new();
        for number in 0..3 {
            add_group(&site, &format!("g{number}"));
        }
        site.set(from, to);
        let (rule, next) = (
            "univentionObjectIdentifier: entryUUID",
            if of_groups { "name" } else { "username" },
        );
        site.set(
            &format!("{rule}\n      {next}:"),
            &format!("univentionObjectIdentifier: employeeNumber\n      {next}:"),
        );
        let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        let (what, count) = if of_groups { ("group", 3) } else { ("user", 2) };
        for told in [
            format!("`univentionObjectIdentifier` has no value in any of {count} records"),
            format!("`udm.{what}_primary_key_property`"),
        ] {
            assert!(said.contains(&told), "{said}");
        }
        assert!(site.udm.writes().is_empty(), "{said}");
    }
}

/// One entry without a key among others is rejected alone.
#[test]
fn an_entry_without_a_key_is_rejected_alone() {
    let site = Site::new();
    site.set("[entryUUID, uid", "[employeeNumber, entryUUID, uid");
    site.set(
        "univentionObjectIdentifier: entryUUID\n      username:",
        "univentionObjectIdentifier: employeeNumber\n      username:",
    );
    site.slapd.replace(
        &staff()[0].dn(),
        "employeeNumber",
        &["00000001-1111-4111-8111-111111111111"],
    );
    let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(site.udm.object(&format!("uid=ada,{PEOPLE}")).is_some(), "{said}");
}
