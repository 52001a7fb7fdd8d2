//! Why a run ends before its plan is applied.

use std::io;

use crate::config::KeyNames;
use crate::lock::LockedByOther;
use crate::plan::Refusal;
use crate::source::SourceError;
use crate::target::TargetError;

pub(in crate::run) const WAIT: &str =
    "wait until it is done; if there is none, find out which process has the file open";

pub(in crate::run) const DECLINED: &str = "the changes were not confirmed";

/// Why a run ended before its plan was applied.
pub(in crate::run) enum RunError {
    /// Something could not be read.
    Failed { errors: Vec<(String, Option<String>)> },
    /// The command line names something that does not exist.
    Usage { errors: Vec<(String, Option<String>)> },
    /// The guard refused the plan.
    Refused(Refusal),
    /// Another run is in progress.
    Locked(LockedByOther),
    /// The question for confirmation was answered with no.
    Declined,
    /// A signal, before anything was written.
    Signalled(&'static str),
    /// Output could not be written.
    Output(io::Error),
}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<TargetError> for RunError {
    fn from(error: TargetError) -> Self {
        Self::failed(format!("could not use the target: {error}"), error.hint)
    }
}

impl From<Vec<SourceError>> for RunError {
    fn from(errors: Vec<SourceError>) -> Self {
        Self::Failed {
            errors: errors
                .into_iter()
                .map(|error| (error.to_string(), error.hint))
                .collect(),
        }
    }
}

impl RunError {
    /// Something could not be read or written.
    pub(in crate::run) fn failed(what: String, hint: Option<String>) -> Self {
        Self::Failed {
            errors: vec![(what, hint)],
        }
    }

    /// The first error, with its hint.
    pub(in crate::run) fn first(self) -> (String, Option<String>) {
        match self {
            Self::Failed { errors } | Self::Usage { errors } => errors.into_iter().next().unwrap_or_default(),
            Self::Refused(refusal) => (refusal.reasons.join("; "), None),
            Self::Locked(other) => (other.to_string(), Some(WAIT.to_owned())),
            Self::Declined => (DECLINED.to_owned(), None),
            Self::Signalled(signal) => (interrupted(signal), None),
            Self::Output(error) => (unprinted(&error), None),
        }
    }

    /// The same, with the names that keys have in the file.
    pub(in crate::run) fn with_key_names(self, keys: &KeyNames) -> Self {
        let named = |errors: Vec<(String, Option<String>)>| {
            let text = |text: String| keys.in_text(&text);
            let each = errors.into_iter();
            each.map(|(what, hint)| (text(what), hint.map(text))).collect()
        };
        match self {
            Self::Failed { errors } => Self::Failed {
                errors: named(errors),
            },
            Self::Usage { errors } => Self::Usage {
                errors: named(errors),
            },
            other => other,
        }
    }

    /// Combines two reasons.
    pub(in crate::run) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed { errors: mut first }, Self::Failed { errors: second }) => {
                first.extend(second);
                Self::Failed { errors: first }
            }
            (first, _) => first,
        }
    }
}

/// The message about a signal.
pub(in crate::run) fn interrupted(signal: &str) -> String {
    format!("stopped by {signal} before anything was written")
}

pub(in crate::run) fn unprinted(error: &io::Error) -> String {
    format!("the plan could not be printed: {error}")
}
