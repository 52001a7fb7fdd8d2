//! What the double does beyond the recorded story: tokens, permissions, pages, faults, lag, versions.

mod support;

use std::io::Read as _;
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use support::{Reply, send};
use testkit::zitadel::{
    Access, Channel, Fault, FaultKind, Moment, Options, ReadSide, UserSeed, UserState, Version, ZitadelDouble,
};

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

/// Calls the double as its service user.
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

/// Seconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn assertion(key_file: &str, audience: &str, (issued, expires): (i64, i64)) -> String {
    let file: Value = serde_json::from_str(key_file).expect("a key file");
    let text = |name: &str| file[name].as_str().unwrap_or_default().to_owned();
    let body: String = text("key")
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let key = RsaKeyPair::from_der(&STANDARD.decode(body).expect("base64")).expect("PKCS#1");
    let header = json!({"alg": "RS256", "kid": text("keyId")}).to_string();
    let user = text("userId");
    let claims =
        json!({"iss": user, "sub": user, "aud": audience, "iat": issued, "exp": expires}).to_string();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn exchange(zitadel: &ZitadelDouble, assertion: &str, scope: &str) -> Reply {
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let form = format!(
        "grant_type={grant}&assertion={assertion}&scope={}",
        scope.replace(' ', "+")
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send(
        zitadel.port(),
        ("POST", "/oauth/v2/token"),
        &headers,
        form.as_bytes(),
    )
    .expect("an answer")
}

const SCOPE: &str = "openid urn:zitadel:iam:org:project:id:zitadel:aud";

/// An assertion is accepted in the time window that was recorded, and only with the right key and audience.
#[test]
fn assertions_are_checked() {
    let zitadel = start();
    let (key, url) = (zitadel.key_file_json(), zitadel.url());
    let status = |key: &str, url: &str, times| exchange(&zitadel, &assertion(key, url, times), SCOPE).status;
    let now = now();
    assert_eq!(status(&key, &url, (now - 10, now + 300)), 200);
    assert_eq!(status(&key, &url, (now - 3500, now + 300)), 200);
    assert_eq!(status(&key, &url, (now - 3700, now + 300)), 500);
    assert_eq!(status(&key, &url, (now + 30, now + 300)), 500);
    assert_eq!(status(&key, &url, (now - 10, now)), 500);
    assert_eq!(status(&key, &format!("{url}/"), (now - 10, now + 300)), 500);
    assert_eq!(
        status(&zitadel.foreign_key_file_json(), &url, (now - 10, now + 300)),
        500
    );
}

/// A token works for its lifetime; without the API's scope it never works.
#[test]
fn tokens_expire() {
    let zitadel = start();
    let signed = || {
        assertion(
            &zitadel.key_file_json(),
            &zitadel.url(),
            (now() - 10, now() + 300),
        )
    };
    let reply = exchange(&zitadel, &signed(), SCOPE).json();
    assert_eq!(reply["expires_in"], 43_199);
    let token = reply["access_token"].as_str().expect("a token").to_owned();
    let me = ("GET", "/auth/v1/users/me");
    assert_eq!(call_as(&zitadel, &token, me, &Value::Null).status, 200);
    zitadel.advance_clock(Duration::from_secs(12 * 3600 + 1));
    let late = call_as(&zitadel, &token, me, &Value::Null);
    assert_eq!((late.status, error_id(&late).as_str()), (401, "AUTH-7fs1e"));
    let zitadel = start();
    let signed = assertion(
        &zitadel.key_file_json(),
        &zitadel.url(),
        (now() - 10, now() + 300),
    );
    let useless = exchange(&zitadel, &signed, "openid").json()["access_token"].clone();
    assert_eq!(
        call_as(&zitadel, useless.as_str().expect("a token"), me, &Value::Null).status,
        401
    );
}

/// Tokens of a deactivated service user stay invalid after its reactivation.
#[test]
fn deactivated_service_user() {
    let zitadel = start();
    let signed = assertion(
        &zitadel.key_file_json(),
        &zitadel.url(),
        (now() - 10, now() + 300),
    );
    let token = exchange(&zitadel, &signed, SCOPE).json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    zitadel.deactivate_service_user();
    let refused = exchange(&zitadel, &signed, SCOPE);
    assert_eq!(
        (refused.status, refused.json()["error_description"].as_str()),
        (400, Some("Errors.User.NotActive"))
    );
    zitadel.reactivate_service_user();
    assert_eq!(
        call_as(&zitadel, &token, ("GET", "/auth/v1/users/me"), &Value::Null).status,
        401
    );
    assert_eq!(exchange(&zitadel, &signed, SCOPE).status, 200);
}

/// Without `user.read` lists are empty, without `user.write` creates are refused.
#[test]
fn missing_permissions() {
    let zitadel = start();
    let id = zitadel.add_user(seed("ada"));
    assert_eq!(total(&list(&zitadel)), "1");
    zitadel.revoke(&["user.read", "user.write", "user.delete"]);
    assert_eq!(total(&list(&zitadel)), "0");
    let create = call(&zitadel, "POST", "/v2/users/human", &create_body(&zitadel, "bob"));
    assert_eq!((create.status, error_id(&create).as_str()), (403, "AUTH-5mWD2"));
    let delete = call(&zitadel, "DELETE", &format!("/v2/users/{id}"), &Value::Null);
    assert_eq!((delete.status, error_id(&delete).as_str()), (403, "AUTH-AWfge"));
    zitadel.set_access(&Access::Permissions(vec!["events.read".to_owned()]));
    let events = call(
        &zitadel,
        "POST",
        "/admin/v1/events/_search",
        &json!({"aggregateId": id}),
    )
    .json();
    assert_eq!(events["events"].as_array().map(Vec::len), Some(3));
}

/// A name that somebody in another organization or a machine has is taken, though nobody shows up.
#[test]
fn invisible_holders_of_names() {
    let zitadel = start();
    let organization = Some(zitadel.other_organization_id());
    zitadel.add_user(UserSeed {
        organization,
        ..seed("ada")
    });
    zitadel.add_user(UserSeed {
        machine: true,
        username: "bob@example.org".to_owned(),
        ..UserSeed::default()
    });
    for name in ["ada", "ADA", "bob"] {
        let reply = call(&zitadel, "POST", "/v2/users/human", &create_body(&zitadel, name));
        assert_eq!(
            (reply.status, error_id(&reply).as_str()),
            (409, "V3-DKcYh"),
            "{name}"
        );
    }
    assert_eq!(total(&list(&zitadel)), "0");
    assert!(zitadel.users().is_empty());
    assert_eq!(zitadel.all_users().len(), 4);
}

/// Faults hit the requests they name; a lost reply was processed, a reset one was not.
#[test]
fn faults_are_injected() {
    let zitadel = start();
    let create = |name: &str| {
        let body = create_body(&zitadel, name);
        try_call(
            &zitadel,
            &zitadel.personal_access_token(),
            ("POST", "/v2/users/human"),
            &body,
        )
    };
    zitadel.inject(Fault::once(
        "POST",
        "/v2/users/human",
        FaultKind::too_many_requests(Some(7)),
    ));
    let limited = create("ada").expect("an answer");
    assert_eq!(
        (limited.status, limited.headers["retry-after"].as_str()),
        (429, "7")
    );
    zitadel.inject(Fault::nth_write(2, FaultKind::Reset));
    assert!(create("ada").is_err());
    assert!(zitadel.users().is_empty());
    zitadel.inject(Fault::nth_write(3, FaultKind::LoseReply));
    assert!(create("ada").is_err());
    assert_eq!(zitadel.users().len(), 1);
    assert_eq!(error_id(&create("ada").expect("an answer")), "V3-DKcYh");
    zitadel.inject(Fault::once("GET", "/management/v1/orgs/me", FaultKind::html(502)));
    assert_eq!(
        call(&zitadel, "GET", "/management/v1/orgs/me", &Value::Null).status,
        502
    );
    zitadel.inject(Fault::once("GET", "/management/v1/orgs/me", FaultKind::Garbage));
    assert_eq!(
        call(&zitadel, "GET", "/management/v1/orgs/me", &Value::Null).json(),
        Value::Null
    );
    let statuses: Vec<u16> = zitadel.writes().iter().map(|write| write.status).collect();
    assert_eq!(statuses, [429, 0, 0, 409]);
    assert_eq!(zitadel.request_counts()["POST /v2/users/human"], 4);
}

/// A hook runs at its write: before the change or after it, before the answer.
#[test]
fn hooks_see_the_moment() {
    let zitadel = start();
    let (sent, seen) = mpsc::channel();
    let before = sent.clone();
    zitadel.on_write(2, Moment::Received, move || {
        before.send("received").expect("a receiver");
    });
    zitadel.on_write(2, Moment::Processed, move || {
        sent.send("processed").expect("a receiver");
    });
    call(&zitadel, "POST", "/v2/users/human", &create_body(&zitadel, "ada"));
    assert!(seen.try_recv().is_err());
    call(&zitadel, "POST", "/v2/users/human", &create_body(&zitadel, "bob"));
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["received", "processed"]);
}

