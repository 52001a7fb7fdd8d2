//! A service-account key file, and the assertion that is signed with it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::target::{TargetError, TargetErrorKind as Kind};

/// Name of the token call in errors and statistics.
pub(in crate::target::zitadel) const OPERATION: &str = "token";

/// Zitadel refuses an assertion that is more than a second in the future, or older than an hour.
const BACKDATED: i64 = 60;
const LIFE: i64 = 600;

/// User and key of a key file, and the audience of its assertions.
pub(in crate::target::zitadel) struct ServiceKey {
    pub(in crate::target::zitadel) user_id: String,
    pub(in crate::target::zitadel) key_id: String,
    /// The address of the instance, without a trailing slash.
    pub(in crate::target::zitadel) audience: String,
    /// The expiry of the key, if the file contains a valid one.
    pub(in crate::target::zitadel) expires: Option<Timestamp>,
    pair: KeyPair,
}

/// The key file as downloaded from Zitadel.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    key_id: String,
    key: SecretString,
    user_id: String,
    /// Missing in old files. A key without expiry has a date in the year 9999.
    #[serde(default)]
    expiration_date: Option<String>,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceKey {
    pub(in crate::target::zitadel) fn read(path: &Path, audience: String) -> Result<Self, TargetError> {
        let text = std::fs::read(path).map_err(|error| {
            bad_key(
                format!("the key file {} cannot be read: {error}", path.display()),
                "check `zitadel.key_file`",
            )
        })?;
        Self::parse(&text, audience).map_err(|what| {
            bad_key(
                format!("the key file {} {what}", path.display()),
                "download a key of type JSON for the service account and name it in `zitadel.key_file`",
            )
        })
    }

    fn parse(text: &[u8], audience: String) -> Result<Self, String> {
        // The parser's message could contain a part of the key.
        let file: KeyFile = serde_json::from_slice(text)
            .map_err(|_| "is not JSON with the members `keyId`, `key` and `userId`".to_owned())?;
        if let Some(kind) = file.kind.filter(|kind| kind != "serviceaccount") {
            return Err(format!("is of type `{kind}`, not `serviceaccount`"));
        }
        Ok(Self {
            user_id: file.user_id,
            key_id: file.key_id,
            pair: key_pair(file.key.expose_secret())?,
            audience,
            expires: file.expiration_date.and_then(|date| date.parse().ok()),
        })
    }

    /// Returns a signed JWT that identifies the service account.
    pub(in crate::target::zitadel) fn assertion(&self, now: i64) -> Result<String, TargetError> {
        let header = Header {
            alg: "RS256",
            typ: "JWT",
            kid: &self.key_id,
        };
        let claims = Claims {
            iss: &self.user_id,
            sub: &self.user_id,
            aud: &self.audience,
            iat: now - BACKDATED,
            exp: now + LIFE,
        };
        let signed = self.sign(&header, &claims);
        signed.ok_or_else(|| {
            bad_key(
                "the key cannot sign".into(),
                "make a new key for the service account",
            )
        })
    }

    fn sign(&self, header: &Header<'_>, claims: &Claims<'_>) -> Option<String> {
        let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let message = format!(
            "{}.{}",
            part(serde_json::to_vec(header).ok()?),
            part(serde_json::to_vec(claims).ok()?)
        );
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn key_pair(pem: &str) -> Result<KeyPair, String> {
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| "contains no PEM private key in `key`".to_owned())?;
    let pair = match &key {
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err("contains a key that is not RSA".into()),
    };
    pair.map_err(|error| format!("contains a key that is not usable as RSA of 2048 bits or more: {error}"))
}

fn bad_key(what: String, hint: &str) -> TargetError {
    TargetError::new(Kind::Misconfigured, OPERATION, what).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::{Value, json};

    const PKCS1: &str = include_str!("../testdata/pkcs1.pem");
    const PKCS8: &str = include_str!("../testdata/pkcs8.pem");

    fn key_file(pem: &str) -> Vec<u8> {
        json!({"type": "serviceaccount", "keyId": "k1", "key": pem, "expirationDate": "9999-12-31T23:59:59Z", "userId": "u1"})
            .to_string()
            .into_bytes()
    }

    /// Both forms of the key sign the same assertion: backdated, with the key's id, for the audience without a slash.
    #[test]
    fn the_assertion_is_signed_and_back_dated() {
        for pem in [PKCS1, PKCS8] {
            let key = ServiceKey::parse(&key_file(pem), "https://z.example".into()).unwrap();
            let jwt = key.assertion(1_000_000).unwrap();
            let (message, signature) = jwt.rsplit_once('.').unwrap();
            let (header, claims) = message.split_once('.').unwrap();
            let json = |part: &str| -> Value {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
            };
            assert_eq!(json(header), json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
            assert_eq!(
                json(claims),
                json!({"iss": "u1", "sub": "u1", "aud": "https://z.example", "iat": 999_940, "exp": 1_000_600})
            );
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pair.public().as_ref())
                .verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
                .unwrap();
        }
    }

    /// The error about an invalid key file repeats nothing of its content.
    #[test]
    fn a_file_that_is_no_key_is_named() {
        let refused = |text: &[u8]| ServiceKey::parse(text, String::new()).err().unwrap();
        assert!(refused(b"{\"key\":\"s3cret\"}").contains("members `keyId`, `key` and `userId`"));
        assert!(refused(&key_file("s3cret")).contains("no PEM private key"));
        let application = String::from_utf8(key_file(PKCS1))
            .unwrap()
            .replace("serviceaccount", "application");
        assert!(refused(application.as_bytes()).contains("`application`"));
    }
}
