//! What the server's refusals mean: one table of error ids, and a rule for answers without one.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use crate::target::{TargetError, TargetErrorKind as Kind};

/// Ids that callers ask for by name.
pub(super) mod id {
    pub(in crate::target::zitadel) const TAKEN: &str = "V3-DKcYh";
    pub(in crate::target::zitadel) const PHONE_INVALID: &str = "PHONE-so0wa";
    pub(in crate::target::zitadel) const ALREADY_INACTIVE: &str = "COMMAND-5gunjw0cd7";
    pub(in crate::target::zitadel) const NOT_INACTIVE: &str = "COMMAND-s5qqcz97hf";
    pub(in crate::target::zitadel) const ALREADY_DELETED: &str = "COMMAND-bd4ir1mblj";
    pub(in crate::target::zitadel) const NO_PHONE: &str = "COMMAND-ieJ2e";
    pub(in crate::target::zitadel) const NO_METADATA: &str = "META-2nnds";
    pub(in crate::target::zitadel) const NO_METADATA_KEY: &str = "META-ncnw3";
    pub(in crate::target::zitadel) const GRANT_UNCHANGED: &str = "COMMAND-Rs8fy";
    pub(in crate::target::zitadel) const GRANT_GONE: &str = "COMMAND-1My0t";
}

/// What an id means.
struct Meaning {
    id: &'static str,
    /// Some ids come with two statuses and mean two things.
    status: Option<u16>,
    kind: Kind,
    hint: Option<&'static str>,
}

const fn means(id: &'static str, kind: Kind, hint: Option<&'static str>) -> Meaning {
    Meaning {
        id,
        status: None,
        kind,
        hint,
    }
}

const fn means_at(id: &'static str, status: u16, kind: Kind) -> Meaning {
    Meaning {
        id,
        status: Some(status),
        kind,
        hint: None,
    }
}

const fn bad(attribute: &'static str) -> Kind {
    Kind::InvalidAttribute {
        attribute: Some(attribute),
    }
}

const RIGHTS: Option<&str> =
    Some("give the service user the role ORG_USER_MANAGER in the organization `zitadel.organization_id`");
const TOKEN: Option<&str> =
    Some("check that the token or key has not expired and that the service user is active");
const PROJECT: Option<&str> =
    Some("check `zitadel.project_id`, and that the project belongs to the organization or is granted to it");

/// Every id this tool has an opinion on. Anything else is judged by its status.
const MEANINGS: &[Meaning] = &[
    // Who we are.
    means("AUTH-7fs1e", Kind::Unauthorized, TOKEN),
    means("AUTH-toLo1", Kind::Unauthorized, TOKEN),
    means(
        "AUTH-Bs7Ds",
        Kind::Misconfigured,
        Some("check `zitadel.organization_id`"),
    ),
    means("AUTH-5mWD2", Kind::Unauthorized, RIGHTS),
    means("AUTH-AWfge", Kind::Unauthorized, RIGHTS),
    means("AUTH-Swrgg2", Kind::Unauthorized, RIGHTS),
    means("AUTHZ-cdgFk", Kind::Unauthorized, RIGHTS),
    means("EVENT-Shu7e", Kind::Unauthorized, RIGHTS),
    // What the person's record holds.
    means(
        id::TAKEN,
        Kind::Conflict,
        Some("another account holds the name, the grant or the link to the identity provider"),
    ),
    means("COMMAND-7yiox1isql", Kind::Conflict, None),
    means(
        "COMMAND-SFd21",
        bad("email"),
        Some("the domain of the address is verified by another organization"),
    ),
    means(id::PHONE_INVALID, bad("phone"), None),
    means("PHONE-Zt0NV", bad("phone"), None),
    means("EMAIL-spblu", bad("email"), None),
    means("EMAIL-599BI", bad("email"), None),
    means("EMAIL-599GV", bad("email"), None),
    means("V2-zzad3", bad("email"), None),
    means("USER-UCej2", bad("first_name"), None),
    means("USER-4hB7d", bad("last_name"), None),
    // Whom it is about.
    means("QUERY-Dfbg2", Kind::NotFound, None),
    means("QUERY-Rgh32", Kind::NotFound, None),
    means("COMMAND-ugjs0upun6", Kind::NotFound, None),
    means(id::ALREADY_DELETED, Kind::NotFound, None),
    means("COMMAND-5gp2p62iin", Kind::NotFound, None),
    means("COMMAND-9hy5kzbuk6", Kind::NotFound, None),
    means("COMMAND-uXHNj", Kind::NotFound, None),
    means("COMMAND-4f8sg", Kind::NotFound, None),
    means("COMMAND-vzktar7b7f", Kind::NotFound, None),
    means_at(id::NO_PHONE, 404, Kind::NotFound),
    // Already as it should be; the caller takes these for success.
    means(id::ALREADY_INACTIVE, Kind::Protocol, None),
    means(id::NOT_INACTIVE, Kind::Protocol, None),
    means_at(id::NO_PHONE, 400, Kind::Protocol),
    means(id::NO_METADATA, Kind::Protocol, None),
    means(id::NO_METADATA_KEY, Kind::Protocol, None),
    means(id::GRANT_UNCHANGED, Kind::Protocol, None),
    means(id::GRANT_GONE, Kind::Protocol, None),
    means("COMMAND-3M9sd", Kind::Protocol, None),
    // A state that forbids the call.
    means(
        "COMMAND-gvx4kct9r2",
        Kind::Protocol,
        Some("the account waits for its first login; delete it or finish that first"),
    ),
    // What the configuration names.
    means(
        "COMMAND-39nf2",
        Kind::Misconfigured,
        Some("check `zitadel.idp_id`"),
    ),
    means("COMMAND-mm9F4", Kind::Misconfigured, Some("check `zitadel.role`")),
    means("COMMAND-4m9ff", Kind::Misconfigured, PROJECT),
    means("COMMAND-3n77S", Kind::Misconfigured, PROJECT),
    means("COMMAND-m9gsd", Kind::Misconfigured, PROJECT),
    means("COMMAND-huvKF", Kind::Misconfigured, PROJECT),
    // The server's own troubles.
    means("QUERY-AG4gs", Kind::Unreachable, None),
    means("QUERY-Dun75", Kind::Unreachable, None),
    means(
        "QUOTA-vjAy8",
        Kind::Throttled { after: None },
        Some("the quota of the instance is used up"),
    ),
    means(
        "LIMITS-molsj",
        Kind::Throttled { after: None },
        Some("the instance is blocked"),
    ),
];