/// A frozen list shows the past with its watermark, while single users are current.
#[test]
fn lists_lag() {
    let zitadel = start();
    zitadel.add_user(seed("ada"));
    let before = list(&zitadel);
    zitadel.freeze_projection(ReadSide::Users);
    let bob = zitadel.add_user(seed("bob"));
    assert_eq!(list(&zitadel), before);
    assert_eq!(
        call(&zitadel, "GET", &format!("/v2/users/{bob}"), &Value::Null).status,
        200
    );
    zitadel.freeze_projection_for(ReadSide::Users, 1);
    zitadel.add_user(seed("cyd"));
    assert_eq!(total(&list(&zitadel)), "2");
    assert_eq!(total(&list(&zitadel)), "3");
    assert!(list(&zitadel)["details"]["timestamp"].as_str() > before["details"]["timestamp"].as_str());
}

/// A grant on a project grant that does not exist stops the read side for everybody.
#[test]
fn bad_project_grant_blocks_the_list() {
    let zitadel = start();
    let ids = zitadel.add_users([seed("ada"), seed("bob")]);
    let grant = |id: &str, extra: &str| {
        let body = json!({"projectId": zitadel.project_id(), "projectGrantId": extra, "roleKeys": ["User"]});
        call(
            &zitadel,
            "POST",
            &format!("/management/v1/users/{id}/grants"),
            &body,
        )
        .status
    };
    let search = || {
        total(
            &call(
                &zitadel,
                "POST",
                "/management/v1/users/grants/_search",
                &json!({}),
            )
            .json(),
        )
        .to_owned()
    };
    assert_eq!((grant(&ids[0], "1"), grant(&ids[1], "")), (200, 200));
    assert_eq!(search(), "0");
    zitadel.thaw_projection(ReadSide::Grants);
    assert_eq!(search(), "2");
}

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

