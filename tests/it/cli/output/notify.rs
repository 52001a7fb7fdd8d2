//! `notify.*`: notifications of a run, with the real binary.

use std::net::TcpListener;

use ring::hmac;
use serde_json::Value;
use testkit::raw::{RawServer, Say};

use crate::cli::stage::{Run, Stage};

/// A stage, and a server that is notified of its runs.
fn told_stage(webhook: &str) -> (Stage, RawServer) {
    let (stage, server) = (
        Stage::new(),
        RawServer::start(vec![Say::http("200 OK", &[], "OK")]),
    );
    notify(
        &stage,
        &format!(
            "{{healthchecks: \"{}\", webhook: {{url: \"{}\"{webhook}}}}}",
            server.url("/check/"),
            server.url("/hook?team=1")
        ),
    );
    (stage, server)
}

fn notify(stage: &Stage, notify: &str) {
    stage.reconfigure("sources:\n", &format!("notify: {notify}\nsources:\n"));
}

/// Method and address of each request, without the id of the run, and in order of the alphabet but the first.
fn lines(server: &RawServer) -> Vec<String> {
    let asked = server.asked();
    let lines = asked.iter().map(|request| {
        let line = request.lines().next().unwrap();
        let line = line.strip_suffix(" HTTP/1.1").unwrap();
        match line.split_once("rid=") {
            Some((line, _)) => format!("{line}rid"),
            None => line.to_owned(),
        }
    });
    let mut lines: Vec<_> = lines.collect();
    // The two at the end are sent at once.
    if let Some((_, rest)) = lines.split_first_mut() {
        rest.sort();
    }
    lines
}

/// The request to the webhook: its head in lower case, and its body.
fn event(server: &RawServer) -> (String, String) {
    let asked = server.asked();
    let event = asked
        .iter()
        .find(|request| request.starts_with("POST /hook"))
        .unwrap();
    let (head, body) = event.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let name = format!("{name}: ");
    head.lines().find_map(|line| line.strip_prefix(&*name)).unwrap()
}

/// No address, no name, no external id is in anything that was sent, although the output of the run has them.
fn assert_nobody_is_named(server: &RawServer) {
    let ids = ["ada@example.org", "bob@example.org", "cy@example.org"].map(hex::encode);
    for request in server.asked() {
        let names = ["@example.org", "Archer", "Baker", "Clark"];
        for name in names.into_iter().chain(ids.iter().map(String::as_str)) {
            assert!(!request.contains(name), "{name} in {request}");
        }
    }
}

#[test]
fn a_good_run_is_reported_to_a_check() {
    let (stage, server) = told_stage("");
    let run = stage.run("sync");
    assert_eq!((run.exit, run.err.as_str()), (0, ""));
    assert_eq!(
        lines(&server),
        ["GET /check/start?rid", "POST /check/0?rid"],
        "the webhook is told of failures and refusals alone"
    );
    let asked = server.asked();
    let ids: Vec<_> = asked
        .iter()
        .map(|request| request.split("rid=").nth(1).unwrap().split(' ').next().unwrap())
        .collect();
    assert_eq!(ids[0], ids[1]);
    let form = ids[0].split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(form, [8, 4, 4, 4, 12], "{ids:?}");
    let (_, body) = asked[1].split_once("\r\n\r\n").unwrap();
    assert!(body.starts_with("Done: in sync, nothing to change."), "{body}");
    stage.run("sync");
    assert!(
        !server.asked()[2].contains(ids[0]),
        "each run has an id of its own"
    );
}

#[test]
fn a_partial_run_is_a_failure_and_signed() {
    let (stage, server) = told_stage(", secret_file: hook-secret");
    stage.write("hook-secret", "hunter2\n");
    stage.add_rows("cy@example.org,Cy,Clark,\n,No,Address,\n");
    assert_eq!(stage.run("sync").exit, 1);
    assert_eq!(
        lines(&server),
        ["GET /check/start?rid", "POST /check/1?rid", "POST /hook?team=1"]
    );
    let (head, body) = event(&server);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"hunter2");
    let tag = hmac::sign(&key, body.as_bytes());
    let source = format!("{}/#{}", stage.zitadel.url(), stage.zitadel.organization_id());
    for (name, value) in [
        ("x-signature-256", format!("sha256={}", hex::encode(tag.as_ref()))),
        ("ce-specversion", "1.0".to_owned()),
        ("ce-type", "org.directory-sync.run.failed".to_owned()),
        ("ce-source", source),
        ("content-type", "application/json".to_owned()),
    ] {
        assert_eq!(header(&head, name), value, "{name}");
    }
    let asked = server.asked();
    assert!(asked[0].contains(header(&head, "ce-id")), "{head}");
    let report: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(report["schema"], "directory-sync/report/1");
    assert_eq!(report["changes"]["create"]["applied"], 1);
    assert_eq!(report["rejected"][0]["at"], "users.csv:5");
    assert_nobody_is_named(&server);
}

