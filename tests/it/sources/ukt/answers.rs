//! Answers that cannot be used.

use super::*;

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

/// The times of a token are ignored, so they can be anything.
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
    let none = "the entry is not an e-mail address, so it is not known who has left";
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