/// Codes are queued unless the address is verified or, on create, said to be unverified.
#[test]
fn verification_codes() {
    let zitadel = start();
    let create = |name: &str, email: Value| {
        let mut body = create_body(&zitadel, name);
        body["email"] = email;
        call(&zitadel, "POST", "/v2/users/human", &body).json()
    };
    create("a", json!({"email": "a@example.org", "isVerified": true}));
    create("b", json!({"email": "b@example.org", "isVerified": false}));
    create("c", json!({"email": "c@example.org"}));
    let returned = create("d", json!({"email": "d@example.org", "returnCode": {}}));
    let codes: Vec<_> = zitadel
        .codes()
        .into_iter()
        .map(|code| (code.channel, code.recipient))
        .collect();
    assert_eq!(
        codes,
        [
            (Channel::Mail, "c@example.org".into()),
            (Channel::Reply, "d@example.org".into())
        ]
    );
    assert_eq!(returned["emailCode"].as_str().map(str::len), Some(6));
    let b = zitadel.user_named("b@example.org").expect("b").id;
    let change = json!({"email": {"email": "b2@example.org", "isVerified": false}});
    call(&zitadel, "PUT", &format!("/v2/users/human/{b}"), &change);
    assert_eq!(zitadel.codes().len(), 3);
}

/// A refused part of an update leaves all parts as they were.
#[test]
fn updates_are_all_or_nothing() {
    let zitadel = start();
    let ids = zitadel.add_users([seed("ada"), seed("bob")]);
    let before = zitadel.users();
    let path = format!("/v2/users/human/{}", ids[0]);
    let profile = json!({"givenName": "Zoe", "familyName": "Z"});
    for body in [
        json!({"profile": profile, "phone": {"phone": "abc", "isVerified": true}}),
        json!({"profile": profile, "username": "BOB@example.org"}),
    ] {
        assert!(call(&zitadel, "PUT", &path, &body).status >= 400);
    }
    assert_eq!(zitadel.users(), before);
    assert_eq!(
        zitadel.event_counts(&ids[0]).get("user.human.profile.changed"),
        None
    );
}

/// A saved state continues where it was, tokens included.
#[test]
fn saved_state() {
    let zitadel = start();
    zitadel.add_user(UserSeed {
        roles: vec!["User".to_owned()],
        state: Some(UserState::Inactive),
        ..seed("ada")
    });
    let saved = zitadel.export();
    let (users, listed) = (zitadel.users(), list(&zitadel));
    drop(zitadel);
    let again = ZitadelDouble::import(saved, 0).expect("a state");
    assert_eq!((again.users(), list(&again)), (users, listed));
    let taken = call(&again, "POST", "/v2/users/human", &create_body(&again, "ada"));
    assert_eq!(taken.status, 409);
}

