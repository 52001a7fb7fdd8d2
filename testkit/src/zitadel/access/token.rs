//! The token endpoint: JWT profile and client credentials, with every rule that was recorded.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaKeyPair, RsaParameters,
    UnparsedPublicKey,
};
use serde_json::Value;

use crate::zitadel::state::{State, Token, UserState, fold};

/// The service account's key, PKCS#1 as Zitadel gives it; generated for this double, used nowhere else.
pub(crate) const SERVICE_KEY: &str = include_str!("../service-account.pem");
/// Another key, which no account has.
pub(crate) const FOREIGN_KEY: &str = include_str!("../foreign-key.pem");

const JWT_PROFILE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const AUDIENCE_SCOPE: &str = "urn:zitadel:iam:org:project:id:zitadel:aud";
const NO_SCOPE: &str = "The scope of your request is missing. Please ensure some scopes are requested. \
    If you have any questions, you may contact the administrator of the application.";
const SECOND: i64 = 1_000_000;

/// The public half of a PEM key.
pub(crate) fn public_key(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body).expect("the embedded key is base64");
    let pair = RsaKeyPair::from_der(&der).expect("the embedded key is PKCS#1");
    pair.public_key().as_ref().to_vec()
}

/// The error of the token endpoint: status, `error`, `error_description`.
struct Refusal(u16, &'static str, String);

/// A bad assertion, whatever is wrong with it.
fn internal() -> Refusal {
    Refusal(500, "server_error", "Errors.Internal".to_owned())
}

fn bad(error: &'static str, text: &str) -> Refusal {
    Refusal(400, error, text.to_owned())
}

/// What the token endpoint is asked.
pub(crate) struct Exchange {
    /// Decoded form fields.
    pub(crate) form: Vec<(String, String)>,
    /// `scheme://host[:port]` as the server sees it.
    pub(crate) issuer: String,
    pub(crate) authorization: Option<String>,
}

impl Exchange {
    fn field(&self, name: &str) -> &str {
        self.form
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

/// Answers `POST /oauth/v2/token` with a status and a JSON body.
pub(crate) fn exchange(state: &mut State, asked: &Exchange) -> (u16, String) {
    match grant(state, asked) {
        Ok(body) => (200, body.to_string()),
        Err(Refusal(status, error, text)) => (
            status,
            serde_json::json!({ "error": error, "error_description": text }).to_string(),
        ),
    }
}

fn grant(state: &mut State, asked: &Exchange) -> Result<Value, Refusal> {
    let user = match asked.field("grant_type") {
        "" => return Err(bad("invalid_request", "grant_type missing")),
        JWT_PROFILE => assertion_user(state, asked)?,
        "client_credentials" => client_user(state, asked)?,
        other => return Err(bad("unsupported_grant_type", &format!("{other} not supported"))),
    };
    let scopes: Vec<&str> = asked.field("scope").split_whitespace().collect();
    if scopes.is_empty() {
        return Err(bad("invalid_request", NO_SCOPE));
    }
    if state
        .user(&user)
        .is_none_or(|user| user.state != UserState::Active)
    {
        return Err(bad("invalid_request", "Errors.User.NotActive"));
    }
    let token = format!("access-{}", state.new_id());
    let lifetime = i64::try_from(state.options.token_lifetime.as_micros()).unwrap_or(i64::MAX);
    let record = Token {
        user,
        expires: state.clock.now().saturating_add(lifetime),
        for_api: scopes.contains(&AUDIENCE_SCOPE),
        personal: false,
    };
    state.tokens.insert(token.clone(), record);
    let seconds = (lifetime / SECOND - 1).max(0);
    let mut body =
        serde_json::json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds });
    if scopes.contains(&"openid") {
        body["id_token"] = Value::String("e30.e30.".to_owned());
    }
    Ok(body)
}

/// The user that a valid assertion names.
fn assertion_user(state: &State, asked: &Exchange) -> Result<String, Refusal> {
    let assertion = asked.field("assertion");
    if assertion.is_empty() {
        return Err(bad("invalid_request", "assertion missing"));
    }
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(internal)?;
    let (header, claims) = signed.split_once('.').ok_or_else(internal)?;
    let (header, claims) = (part(header)?, part(claims)?);
    let algorithm: &RsaParameters = match header["alg"].as_str() {
        Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
        Some("PS256") => &RSA_PSS_2048_8192_SHA256,
        _ => return Err(internal()),
    };
    let key = header["kid"]
        .as_str()
        .and_then(|kid| state.keys.get(kid))
        .ok_or_else(internal)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| internal())?;
    let public = UnparsedPublicKey::new(algorithm, &key.public);
    public
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| internal())?;
    let (iss, sub) = (claims["iss"].as_str(), claims["sub"].as_str());
    let user = iss
        .filter(|iss| Some(*iss) == sub && *iss == key.user)
        .ok_or_else(internal)?;
    let now = state.clock.now();
    if key.expires <= now || !audience_names(&claims["aud"], &asked.issuer) || !timely(&claims, now) {
        return Err(internal());
    }
    if state.user(user).is_none() {
        return Err(internal());
    }
    Ok(user.to_owned())
}

