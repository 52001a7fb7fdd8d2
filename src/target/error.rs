//! Calls to a target that failed.

use std::time::Duration;

/// Whether a failed change may have written something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    /// It is certain that nothing was written.
    Nothing,
    /// Nobody knows: a call may have been carried out although its answer was lost, or another one before it.
    Unknown,
}

/// Whether a failed call may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same call would fail the same way.
    Never,
    /// After a pause that grows.
    Backoff,
    /// Not before this time has passed.
    After(Duration),
}

/// What kind of refusal or failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetErrorKind {
    /// No answer, or one that a broken proxy or database gives.
    Unreachable,
    /// Too many calls.
    Throttled {
        /// How long the target asked us to wait.
        after: Option<Duration>,
    },
    /// Credentials, token or permission.
    Unauthorized,
    /// A unique name or link is taken.
    Conflict,
    /// The target does not take this value.
    InvalidAttribute {
        /// The schema's name of the attribute, if the target says which.
        attribute: Option<&'static str>,
    },
    /// The account is gone.
    NotFound,
    /// The configuration names something the target does not have, such as a role.
    Misconfigured,
    /// An answer that means nothing we know.
    Protocol,
}

/// A call to the target that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {what}{}", self.error_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default())]
pub struct TargetError {
    /// What kind of failure it was.
    pub kind: TargetErrorKind,
    /// The operation, such as `create_user`.
    pub operation: &'static str,
    /// What the target said, and where.
    pub what: String,
    /// The target's own id of the error.
    pub error_id: Option<Box<str>>,
    /// What to do next.
    pub hint: Option<String>,
    /// Whether the change may have written something.
    pub wrote: Wrote,
}

impl TargetError {
    /// Whether the same call may be sent again.
    pub fn retry(&self) -> Retry {
        match self.kind {
            TargetErrorKind::Unreachable => Retry::Backoff,
            TargetErrorKind::Throttled { after } => after.map_or(Retry::Backoff, Retry::After),
            TargetErrorKind::Unauthorized
            | TargetErrorKind::Conflict
            | TargetErrorKind::InvalidAttribute { .. }
            | TargetErrorKind::NotFound
            | TargetErrorKind::Misconfigured
            | TargetErrorKind::Protocol => Retry::Never,
        }
    }

    /// Whether it is an answer, and the answer is no. Unknown is not refused: a call may have been carried out although its
    /// answer was lost.
    pub fn is_refusal(&self) -> bool {
        match self.kind {
            TargetErrorKind::Unauthorized
            | TargetErrorKind::Conflict
            | TargetErrorKind::InvalidAttribute { .. }
            | TargetErrorKind::Misconfigured => true,
            TargetErrorKind::Unreachable
            | TargetErrorKind::Throttled { .. }
            | TargetErrorKind::NotFound
            | TargetErrorKind::Protocol => false,
        }
    }

    /// Whether every further change would fail the same way, so that the run should stop.
    pub fn stops_run(&self) -> bool {
        matches!(
            self.kind,
            TargetErrorKind::Unauthorized | TargetErrorKind::Misconfigured
        )
    }
}
