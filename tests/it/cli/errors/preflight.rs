//! A Zitadel that answers, and is not set up for this: exit code 3, and nothing is written.

use testkit::zitadel::{Access, Fault, FaultKind, Options};

use crate::cli::stage::{FAILED, START, Stage};

/// The same for a key, an address and a clock that are wrong, as far as Zitadel tells.
const NO_TOKEN: &str = "error: could not use the target: token: no token for key key-<sync> of user <sync> with audience ZITADEL: 500 server_error Errors.Internal; its clock agrees with ours\nhint: check that the key still exists, belongs to that user and has not expired, that `zitadel.url` is the external address exactly, and the clocks of both machines\n";

#[test]
fn the_role_is_missing() {
    let stage = Stage::new();
    stage.zitadel.set_roles(&["Admin", "Guest"]);
    stage.assert_fails("error: could not use the target: project_roles: project PROJECT has no role `User`; it has `Admin`, `Guest`\nhint: check `zitadel.role`, or add the role to the project\n");
}

#[test]
fn permissions_are_missing() {
    let stage = Stage::new();
    stage.zitadel.set_access(&Access::OrgUserPermissionEditor);
    stage.assert_fails("error: could not use the target: permissions: the service account lacks user.write, user.delete in organization ORGANIZATION\nhint: give the service account the role ORG_USER_MANAGER in that organization\n");
}

#[test]
fn the_service_user_is_no_member() {
    let stage = Stage::new();
    stage.zitadel.set_access(&Access::Nothing);
    stage.assert_fails("error: could not use the target: permissions: the service account lacks user.read, user.write, user.delete, user.grant.read, user.grant.write in organization ORGANIZATION\nhint: give the service account the role ORG_USER_MANAGER in that organization\n");
}

#[test]
fn the_organization_is_unknown() {
    let stage = Stage::new();
    stage.reconfigure(&stage.zitadel.organization_id(), "123456789012345678");
    stage.run("").assert(
        3,
        &START.replace("ORGANIZATION", "123456789012345678"),
        "error: could not use the target: permissions: 403 Organisation doesn't exist (AUTH-Bs7Ds)\nhint: check \
         `zitadel.organization_id`\nFailed: nothing was written. N requests, T s (organization \
         123456789012345678 at ZITADEL). Exit code 3.\n",
    );
    stage.assert_untouched();
}

#[test]
fn the_project_is_unknown() {
    let stage = Stage::new();
    stage.reconfigure(&stage.zitadel.project_id(), "123456789012345678");
    stage.assert_fails("error: could not use the target: project_roles: project 123456789012345678 is not there, or has no roles\nhint: check `zitadel.project_id`, and that the project belongs to the organization or is granted to it\n");
}

#[test]
fn the_key_is_another_ones() {
    let stage = Stage::new();
    stage.write("service-user.json", stage.zitadel.foreign_key_file_json());
    stage.assert_fails(NO_TOKEN);
}

#[test]
fn the_token_is_unknown() {
    let stage = Stage::new();
    stage.reconfigure("key_file: service-user.json", "token: pat-no-such-token");
    stage.assert_fails("error: could not use the target: permissions: 401 Errors.Token.Invalid (AUTH-7fs1e)\nhint: check that the token or key has not expired and that the service account is active\n");
}

/// Zitadel answers a wrong audience like a wrong key.
#[test]
fn zitadel_knows_itself_by_https() {
    let stage = Stage::at(Options {
        external_secure: true,
        ..Options::default()
    });
    stage.assert_fails(NO_TOKEN);
}

#[test]
fn zitadel_knows_itself_by_another_name() {
    let stage = Stage::at(Options {
        domains: vec!["auth.example.org".to_owned()],
        ..Options::default()
    });
    let url = format!("http://127.0.0.1:{}", stage.zitadel.port());
    stage.reconfigure(&stage.zitadel.url(), &url);
    let failed = FAILED.replace("ZITADEL", &url);
    stage.run("").assert(3, &START.replace("ZITADEL", &url), &format!("error: could not use the target: token: the \
         server at {url} is not configured for this host name\nhint: set `zitadel.url` to the external domain and \
         port of the instance\n{failed}"));
    stage.assert_untouched();
}

const KEY_FIRST: &str = "check that the key still exists, belongs to that user and has not expired, that `zitadel.url` is the external address exactly, and the clocks of both machines";
const CLOCK_FIRST: &str = "correct the clocks of both machines; if that does not help, check that the key still \
     exists, belongs to that user and has not expired, and that `zitadel.url` is the external address exactly";

#[test]
fn the_clocks_are_hours_apart() {
    let stage = Stage::new();
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let date = then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let answer = FaultKind::Answer {
        status: 500,
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("date".into(), date),
        ],
        body: r#"{"error":"server_error","error_description":"Errors.Internal"}"#.into(),
    };
    stage
        .zitadel
        .inject(Fault::once("POST", "/oauth/v2/token", answer).times(u64::MAX));
    let run = stage.run("");
    // The clock goes on while the run gets that far.
    let passed = regex::Regex::new(r"\b71\d\d s").expect("a pattern");
    let said = passed.replace(&run.err, "7200 s");
    assert_eq!(
        said,
        format!(
            "{}{FAILED}",
            NO_TOKEN
                .replace("agrees with", "is 7200 s ahead of")
                .replace(KEY_FIRST, CLOCK_FIRST)
        )
    );
    assert_eq!(run.exit, 3);
    stage.assert_untouched();
}

#[test]
fn the_service_user_is_deactivated() {
    let stage = Stage::new();
    stage.zitadel.deactivate_service_user();
    stage.assert_fails("error: could not use the target: token: the service account <sync> is deactivated (400 invalid_request Errors.User.NotActive)\nhint: activate the service account\n");
}
