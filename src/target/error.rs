//! Calls to a target that failed.

use std::fmt::Display;
use std::time::Duration;

/// Whether a failed change may have written something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    Nothing,
    /// A call may have been carried out although its answer was lost, or an earlier call of the change was carried
    /// out.
    Unknown,
}

/// Whether a failed call may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same call would fail again.
    Never,
    /// After a growing pause.
    Backoff,
    /// After this time at the earliest.
    After(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetErrorKind {
    /// No answer, or an answer as a broken proxy or database gives it.
    Unreachable,
    /// Too many calls.
    Throttled {
        /// The pause that the target asked for.
        after: Option<Duration>,
    },
    /// Credentials, token or permission are missing or refused.
    Unauthorized,
    /// A unique name or link is taken.
    Conflict,
    /// The target does not accept this value.
    InvalidAttribute {
        /// Name of the attribute in the schema, if the target names it.
        attribute: Option<&'static str>,
    },
    /// The account does not exist.
    NotFound,
    /// The configuration names something that the target does not have, such as a role.
    Misconfigured,
    /// An answer of unknown meaning.
    Protocol,
}

/// A call to the target that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {what}{}", self.error_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default())]
pub struct TargetError {
    pub kind: TargetErrorKind,
    /// Name of the operation, such as `create_user`.
    pub operation: &'static str,
    /// What the target answered, and where.
    pub what: String,
    /// The target's own id of this error.
    pub error_id: Option<Box<str>>,
    pub hint: Option<String>,
    pub wrote: Wrote,
}

impl TargetError {
    /// Without an id and without a hint; something may have been written.
    pub(crate) fn new(kind: TargetErrorKind, operation: &'static str, what: impl Into<String>) -> Self {
        Self {
            kind,
            operation,
            what: what.into(),
            error_id: None,
            hint: None,
            wrote: Wrote::Unknown,
        }
    }

    /// The same, with what to do next.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The same, with another text.
    #[must_use]
    pub(crate) fn saying(self, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            ..self
        }
    }

    /// The same, with more about it.
    #[must_use]
    pub(crate) fn adding(self, more: impl Display) -> Self {
        let what = format!("{}; {more}", self.what);
        self.saying(what)
    }

    /// The same, as an error of another kind.
    #[must_use]
    pub(crate) fn of_kind(self, kind: TargetErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The same, when it is certain that nothing was written.
    #[must_use]
    pub(crate) fn wrote_nothing(self) -> Self {
        Self {
            wrote: Wrote::Nothing,
            ..self
        }
    }

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

    /// Returns whether the target answered and refused. A lost answer is not a refusal, because the call may have
    /// been carried out.
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

    /// Returns whether every further change would fail in the same way, so that the run has to stop.
    pub fn stops_run(&self) -> bool {
        matches!(
            self.kind,
            TargetErrorKind::Unauthorized | TargetErrorKind::Misconfigured
        )
    }
}
