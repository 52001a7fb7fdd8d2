//! The list of leavers.

use std::time::Duration;

use directory_sync::config::{CsvSettings, SourceKind, SourceSettings, UktSettings};
use directory_sync::source::{AnySource, Source, read_all};
use testkit::people::{people, to_csv};
use testkit::raw::{RawServer, Say};
use testkit::slapd::Slapd;
use testkit::ukt::UktDouble;

use crate::sources_reader::{assert_failed, build, catalog, ldap, read};

fn settings(double: &UktDouble) -> UktSettings {
    UktSettings {
        endpoint_url: double.list_url().parse().unwrap(),
        oauth2_url: double.token_url().parse().unwrap(),
        client_id: UktDouble::CLIENT_ID.to_owned(),
        client_secret: UktDouble::CLIENT_SECRET.into(),
        scope: UktDouble::SCOPE.to_owned(),
        grant_type: UktDouble::GRANT_TYPE.to_owned(),
        timeout: Duration::from_secs(20),
        deadline: Some(Duration::from_secs(60)),
    }
}

fn ukt(double: &UktDouble) -> SourceKind {
    SourceKind::Ukt(Box::new(settings(double)))
}

#[tokio::test]
async fn leavers_are_listed_and_prove_nobody_absent() {
    let double = UktDouble::start();
    double.set_list(&["Ada@example.com", "bob@example.com"]);
    let desired = read(ukt(&double)).await.unwrap();
    let found: Vec<&str> = desired.leavers.iter().map(|leaver| &*leaver.email).collect();
    assert_eq!(found, ["Ada@example.com", "bob@example.com"]);
    assert!(
        desired.leavers[1].origin.at.ends_with("[1]"),
        "{:?}",
        desired.leavers[1]
    );
    assert!(!desired.complete);
    assert!(desired.sources[0].complete);
}

/// famedly-sync failed on each day on which nobody left.
#[tokio::test]
async fn an_empty_list_is_a_success() {
    let desired = read(ukt(&UktDouble::start())).await.unwrap();
    assert_eq!(desired.leavers, []);
    assert_eq!((desired.sources[0].read, desired.sources[0].kind), (0, "ukt"));
}

#[tokio::test]
async fn the_requests_are_those_of_famedly_sync() {
    let double = UktDouble::start();
    let mut asks = settings(&double);
    asks.endpoint_url.set_query(Some("x=1"));
    read(SourceKind::Ukt(Box::new(asks))).await.unwrap();
    let [token, list] = &double.requests()[..] else {
        panic!("{:?}", double.requests());
    };
    assert_eq!(token.line, "POST /token");
    assert_eq!(token.form.len(), 4);
    assert_eq!(token.form["client_secret"], UktDouble::CLIENT_SECRET);
    assert!(!token.headers.contains_key("authorization"));
    let date = list.query.strip_prefix("x=1&date=").unwrap();
    assert!(date.len() == 8 && date.starts_with("20"), "{date}");
    assert!(list.headers["authorization"].starts_with("Bearer "));
    assert!(!list.headers.contains_key("x-participant-token"));
}

#[tokio::test]
async fn a_refused_token_is_an_error_without_the_secret() {
    let double = UktDouble::start();
    let mut wrong = settings(&double);
    wrong.client_secret = "wrong-secret".into();
    assert_failed(
        read(SourceKind::Ukt(Box::new(wrong.clone()))).await,
        &["/token refused: 401 Unauthorized (invalid_client)"],
        "`client_secret`",
    );
    let echo = r#"{"error":"invalid_client","error_description":"no client with wrong-secret"}"#;
    for status in [200, 400] {
        double.answer_token(status, echo);
        let error = read(SourceKind::Ukt(Box::new(wrong.clone()))).await.unwrap_err();
        assert!(
            error.what.contains("invalid_client: no client with ***"),
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("wrong-secret"), "{error:?}");
    }
    assert!(!format!("{:?}", build(ukt(&double)).unwrap()).contains(UktDouble::CLIENT_SECRET));
}

