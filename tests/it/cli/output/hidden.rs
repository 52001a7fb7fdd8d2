//! With hidden names, messages of the server name nobody, wherever they are sent.

use serde_json::Value;
use testkit::raw::{RawServer, Say};
use testkit::zitadel::{Fault, FaultKind};

use crate::cli::stage::Stage;

/// A server's message with a surname and a first name that are usual words of messages, and an address.
const MESSAGE: &str = "User May Born already exists: may.born@example.org is not allowed";

/// A run with a person whom the server refuses by name.
fn refused() -> (Stage, RawServer) {
    let stage = Stage::new();
    stage.add_rows("may.born@example.org,May,Born,\n");
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
    for name in ["May", "Born", "may", "born"] {
        assert!(!words.contains(&name), "{name}: {told}");
    }
    assert!(!told.contains(&hex::encode("may.born@example.org")), "{told}");
}

#[test]
fn a_surname_that_is_a_usual_word_is_hidden() {
    let (stage, _server) = refused();
    for format in ["", " --log-format json"] {
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
        assert!(error.starts_with("create_user: 400 User #"), "{error}");
        assert!(error.contains(" already exists: ") && error.ends_with(" is not allowed"), "{error}");
    }
}

/// With names, the same message is as the server wrote it, but for the address.
#[test]
fn with_names_the_message_is_readable() {
    let (stage, _server) = refused();
    let run = stage.run("sync");
    assert!(run.out.contains("User May Born already exists: "), "{run:?}");
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
