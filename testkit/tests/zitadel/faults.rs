//! Faults, hooks, lists that lag, saved states.

use std::sync::mpsc;

use serde_json::{Value, json};
use testkit::zitadel::{
    Fault, FaultKind, Moment, Options, ReadSide, Unordered, UserSeed, UserState, ZitadelDouble,
};

use crate::{call, create_body, error_id, list, seed, start, total, try_call};

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

/// A grant on a project grant that does not exist stops all lists.
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
        unordered: Unordered::Shuffled,
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
