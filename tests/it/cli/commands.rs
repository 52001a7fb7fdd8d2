//! The output of each command, and the position of its options.

use serde_json::{Value, json};

use super::stage::{START, Stage};

#[test]
fn a_plan_as_json() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    stage.add_account("dan@example.org", "Dan", "Dent");
    let run = stage.run("plan --format json");
    assert_eq!((run.exit, run.err.as_str()), (0, ""));
    let documents: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names = [
        "first_name",
        "last_name",
        "email",
        "preferred_username",
        "localpart",
    ];
    let mut attributes = names.map(|name| json!({"name": name})).to_vec();
    // Nothing about the person.
    attributes.push(json!({"name": "provider", "before": null, "after": "csv:users.csv"}));
    assert_eq!(
        documents[0],
        json!({
            "schema": "directory-sync/plan-view/1",
            "changes": [{
                "action": "create",
                "id": "6379406578616d706c652e6f7267",
                "target_id": null,
                "at": "users.csv:4",
                "attributes": attributes,
                "grant": ["User"],
            }],
            "unchanged": 2,
            "without_role": 0,
            "kept": [{
                "target_id": "<dan@example.org>",
                "id": "64616e406578616d706c652e6f7267",
                "reason": "its person is absent, and `policy.absent` is `keep`",
            }],
        })
    );
    assert_eq!(documents[1]["outcome"], "planned");
    assert_eq!(documents.len(), 2);
    let run = stage.run("plan --format json --show-values");
    assert!(
        run.out
            .contains(r#"{"name":"first_name","before":null,"after":"Cy"}"#),
        "{run:?}"
    );
}

#[test]
fn dry_run_is_plan() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    let plan = stage.run("plan");
    assert_eq!(plan.exit, 0);
    for same in ["--dry-run", "sync --dry-run", "--dry-run plan"] {
        let run = stage.run(same);
        assert_eq!(
            (run.exit, run.out.replace("sync (dry", "plan (dry"), run.err),
            (0, plan.out.clone(), String::new())
        );
    }
    stage.reconfigure("sources:", "feature_flags: [dry_run]\nsources:");
    assert_eq!(stage.run("").out.replace("sync (dry", "plan (dry"), plan.out);
    assert!(
        plan.out
            .ends_with("Dry run: nothing was written, 1 change is pending. N requests, T s (organization ORGANIZATION at ZITADEL, 2 unchanged).\n"),
        "{plan:?}"
    );
    stage.assert_untouched();
}

#[test]
fn pending_changes_have_an_exit_code() {
    let stage = Stage::new();
    assert_eq!(stage.run("plan --detailed-exit-code").exit, 0);
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    assert_eq!(stage.run("plan --detailed-exit-code").exit, 10);
    assert_eq!(stage.run("plan").exit, 0);
}

#[test]
fn global_options_stand_before_and_after_the_command() {
    let stage = Stage::new();
    std::fs::rename(stage.path("config.yaml"), stage.path("other.yaml")).unwrap();
    let before = stage.run("-c other.yaml --format json users");
    let after = stage.run("users --config other.yaml --format json");
    assert_eq!((before.exit, &before.err), (0, &String::new()));
    assert_eq!(before.out, after.out);
    for (variable, name) in [
        ("DIRECTORY_SYNC_CONFIG", "other.yaml"),
        ("FAMEDLY_LDAP_SYNC_CONFIG", "other.yaml"),
        ("FAMEDLY_SYNC_CONFIG", "other.yaml"),
    ] {
        assert_eq!(
            stage.run_with("users --format json", &[(variable, name)]).out,
            before.out
        );
    }
}