#[tokio::test]
async fn an_answer_that_is_no_token_is_an_error() {
    for (status, body, what) in [
        (200, "{}", "without an `access_token`"),
        (200, r#"{"access_token":""}"#, "without an `access_token`"),
        (200, r#"{"access_token":7}"#, "without an `access_token`"),
        (
            200,
            r#"{"access_token":"t","error":"but"}"#,
            "refused: 200 OK (but)",
        ),
        (200, "<html>", "without JSON"),
        (204, "", "without JSON"),
        (503, "<html>", "refused: 503"),
    ] {
        let double = UktDouble::start();
        double.answer_token(status, body);
        assert_failed(read(ukt(&double)).await, &["/token", what], "");
        // What may pass is asked for again.
        let tries = if what.contains("JSON") || status == 503 {
            5
        } else {
            1
        };
        assert_eq!(double.requests().len(), tries, "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error_and_nobody_has_left() {
    for (status, body, what) in [
        (200, r#"{"error":"expired"}"#, "refused: 200 OK (expired)"),
        (200, "{}", "other than a list"),
        (200, r#"{"users":["ada@example.com"]}"#, "other than a list"),
        (200, r#""ada@example.com""#, "other than a list"),
        (200, "null", "other than a list"),
        (204, "", "without JSON"),
        (403, "[]", "refused: 403"),
        (500, r#"["ada@example.com"]"#, "refused: 500"),
    ] {
        let double = UktDouble::start();
        double.answer_list(status, body);
        let error = read(ukt(&double)).await.unwrap_err();
        assert!(
            error.what.contains("/list") && error.what.contains(what),
            "{body}: {error:?}"
        );
        assert!(!format!("{error:?}").contains("ada@"), "{error:?}");
    }
}

/// Both answers, wherever they come from.
fn raw(server: &RawServer, double: &UktDouble) -> UktSettings {
    UktSettings {
        endpoint_url: server.url("/list").parse().unwrap(),
        oauth2_url: server.url("/token").parse().unwrap(),
        ..settings(double)
    }
}

const GRANTED: &str = r#"{"access_token":"t0ken-0f-the-server","expires_in":60}"#;
const LIST: &str = r#"["ada@example.com"]"#;

/// Nobody asks for the list of a day once more, so one bad answer must not lose it.
#[tokio::test]
async fn token_and_list_are_asked_for_again() {
    let double = UktDouble::start();
    let (granted, list) = (|| Say::json(GRANTED), || Say::json(LIST));
    let html = "<html>down</html>";
    for (bad, seconds) in [
        (
            Say::http(
                "503 Service Unavailable",
                &["Content-Type: text/html", "Retry-After: 1"],
                html,
            ),
            1,
        ),
        (Say::http("429 Too Many Requests", &[], ""), 0),
        (Say::http("502 Bad Gateway", &[], html), 0),
        (
            Say::http("500 Internal Server Error", &[], r#"{"error":"server_error"}"#),
            0,
        ),
        (Say::http("200 OK", &["Content-Type: text/html"], html), 0),
        (Say::http("200 OK", &[], ""), 0),
        (list().cut(100), 0),
        (list().cut(20), 0),
        (Say::Nothing, 0),
    ] {
        for answers in [
            vec![bad.clone(), granted(), list()],
            vec![granted(), bad.clone(), bad.clone(), list()],
        ] {
            let start = std::time::Instant::now();
            let (asks, server) = (answers.len(), RawServer::start(answers));
            let desired = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
                .await
                .unwrap();
            assert_eq!(&*desired.leavers[0].email, "ada@example.com", "{bad:?}");
            assert_eq!(server.asked().len(), asks, "{bad:?}");
            assert!(start.elapsed().as_secs() >= seconds, "{bad:?}");
        }
        let server = RawServer::start(vec![granted(), bad.clone()]);
        let mut hasty = raw(&server, &double);
        hasty.deadline = None;
        if seconds == 0 {
            let error = read(SourceKind::Ukt(Box::new(hasty))).await.unwrap_err();
            assert!(
                error
                    .what
                    .contains("(5 tries); the list of that day was not read (20"),
                "{error:?}"
            );
            assert!(error.hint.unwrap().contains("run again on the same day"));
        }
    }
}

/// A token that went while the list was tried again is fetched anew; one that was never good is not.
#[tokio::test]
async fn a_token_that_ran_out_is_fetched_anew() {
    let double = UktDouble::start();
    let refused = || Say::http("401 Unauthorized", &[], r#"{"error":"invalid_token"}"#);
    let busy = Say::http("503 Service Unavailable", &[], "");
    let server = RawServer::start(vec![
        Say::json(GRANTED),
        busy,
        refused(),
        Say::json(GRANTED),
        Say::json(LIST),
    ]);
    let desired = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap();
    assert_eq!(desired.leavers.len(), 1);
    let server = RawServer::start(vec![Say::json(GRANTED), refused()]);
    let error = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap_err();
    assert!(error.what.contains("401"), "{error:?}");
    assert_eq!(server.asked().len(), 2);
}

/// A server that asks for more patience than a run has.
#[tokio::test]
async fn a_long_pause_is_not_waited_for() {
    let double = UktDouble::start();
    let busy = Say::http("503 Service Unavailable", &["Retry-After: 99999999999999999"], "");
    let server = RawServer::start(vec![busy]);
    let error = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap_err();
    assert!(error.what.contains("503"), "{error:?}");
    assert_eq!(server.asked().len(), 1);
}

/// The secret goes to the configured address alone, and a list is believed from there alone.
#[tokio::test]
async fn no_redirect_carries_the_secret_or_a_list() {
    let double = UktDouble::start();
    double.set_list(&["victim@example.com"]);
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!("Location: {}?key=abc", double.token_url());
        let server = RawServer::start(vec![Say::http(status, &[&location], "")]);
        let what = format!(
            "/token redirects to {} ({status}), where it is not followed",
            double.token_url()
        );
        assert_failed(
            read(SourceKind::Ukt(Box::new(raw(&server, &double)))).await,
            &[&what],
            "set `oauth2_url` to it",
        );
        let location = format!("Location: {}", double.list_url());
        let server = RawServer::start(vec![Say::json(GRANTED), Say::http(status, &[&location], "")]);
        let what = format!(
            "/list redirects to {} ({status}), where it is not followed",
            double.list_url()
        );
        assert_failed(
            read(SourceKind::Ukt(Box::new(raw(&server, &double)))).await,
            &[&what],
            "set `endpoint_url` to it",
        );
    }
    assert_eq!(double.requests(), []);
    // Within one server a list may move, a token may not.
    let moved = || Say::http("302 Found", &["Location: /here"], "");
    let server = RawServer::start(vec![Say::json(GRANTED), moved(), Say::json(LIST)]);
    let desired = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap();
    assert_eq!(desired.leavers.len(), 1);
    let server = RawServer::start(vec![moved()]);
    assert!(
        read(SourceKind::Ukt(Box::new(raw(&server, &double))))
            .await
            .is_err()
    );
    assert_eq!(server.asked().len(), 1);
    let server = RawServer::start(vec![Say::json(GRANTED), moved()]);
    let error = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap_err();
    assert!(error.what.contains("redirects to"), "{error:?}");
}

/// In the form in which they were sent, or in that of the answer.
#[tokio::test]
async fn a_repeated_secret_is_masked_in_every_form() {
    let double = UktDouble::start();
    let mut asks = settings(&double);
    let secret = r#"s&cret "+% of/a\client"#;
    asks.client_secret = secret.into();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("sync:{secret}"),
    );
    let echo = serde_json::json!({
        "error": format!("got client_secret={form}"),
        "error_description": { "sent": secret, "header": format!("Basic {basic}") },
    });
    double.answer_token(400, &echo.to_string());
    let error = format!(
        "{:?}",
        read(SourceKind::Ukt(Box::new(asks.clone()))).await.unwrap_err()
    );
    for form in [secret, &form, &basic, "s&cret", "s%26cret"] {
        assert!(!error.contains(form), "{error}");
    }
    let echo = Say::http(
        "403 Forbidden",
        &[],
        r#"{"error":"no right for Bearer t0ken-0f-the-server"}"#,
    );
    let server = RawServer::start(vec![Say::json(GRANTED), echo]);
    let error = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap_err();
    assert!(error.what.contains("no right for Bearer ***"), "{error:?}");
    let location = "Location: https://elsewhere.example/t0ken-0f-the-server";
    let server = RawServer::start(vec![Say::json(GRANTED), Say::http("302 Found", &[location], "")]);
    let error = read(SourceKind::Ukt(Box::new(raw(&server, &double))))
        .await
        .unwrap_err();
    assert!(
        error.what.contains("redirects to https://elsewhere.example/***"),
        "{error:?}"
    );
}

/// Nobody looks at the times of a token, so they can be anything.
#[tokio::test]
async fn a_token_may_be_good_for_any_time() {
    let double = UktDouble::start();
    for expires in [
        "18446744073709551616",
        "-1",
        "1e400",
        "0",
        "null",
        "\"soon\"",
        "9223372036854775807",
    ] {
        let granted = format!(r#"{{"access_token":"t","error":null,"expires_in":{expires}}}"#);
        let server = RawServer::start(vec![Say::json(&granted), Say::json(LIST)]);
        let desired = read(SourceKind::Ukt(Box::new(raw(&server, &double)))).await;
        assert_eq!(desired.unwrap().leavers.len(), 1, "{expires}");
    }
}

/// A byte now and then keeps no run waiting for ever, and a list has an end.
#[tokio::test]
async fn an_answer_without_end_is_ended() {
    let double = UktDouble::start();
    let drip = || {
        Say::Drip(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[".to_vec(),
            Duration::from_millis(20),
        )
    };
    for answers in [vec![drip()], vec![Say::json(GRANTED), drip()]] {
        let server = RawServer::start(answers);
        let mut asks = raw(&server, &double);
        asks.deadline = Some(Duration::from_secs(1));
        assert_failed(
            read(SourceKind::Ukt(Box::new(asks))).await,
            &[
                "was not read within 1 seconds (`deadline`)",
                "the list of that day was not read",
            ],
            "`deadline`",
        );
    }
    let long = format!("[\"{}\"]", "a".repeat(17 << 20));
    let server = RawServer::start(vec![Say::json(GRANTED), Say::json(&long)]);
    assert_failed(
        read(SourceKind::Ukt(Box::new(raw(&server, &double)))).await,
        &["/list answered with more than 16 MiB"],
        "`endpoint_url`",
    );
}

#[tokio::test]
async fn each_entry_of_the_list_is_an_address_or_is_rejected() {
    let double = UktDouble::start();
    double.answer_list(
        200,
        r#"["", " \u200b ", null, 7, true, ["a@example.com"], {"email": "a@example.com"}, "ada", "a@example..com",
            "a@example.com, b@example.com", " ada@example.com\u00a0", "\u200bbob@example.com", "MAILTO:cid@example.com",
            "Dora Doe <dora@example.com>", "eve@example.com", "EVE@example.com "]"#,
    );
    let desired = read(ukt(&double)).await.unwrap();
    let leavers: Vec<&str> = desired.leavers.iter().map(|leaver| &*leaver.email).collect();
    let expected = ["ada@", "bob@", "cid@", "dora@", "eve@"].map(|name| format!("{name}example.com"));
    assert_eq!(leavers, expected);
    let mut rejected: Vec<(String, &str)> = desired
        .rejected
        .iter()
        .map(|rejected| {
            let place = rejected.at.at.split_once('[').unwrap().1;
            (format!("[{place}"), &*rejected.reason)
        })
        .collect();
    rejected.sort();
    let none = "the entry is no e-mail address, so nobody can tell who has left";
    let expected = [
        ("[0]", "an empty address"),
        ("[1]", "an empty address"),
        ("[2]", "`null` instead of an e-mail address"),
        ("[3]", "a number or truth value instead of an e-mail address"),
        ("[4]", "a number or truth value instead of an e-mail address"),
        ("[5]", "a list or object instead of an e-mail address"),
        ("[6]", "a list or object instead of an e-mail address"),
        ("[7]", none),
        ("[8]", none),
        ("[9]", none),
    ];
    assert_eq!(rejected, expected.map(|(at, reason)| (at.to_owned(), reason)));
    let findings = build(ukt(&double)).unwrap().check().await;
    assert!(findings[1].result.is_err(), "{findings:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_named_without_its_query() {
    let double = UktDouble::start();
    let mut gone = settings(&double);
    drop(double);
    gone.oauth2_url.set_query(Some("key=secret"));
    let error = read(SourceKind::Ukt(Box::new(gone))).await.unwrap_err();
    assert!(
        error.what.contains("no answer from http://127.0.0.1:"),
        "{error:?}"
    );
    assert!(error.what.contains("refused"), "{error:?}");
    assert!(!format!("{error:?}").contains("key=secret"), "{error:?}");
}

#[tokio::test]
async fn check_tells_token_and_list() {
    let double = UktDouble::start();
    double.set_list(&["a@b"]);
    let source = build(ukt(&double)).unwrap();
    let seen: Vec<_> = source
        .check()
        .await
        .into_iter()
        .map(|one| (one.subject, one.result))
        .collect();
    let expected = [
        ("source `staff`: token", double.token_url()),
        ("source `staff`: list", "1 address".to_owned()),
    ];
    assert_eq!(
        seen,
        expected.map(|(subject, seen)| (subject.to_owned(), Ok(seen)))
    );
    double.answer_list(500, "");
    let findings = source.check().await;
    assert!(
        findings[0].result.is_ok() && findings[1].result.is_err(),
        "{findings:?}"
    );
}

/// All kinds in one run; one that fails fails the run, and each failure is told.
#[tokio::test]
async fn sources_are_read_side_by_side() {
    let (slapd, double) = (Slapd::with_people(&people(1, 20)), UktDouble::start());
    double.set_list(&["gone@example.com"]);
    let dir = tempfile::tempdir().unwrap();
    let file_path = dir.path().join("users.csv");
    std::fs::write(&file_path, to_csv(&people(2, 30))).unwrap();
    let kinds = [
        SourceKind::Ldap(Box::new(ldap(&slapd.url()))),
        SourceKind::Csv(CsvSettings {
            file_path: file_path.clone(),
            id_column: None,
            further_columns: Vec::new(),
        }),
        ukt(&double),
    ];
    let sources = ["directory", "file", "list"]
        .into_iter()
        .zip(kinds)
        .map(|(name, kind)| {
            let settings = SourceSettings {
                name: name.into(),
                kind,
            };
            AnySource::build(&settings, &catalog(), &["User".into()].into()).unwrap()
        });
    let sources: Vec<AnySource> = sources.collect();
    let desired = read_all(&catalog(), &sources).await.unwrap().remove(0);
    assert_eq!((desired.identities.len(), desired.leavers.len()), (50, 1));
    assert!(desired.complete);
    let reads: Vec<_> = desired
        .sources
        .iter()
        .map(|one| (&*one.name, one.kind, one.read))
        .collect();
    assert_eq!(
        reads,
        [("directory", "ldap", 20), ("file", "csv", 30), ("list", "ukt", 1)]
    );
    std::fs::remove_file(file_path).unwrap();
    drop(double);
    let errors = read_all(&catalog(), &sources).await.unwrap_err();
    let names: Vec<&str> = errors.iter().map(|error| &*error.source_name).collect();
    assert_eq!(names, ["file", "list"]);
}
