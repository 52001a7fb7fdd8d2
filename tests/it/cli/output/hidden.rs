//! With hidden names, messages of the server name nobody, wherever they are sent.

use serde_json::Value;
use testkit::raw::{RawServer, Say};
use testkit::zitadel::{Fault, FaultKind};

use crate::cli::stage::Stage;

/// A server's message with a first name and a surname that are usual words of messages where they stand.
const MESSAGE: &str = "May already exists. User Manager is not allowed";

/// A run with a person whom the server refuses by name.
fn refused() -> (Stage, RawServer) {
    let stage = Stage::new();
    stage.add_rows("may.manager@example.org,May,Manager,\n");
    let server = RawServer::start(vec![Say::http("200 OK", &[], "OK")]);
    let notify = format!(
        "notify: {{healthchecks: \"{}\", webhook: {{url: \"{}\"}}}}\nsources:\n",
        server.url("/check/"),
        server.url("/hook")
    );
    stage.reconfigure("sources:\n", &notify);
    let answer = serde_json::json!({"code": 3, "message": MESSAGE}).to_string();
    let fault = Fault::nth_write(1, FaultKind::json(400, &answer));
    stage.zitadel.inject(fault.times(9));
    (stage, server)
}

#[track_caller]
fn assert_unnamed(told: &str) {
    let words: Vec<&str> = told.split(|c: char| !c.is_alphanumeric()).collect();
    for name in ["May", "Manager", "may", "manager"] {
        assert!(!words.contains(&name), "{name}: {told}");
    }
    assert!(!told.contains(&hex::encode("may.manager@example.org")), "{told}");
}

#[test]
fn a_surname_that_is_a_usual_word_is_hidden() {
    for format in ["", " --log-format json"] {
        let (stage, _server) = refused();
        let run = stage.run_with(
            &format!("sync --report report.json{format}"),
            &[("DIRECTORY_SYNC__OUTPUT__NAMES", "hide")],
        );
        assert_eq!(run.exit, 1, "{run:?}");
        for told in [&run.out, &run.err, &stage.read("report.json")] {
            assert_unnamed(told);
        }
        let report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
        let error = report["failures"][0]["error"].as_str().unwrap();
        let parts: Vec<&str> = error.split('#').collect();
        assert_eq!(parts.len(), 3, "{error}");
        assert_eq!(parts[0], "create_user: 400 ");
        assert!(parts[1].ends_with(" already exists. User "), "{error}");
        assert!(parts[2].ends_with(" is not allowed"), "{error}");
    }
}

/// With names, the same message is as the server wrote it.
#[test]
fn with_names_the_message_is_readable() {
    let (stage, _server) = refused();
    let run = stage.run("sync");
    assert!(
        run.out
            .contains("May already exists. User Manager is not allowed"),
        "{run:?}"
    );
}

/// Notifications leave the host, so they have no names even if the output has.
#[test]
fn notifications_do_not_repeat_the_names_in_a_message() {
    let (stage, server) = refused();
    assert_eq!(stage.run("sync").exit, 1);
    let asked = server.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    for request in &asked {
        assert_unnamed(request);
    }
    let told = asked.concat();
    assert_eq!(told.matches("already exists").count(), 2, "{told}");
}

/// Every hash of a failed change leads back to its person.
#[test]
fn hashes_of_a_failure_are_explained() {
    let (stage, _server) = refused();
    let hide = [("DIRECTORY_SYNC__OUTPUT__NAMES", "hide")];
    assert_eq!(stage.run_with("sync --report report.json", &hide).exit, 1);
    let report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    let failure = &report["failures"][0];
    let in_error = failure["error"].as_str().unwrap().split(' ');
    let in_error = in_error.filter(|word| word.starts_with('#')).map(str::to_owned);
    let fields = ["id", "id_text", "name", "login"].map(|field| failure[field].as_str().unwrap().to_owned());
    for hash in fields.into_iter().chain(in_error) {
        assert!(hash.starts_with('#'), "{hash}");
        let found = stage.run(&format!("explain {hash}"));
        assert!(
            found.out.contains("Record: users.csv:4 (csv), active"),
            "{hash}: {found:?}"
        );
    }
    let found = stage.run("explain may.manager@example.org --from report.json");
    assert!(found.out.starts_with("failures: "), "{found:?}");
}