fn part(encoded: &str) -> Result<Value, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| internal())?;
    serde_json::from_slice(&bytes).map_err(|_| internal())
}

fn audience_names(audience: &Value, issuer: &str) -> bool {
    match audience {
        Value::String(one) => one == issuer,
        Value::Array(many) => many.iter().any(|one| one == issuer),
        _ => false,
    }
}

/// `exp` more than one second ahead; `iat` at most one second ahead and at most an hour old.
fn timely(claims: &Value, now: i64) -> bool {
    let micros = |claim: &Value| claim.as_i64().map(|seconds| seconds.saturating_mul(SECOND));
    let (Some(expires), Some(issued)) = (micros(&claims["exp"]), micros(&claims["iat"])) else {
        return false;
    };
    expires > now + SECOND && issued <= now + SECOND && issued >= now - 3600 * SECOND
}

/// The machine user whose login name and secret come with the request.
fn client_user(state: &State, asked: &Exchange) -> Result<String, Refusal> {
    let basic = asked
        .authorization
        .as_deref()
        .and_then(|header| header.strip_prefix("Basic "));
    let decoded = basic
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|b| String::from_utf8(b).ok());
    let (client, secret) = match &decoded {
        Some(pair) => {
            let (client, secret) = pair.split_once(':').unwrap_or((pair, ""));
            (form_decoded(client), form_decoded(secret))
        }
        None => (
            asked.field("client_id").to_owned(),
            asked.field("client_secret").to_owned(),
        ),
    };
    let found = state
        .users
        .values()
        .find(|user| fold(&user.username) == fold(&client));
    let user = found.ok_or_else(|| bad("invalid_client", "client not found"))?;
    match state.secrets.get(&user.id) {
        None => Err(bad("invalid_request", "Errors.User.Machine.Secret.NotExisting")),
        Some(known) if *known != secret => Err(bad("invalid_request", "Errors.User.Machine.Secret.Invalid")),
        Some(_) => Ok(user.id.clone()),
    }
}

/// Id and secret are form-urlencoded before they become HTTP Basic (RFC 6749, section 2.3.1).
fn form_decoded(text: &str) -> String {
    let pair = format!("x={text}");
    let decoded = crate::zitadel::protocol::http::form(&pair).into_iter().next();
    decoded.map_or_else(String::new, |(_, value)| value)
}

impl State {
    /// The user of a token that is valid for the API now.
    pub(crate) fn token_user(&self, token: &str) -> Option<String> {
        let token = self.tokens.get(token)?;
        let active = self.user(&token.user)?.state == UserState::Active;
        let valid = active && token.for_api && token.expires > self.clock.now();
        valid.then(|| token.user.clone())
    }

    /// Access tokens of a user that is not active any more stay invalid for good.
    pub(crate) fn revoke_tokens(&mut self, user: &str) {
        self.tokens
            .retain(|_, token| token.personal || token.user != user);
    }
}