/// Rows without an order come in another one each time, if a test wants that.
#[test]
fn ties_are_shuffled() {
    let options = Options {
        unordered: testkit::zitadel::Unordered::Shuffled,
        ..Options::default()
    };
    let zitadel = ZitadelDouble::start(options);
    zitadel.add_users((0..20).map(|n| UserSeed {
        nick_name: "same".to_owned(),
        ..seed(&format!("u{n}"))
    }));
    let sorted = json!({"sortingColumn": "USER_FIELD_NAME_NICK_NAME",
        "queries": [{"typeQuery": {"type": "TYPE_HUMAN"}}]});
    let ids = || {
        let list = call(&zitadel, "POST", "/v2/users", &sorted).json();
        let rows = list["result"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| row["userId"].to_string())
            .collect::<Vec<_>>()
    };
    let (first, second) = (ids(), ids());
    assert_ne!(first, second);
    assert_eq!(first.len(), second.len());
}

/// Metadata filters look at one entry at a time and mix up two methods like the real server.
#[test]
fn metadata_filters() {
    let zitadel = start();
    zitadel.add_user(seed("ada"));
    zitadel.add_user(UserSeed {
        metadata: Vec::new(),
        ..seed("bare")
    });
    let count = |queries: Value| {
        total(&call(&zitadel, "POST", "/v2/users", &json!({"queries": queries})).json()).to_owned()
    };
    let key = |key: &str, method: &str| json!([{"metadataKeyFilter": {"key": key, "method": method}}]);
    assert_eq!(count(key("localpart", "TEXT_FILTER_METHOD_EQUALS")), "1");
    assert_eq!(count(key("calpa", "TEXT_FILTER_METHOD_CONTAINS")), "0");
    assert_eq!(count(key("calpa", "TEXT_FILTER_METHOD_ENDS_WITH")), "1");
    assert_eq!(
        count(json!([{"notQuery": {"query": {"metadataKeyFilter": {"key": "x"}}}}])),
        "1"
    );
    let both =
        json!([{"metadataKeyFilter": {"key": "localpart"}}, {"metadataValueFilter": {"value": "bHAtYWRh"}}]);
    assert_eq!(count(both), "1");
}

/// With two faults in one create the recorded one is reported.
#[test]
fn order_of_checks() {
    let zitadel = start();
    let idp = zitadel.idp_id();
    let link = (idp.clone(), "taken".to_owned(), "x".to_owned());
    zitadel.add_user(UserSeed {
        id: Some("known-id".to_owned()),
        links: vec![link],
        ..seed("min")
    });
    let blank_name = ("/profile/givenName", json!(" "));
    let named_mail = ("/email/email", json!("A B <a@example.org>"));
    let bad_phone = ("/phone", json!({"phone": "abc", "isVerified": true}));
    let blank_key = ("/metadata", json!([{"key": " ", "value": "eA=="}]));
    let known_id = ("/userId", json!("known-id"));
    let reserved = ("/username", json!("x@other-org.localhost"));
    let links = |idp: &str| json!([{"idpId": idp, "userId": "TAKEN", "userName": "x"}]);
    let unknown_idp = ("/idpLinks", links("1"));
    let taken_link = ("/idpLinks", links(&idp));
    let (taken, blank_user) = (
        ("/username", json!("MIN@example.org")),
        ("/username", json!("  ")),
    );
    let recorded = [
        ([&blank_user, &blank_name], "V2-zzad3"),
        ([&blank_user, &bad_phone], "V2-zzad3"),
        ([&blank_name, &named_mail], "EMAIL-599GV"),
        ([&named_mail, &bad_phone], "EMAIL-599GV"),
        ([&blank_name, &unknown_idp], "USER-UCej2"),
        ([&blank_key, &bad_phone], "PHONE-so0wa"),
        ([&bad_phone, &known_id], "PHONE-so0wa"),
        ([&reserved, &bad_phone], "PHONE-so0wa"),
        ([&blank_key, &unknown_idp], "USER-Drght"),
        ([&blank_key, &known_id], "USER-Drght"),
        ([&known_id, &unknown_idp], "COMMAND-7yiox1isql"),
        ([&known_id, &reserved], "COMMAND-7yiox1isql"),
        ([&reserved, &unknown_idp], "COMMAND-SFd21"),
        ([&unknown_idp, &taken], "COMMAND-39nf2"),
        ([&taken, &taken_link], "V3-DKcYh"),
    ];
    for (faults, id) in recorded {
        let mut body = create_body(&zitadel, "new");
        for (pointer, value) in faults {
            let (parent, field) = pointer.rsplit_once('/').unwrap_or(("", pointer));
            body.pointer_mut(parent).expect("the parent")[field] = value.clone();
        }
        let reply = call(&zitadel, "POST", "/v2/users/human", &body);
        assert_eq!(error_id(&reply), id, "{body}");
    }
    assert_eq!(zitadel.users().len(), 1);
}