/// Something an answer says that only the place of the call can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The reply is over the gateway's limit of 4 MiB: ask for fewer at a time.
    ReplyTooLarge,
    /// The server does not know a filter of the request.
    UnknownFilter,
}

/// A failed call.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: TargetError,
    pub(super) sign: Option<Sign>,
}

impl Failure {
    pub(super) fn is(&self, id: &str) -> bool {
        self.error.error_id.as_deref() == Some(id)
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        Self { error, sign: None }
    }
}

impl From<Failure> for TargetError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// Takes some refusals for success.
pub(super) fn accept<T: Default>(result: Result<T, Failure>, ids: &[&str]) -> Result<T, Failure> {
    match result {
        Err(failure) if ids.iter().any(|id| failure.is(id)) => Ok(T::default()),
        other => other,
    }
}

/// The shape of every error of the REST gateway.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    message: String,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    id: String,
}

/// An answer that is no success.
pub(super) struct Answer<'a> {
    pub(super) operation: &'static str,
    pub(super) url: &'a str,
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: &'a [u8],
}

impl Answer<'_> {
    /// What it means.
    pub(super) fn failure(&self) -> Failure {
        let Ok(body) = serde_json::from_slice::<Body>(self.body) else {
            return self.not_json().into();
        };
        let error_id = body
            .details
            .iter()
            .map(|detail| &detail.id)
            .find(|id| !id.is_empty());
        let known = error_id.and_then(|id| {
            MEANINGS.iter().find(|entry| {
                entry.id == id && entry.status.is_none_or(|status| status == self.status.as_u16())
            })
        });
        // The only two texts that are read: the gateway gives these refusals no id.
        let sign = match self.status.as_u16() {
            429 if body.message.contains("larger than max") => Some(Sign::ReplyTooLarge),
            400 if error_id.is_none() && body.message.contains("value is required") => {
                Some(Sign::UnknownFilter)
            }
            _ => None,
        };
        let kind = match (known, sign) {
            (_, Some(_)) => Kind::Protocol,
            (Some(entry), None) => entry.kind,
            (None, None) => by_status(self.status, error_id.is_some()),
        };
        let kind = match kind {
            Kind::Throttled { .. } => Kind::Throttled {
                after: self.retry_after,
            },
            kind => kind,
        };
        // The id stands at the end of the message and is shown on its own.
        let message = error_id.map_or(body.message.as_str(), |id| {
            body.message.trim_end_matches(&format!("({id})")).trim_end()
        });
        Failure {
            error: TargetError {
                kind,
                operation: self.operation,
                what: format!("{} {}", self.status.as_u16(), without_values(message)),
                error_id: error_id.cloned(),
                hint: known.and_then(|entry| entry.hint).map(str::to_owned),
            },
            sign,
        }
    }

    /// A page of a proxy, or of something that is no Zitadel at all.
    pub(super) fn not_json(&self) -> TargetError {
        let kind = match self.status.as_u16() {
            429 => Kind::Throttled {
                after: self.retry_after,
            },
            408 | 500..=599 => Kind::Unreachable,
            _ => Kind::Protocol,
        };
        let form = if self.body.trim_ascii_start().starts_with(b"<") {
            "HTML"
        } else {
            "something other than JSON"
        };
        TargetError {
            kind,
            operation: self.operation,
            what: format!("{} answered {} with {form}", self.url, self.status.as_u16()),
            error_id: None,
            hint: Some(
                "check `zitadel.url`: is this a Zitadel, and does a proxy in between let its API through?"
                    .into(),
            ),
        }
    }
}

