//! Tests of errors.

use super::*;
use crate::target::recorded::{Refused, assert_legible, refusals};

/// Over everything that a real server refused.
#[test]
fn recorded_messages_are_legible_without_names() {
    let refusals = refusals("udm-rest");
    assert!(refusals.len() > 200, "{}", refusals.len());
    let error = |refused: &Refused| {
        let body = std::str::from_utf8(&refused.body).unwrap();
        error(refused.status, body, false).what
    };
    // Quoted words, values and names of the server's own objects.
    let hidden = [
        "0",
        "1",
        "5002",
        "Administrator",
        "Expecting",
        "False",
        "Groups",
        "Guests",
        "If-Match",
        "JSONDecodeError",
        "None",
        "NoneType",
        "True",
        "Users",
        "Y",
        "base",
        "base+one",
        "d",
        "dict",
        "false",
        "lastname",
        "lower",
        "m",
        "name",
        "nope",
        "nx",
        "ny",
        "off",
        "on",
        "one",
        "password",
        "properties.phone",
        "st",
        "sub",
        "true",
        "univentionDefaultGroup",
        "univentionObjectIdentifier",
        "username",
    ];
    assert_legible(&refusals, error, &hidden);
}

fn error(status: u16, body: &str, was_let_in: bool) -> TargetError {
    Answer {
        operation: "update_user",
        url: "https://ucs.example/univention/udm/users/user/",
        status,
        retry_after: None,
        body: body.as_bytes(),
        was_let_in,
    }
    .error()
}

fn refusal(name: &str, message: &str) -> String {
    serde_json::json!({
        "error": {"code": 422, "message": "1 error(s) occurred:\n…"},
        "_embedded": {"udm:error": [{"location": ["body", name], "message": message}]},
    })
    .to_string()
}

/// A password that was accepted before is correct: the server has lost its directory.
#[test]
fn a_401_is_an_outage_once_we_were_let_in() {
    assert_eq!(error(401, "", false).kind, Kind::Unauthorized);
    assert_eq!(error(401, "", true).kind, Kind::Unreachable);
}

#[test]
fn a_json_text_is_a_message() {
    let error = error(503, "\"The service could not be reached. Please retry.\"", true);
    assert_eq!(error.kind, Kind::Throttled { after: None });
    assert_eq!(
        error.to_string(),
        "update_user: 503 The service could not be reached. Please retry."
    );
}

#[test]
fn pages_are_no_answers() {
    assert_eq!(error(200, "<html>", true).kind, Kind::Protocol);
    assert_eq!(error(404, "<html>", true).kind, Kind::Misconfigured);
    assert_eq!(error(500, "<html>", true).kind, Kind::Unreachable);
    let error = error(406, "", true);
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.what.contains("without a body"), "{error}");
}

/// A taken value is distinguished from an invalid one, and no name is repeated.
#[test]
fn values_that_are_taken() {
    let name = "Object exists: (uid): The username is already in use as username or as groupname: ada.";
    let taken = error(422, &refusal("dn", name), true);
    assert_eq!(taken.kind, Kind::Conflict);
    assert!(!taken.what.contains("ada"), "{taken}");
    let mail = error(
        422,
        &refusal(
            "mailPrimaryAddress",
            "The mail address is already in use: a@b.org",
        ),
        true,
    );
    assert_eq!(mail.kind, Kind::Conflict);
    let wrong = error(
        422,
        &refusal("phone", "The property phone has an invalid value: x"),
        true,
    );
    assert_eq!(wrong.kind, Kind::InvalidAttribute { attribute: None });
}
