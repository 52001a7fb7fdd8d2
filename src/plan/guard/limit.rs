use std::fmt;

/// A limit on a number of accounts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A percentage of the active managed accounts, 0 to 100.
    Percent(f64),
    Count(usize),
}

impl Limit {
    /// The number that passes. A percentage is rounded down, but allows one account unless it is zero, because
    /// someone must be able to leave a small company.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no share of accounts is that large, and none is below zero"
    )]
    pub fn allows(self, whole: usize) -> usize {
        match self {
            Self::Count(limit) => limit,
            Self::Percent(share) if share > 0.0 => ((share_of(whole, share) + ROUNDING) as usize).max(1),
            Self::Percent(_) => 0,
        }
    }

    pub(super) fn is_exceeded(self, count: usize, whole: usize) -> bool {
        count > self.allows(whole)
    }

    /// Returns whether the count passes only because one account is always allowed.
    pub(super) fn is_least(self, whole: usize) -> bool {
        matches!(self, Self::Percent(share) if share > 0.0 && share_of(whole, share) + ROUNDING < 1.0)
    }

    /// Returns whether the count exceeds the limit exactly. Used for records, of which none has to be allowed.
    #[expect(clippy::cast_precision_loss, reason = "no site has 2^52 records")]
    pub(super) fn is_over(self, count: usize, whole: usize) -> bool {
        match self {
            Self::Count(limit) => count > limit,
            Self::Percent(share) => count as f64 * 100.0 > whole as f64 * share,
        }
    }
}

/// Percentages such as 0.7 % are not exact in floating point. A difference below this counts as none.
const ROUNDING: f64 = 1e-6;

#[expect(clippy::cast_precision_loss, reason = "no site has 2^52 accounts")]
fn share_of(whole: usize, share: f64) -> f64 {
    whole as f64 * share / 100.0
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(share) => write!(f, "{share} %"),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}
