//! Faults on demand, compared with what was recorded while parts of a real server were away.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::udm::{Fault, FaultKind, Kind, Locked, Matches, Moment, Options, UdmDouble, UserSeed};

use crate::story::{Story, exchanges};
use crate::{BASE, address, call, create_user, start, try_call};

fn users() -> String {
    format!("cn=users,{BASE}")
}

/// The outages that are no question of time give the recorded answers.
#[test]
fn recorded_outages() {
    let kinds = [
        ("directory server away: read", FaultKind::directory_away()),
        ("directory server away: create", FaultKind::directory_away()),
        (
            "directory server away, other user",
            FaultKind::directory_away_for_newcomers(),
        ),
        (
            "gateway is up, its worker is still starting",
            FaultKind::worker_away(),
        ),
        ("worker is dead: next request", FaultKind::worker_away()),
        (
            "worker killed 0.05 s after the create was sent",
            FaultKind::Killed(Locked::Username, "u100".to_owned()),
        ),
    ];
    let list = exchanges("outages");
    for (name, kind) in kinds {
        let story = Story::start(Options::default());
        let exchange = list.iter().find(|exchange| exchange["name"] == name).expect(name);
        story.udm.inject(Fault::always(kind));
        let mut reply = story.send(exchange);
        if exchange["response"]["headers"]["content-type"] == "text/html; charset=UTF-8, application/json" {
            // The client of these tests keeps the last of two headers with one name.
            assert_eq!(reply.headers["content-type"], "application/json", "{name}");
            let both = "text/html; charset=UTF-8, application/json".to_owned();
            reply.headers.insert("content-type".to_owned(), both);
        }
        let mut exchange = exchange.clone();
        if let Some(body) = exchange["response"]["body"].as_object_mut() {
            // Links of the address that was asked.
            body.remove("_links");
            exchange["note"] = "body cut".into();
        }
        story
            .judge("outages", &exchange, &reply)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// A create whose worker is killed leaves a lock and no user; after five minutes the name is free.
#[test]
fn killed_worker_leaves_a_lock() {
    let udm = start();
    let fault = FaultKind::Killed(Locked::Username, "ada".to_owned());
    udm.inject(Fault::once("POST", "users/user/", fault));
    assert_eq!(create_user(&udm, "ada", &json!({})).status, 503);
    assert_eq!(udm.named("ada"), None);
    assert_eq!(create_user(&udm, "ada", &json!({})).status, 422);
    let lock = udm.locks().pop().expect("a lock");
    assert_eq!((lock.what, lock.value.as_str()), (Locked::Username, "ada"));
    assert!(lock.left <= Duration::from_secs(300));
    udm.advance_clock(Duration::from_secs(300));
    assert_eq!(create_user(&udm, "ada", &json!({})).status, 201);
    assert_eq!(udm.locks(), []);
}

/// Before or after the work, the connection can break; only after it something is there.
#[test]
fn lost_requests_and_answers() {
    let udm = start();
    udm.inject(Fault::nth_write(1, FaultKind::Reset));
    udm.inject(Fault::nth_write(2, FaultKind::LoseReply));
    let body = |name: &str| {
        let properties = json!({"username": name, "lastname": name, "password": "Xa.12345678"});
        json!({"position": users(), "properties": properties})
    };
    for (name, there) in [("one", false), ("two", true)] {
        let result = try_call(&udm, ("POST", "users/user/"), &body(name));
        assert!(result.is_err(), "{name} was answered");
        assert_eq!(udm.named(name).is_some(), there, "{name}");
    }
    let statuses: Vec<u16> = udm.writes().iter().map(|write| write.status).collect();
    assert_eq!(statuses, [0, 0]);
}

/// A list can break off in its body, or be no JSON, with the status of a good one.
#[test]
fn broken_bodies() {
    let udm = start();
    let search = "users/user/?query[username]=plain";
    udm.inject(Fault::once("GET", "users/user/", FaultKind::CutBody));
    let whole = call(&udm, "GET", "groups/group/?query[name]=none", &Value::Null);
    assert_eq!(whole.status, 200);
    let cut = call(&udm, "GET", search, &Value::Null);
    let announced: usize = cut.headers["content-length"].parse().expect("a number");
    assert_eq!((cut.status, cut.json()), (200, Value::Null));
    assert!(cut.body.len() < announced, "{} of {announced}", cut.body.len());
    udm.inject(Fault::once("GET", "users/user/", FaultKind::Garbage));
    let garbage = call(&udm, "GET", search, &Value::Null);
    assert_eq!((garbage.status, garbage.json()), (200, Value::Null));
}

/// A write can be done and refused all the same.
#[test]
fn done_but_refused() {
    let udm = start();
    let refusal = FaultKind::done_but_refused(400, "LDAP Error: Type or value exists.");
    udm.inject(Fault::once("POST", "users/user/", refusal));
    let reply = create_user(&udm, "ada", &json!({}));
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.json()["error"]["message"],
        "LDAP Error: Type or value exists."
    );
    assert!(udm.named("ada").is_some());
    for (kind, status) in [
        (FaultKind::licence_exceeded(), 400),
        (FaultKind::licence_expired(), 400),
        (FaultKind::precondition_failed(), 412),
        (FaultKind::html(502), 502),
    ] {
        udm.inject(Fault::once("POST", "users/user/", kind));
        assert_eq!(create_user(&udm, "eve", &json!({})).status, status);
    }
    assert_eq!(udm.named("eve"), None);
}

/// A server that is away refuses connections, and comes back with its state.
#[test]
fn away_and_back() {
    let udm = start();
    create_user(&udm, "ada", &json!({}));
    udm.go_down();
    let refused = try_call(&udm, ("GET", "users/user/add"), &Value::Null).map(|reply| reply.status);
    assert_eq!(
        refused.map_err(|error| error.kind()),
        Err(std::io::ErrorKind::ConnectionRefused)
    );
    udm.come_back();
    let dn = format!("uid=ada,{}", users());
    assert_eq!(
        call(&udm, "GET", &address("users/user", &dn), &Value::Null).status,
        200
    );
}

/// A silent server answers nothing; a slow one answers late; hooks run in between.
#[test]
fn silence_delay_and_hooks() {
    let udm = std::sync::Arc::new(start());
    udm.inject(Fault {
        matches: Matches::PathHolds("silent".to_owned()),
        ..Fault::always(FaultKind::Silent)
    });
    udm.inject(Fault::once(
        "GET",
        "users/user/add",
        FaultKind::Delay(Duration::from_millis(50)),
    ));
    let before = Instant::now();
    assert_eq!(call(&udm, "GET", "users/user/add", &Value::Null).status, 200);
    assert!(before.elapsed() >= Duration::from_millis(50));
    let other = std::sync::Arc::clone(&udm);
    udm.on_write(1, Moment::Received, move || {
        other.add_user(UserSeed::new("first", &format!("cn=users,{BASE}")));
    });
    assert_eq!(create_user(&udm, "first", &json!({})).status, 422);
    let mut silent = std::net::TcpStream::connect(("127.0.0.1", udm.port())).expect("a connection");
    let request = "GET /udm/users/user/silent HTTP/1.1\r\nHost: x\r\n\r\n";
    std::io::Write::write_all(&mut silent, request.as_bytes()).expect("sent");
    silent
        .set_read_timeout(Some(Duration::from_millis(100)))
        .expect("a time");
    let answer = std::io::Read::read(&mut silent, &mut [0; 1]);
    assert!(answer.is_err(), "{answer:?}");
}

/// Requests are counted by method and kind of path, and kept with their bodies.
#[test]
fn counts_and_records() {
    let udm: UdmDouble = start();
    create_user(&udm, "ada", &json!({"description": "x"}));
    let dn = format!("uid=ada,{}", users());
    call(&udm, "GET", &address("users/user", &dn), &Value::Null);
    let counts: Vec<(String, u64)> = udm.request_counts().into_iter().collect();
    assert_eq!(
        counts,
        [
            ("GET users/user/{dn}".to_owned(), 1),
            ("POST users/user/".to_owned(), 1)
        ]
    );
    let writes = udm.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].body["properties"]["description"], "x");
    assert_eq!((writes[0].status, udm.most_at_once()), (201, 1));
    let records = udm.records();
    assert_eq!(records[1].path, format!("/udm/users/user/{dn}"));
    udm.reset_counts();
    assert_eq!((udm.requests(), udm.objects(Kind::User).len()), (0, 3));
}
