//! What a target answers.

use crate::model::TargetId;

/// Result of an applied change.
#[derive(Debug, Default)]
pub struct Applied {
    /// Target id of the account, also of a new one.
    pub target_id: Option<TargetId>,
    /// Values that were left out, such as a phone number that the target refuses.
    pub warnings: Vec<String>,
    /// The account existed, but the list of accounts did not show it.
    pub list_was_stale: bool,
}

/// Why [`Target::catch_up`] waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For the run's own writes only.
    ForOwnWrites,
    /// The target refuses to create an account twice, and does not list it.
    ForHiddenAccount,
}

/// Remarks about the values that [`Target::normalize`] rewrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Which value was left out and why, without the value itself.
    pub left_out: Vec<String>,
    /// An assumption about a value that may be wrong, such as a country code. The report counts people by this text.
    pub assumed: Option<&'static str>,
}

/// One document with limits that an administrator sets at the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    /// Location of the document, for messages.
    pub origin: String,
    pub text: Vec<u8>,
}

/// Answer of a target to [`Target::policy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policies {
    /// The target cannot store limits.
    NoPlace,
    /// The target can store limits, and was read.
    Found {
        /// Empty if no limits are set.
        documents: Vec<PolicyDocument>,
        /// Where the limits for all configurations are or would be.
        location: String,
    },
}