#[test]
fn users_in_every_form() {
    let stage = Stage::new();
    stage.run("users").assert(
        0,
        "Ada Archer (ada@example.org)\tactive\tusers.csv:2\tUser\t616461406578616d706c652e6f7267\n\
         Bob Baker (bob@example.org)\tactive\tusers.csv:3\tUser\t626f62406578616d706c652e6f7267\n",
        "",
    );
    stage.run("users --count").assert(0, "2\n", "");
    stage.run("users --format json").assert(
        0,
        "{\"id\":\"616461406578616d706c652e6f7267\",\"name\":\"Ada Archer (ada@example.org)\",\"lifecycle\":\"active\",\"source\":\"csv\",\"at\":\"users.csv:2\",\"roles\":[\"User\"]}\n\
         {\"id\":\"626f62406578616d706c652e6f7267\",\"name\":\"Bob Baker (bob@example.org)\",\"lifecycle\":\"active\",\"source\":\"csv\",\"at\":\"users.csv:3\",\"roles\":[\"User\"]}\n",
        "",
    );
    let run = stage.run("users --show-values");
    assert!(
        run.out.contains("\tfirst_name=\"Ada\"\tlast_name=\"Archer\"\t"),
        "{run:?}"
    );
    assert_eq!(stage.zitadel.requests(), 0);
    for words in ["users", "users --format json"] {
        let run = stage.run_with(words, &[("DIRECTORY_SYNC__OUTPUT__NAMES", "hide")]);
        let names = ["Ada", "ada@example.org", "616461406578616d706c652e6f7267", "name"];
        assert!(names.iter().all(|name| !run.out.contains(name)), "{run:?}");
        assert_eq!(
            run.out.lines().filter(|line| line.contains('#')).count(),
            2,
            "{run:?}"
        );
    }
}

/// `users` is the first command to use, before there is a Zitadel.
#[test]
fn users_need_no_target() {
    let stage = Stage::new();
    stage.configure("sources: {csv: {file_path: users.csv}}\n");
    stage.run("users --count").assert(0, "2\n", "");
    stage.configure(&stage.config());
    std::fs::remove_file(stage.path("service-user.json")).unwrap();
    stage.run("users --count").assert(0, "2\n", "");
}

#[test]
fn users_name_what_is_rejected() {
    let stage = Stage::new();
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada\n",
    );
    stage.run("users").assert(
        1,
        "",
        "rejected: users.csv:2 (csv): 2 fields instead of the 4 of the header\n",
    );
    stage.run("users --count").assert(
        1,
        "0\n",
        "error: 1 record was rejected\nhint: `directory-sync users` says why\n",
    );
}

/// A value is never a line of ours.
#[test]
fn no_value_begins_a_line() {
    let stage = Stage::new();
    stage.add_rows("\"cy@example.org\",\"Cy\nDone: in sync\r\u{1b}[2J\",\"Clark\u{2028}\",\n");
    for arguments in [
        "plan --show-values",
        "users --show-values",
        "-vv plan --show-values",
        "check",
    ] {
        let run = stage.run(arguments);
        for text in [run.out, run.err] {
            assert!(!text.contains("\nDone: in sync"), "{arguments}: {text}");
            assert!(
                !text.contains(['\r', '\u{1b}', '\u{2028}']),
                "{arguments}: {text:?}"
            );
        }
    }
}

#[test]
fn link_ids_names_itself() {
    let stage = Stage::new();
    stage.run("link-ids --dry-run").assert(
        0,
        &format!(
            "{}Source csv: 2 read\nPlan: nothing to change; 2 unchanged (2 accounts, 2 managed).\nDone: in sync, nothing \
             to change. N requests, T s (organization ORGANIZATION at ZITADEL, 2 unchanged).\n",
            START.replace("sync,", "link-ids (dry run),")
        ),
        "",
    );
}

/// `-vv` shows each request, and says nothing of what was in it.
#[test]
fn twice_verbose_shows_requests() {
    let stage = Stage::new();
    let told = stage.words("plan -vv", &[]);
    let requests: Vec<&str> = told
        .lines()
        .filter(|line| line.contains(" request operation="))
        .collect();
    let asked = "operation=\"organization\" method=GET path=\"/management/v1/orgs/me\" status=200";
    assert!(requests.iter().any(|line| line.ends_with(asked)), "{told}");
    assert!(
        requests.len() > 5 && requests.iter().all(|line| line.contains("TRACE")),
        "{told}"
    );
    assert!(!stage.words("plan -v", &[]).contains(" request operation="));
}

/// A plan without a change says so, and does not claim to have compared anything.
#[test]
fn an_empty_plan_is_not_called_in_sync() {
    let stage = Stage::new();
    assert_eq!(stage.run("plan --out plan.json").exit, 0);
    let run = stage.run("apply plan.json");
    assert!(
        run.out.contains("Done: the plan contains no changes. "),
        "{run:?}"
    );
}

/// A left-over token is reported.
#[test]
fn a_token_without_use_is_reported() {
    let stage = Stage::new();
    let run = stage.run("plan --approve 0123456789abcdef");
    assert!(
        run.out
            .contains("Guard: a token was given, but nothing needs approval; remove it\n"),
        "{run:?}"
    );
}
