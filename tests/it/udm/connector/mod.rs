//! The file and the names of Univention's connectors, from a directory to UDM.

mod bad_input;
mod encodings;
mod keys;
mod left_out;
mod lists;
mod not_text;
pub(crate) mod site;
mod wildcards;

use serde_json::json;
use testkit::slapd::Slapd;

use self::site::{Site, staff, text};
use super::stage::{BASE, PEOPLE};

#[test]
fn a_file_of_the_connector_is_carried_out_as_it_is() {
    let site = Site::new();
    site.sync();
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(
        [
            ada.get("firstname"),
            ada.get("lastname"),
            ada.get("e-mail"),
            ada.get("phone")
        ],
        [
            &json!("ada"),
            &json!("Lovelace"),
            &json!(["ada@example.com"]),
            &json!(["+49 421 222320"])
        ]
    );
    assert_eq!(
        ada.get("univentionObjectIdentifier").as_str().map(str::len),
        Some(36)
    );
    let before = site.udm.writes().len();
    site.sync();
    assert_eq!(site.udm.writes().len(), before, "the second run is empty");
    // A dropped value is removed, a changed name is a rename, and a missing person is deleted.
    site.slapd
        .replace(&staff()[0].dn(), "telephoneNumber", &["ext. none"]);
    site.slapd.delete(&staff()[1].dn());
    site.sync();
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.get("phone"), &json!([]));
    assert!(site.udm.object(&format!("uid=bob,{PEOPLE}")).is_none());
}

/// A group in a group that is made in the same run, a new name and a new member: one run each.
#[test]
fn groups_of_the_file_become_groups_of_the_target() {
    let site = Site::new();
    let group = |name: &str, members: &[&str]| {
        let members: Vec<String> = members.iter().map(|dn| format!("member: {dn}\n")).collect();
        let members = members.concat();
        let base = Slapd::BASE_DN;
        format!("dn: cn={name},{base}\nchangetype: add\nobjectClass: groupOfNames\ncn: {name}\n{members}\n")
    };
    let [ada, bob] = [0, 1].map(|place: usize| staff()[place].dn());
    let inner = format!("cn=inner,{}", Slapd::BASE_DN);
    site.slapd.change(&group("outer", &[&inner, &bob]));
    site.slapd.change(&group("inner", &[&ada]));
    site.sync();
    let in_groups = |name: &str| format!("cn={name},ou=groups,{BASE}");
    let members = |name: &str| {
        let group = site.udm.object(&in_groups(name)).unwrap();
        (group.list("users"), group.list("nestedGroup"))
    };
    let user = |name: &str| format!("uid={name},{PEOPLE}");
    assert_eq!(members("inner"), (vec![user("ada")], vec![]));
    assert_eq!(members("outer"), (vec![user("bob")], vec![in_groups("inner")]));
    let before = site.udm.writes().len();
    site.sync();
    assert_eq!(site.udm.writes().len(), before, "the second run is empty");
    site.slapd.change(&format!(
        "dn: {inner}\nchangetype: modrdn\nnewrdn: cn=within\ndeleteoldrdn: 1\n\n"
    ));
    site.slapd
        .replace(&format!("cn=within,{}", Slapd::BASE_DN), "member", &[&ada, &bob]);
    site.slapd.replace(
        &format!("cn=outer,{}", Slapd::BASE_DN),
        "member",
        &[&format!("cn=within,{}", Slapd::BASE_DN)],
    );
    site.sync();
    assert_eq!(members("within"), (vec![user("ada"), user("bob")], vec![]));
    assert_eq!(members("outer"), (vec![], vec![in_groups("within")]));
}

/// Two values where the target takes one: the person keeps the account.
#[test]
fn who_cannot_be_transformed_keeps_the_account() {
    let site = Site::new();
    site.sync();
    site.slapd
        .replace(&staff()[0].dn(), "givenName", &["Ada", "Augusta"]);
    let output = site.run("directory-importer", &["config.yaml"], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.get("firstname"), &json!("ada"));
}

#[test]
fn skip_writes_works_on_an_empty_target() {
    let site = Site::new();
    site.set("udm:\n", "udm:\n  skip_writes: yes\n");
    let output = site.run("directory-importer", &[], &[("CONFIG_FILENAME", "config.yaml")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("2 to create"),
        "{}",
        text(&output.stdout)
    );
    assert!(site.udm.writes().is_empty());
}

/// The option is stronger than the variable, and the file may be named by a variable too.
#[test]
fn options_and_variables_name_file_and_passwords() {
    let site = Site::new();
    let variables = [("AD2UCS_CFG", "config.yaml"), ("SOURCE_PASSWORD", "wrong")];
    let arguments = [
        "--source-password",
        Slapd::BIND_PASSWORD,
        "--log-level",
        "debug",
        "--dry-run",
    ];
    let output = site.run("udm-directory-connector", &arguments, &variables);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = site.run("udm-directory-connector", &[], &variables);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(site.udm.writes().is_empty());
}

#[test]
fn a_mistake_is_reported_before_anything_is_written() {
    let site = Site::new();
    site.set("user_base", "user_bas");
    let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("error: unknown key `source.user_bas`\n  at config.yaml:18\nhint: did you mean `source.user_base`?"),
        "{said}"
    );
    assert!(said.contains("error: `source.user_base` is missing"), "{said}");
    assert!(site.udm.requests() == 0);
}

/// A server that does not answer Who am I? (RFC 4532) is read like others.
#[test]
fn a_server_without_who_am_i_is_read() {
    let restricted =
        testkit::slapd::Options::people(&[]).server_line("restrict extended=1.3.6.1.4.1.4203.1.11.3");
    let site = Site::at(restricted.start());
    site.sync();
    assert!(site.udm.object(&format!("uid=ada,{PEOPLE}")).is_some());
}

/// The variable is accepted, and a note says what there is in its place.
#[test]
fn log_conf_is_accepted() {
    let site = Site::new();
    let output = site.run(
        "directory-importer",
        &["config.yaml"],
        &[("LOG_CONF", "/etc/log.conf")],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = text(&output.stderr);
    assert!(
        told.contains("the variable LOG_CONF has no effect; `--log-format json` is for programs"),
        "{told}"
    );
}

/// Without a file, one message says so, whatever else is set.
#[test]
fn a_missing_file_is_one_message() {
    let site = Site::new();
    std::fs::rename(site.path("config.yaml"), site.path("other.yaml")).unwrap();
    for name in ["udm-directory-connector", "directory-importer"] {
        let output = site.run(name, &[], &[("DIRECTORY_SYNC__LOCK__DIR", "/tmp")]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            text(&output.stderr),
            "error: the configuration file is missing\nhint: name it as the argument, or with the variable CONFIG_FILENAME or \
             AD2UCS_CFG\n"
        );
    }
}

/// `REPEAT` is a matter of `run`: there it counts, and elsewhere a note says that it does not.
#[test]
fn repeat_without_effect_is_reported() {
    let site = Site::new();
    let repeat = [("REPEAT", "true"), ("REPEAT_DELAY", "60")];
    let noted = |arguments: &[&str]| {
        let output = site.run("directory-sync", arguments, &repeat);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        (said.contains("the variable REPEAT has no effect"), said)
    };
    assert!(noted(&["sync", "--dry-run", "-c", "config.yaml"]).0);
    let (is_noted, shown) = noted(&["config", "show", "-c", "config.yaml"]);
    assert!(!is_noted && shown.contains("every: 60"), "{shown}");
    let often = [("REPEAT", "often")];
    let output = site.run("directory-sync", &["run", "-c", "config.yaml"], &often);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}
