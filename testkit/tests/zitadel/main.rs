//! What the double does beyond the recorded story.

mod faults;
mod recordings;
mod rules;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod token;
mod transport;

use serde_json::{Value, json};
use testkit::zitadel::{Options, UserSeed, ZitadelDouble};

use support::{Reply, send};

fn start() -> ZitadelDouble {
    ZitadelDouble::start(Options::default())
}

fn seed(name: &str) -> UserSeed {
    UserSeed {
        email: format!("{name}@example.org"),
        email_verified: true,
        given_name: name.to_owned(),
        family_name: "Person".to_owned(),
        nick_name: format!("{:x}", name.len()),
        metadata: vec![("localpart".to_owned(), format!("lp-{name}").into_bytes())],
        ..UserSeed::default()
    }
}

/// Calls the double as its service account.
fn call(zitadel: &ZitadelDouble, method: &str, path: &str, body: &Value) -> Reply {
    call_as(zitadel, &zitadel.personal_access_token(), (method, path), body)
}

fn call_as(zitadel: &ZitadelDouble, token: &str, target: (&str, &str), body: &Value) -> Reply {
    try_call(zitadel, token, target, body).expect("an answer")
}

fn try_call(
    zitadel: &ZitadelDouble,
    token: &str,
    target: (&str, &str),
    body: &Value,
) -> std::io::Result<Reply> {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    send(zitadel.port(), target, &headers, body.to_string().as_bytes())
}

fn list(zitadel: &ZitadelDouble) -> Value {
    call(
        zitadel,
        "POST",
        "/v2/users",
        &json!({"queries": [{"typeQuery": {"type": "TYPE_HUMAN"}}]}),
    )
    .json()
}

fn total(list: &Value) -> &str {
    list["details"]["totalResult"].as_str().unwrap_or("0")
}

fn error_id(reply: &Reply) -> String {
    reply.json()["details"][0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn create_body(zitadel: &ZitadelDouble, name: &str) -> Value {
    json!({
        "organization": {"orgId": zitadel.organization_id()},
        "profile": {"givenName": name, "familyName": "Person"},
        "email": {"email": format!("{name}@example.org"), "isVerified": true},
    })
}
