//! Limits that cannot be read, or understood, or are missing: nothing is written then.

use std::fs;

use testkit::zitadel::{Fault, FaultKind};

use super::ceiling::{KEY, changed};
use crate::program::{side_by_side, write_private};
use crate::safety::lab::Lab;

const SEARCH: &str = "/management/v1/metadata/_search";
const POLICY: &str = "guard: {max_removals: 5}\npolicy: {absent: delete}\n";

/// A limit that is not understood must not be ignored.
#[test]
fn what_is_not_understood_stops_the_run() {
    for (policy, said) in [
        (
            "no-deletes: true",
            "it contains the unknown key `no-deletes`, and a limit must not be ignored",
        ),
        ("no_delete: true", "hint: did you mean `no-delete`?"),
        ("max-removals: 5", "the unknown key `max-removals`"),
        ("settings: {no-delete: true}", "the unknown key `settings`"),
        ("no-delete: maybe", "`no-delete` must be `true` or `false`"),
        ("no-delete:", "`no-delete` must be `true` or `false`"),
        ("no-delete: [true]", "`no-delete` must be `true` or `false`"),
        (
            "max_removals: many",
            "`max_removals` must be a percentage such as `10%`",
        ),
        (
            "max_removals: off",
            "`max_removals` must be a percentage such as `10%`",
        ),
        ("protected: ada", "`protected` must be a list of texts"),
        ("protected: [\"\"]", "`protected` must be a list of texts"),
        ("paused: \"\"", "`paused` must be a text that says why"),
        ("no-delete: true\nno-delete: false", "twice"),
        ("no-delete", "is not a table of keys and values"),
        ("[no-delete]", "is not a table of keys and values"),
        ("# nothing", "is not a table of keys and values"),
        ("{\"no-delete\": true", "is neither YAML nor JSON"),
        ("a: b: c", "is neither YAML nor JSON"),
        (
            "no-delete: true\n---\nno-create: true",
            "is neither YAML nor JSON",
        ),
    ] {
        let lab = changed();
        lab.zitadel.set_organization_metadata(KEY, policy);
        lab.run("sync --report report.json")
            .exits(3)
            .says("error: organization metadata `directory-sync.policy`")
            .says(said);
        assert_eq!(lab.zitadel.writes(), [], "{policy}");
        assert_eq!(lab.json("report.json")["outcome"], "failed", "{policy}");
    }
}

/// What cannot be read is not absent; only an answer that says so is.
#[test]
fn unreadable_is_not_absent() {
    let error = |code: u16, id: &str| {
        format!(
            r#"{{"code": {code}, "message": "no ({id})", "details": [{{"@type": "type.googleapis.com/zitadel.v1.ErrorDetail", "id": "{id}", "message": "no"}}]}}"#
        )
    };
    let answers = [
        (404, error(5, "AUTHZ-cdgFk"), 3),
        (403, error(7, "AUTH-5mWD2"), 3),
        (404, r#"{"code": 5, "message": "Not Found"}"#.to_owned(), 3),
        (500, error(13, "Errors.Internal"), 3),
        (503, String::new(), 3),
        (200, "{}".to_owned(), 3),
        (200, r#"{"details": {"totalResult": "1"}}"#.to_owned(), 3),
        (404, error(5, "QUERY-Rph32"), 0),
    ];
    // Each waits for its further tries.
    let wrong = side_by_side(0..answers.len(), answers.len(), |number| {
        let (status, body, exit) = &answers[number];
        let lab = changed();
        let fault = Fault::once("POST", SEARCH, FaultKind::json(*status, body));
        lab.zitadel.inject(fault.times(u64::MAX));
        lab.run("sync --report report.json").exits(*exit);
        assert_eq!(lab.zitadel.writes().is_empty(), *exit == 3, "{status} {body}");
        Ok(())
    });
    assert_eq!(wrong, Vec::<String>::new());
}

/// To delete the limits is no way out where they are required.
#[test]
fn missing_limits_stop_a_run_that_requires_them() {
    let lab = changed();
    let said = format!(
        "error: no limits are set: metadata `{KEY}` of organization {} is missing",
        lab.zitadel.organization_id()
    );
    lab.run("sync --require-policy").exits(3).says(&said);
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let required = config.replacen("zitadel:\n", "zitadel:\n  require_policy: true\n", 1);
    write_private(&lab.path("config.yaml"), &required);
    lab.run("sync").exits(3).says(&said);
    lab.run("check")
        .exits(3)
        .says("PROBLEM  target zitadel: policy: no limits are set");
    // A file of the machine is not the server's word.
    write_private(&lab.path("policy.yaml"), "no-delete: true\n");
    let file = lab.path("policy.yaml").display().to_string();
    write_private(
        &lab.path("config.yaml"),
        format!("policy_file: {file}\n{required}"),
    );
    lab.run("sync").exits(3).says(&said);
    assert_eq!(lab.zitadel.writes(), []);
    lab.zitadel.set_organization_metadata(KEY, "{}");
    lab.run("sync").exits(0);
}

fn with_file(lab: &Lab, file: &str) {
    let path = lab.path(file).display().to_string();
    lab.configure(&format!("policy_file: {path}\n{POLICY}"));
}

/// A file that others can write, or that is not there, sets no limits and lets nothing through.
#[cfg(unix)]
#[test]
fn a_file_that_others_write_is_refused() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let lab = changed();
    let refused = |file: &str, said: &str| {
        with_file(&lab, file);
        lab.run("sync").exits(3).says("error: `policy_file` (").says(said);
        assert_eq!(lab.zitadel.writes(), [], "{file}");
    };
    refused("missing.yaml", "cannot be read: No such file");
    refused(".", "is not a file");
    write_private(&lab.path("open.yaml"), "no-delete: true\n");
    fs::set_permissions(lab.path("open.yaml"), fs::Permissions::from_mode(0o666)).unwrap();
    refused("open.yaml", "can be written by every user (mode 0666)");
    write_private(&lab.path("unknown.yaml"), "no-deletes: true\n");
    refused("unknown.yaml", "the unknown key `no-deletes`");
    write_private(&lab.path("other.yaml"), "no-delete: true\n");
    if chown(lab.path("other.yaml"), Some(65534), None).is_ok() {
        refused("other.yaml", "belongs to the user 65534, neither to root");
    }
    write_private(&lab.path("good.yaml"), "no-delete: true\n");
    fs::set_permissions(lab.path("good.yaml"), fs::Permissions::from_mode(0o664)).unwrap();
    with_file(&lab, "good.yaml");
    lab.run("sync").exits(0).says("Done: 1 created, 1 updated");
}

/// `check` says which limits there are, also while they pause the runs.
#[test]
fn check_shows_the_limits() {
    let lab = changed();
    // The people there have no phone number, which is a fault of the data.
    lab.run("check")
        .exits(1)
        .says("ok       target zitadel: policy: no limits are set");
    lab.zitadel.set_organization_metadata(
        KEY,
        "{\"no-delete\": true, \"no-create\": false, \"max_removals\": \"5%\", \"protected\": [\"a\", \"b\"], \"paused\": \"moving\"}",
    );
    lab.run("check").exits(1).says(
        "ok       target zitadel: policy: organization metadata `directory-sync.policy`: no-delete, max_removals 5 %, \
         protected 2, paused: moving",
    );
    lab.zitadel.set_organization_metadata(KEY, "no-deletes: true");
    lab.run("check")
        .exits(3)
        .says("PROBLEM  target zitadel: policy: organization metadata");
}