/// A run that cannot begin fails like any other; what is wrong in the file may name people.
#[test]
fn a_broken_configuration_is_reported_with_its_locations() {
    let (stage, server) = told_stage("");
    stage.reconfigure(
        "sources:\n",
        "guard: {canaries: ada@example.org, max_remvals: 3}\nsources:\n",
    );
    assert_eq!(stage.run("plan").exit, 2);
    assert_eq!(stage.run("sync --dry-run").exit, 2);
    assert_eq!(lines(&server), Vec::<String>::new(), "nobody is told of dry runs");
    assert_eq!(stage.run("sync").exit, 2);
    assert_eq!(lines(&server), ["POST /check/2?rid", "POST /hook?team=1"]);
    let (head, body) = event(&server);
    assert_eq!(header(&head, "ce-source"), "directory-sync");
    let report: Value = serde_json::from_str(&body).unwrap();
    let error = report["error"].as_str().unwrap();
    assert!(error.contains("`guard.max_remvals` at config.yaml:"), "{error}");
    assert_nobody_is_named(&server);
}

#[test]
fn a_refused_run_is_reported_without_names() {
    let (stage, server) = told_stage("");
    stage.write("users.csv", "email,first_name,last_name,phone\n");
    assert_eq!(stage.run("sync").exit, 4);
    assert_eq!(
        lines(&server),
        ["GET /check/start?rid", "POST /check/4?rid", "POST /hook?team=1"]
    );
    let (head, body) = event(&server);
    assert_eq!(header(&head, "ce-type"), "org.directory-sync.run.refused");
    assert!(!head.contains("x-signature"), "{head}");
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap()["outcome"],
        "refused"
    );
    assert_nobody_is_named(&server);
}

#[test]
fn a_change_is_reported_where_that_is_wanted() {
    let (stage, server) = told_stage(", on: [changed]");
    stage.run("sync");
    assert_eq!(lines(&server).len(), 2, "nothing was changed");
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    assert_eq!(stage.run("sync").exit, 0);
    assert_eq!(
        header(&event(&server).0, "ce-type"),
        "org.directory-sync.run.completed"
    );
    assert_nobody_is_named(&server);
}

#[test]
fn what_only_looks_is_not_reported() {
    let (stage, server) = told_stage(", on: [failure, refused, changed, success]");
    stage.add_rows("cy@example.org,Cy,Clark,\n");
    for arguments in ["plan", "sync --dry-run", "check", "users"] {
        assert_eq!(stage.run(arguments).exit, 0, "{arguments}");
    }
    assert_eq!(stage.run("plan --out plan.json").exit, 0);
    assert_eq!(lines(&server), Vec::<String>::new());
    assert_eq!(stage.run("apply plan.json").exit, 0);
    assert_eq!(
        lines(&server),
        ["GET /check/start?rid", "POST /check/0?rid", "POST /hook?team=1"]
    );
}

/// The same run, but for a warning.
fn assert_goes_on(url: &str, reason: &str) {
    let stage = Stage::new();
    notify(
        &stage,
        &format!("{{healthchecks: \"{url}\", webhook: {{url: \"{url}\", on: [success]}}}}"),
    );
    let Run { exit, out, err } = stage.run("sync");
    assert_eq!(exit, 0, "{out}{err}");
    assert!(out.contains("Done: in sync"), "{out}");
    for key in ["notify.healthchecks", "notify.webhook"] {
        let line = format!("WARN a notification could not be delivered key=\"{key}\" reason=\"{reason}");
        assert!(err.contains(&line), "{err}");
    }
    assert_eq!(err.lines().count(), 3, "start, check and webhook: {err}");
    assert!(!err.contains(url), "an address may be a secret: {err}");
}

#[test]
fn what_cannot_be_delivered_changes_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_goes_on(&format!("http://{closed}/check"), "");
    let server = RawServer::start(vec![Say::http("404 Not Found", &[], "")]);
    assert_goes_on(&server.url("/check"), "the server answered 404");
}

#[test]
fn mistakes_are_reported_with_their_line() {
    let stage = Stage::new();
    for (given, what) in [
        (
            "{healthchecks: \"ftp://hc.example.org/1\"}",
            "error: `notify.healthchecks`: `ftp://hc.example.org/1` must start with `http://` or `https://`\n  at config.yaml:6",
        ),
        (
            "{webhook: {url: \"https://hook.example.org\", on: [failed]}}",
            "error: `notify.webhook.on` does not know `failed`\n  at config.yaml:6",
        ),
        (
            "{webhook: {on: [failure]}}",
            "error: `notify.webhook.url` is missing\n",
        ),
        (
            "{webhook: {url: \"https://hook.example.org\", secret: \"\"}}",
            "error: `notify.webhook.secret` is empty\n  at config.yaml:6",
        ),
    ] {
        notify(&stage, given);
        let run = stage.run("sync");
        assert_eq!(run.exit, 2, "{run:?}");
        assert!(run.err.starts_with(what), "{}\n{what}", run.err);
        stage.configure(&stage.config());
    }
    stage.assert_untouched();
}
