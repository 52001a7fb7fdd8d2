//! What a target answers.

use crate::model::TargetId;

/// Result of an applied change.
#[derive(Debug, Default)]
pub struct Applied {
    /// The target's id of the account, also for a new one.
    pub target_id: Option<TargetId>,
    /// Things left out, such as a phone number that the target refuses.
    pub warnings: Vec<String>,
    /// The account was there, though the target did not list it when everything was read.
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

/// What is worth knowing about a person whose values were rewritten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// What was left out and why, without the value.
    pub left_out: Vec<String>,
    /// What was read in a way that may not be meant. People are counted by it.
    pub assumed: Option<&'static str>,
}

/// One document with limits that an administrator sets at the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    /// Where it is, as messages show it.
    pub origin: String,
    /// YAML or JSON.
    pub text: Vec<u8>,
}

/// What a target says of limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policies {
    /// It has no place for them.
    NoPlace,
    /// It was looked.
    Found {
        /// What there is; nothing where no limits are set.
        documents: Vec<PolicyDocument>,
        /// Where the limits of every configuration would be.
        place: String,
    },
}
