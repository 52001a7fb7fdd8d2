//! The list of leavers.

mod answers;
mod retries;

use std::time::Duration;

use directory_sync::config::{CsvSettings, SourceKind, SourceSettings, UktSettings};
use directory_sync::source::{AnySource, Source, read_all};
use testkit::people::{people, to_csv};
use testkit::raw::{RawServer, Say};
use testkit::slapd::Slapd;
use testkit::ukt::UktDouble;

use crate::sources::reader::{assert_failed, build, catalog, ldap, read};

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
async fn leavers_are_listed_and_prove_no_person_absent() {
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

/// famedly-sync failed on each day without leavers.
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
async fn an_answer_that_is_no_list_is_an_error_and_no_person_has_left() {
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

/// All kinds in one run. One failure fails the run, and each failure is reported.
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
            list_separator: None,
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
    assert_eq!((desired.objects.len(), desired.leavers.len()), (50, 1));
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
