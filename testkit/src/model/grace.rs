//! `policy.grace`, and what accounts say of an absence.

use jiff::{SignedDuration, Timestamp};

use super::random::Random;
use crate::zitadel::UserView;

pub(super) const SINCE: &str = "directory-sync.missing_since";
pub(super) const RUNS: &str = "directory-sync.missing_runs";

/// How far clocks may differ.
const CLOCKS: i64 = 300;

/// `policy.grace`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// `after`
    pub hours: Option<i64>,
    /// `runs`
    pub runs: Option<u32>,
}

impl Grace {
    pub(in crate::model) fn any(random: &mut Random) -> Option<Self> {
        let hours = random.percent(60).then_some(36);
        let runs = random.percent(60).then(|| if random.percent(50) { 2 } else { 3 });
        (random.percent(40) && (hours.is_some() || runs.is_some())).then_some(Self { hours, runs })
    }

    pub(in crate::model) fn config(self) -> String {
        let hours = self.hours.map(|hours| format!("    after: {hours}h\n"));
        let runs = self.runs.map(|runs| format!("    runs: {runs}\n"));
        format!(
            "  grace:\n{}{}",
            hours.unwrap_or_default(),
            runs.unwrap_or_default()
        )
    }

    /// Whether an absence is long enough, the given number of runs included.
    fn is_over(self, since: Timestamp, runs: u32) -> bool {
        let waited = Timestamp::now().duration_since(since);
        self.hours
            .is_none_or(|hours| waited >= SignedDuration::from_hours(hours))
            && self.runs.is_none_or(|wanted| runs >= wanted)
    }

    /// Whether the account may go in a run that finds it like this.
    pub(in crate::model) fn lets_go(self, user: &UserView) -> bool {
        let (since, before) = noted(user).unwrap_or((Timestamp::now(), 0));
        self.is_over(since, before + 1)
    }

    /// Whether a run has left the account like this although it should be gone, or should have been noted.
    pub(in crate::model) fn was_forgotten(self, user: &UserView) -> bool {
        noted(user).is_none_or(|(since, runs)| self.is_over(since, runs))
    }
}

/// Since when a person is missing and in how many runs, if the account says so in earnest.
pub(super) fn noted(user: &UserView) -> Option<(Timestamp, u32)> {
    let since: Timestamp = user.metadata.get(SINCE)?.parse().ok()?;
    let runs: u32 = user.metadata.get(RUNS)?.parse().ok()?;
    let is_past = since.as_second() <= Timestamp::now().as_second() + CLOCKS;
    (is_past && runs > 0).then_some((since, runs))
}

/// Whether the account says anything of an absence.
pub(in crate::model) fn is_noted(user: &UserView) -> bool {
    user.metadata.contains_key(SINCE)
}

/// The account without what it says of an absence.
pub(in crate::model) fn without_notes(user: &UserView) -> UserView {
    let mut user = user.clone();
    user.metadata.remove(SINCE);
    user.metadata.remove(RUNS);
    user
}