/// What a status means when nothing more is known.
fn by_status(status: StatusCode, has_id: bool) -> Kind {
    match status.as_u16() {
        401 | 403 => Kind::Unauthorized,
        // A 404 without an id is a server that lost its way, never a user who is gone.
        404 if !has_id => Kind::Unreachable,
        409 => Kind::Conflict,
        400 => Kind::InvalidAttribute { attribute: None },
        429 => Kind::Throttled { after: None },
        408 | 499 | 500 | 502..=504 => Kind::Unreachable,
        _ => Kind::Protocol,
    }
}

/// The server's words without what could be a person's data: quoted parts and addresses.
pub(super) fn without_values(text: &str) -> String {
    let unquoted: String = text
        .split('"')
        .enumerate()
        .map(|(place, part)| if place % 2 == 0 { part } else { "…" })
        .collect();
    let words: Vec<&str> = unquoted
        .split_whitespace()
        .map(|word| if word.contains('@') { "…" } else { word })
        .collect();
    words.join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> Failure {
        Answer {
            operation: "create_user",
            url: "https://z.example/v2/users/human",
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            body: body.as_bytes(),
        }
        .failure()
    }

    fn body(code: u8, message: &str, id: &str) -> String {
        format!(
            r#"{{"code":{code},"message":"{message} ({id})","details":[{{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"{id}","message":"{message}"}}]}}"#
        )
    }

    /// Ids decide, not texts: the same words under another id mean nothing.
    #[test]
    fn the_id_decides() {
        let taken = failure(409, &body(6, "User already exists", id::TAKEN));
        assert_eq!(taken.error.kind, Kind::Conflict);
        assert_eq!(
            taken.error.to_string(),
            "create_user: 409 User already exists (V3-DKcYh)"
        );
        let phone = failure(400, &body(3, "Telefon ist ungültig", id::PHONE_INVALID));
        assert_eq!(phone.error.kind, bad("phone"));
        let other = failure(400, &body(3, "Phone is invalid PHONE-so0wa", "OTHER-1"));
        assert_eq!(other.error.kind, Kind::InvalidAttribute { attribute: None });
    }

    /// One id, two meanings: with 400 there is no phone, with 404 no user.
    #[test]
    fn the_status_tells_two_meanings_apart() {
        let none = failure(400, &body(9, "Phone not found", id::NO_PHONE));
        let gone = failure(404, &body(5, "User could not be found", id::NO_PHONE));
        assert_eq!(none.error.kind, Kind::Protocol);
        assert_eq!(gone.error.kind, Kind::NotFound);
    }

    /// A 404 that names no error is no proof that somebody is gone.
    #[test]
    fn a_404_without_an_id_is_no_proof() {
        let lost = failure(
            404,
            r#"{"code":5,"message":"unable to set instance using origin https://z.example"}"#,
        );
        assert_eq!(lost.error.kind, Kind::Unreachable);
        let odd = failure(404, &body(5, "Odd", "ODD-1"));
        assert_eq!(odd.error.kind, Kind::Protocol);
    }

    /// The two refusals that have no id are told from real limits and real mistakes.
    #[test]
    fn two_texts_are_signs() {
        for text in [
            "grpc: received message after decompression larger than max 4194304",
            "grpc: received message larger than max (4543688 vs. 4194304)",
        ] {
            let large = failure(429, &format!(r#"{{"code":8,"message":"{text}"}}"#));
            assert_eq!(large.sign, Some(Sign::ReplyTooLarge));
        }
        let limit = failure(429, r#"{"code":8,"message":"slow down"}"#);
        assert_eq!(
            (limit.error.kind, limit.sign),
            (Kind::Throttled { after: None }, None)
        );
        let filter = failure(
            400,
            r#"{"code":3,"message":"invalid ListUsersRequest.Queries[2]: embedded message failed validation | caused by: invalid SearchQuery.Query: value is required"}"#,
        );
        assert_eq!(filter.sign, Some(Sign::UnknownFilter));
    }

    /// A web page is no answer; behind a 502 it is a proxy that will recover.
    #[test]
    fn a_web_page_is_named_with_its_address() {
        let page = failure(200, "<!DOCTYPE html><html></html>").error;
        assert_eq!(page.kind, Kind::Protocol);
        assert!(
            page.what
                .contains("https://z.example/v2/users/human answered 200 with HTML")
        );
        assert_eq!(failure(502, "<html>").error.kind, Kind::Unreachable);
    }

    /// Nobody's address ends up in a log because the server repeated it.
    #[test]
    fn values_are_left_out() {
        assert_eq!(
            without_values("mail: expected single address, got \"ada lovelace\" for ada@example.org"),
            "mail: expected single address, got … for …"
        );
    }
}
