//! The server's template decides which properties take several values of an LDAP source.

use testkit::udm::UserSeed;

use crate::groups::stage::{PEOPLE, Stage, person};

fn stage(mapping: &str, entry: &str) -> Stage {
    let stage = Stage::new(&person(1, "ada").replace("\n\n", &format!("\n{entry}\n")));
    stage.reconfigure("lastname, description]", "lastname, objectFlag, description]");
    stage.reconfigure(
        "lastname: sn, description: description}",
        &format!("lastname: sn, {mapping}}}"),
    );
    stage
}

const FLAGS: &str = "ou: synced\nou: functional\n";

/// `objectFlag` is a list on the server, so it gets all values, without a rule. A rule chooses one.
#[test]
fn a_list_of_the_server_gets_all_values() {
    for (mapping, wanted) in [
        ("objectFlag: ou", &["functional", "synced"][..]),
        ("objectFlag: {name: ou, value: all}", &["functional", "synced"]),
        ("objectFlag: {name: ou, value: first_sorted}", &["functional"]),
        ("objectFlag: {name: ou, value: first}", &["synced"]),
    ] {
        let stage = stage(mapping, FLAGS);
        stage.converges();
        let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
        let mut flags = ada.list("objectFlag");
        flags.sort();
        assert_eq!(flags, wanted, "{mapping}");
    }
}

/// `description` takes one value: who has two is rejected and keeps the account, unless a rule chooses one.
#[test]
fn a_person_with_too_many_values_keeps_the_account() {
    let several = "description: one\ndescription: two\n";
    let stage = stage("description: description", several);
    stage.udm.add_ou(PEOPLE);
    let dn = stage.udm.add_user(
        UserSeed::new("ada", PEOPLE)
            .with("univentionObjectIdentifier", crate::groups::stage::id(1))
            .with("lastname", "ada")
            .with("description", "stored"),
    );
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("several values for `description`, which takes one"),
        "{}",
        ran.out
    );
    assert_eq!(stage.udm.object(&dn).unwrap().get("description"), "stored");
    stage.reconfigure(
        "description: description}",
        "description: {name: description, value: first_sorted}}",
    );
    stage.converges();
    assert_eq!(stage.udm.object(&dn).unwrap().get("description"), "one");
}
