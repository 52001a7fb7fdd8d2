//! One bad answer does not lose the list of a day.

use std::fs;

use testkit::raw::{RawServer, Say};

use crate::safety::lab::{Lab, staff};

const GRANTED: &str = r#"{"access_token":"abc","expires_in":60}"#;

/// Three people with accounts, and from now on only a list of leavers.
fn lab(server: &RawServer) -> Lab {
    let lab = Lab::csv(&staff(3));
    lab.run("").exits(0).says("3 created");
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let (zitadel, _) = config.split_once("sources:").unwrap();
    let ukt = format!(
        "{zitadel}sources:\n  ukt:\n    endpoint_url: {}\n    oauth2_url: {}\n    client_id: c\n    client_secret: s3cret\n    \
         scope: x\n    grant_type: client_credentials\n",
        server.url("/list"),
        server.url("/token"),
    );
    fs::write(lab.path("config.yaml"), ukt).unwrap();
    lab
}

fn busy() -> Say {
    Say::http(
        "503 Service Unavailable",
        &["Content-Type: text/html", "Retry-After: 1"],
        "<html>busy</html>",
    )
}

#[test]
fn one_bad_answer_does_not_lose_the_list_of_a_day() {
    let list = || Say::json(r#"["ada@example.com"]"#);
    for answers in [
        vec![Say::json(GRANTED), busy(), list()],
        vec![busy(), Say::json(GRANTED), list()],
    ] {
        let server = RawServer::start(answers);
        let lab = lab(&server);
        lab.run("")
            .exits(0)
            .says("1 deleted")
            .says("no usable answer; trying again");
        assert!(!lab.names().contains(&"ada@example.com".to_owned()));
        assert_eq!(server.asked().len(), 3);
    }
}

#[test]
fn a_list_that_was_not_read_is_reported() {
    let server = RawServer::start(vec![Say::json(GRANTED), busy()]);
    let lab = lab(&server);
    lab.run("")
        .exits(3)
        .says("/list refused: 503 Service Unavailable (5 tries); the list of that day was not read (20")
        .says("run again on the same day (UTC)");
    assert_eq!(server.asked().len(), 6);
}
