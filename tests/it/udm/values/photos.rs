//! Photos, which the server stores as other files than were sent.

use serde_json::json;

use super::super::stage::{PEOPLE, Stage, id};

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Photos come back as other files, and are the same for all that.
#[test]
fn a_photo_is_written_once() {
    let stage = Stage::new("");
    stage.reconfigure(", description]", ", description, jpegPhoto]");
    let header = "univentionObjectIdentifier,username,lastname,jpegPhoto\n";
    let row = format!("{},ada,Last,{PNG}\n", id(1));
    stage.installation.write("users.csv", format!("{header}{row}"));
    stage.sync();
    let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_ne!(ada.get("jpegPhoto"), PNG);
    stage.sync_is_empty();
}

/// A user who already has the id is the person, whoever created the account; a photo that the source does not have is
/// removed.
#[test]
fn a_photo_that_the_source_lacks_is_cleared() {
    let stage = Stage::new("");
    stage.reconfigure(", description]", ", jpegPhoto]");
    let dn = stage.add(1, "ada");
    let held = json!({"jpegPhoto": PNG});
    stage.udm.set(&dn, held.as_object().unwrap());
    let header = "univentionObjectIdentifier,username,firstname,lastname,jpegPhoto\n";
    stage
        .installation
        .write("users.csv", format!("{header}{},ada,First,Last,\n", id(1)));
    stage.sync();
    assert_eq!(stage.writes(), ["PATCH users/user/{dn}"]);
    let ada = stage.udm.object(&dn).unwrap();
    assert_eq!(ada.get("jpegPhoto"), &json!(null));
    stage.sync_is_empty();
}
