//! Servers that are slow, silent or hostile.

use super::*;

/// An answer of a byte now and then has an end.
#[tokio::test]
async fn an_answer_that_drips_ends() {
    let world = World::new();
    world.zitadel.add_users((0..20).map(nth));
    for path in [LIST, "/management/v1/orgs/me"] {
        let brief = Duration::from_millis(300);
        let target = world.target().with_silence(brief, brief).unwrap();
        let method = if path == LIST { "POST" } else { "GET" };
        let drip = FaultKind::Drip(Duration::from_millis(20));
        world
            .zitadel
            .inject(Fault::once(method, path, drip).times(u64::MAX));
        let started = Instant::now();
        let error = match target.prepare().await {
            Ok(()) => target.read(&mut |_| {}).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind, Kind::Unreachable);
        // Of a compressed one nothing is seen until there is enough of it.
        let said = ["too slow", "did not answer in time"];
        assert!(said.iter().any(|said| error.what.contains(said)), "{error}");
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{:?}",
            started.elapsed()
        );
        world.zitadel.clear_faults();
    }
}

/// A life of a token that cannot be is no reason to fail, let alone to panic.
#[tokio::test]
async fn a_token_may_say_any_life() {
    for life in [
        "18446744073709551615",
        "1e300",
        "-5",
        "0",
        "1.5",
        "\"43199\"",
        "\"soon\"",
        "null",
        "[]",
        "9e18",
        "true",
    ] {
        let mut world = World::new();
        let body = format!(
            r#"{{"access_token":"{}","token_type":"Bearer","expires_in":{life}}}"#,
            world.zitadel.personal_access_token()
        );
        world
            .zitadel
            .inject(Fault::once("POST", TOKEN, FaultKind::json(200, body)).times(u64::MAX));
        world.settings.idp_id = None;
        world
            .target()
            .prepare()
            .await
            .unwrap_or_else(|error| panic!("{life}: {error}"));
        let tokens = world.zitadel.request_counts()["POST /oauth/v2/token"];
        assert_eq!(tokens, 1, "{life}");
    }
}

/// A token that no header accepts is refused.
#[tokio::test]
async fn a_token_that_cannot_be_sent_is_named() {
    for token in ["", "a b", r"a\nb", "tökän"] {
        let world = World::new();
        let body = format!(r#"{{"access_token":"{token}","expires_in":43199}}"#);
        world
            .zitadel
            .inject(Fault::once("POST", TOKEN, FaultKind::json(200, body)).times(u64::MAX));
        let error = world.target().prepare().await.unwrap_err();
        assert_eq!((error.kind, error.operation), (Kind::Protocol, "token"));
        assert!(error.what.contains("cannot be sent"), "{error}");
    }
}

/// A server that has moved is named, and not followed.
#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    for (path, operation) in [(TOKEN, "token"), (GRANTS, "list_grants")] {
        for status in [301, 302, 307, 308] {
            let world = World::new();
            let to = format!("https://127.0.0.1:8443{path}");
            let moved = FaultKind::Answer {
                status,
                headers: vec![("location".into(), to.clone())],
                body: "<html>Moved</html>".into(),
            };
            world.zitadel.inject(Fault::once("POST", path, moved));
            let error = world.target().prepare().await.unwrap_err();
            assert_eq!((error.kind, error.operation), (Kind::Misconfigured, operation));
            assert!(error.what.contains(&format!("redirects to {to}")), "{error}");
            assert_eq!(
                error.hint.unwrap(),
                "set `zitadel.url` to `https://127.0.0.1:8443`"
            );
        }
    }
}

/// A server that asks for a long pause is quoted, and still recognized as a Zitadel.
#[tokio::test]
async fn a_server_that_asks_for_an_hour_is_quoted() {
    let wait = ("retry-after".to_owned(), "3600".to_owned());
    let html = |status| FaultKind::Answer {
        status,
        headers: vec![wait.clone()],
        body: "<html>Too Many Requests</html>".into(),
    };
    for (path, kind) in [
        (GRANTS, FaultKind::too_many_requests(Some(3600))),
        (GRANTS, html(429)),
        (GRANTS, html(503)),
        (TOKEN, html(429)),
        (TOKEN, html(503)),
    ] {
        let world = World::new();
        world
            .zitadel
            .inject(Fault::once("POST", path, kind.clone()).times(u64::MAX));
        let error = world.target().prepare().await.unwrap_err();
        let hour = Duration::from_secs(3600);
        assert_eq!(error.retry(), Retry::After(hour), "{kind:?}");
        assert!(error.what.contains("the server asks to wait 3600 s"), "{error}");
        let hint = error.hint.unwrap();
        assert!(hint.contains("run again after 3600 s"), "{hint}");
        assert!(!hint.contains("is this a Zitadel"), "{hint}");
    }
}

/// Whatever a server repeats of what it was sent, no secret is in the error: neither the token nor what it was signed for with.
#[tokio::test]
async fn nothing_that_a_server_repeats_is_a_secret() {
    for status in [200, 302, 400, 401, 403, 404, 409, 429, 500, 503] {
        for (path, with_key) in [
            (GRANTS, true),
            (GRANTS, false),
            (TOKEN, true),
            (TOKEN, false),
            (LIST, false),
        ] {
            let mut world = World::new();
            let token = world.zitadel.personal_access_token();
            if !with_key && path == TOKEN {
                world.settings.credentials = Credentials::Client {
                    id: "sync".to_owned(),
                    secret: token.clone().into(),
                };
            } else if !with_key {
                world.settings.credentials = Credentials::Token(token.clone().into());
            }
            let echo = Fault::once("POST", path, FaultKind::Echo(status)).times(u64::MAX);
            world.zitadel.inject(echo);
            let target = world.target();
            let error = match target.prepare().await {
                Ok(()) => target.read(&mut |_| {}).await.unwrap_err(),
                Err(error) => error,
            };
            let said = format!("{error} {:?} {:?}", error.error_id, error.hint);
            let hex: Vec<String> = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let hex = hex.concat();
            // How an assertion begins; other bodies in base64 begin like it.
            let signed: &[&str] = if path == TOKEN {
                &["eyJ", "%65%79%4A", "ZXlK"]
            } else {
                &[]
            };
            for secret in [&*token, &token[..12], &hex].iter().chain(signed) {
                assert!(!said.contains(secret), "{status} {path} {secret}: {said}");
            }
        }
    }
}
