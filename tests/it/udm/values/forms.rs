//! Values of each form that the server takes and gives.

use testkit::udm::Options;

use super::super::stage::{PEOPLE, Stage, id};

/// Lists in any order, addresses with parts, and letters in any case are written once, and the next run is empty.
#[test]
fn values_of_each_form_are_written_once() {
    let options = Options {
        shuffled: true,
        ..Options::default()
    };
    let stage = Stage::with(options, "");
    stage.reconfigure("users.csv\n", "users.csv\n    list_separator: '|'\n");
    stage.reconfigure(", description]", ", e-mail, homePostalAddress]");
    let header = "univentionObjectIdentifier,username,firstname,lastname,mailPrimaryAddress,phone,e-mail,homePostalAddress\n";
    let ada = format!(
        "{},ada,Ada,Last,Ada.L@Example.ORG,+49 421 2|+49 421 1,B@example.net|a@example.net,Way 2$28195$Bremen|Way 1$28195$Bremen\n",
        id(1)
    );
    stage.installation.write("users.csv", format!("{header}{ada}"));
    stage.sync();
    let stored = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    let sorted = |name: &str| {
        let mut texts = stored.list(name);
        texts.sort();
        texts
    };
    assert_eq!(stored.get("mailPrimaryAddress"), "ada.l@example.org");
    assert_eq!(sorted("phone"), ["+49 421 1", "+49 421 2"]);
    assert_eq!(sorted("e-mail"), ["B@example.net", "a@example.net"]);
    assert_eq!(stored.get("homePostalAddress").as_array().map(Vec::len), Some(2));
    for _ in 0..3 {
        stage.sync_is_empty();
    }
}
