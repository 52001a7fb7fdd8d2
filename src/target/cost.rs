//! Requests that were sent, and what changes cost.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestStats {
    /// All requests, repeats included.
    pub total: u64,
    /// Requests that repeat a failed one.
    pub retried: u64,
    /// Failed requests, repeated or not.
    pub failed: u64,
    /// By operation, such as `list_users`.
    pub by_operation: BTreeMap<&'static str, u64>,
}

/// Cost of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub requests: u64,
    /// E-mails that the target sends to people.
    pub mails: u64,
    /// Text messages that the target sends to people.
    pub texts: u64,
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(cost: I) -> Self {
        cost.fold(Self::default(), |sum, cost| Self {
            requests: sum.requests + cost.requests,
            mails: sum.mails + cost.mails,
            texts: sum.texts + cost.texts,
        })
    }
}
