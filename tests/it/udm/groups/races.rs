//! Names and places that change while groups are written.

use std::sync::Arc;

use directory_sync::model::{ActionKind, AttributeChange, Change, Edit, Value};
use directory_sync::target::Target as _;
use serde_json::json;
use testkit::udm::{Moment, Options};

use super::super::stage::{PEOPLE, Stage, row};
use super::lab::{Lab, TEAMS, USER, external, seed, user};

/// The server reads a group, and writes it a while later: a rename in between would be lost.
#[tokio::test]
async fn a_group_is_written_beside_no_rename() {
    let options = Options {
        race: std::time::Duration::from_millis(100),
        ..Options::default()
    };
    let stage = Stage::with(options, "");
    let ada = stage.add(1, "ada");
    stage.add(2, "bob");
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[&ada], &[]));
    let lab = Lab::read(stage).await;
    let object = lab.ids.get(USER, &external(1)).unwrap();
    let change = lab.edit(12, None, &[user(1), user(2)]);
    let (renamed, changed) = tokio::join!(
        lab.target.set_login(USER, object, "ada.new"),
        lab.target.apply(&change, &lab.ids)
    );
    renamed.unwrap();
    changed.unwrap();
    let users = ["ada.new", "bob"].map(|name| format!("uid={name},{PEOPLE}"));
    assert_eq!(lab.stage.udm.named("outer").unwrap().list("users"), users);
}

/// A user who is moved back meanwhile is a member by the new name.
#[tokio::test]
async fn a_group_is_written_beside_no_move() {
    let options = Options {
        race: std::time::Duration::from_millis(100),
        ..Options::default()
    };
    let stage = Stage::with(options, "");
    let ada = stage.add(1, "ada");
    let sub = format!("ou=sub,{PEOPLE}");
    stage.udm.add_ou(&sub);
    stage.udm.relocate(&ada, &format!("uid=ada,{sub}"));
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[], &[]));
    let lab = Lab::read(stage).await;
    let users = lab.target.catalog().schema(USER);
    let position = users.index("position").unwrap();
    let ada = lab.found.iter().find(|found| found.resource == USER).unwrap();
    let moved = Edit {
        changes: vec![AttributeChange {
            attribute: position,
            before: ada.attributes.get(position).cloned(),
            after: Some(Value::text("ou=people")),
        }],
        ..Edit::of_account(ada, users, "test")
    };
    let moved = Change::edit_as(ActionKind::Update, moved);
    let change = lab.edit(12, None, &[user(1)]);
    let (moved, changed) = tokio::join!(
        lab.target.apply(&moved, &lab.ids),
        lab.target.apply(&change, &lab.ids)
    );
    moved.unwrap();
    changed.unwrap();
    let users = lab.stage.udm.named("outer").unwrap().list("users");
    assert_eq!(users, [format!("uid=ada,{PEOPLE}")]);
}

/// An account is looked at before it is deleted at the end of its grace. The server deletes it only in the state that was seen
/// (`If-Match`): after a change in between it is looked at again, and its person may be back.
#[test]
fn an_account_is_deleted_in_the_state_that_was_looked_at() {
    for (meanwhile, is_deleted) in [
        (json!({"description": "changed"}), true),
        (json!({"physicalDeliveryOfficeName": null}), false),
    ] {
        let stage = Arc::new(Stage::new(&row(1, "ada")));
        stage.reconfigure("guard:", "policy: {absent: delete, grace: {runs: 2}}\nguard:");
        stage.reconfigure(
            "  users:\n",
            "  users:\n    marker_property: physicalDeliveryOfficeName\n",
        );
        stage.add(1, "ada");
        let gone = stage.add(2, "gone");
        stage.sync();
        let (server, dn, change) = (Arc::clone(&stage), gone.clone(), meanwhile.clone());
        let somebody_else = move || server.udm.set(&dn, change.as_object().unwrap());
        stage.udm.on_write(1, Moment::Received, somebody_else);
        let ran = stage.run(&["sync"]);
        let told = format!("{}{}", ran.out, ran.err);
        let deletes = stage.udm.writes();
        assert!(
            deletes.iter().all(|delete| delete.if_match.is_some()),
            "{deletes:?}"
        );
        assert_eq!(stage.udm.object(&gone).is_none(), is_deleted, "{told}");
        if is_deleted {
            assert_eq!((ran.exit, stage.writes().len()), (0, 2), "{told}");
            stage.sync_is_empty();
        } else {
            assert_eq!((ran.exit, stage.writes().len()), (1, 1), "{told}");
            assert!(told.contains("its person was not missing all the time"), "{told}");
        }
    }
}
