//! Sizes, Connect, hosts, versions.

use std::io::Read as _;

use serde_json::{Value, json};
use testkit::zitadel::{Options, UserSeed, Version, ZitadelDouble};

use crate::support::send;
use crate::{call, call_as, list, seed, start, total};

/// Replies over 4 MiB of protobuf fail on REST, and only there.
#[test]
fn large_replies() {
    let zitadel = ZitadelDouble::start(Options {
        reply_cap: 10_000,
        ..Options::default()
    });
    zitadel.add_users((0..100).map(|n| seed(&format!("user{n}"))));
    let refused = call(&zitadel, "POST", "/v2/users", &json!({}));
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json(),
        json!({"code": 8, "message": "grpc: received message after decompression larger than max 10000"})
    );
    assert_eq!(
        call(&zitadel, "POST", "/v2/users", &json!({"query": {"limit": 20}})).status,
        200
    );
    let bearer = format!("Bearer {}", zitadel.personal_access_token());
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
        ("Accept-Encoding", "gzip"),
    ];
    let path = "/zitadel.user.v2.UserService/ListUsers";
    let whole = send(zitadel.port(), ("POST", path), &headers, b"{}").expect("an answer");
    assert_eq!(
        (whole.status, whole.headers["content-encoding"].as_str()),
        (200, "gzip")
    );
    let mut text = String::new();
    flate2::read::GzDecoder::new(whole.body.as_slice())
        .read_to_string(&mut text)
        .expect("gzip");
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(total(&whole), "102");
}

/// Connect refuses other content types and methods with an empty body.
#[test]
fn connect_manners() {
    let zitadel = start();
    let path = "/zitadel.user.v2.UserService/ListUsers";
    let text = send(
        zitadel.port(),
        ("POST", path),
        &[("Content-Type", "text/plain")],
        b"{}",
    )
    .expect("an answer");
    assert_eq!((text.status, text.body.len()), (415, 0));
    let get = send(zitadel.port(), ("GET", path), &[], b"").expect("an answer");
    assert_eq!(
        (get.status, get.headers["allow"].as_str(), get.body.len()),
        (405, "POST", 0)
    );
    let broken = call_as(&zitadel, "abc", ("POST", path), &json!("{"));
    assert_eq!(broken.status, 400);
}

/// Another host name is unknown to the instance: 404 without an id.
#[test]
fn unknown_host() {
    let zitadel = start();
    let bearer = format!("Bearer {}", zitadel.personal_access_token());
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Host", "elsewhere.example:1"),
    ];
    let reply = send(zitadel.port(), ("GET", "/management/v1/orgs/me"), &headers, b"").expect("an answer");
    assert_eq!((reply.status, reply.json()["details"].is_null()), (404, true));
    let token = send(zitadel.port(), ("POST", "/oauth/v2/token"), &headers, b"").expect("an answer");
    assert_eq!(
        (token.status, token.headers["content-type"].as_str()),
        (404, "text/plain; charset=utf-8")
    );
}

/// The older server knows neither metadata filters nor the newer paths.
#[test]
fn older_version() {
    let zitadel = ZitadelDouble::start(Options {
        version: Version::V2_64,
        ..Options::default()
    });
    let id = zitadel.add_user(seed("ada"));
    let filter = json!({"queries": [{"metadataKeyFilter": {"key": "localpart"}}]});
    let refused = call(&zitadel, "POST", "/v2/users", &filter);
    assert_eq!(refused.status, 400);
    assert!(
        refused.json()["message"]
            .as_str()
            .is_some_and(|text| text.ends_with("value is required"))
    );
    let grants = json!({"queries": [{"inUserIdsQuery": {"inUserIds": [id]}}]});
    assert_eq!(
        call(&zitadel, "POST", "/management/v1/users/grants/_search", &grants).status,
        400
    );
    assert_eq!(call(&zitadel, "POST", "/v2/users/new", &json!({})).status, 405);
    assert_eq!(
        call(&zitadel, "PATCH", &format!("/v2/users/{id}"), &json!({})).status,
        405
    );
    assert_eq!(
        call(
            &zitadel,
            "POST",
            &format!("/v2/users/{id}/metadata/search"),
            &json!({})
        )
        .status,
        404
    );
    assert_eq!(
        call(
            &zitadel,
            "POST",
            "/zitadel.user.v2.UserService/ListUsers",
            &json!({})
        )
        .status,
        404
    );
    let details = &list(&zitadel)["result"][0]["details"];
    assert!(details["creationDate"].is_null() && details["changeDate"].is_string());
}

/// 4.2 counts one per metadata entry; nothing else differs.
#[test]
fn inflated_totals() {
    let zitadel = ZitadelDouble::start(Options {
        version: Version::V4_2,
        ..Options::default()
    });
    let entry = |key: &str| (key.to_owned(), b"x".to_vec());
    zitadel.add_user(UserSeed {
        metadata: vec![entry("a"), entry("b"), entry("c")],
        ..seed("ada")
    });
    let list = list(&zitadel);
    assert_eq!(
        (total(&list), list["result"].as_array().map(Vec::len)),
        ("3", Some(1))
    );
}
