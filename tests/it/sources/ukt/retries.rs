//! Calls that are repeated.

use super::*;

/// The list of a day is not requested again later, so one bad answer must not lose it.
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
