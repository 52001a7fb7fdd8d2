//! A Zitadel that answers, and is not set up for this: exit code 3, and nothing is written.

use std::time::Duration;

use testkit::zitadel::Access;

use super::stage::Stage;

#[test]
fn the_role_is_missing() {
    let stage = Stage::new();
    stage.zitadel.set_roles(&["Admin", "Guest"]);
    stage.assert_fails("");
}

#[test]
fn permissions_are_missing() {
    let stage = Stage::new();
    stage.zitadel.set_access(&Access::OrgUserPermissionEditor);
    stage.assert_fails("");
}

#[test]
fn the_service_user_is_no_member() {
    let stage = Stage::new();
    stage.zitadel.set_access(&Access::Nothing);
    stage.assert_fails("");
}

#[test]
fn the_organization_is_unknown() {
    let stage = Stage::new();
    stage.reconfigure(&stage.zitadel.organization_id(), "123456789012345678");
    let run = stage.run("");
    assert_eq!((run.exit, run.err.as_str()), (3, ""));
    stage.assert_untouched();
}

#[test]
fn the_project_is_unknown() {
    let stage = Stage::new();
    stage.reconfigure(&stage.zitadel.project_id(), "123456789012345678");
    stage.assert_fails("");
}

#[test]
fn the_key_is_another_ones() {
    let stage = Stage::new();
    stage.write("service-user.json", &stage.zitadel.foreign_key_file_json());
    stage.assert_fails("");
}

#[test]
fn the_token_is_unknown() {
    let stage = Stage::new();
    stage.reconfigure("key_file: service-user.json", "token: pat-no-such-token");
    stage.assert_fails("");
}

/// Zitadel knows itself by the first name alone, and takes no other for the audience of an assertion.
#[test]
fn the_address_is_not_the_one_zitadel_knows_itself_by() {
    let stage = Stage::new();
    stage.reconfigure("127.0.0.1", "localhost");
    stage.run("").assert(3, "", "");
}

#[test]
fn the_clock_is_an_hour_and_more_behind() {
    let stage = Stage::new();
    stage.zitadel.advance_clock(Duration::from_secs(2 * 60 * 60));
    stage.assert_fails("");
}

#[test]
fn the_service_user_is_deactivated() {
    let stage = Stage::new();
    stage.zitadel.deactivate_service_user();
    stage.assert_fails("");
}
