use super::super::error_ids::{bad, id};
use super::*;

fn failure(status: u16, body: &str) -> Failure {
    Answer {
        operation: "create_user",
        url: "https://z.example/v2/users/human",
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: None,
        transport: Transport::Rest,
        body: body.as_bytes(),
    }
    .failure()
}

fn connect_failure(status: u16, body: &str) -> Failure {
    Answer {
        operation: "list_users",
        url: "https://z.example/zitadel.user.v2.UserService/ListUsers",
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: None,
        transport: Transport::Connect,
        body: body.as_bytes(),
    }
    .failure()
}

/// Connect has the id in another place, and may omit everything but the one in the message.
#[test]
fn errors_of_connect_have_their_id() {
    for details in [
        r#","details":[{"type":"zitadel.v1.ErrorDetail","value":"Cg","debug":{"id":"V3-DKcYh"}}]"#,
        "",
    ] {
        let body =
            format!(r#"{{"code":"already_exists","message":"User already exists (V3-DKcYh)"{details}}}"#);
        let failure = connect_failure(409, &body);
        assert!(failure.is(id::TAKEN), "{body}");
        assert_eq!(
            failure.error.to_string(),
            "list_users: 409 User already exists (V3-DKcYh)"
        );
    }
}

/// Distinguishes an old server, another service and a proxy from a server with a temporary problem.
#[test]
fn a_server_without_connect_is_known_by_its_answer() {
    for (status, body) in [
        (404, r#"{"code":5,"message":"Not Found"}"#),
        (404, "404 page not found\n"),
        (403, "<html>"),
        (405, ""),
        (415, ""),
        (501, r#"{"code":"unimplemented","message":"no"}"#),
    ] {
        assert_eq!(
            connect_failure(status, body).sign,
            Some(Sign::NoConnect),
            "{status} {body}"
        );
        assert_eq!(failure(status, body).sign, None, "{status} {body}");
    }
    for (status, body) in [
        (
            404,
            r#"{"code":"not_found","message":"unable to set instance using origin x"}"#,
        ),
        (
            401,
            r#"{"code":"unauthenticated","message":"Errors.Token.Invalid (AUTH-7fs1e)"}"#,
        ),
        (
            403,
            r#"{"code":"permission_denied","message":"No matching permissions found (AUTH-5mWD2)"}"#,
        ),
        (503, ""),
    ] {
        assert_eq!(connect_failure(status, body).sign, None, "{status} {body}");
    }
}

fn body(code: u8, message: &str, id: &str) -> String {
    format!(
        r#"{{"code":{code},"message":"{message} ({id})","details":[{{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"{id}","message":"{message}"}}]}}"#
    )
}

/// Ids decide, not texts: the same words with another id have no meaning.
#[test]
fn the_id_decides() {
    let taken = failure(409, &body(6, "User already exists", id::TAKEN));
    assert_eq!(taken.error.kind, Kind::Conflict);
    assert_eq!(
        taken.error.to_string(),
        "create_user: 409 User already exists (V3-DKcYh)"
    );
    let phone = failure(400, &body(3, "Telefon ist ungültig", id::PHONE_INVALID));
    assert_eq!(phone.error.kind, bad("phone"));
    let other = failure(400, &body(3, "Phone is invalid PHONE-so0wa", "OTHER-1"));
    assert_eq!(other.error.kind, Kind::InvalidAttribute { attribute: None });
}

/// One id with two meanings: 400 means no phone, 404 means no user.
#[test]
fn the_status_tells_two_meanings_apart() {
    let none = failure(400, &body(9, "Phone not found", id::NO_PHONE));
    let gone = failure(404, &body(5, "User could not be found", id::NO_PHONE));
    assert_eq!(none.error.kind, Kind::Protocol);
    assert_eq!(gone.error.kind, Kind::NotFound);
}

/// A 404 without an id does not prove that a user is missing.
#[test]
fn a_404_without_an_id_is_no_proof() {
    let lost = failure(
        404,
        r#"{"code":5,"message":"unable to set instance using origin https://z.example"}"#,
    );
    assert_eq!(lost.error.kind, Kind::Unreachable);
    let odd = failure(404, &body(5, "Odd", "ODD-1"));
    assert_eq!(odd.error.kind, Kind::Protocol);
}

/// The two refusals without an id are distinguished from real limits and real mistakes.
#[test]
fn two_texts_are_signs() {
    for text in [
        "grpc: received message after decompression larger than max 4194304",
        "grpc: received message larger than max (4543688 vs. 4194304)",
    ] {
        let large = failure(429, &format!(r#"{{"code":8,"message":"{text}"}}"#));
        assert_eq!(large.sign, Some(Sign::ReplyTooLarge));
    }
    let limit = failure(429, r#"{"code":8,"message":"slow down"}"#);
    assert_eq!(
        (limit.error.kind, limit.sign),
        (Kind::Throttled { after: None }, None)
    );
    let filter = failure(
        400,
        r#"{"code":3,"message":"invalid ListUsersRequest.Queries[2]: embedded message failed validation | caused by: invalid SearchQuery.Query: value is required"}"#,
    );
    assert_eq!(filter.sign, Some(Sign::UnknownFilter));
}

/// A web page is not an answer; with a 502 it comes from a proxy that will recover.
#[test]
fn a_web_page_is_named_with_its_address() {
    let page = failure(200, "<!DOCTYPE html><html></html>").error;
    assert_eq!(page.kind, Kind::Protocol);
    assert!(
        page.what
            .contains("https://z.example/v2/users/human answered 200 with HTML")
    );
    assert_eq!(failure(502, "<html>").error.kind, Kind::Unreachable);
}

/// Addresses that the server repeats do not reach the log.
#[test]
fn values_are_left_out() {
    assert_eq!(
        without_values("mail: expected single address, got \"ada lovelace\" for ada@example.org"),
        "mail: expected single address, got … for …"
    );
}

/// Over everything that a real server refused.
#[test]
fn recorded_messages_are_legible_without_names() {
    use crate::target::recorded::{Refused, assert_legible, refusals};
    let refusals = refusals("zitadel");
    assert!(refusals.len() > 50, "{}", refusals.len());
    let error = |refused: &Refused| {
        let body = std::str::from_utf8(&refused.body).unwrap();
        failure(refused.status, body).error.what
    };
    // Numbers of more than three digits, and a quoted letter.
    assert_legible(&refusals, error, &["500000", "n"]);
}
