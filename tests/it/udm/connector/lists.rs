//! Properties with several values are those of the server's template, not those of a list in the program.

use serde_json::json;

use super::super::stage::PEOPLE;
use super::site::{Site, staff, text};

/// `objectFlag` is a list on the server. `fixed_attrs` gives everyone two values of it.
#[test]
fn a_list_of_the_template_takes_several_values() {
    let site = Site::new();
    site.set(
        "    - phone\n",
        "    - phone\n    - objectFlag\n    - sambaPrivileges\n",
    );
    site.set(
        "  user_trans:\n",
        "  user_trans:\n    fixed_attrs:\n      objectFlag: [functional, synced]\n      sambaPrivileges: [one]\n",
    );
    let said = site.sync();
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(
        (ada.list("objectFlag"), ada.get("sambaPrivileges")),
        (
            vec!["functional".to_owned(), "synced".to_owned()],
            &json!(["one"])
        ),
        "{said}"
    );
    let before = site.udm.writes().len();
    let said = site.sync();
    assert_eq!(site.udm.writes().len(), before, "{said}");
    site.set("[functional, synced]", "[synced]");
    site.sync();
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.list("objectFlag"), ["synced"]);
}

/// Two values where the template has one reject the record, in the words of the file.
#[test]
fn several_values_of_one_are_reported_in_the_words_of_the_file() {
    let site = Site::new();
    site.slapd
        .replace(&staff()[0].dn(), "givenName", &["Ada", "Augusta"]);
    let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("several values for `firstname`, which takes one"),
        "{said}"
    );
    assert!(!said.contains("value: "), "{said}");
    assert!(site.udm.object(&format!("uid=ada,{PEOPLE}")).is_none());
}
