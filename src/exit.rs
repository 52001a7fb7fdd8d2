//! Exit codes. The README documents them; they can be used with `podFailurePolicy`.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The target matches the sources.
    Ok = 0,
    /// Some records were rejected or some changes failed; the rest was applied.
    Incomplete = 1,
    /// A mistake in the command line or the configuration.
    Usage = 2,
    /// A source or the target could not be read, or was not read yet; nothing was written.
    #[default]
    Unreadable = 3,
    /// Refused by the guard; nothing was written.
    Refused = 4,
    /// Another run holds the lock; nothing was written.
    Locked = 5,
    /// `plan --detailed-exit-code`: changes are pending.
    Pending = 10,
}

impl Exit {
    /// Replaces success by `Incomplete`.
    #[must_use]
    pub fn at_least_incomplete(self) -> Self {
        match self {
            Self::Ok | Self::Pending => Self::Incomplete,
            worse => worse,
        }
    }

    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
