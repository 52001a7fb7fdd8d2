//! Errors of calls without an answer.

use super::error::{Failure, Sign};
use crate::http::{BodyError, is_silence, no_answer};
use crate::target::{TargetError, TargetErrorKind as Kind};

const SILENT: &str = "it took the connection and sent nothing: check that `zitadel.url` has the port of a Zitadel, and whether it, \
                      its database or a proxy before it has too much to do";

/// Like `unreachable`, for an interrupted reply.
pub(in crate::target::zitadel) fn broke_off(
    operation: &'static str,
    url: &str,
    error: &BodyError,
) -> TargetError {
    match error {
        BodyError::Failed(error) => unreachable(operation, url, error),
        BodyError::TooSlow { .. } => {
            TargetError::new(Kind::Unreachable, operation, format!("{url}: {error}"))
                .hint("check the network, and whether a proxy before Zitadel holds its answers back")
        }
    }
}

/// Error for a call without an answer, perhaps because it asked for too much.
pub(in crate::target::zitadel) fn silent(
    operation: &'static str,
    url: &str,
    error: &reqwest::Error,
) -> Failure {
    Failure {
        error: unreachable(operation, url, error),
        sign: is_silence(error).then_some(Sign::TooSlow),
    }
}

/// Error for a call without an answer, with the root cause.
pub(in crate::target::zitadel) fn unreachable(
    operation: &'static str,
    url: &str,
    error: &reqwest::Error,
) -> TargetError {
    let failure = no_answer(url, error);
    let kind = if failure.is_lasting {
        Kind::Misconfigured
    } else {
        Kind::Unreachable
    };
    let hint = match failure.hint {
        Some(hint) => hint,
        None if failure.is_silence => SILENT.to_owned(),
        None => "check `zitadel.url`, the network and the proxy variables".to_owned(),
    };
    TargetError::new(kind, operation, failure.what).hint(hint)
}
