//! Errors of calls without a complete answer.

use crate::http::{BodyError, no_answer};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// Error for an interrupted reply.
pub(super) fn broke_off(operation: &'static str, url: &str, error: &BodyError) -> TargetError {
    match error {
        BodyError::Failed(error) => unreachable(operation, url, error),
        BodyError::TooSlow { .. } => lost(
            Kind::Unreachable,
            operation,
            format!("{}: {error}", base_address(url)),
            SLOW.to_owned(),
        ),
    }
}

const SLOW: &str = "check the network, and whether a proxy before UDM holds its answers back";
const SILENT: &str = "it took the connection and sent nothing: check that `udm.url` has the port of a UDM, and whether the server \
                      or its LDAP server has too much to do; `udm.read_timeout` says how long is waited";

/// Error for a call without an answer, with the root cause.
pub(super) fn unreachable(operation: &'static str, url: &str, error: &reqwest::Error) -> TargetError {
    let failure = no_answer(base_address(url), error);
    let kind = if failure.is_lasting {
        Kind::Misconfigured
    } else {
        Kind::Unreachable
    };
    let hint = match failure.hint {
        Some(hint) if failure.is_stranger => {
            format!("name the CA of the server in `udm.tls.server_certificate`, or {hint}")
        }
        Some(hint) => hint,
        None if failure.is_stranger => "name the CA of the server in `udm.tls.server_certificate`".to_owned(),
        None if failure.is_silence => SILENT.to_owned(),
        None => "check `udm.url`, the network and the proxy variables".to_owned(),
    };
    lost(kind, operation, failure.what, hint)
}

/// Addresses below the base contain names of people.
fn base_address(url: &str) -> &str {
    [
        "users/user/",
        "groups/group/",
        "container/ou/",
        "object/",
        "mail/domain/",
    ]
    .iter()
    .find_map(|below| url.find(below).map(|at| &url[..at]))
    .unwrap_or(url)
}

fn lost(kind: Kind, operation: &'static str, what: String, hint: String) -> TargetError {
    TargetError::new(kind, operation, what).hint(hint)
}
