//! Values of each form that the server takes and gives.

use std::sync::Arc;

use testkit::udm::{Moment, Options, UserSeed};

use super::super::stage::{PEOPLE, Stage, id, row};

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

/// The container as the server spells it.
const STORED: &str = "OU=People,DC=Univention-Organization,dc=intranet";

fn stored(n: u32, username: &str) -> UserSeed {
    UserSeed::new(username, STORED)
        .with("univentionObjectIdentifier", id(n))
        .with("firstname", "First")
        .with("lastname", "Last")
}

/// A container is the same in any spelling: no one in it is moved, and new users are found there.
#[test]
fn a_container_is_the_same_in_whatever_spelling() {
    let stage = Stage::new(&(row(1, "ada") + &row(2, "bob")));
    stage.udm.add_ou(STORED);
    stage.udm.add_user(stored(1, "ada"));
    stage.sync();
    assert_eq!(stage.writes(), ["POST users/user/"]);
    stage.sync_is_empty();
    stage.reconfigure("ou: ou=people", "ou: 'OU = PEOPLE'");
    stage.sync_is_empty();
}

/// A user that another host created there in the meantime belongs to the person.
#[test]
fn a_user_whom_another_host_made_meanwhile_is_taken_over() {
    let stage = Arc::new(Stage::new(&row(1, "ada")));
    stage.udm.add_ou(STORED);
    let server = Arc::clone(&stage);
    let other_host = move || drop(server.udm.add_user(stored(1, "ada")));
    stage.udm.on_write(1, Moment::Received, other_host);
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(stage.writes(), ["POST users/user/"]);
    stage.sync_is_empty();
}

/// The server's template decides which cells contain several values: `objectFlag` is a list there, `description` is not.
#[test]
fn cells_are_split_where_the_server_has_a_list() {
    let stage = Stage::new("");
    stage.reconfigure("users.csv\n", "users.csv\n    list_separator: '|'\n");
    stage.reconfigure("phone, description]", "objectFlag, description]");
    let header =
        "univentionObjectIdentifier,username,firstname,lastname,mailPrimaryAddress,objectFlag,description\n";
    let write = |flags: &str| {
        let row = format!("{},ada,Ada,Last,,{flags},one|two\n", id(1));
        stage.installation.write("users.csv", format!("{header}{row}"));
    };
    write("synced | functional|");
    stage.sync();
    let stored = || stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    let mut flags = stored().list("objectFlag");
    flags.sort();
    assert_eq!(flags, ["functional", "synced"]);
    assert_eq!(stored().get("description"), "one|two");
    stage.sync_is_empty();
    write("|");
    stage.sync();
    assert_eq!(stored().list("objectFlag"), Vec::<String>::new());
    stage.sync_is_empty();
}
