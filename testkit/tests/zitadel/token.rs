//! The token endpoint.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use testkit::zitadel::ZitadelDouble;

use crate::support::{Reply, send};
use crate::{call_as, error_id, start};

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

/// Tokens of a deactivated service account stay invalid after its reactivation.
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
