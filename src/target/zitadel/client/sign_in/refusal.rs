//! Explains a refused sign-in: a problem with the account, its key, or a clock.

use jiff::Timestamp;
use serde::Deserialize;

use super::auth::{Proof, Reply, SignIn, is_off};
use super::key::{OPERATION, ServiceKey};
use crate::target::zitadel::client::error::{IS_THIS_ZITADEL, quote_wait, without_values};
use crate::target::{TargetError, TargetErrorKind as Kind};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: String,
    error_description: String,
}

/// The possible causes. The server does not say which one applies.
fn suspects(key: &ServiceKey, answer: &str, ahead: Option<i64>) -> String {
    let clock = match ahead {
        Some(ahead) if is_off(ahead) => format!(
            "its clock is {} s {} ours",
            ahead.abs(),
            if ahead > 0 { "ahead of" } else { "behind" }
        ),
        Some(_) => "its clock agrees with ours".into(),
        None => "it does not report its time".into(),
    };
    let end = key.expires.filter(|expires| *expires < Timestamp::now());
    let end = end.map(|end| format!("; by its file, the key expired on {}", end.strftime("%Y-%m-%d")));
    format!(
        "no token for key {} of user {} with audience {}: {answer}; {clock}{}",
        key.key_id,
        key.user_id,
        key.audience,
        end.unwrap_or_default()
    )
}

const KEY_OR_CLOCK: &str = "check that the key still exists, belongs to that user and has not expired, that \
                            `zitadel.url` is the external address exactly, and the clocks of both machines";

const CLOCK: &str = "correct the clocks of both machines; if that does not help, check that the key still exists, \
     belongs to \
                     that user and has not expired, and that `zitadel.url` is the external address exactly";

impl SignIn {
    pub(super) fn refusal(&self, reply: &Reply) -> TargetError {
        let status = reply.status.as_u16();
        let refused = match serde_json::from_slice::<Refused>(&reply.body) {
            Ok(refused) if !refused.error.is_empty() => refused,
            _ if status == 404 && !reply.body.trim_ascii_start().starts_with(b"<") => {
                return self.wrong_host();
            }
            _ => {
                let mut error = self.answer(reply).failure().error;
                error.hint.get_or_insert_with(|| IS_THIS_ZITADEL.to_owned());
                return error;
            }
        };
        let answer = format!(
            "{status} {} {}",
            without_values(&refused.error),
            without_values(&refused.error_description)
        );
        let (kind, what, hint) = match (status, &self.proof) {
            // The only refusal that is not about the key or the secret. It has no id.
            (400, proof) if refused.error_description.contains("User.NotActive") => (
                Kind::Unauthorized,
                format!(
                    "the service account {} is deactivated ({answer})",
                    proof.account()
                ),
                "activate the service account",
            ),
            (500 | 400..=403, Proof::Key(key)) => (
                Kind::Unauthorized,
                suspects(key, &answer, reply.ahead),
                if reply.ahead.is_some_and(is_off) {
                    CLOCK
                } else {
                    KEY_OR_CLOCK
                },
            ),
            (400..=403, Proof::Client(client)) => {
                let (kind, what, hint) = client.refusal(&refused.error, &refused.error_description);
                (kind, format!("{what} ({answer})"), hint)
            }
            (429, _) => {
                let after = reply.retry_after;
                (Kind::Throttled { after }, answer, "try again later")
            }
            (500 | 502..=504, _) => (Kind::Unreachable, answer, "try again later"),
            _ => (Kind::Protocol, answer, "check `zitadel.url`: is this a Zitadel?"),
        };
        quote_wait(TargetError::new(kind, OPERATION, what).hint(hint))
    }

    fn wrong_host(&self) -> TargetError {
        TargetError::new(
            Kind::Misconfigured,
            OPERATION,
            format!(
                "the server at {} is not configured for this host name",
                self.proof.instance()
            ),
        )
        .hint("set `zitadel.url` to the external domain and port of the instance")
    }
}
