//! How long an account stays when its person is in no source.

use crate::model::{Absence, Expected, Purpose, Schema, Value};

/// Tolerated clock difference in seconds, between machines that run this tool in turn, and between them and the
/// target.
const CLOCKS: i64 = 300;

/// Our time and the target's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Time of the run, in seconds since 1970 (UTC).
    pub now: i64,
    /// Seconds by which the target's clock is ahead of ours, if known.
    pub ahead: Option<i64>,
}

impl Clocks {
    /// Returns whether both clocks are nearly equal. Otherwise one of them is wrong, and it is not known which.
    pub fn agree(self) -> bool {
        self.ahead
            .is_some_and(|ahead| ahead.unsigned_abs() <= CLOCKS.unsigned_abs())
    }
}

/// `policy.grace`: how long and in how many runs a person has to be missing before the account is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// Seconds since the first run that found the person absent.
    pub after: Option<i64>,
    /// Runs that found the person absent, including the one that removes the account.
    pub runs: Option<u32>,
}

/// The absence marker of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AbsenceMarker {
    Nothing,
    Absent(Absence),
    /// The values are not a time and a number, or the time is in the future.
    Unreadable,
}

/// Whether the grace period has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Due,
    Wait {
        /// Including this run.
        absence: Absence,
        /// The marker has to be updated for a later run.
        write: bool,
    },
}

impl Grace {
    /// Decides whether the account of a person who is absent at `now` may be removed.
    pub(super) fn verdict(self, marker: AbsenceMarker, now: i64) -> Verdict {
        let absence = match marker {
            AbsenceMarker::Absent(before) => Absence {
                since: before.since,
                runs: before.runs.saturating_add(1),
            },
            AbsenceMarker::Nothing | AbsenceMarker::Unreadable => Absence { since: now, runs: 1 },
        };
        let long_enough = self
            .after
            .is_none_or(|after| now.saturating_sub(absence.since) >= after);
        let runs_enough = self.runs.is_none_or(|runs| absence.runs >= runs);
        if long_enough && runs_enough {
            return Verdict::Due;
        }
        // A run without new information writes nothing.
        let counted = match (marker, self.runs) {
            (AbsenceMarker::Absent(before), Some(runs)) => before.runs >= runs,
            (AbsenceMarker::Absent(_), None) => true,
            (AbsenceMarker::Nothing | AbsenceMarker::Unreadable, _) => false,
        };
        Verdict::Wait {
            absence,
            write: !counted,
        }
    }
}

/// Reads the absence marker from the answers about an account.
pub(super) fn absence_marker(
    schema: &Schema,
    mismatches: &[(Expected<'_>, Option<Value>)],
    now: i64,
) -> AbsenceMarker {
    let value_of = |purpose: Purpose| {
        let of_marker = mismatches
            .iter()
            .find(|(expected, _)| schema.purpose(expected.attribute()) == purpose);
        of_marker.map(|(_, current)| current.as_ref().map_or("", Value::as_text))
    };
    let (since, runs) = match (value_of(Purpose::MissingSince), value_of(Purpose::MissingRuns)) {
        (None, None) => return AbsenceMarker::Nothing,
        (Some(since), Some(runs)) => (since.parse(), runs.parse()),
        // Both values are always written together.
        _ => return AbsenceMarker::Unreadable,
    };
    match (since, runs) {
        (Ok(since), Ok(runs)) if since <= now.saturating_add(CLOCKS) && runs >= 1 => {
            AbsenceMarker::Absent(Absence { since, runs })
        }
        _ => AbsenceMarker::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AttributeIndex, AttributeSpec};
    use proptest::prelude::*;

    const SINCE: AttributeIndex = AttributeIndex(0);
    const RUNS: AttributeIndex = AttributeIndex(1);

    fn schema() -> Schema {
        let marker = |name, purpose| AttributeSpec {
            purpose,
            ..AttributeSpec::text(name)
        };
        Schema::new([
            marker("since", Purpose::MissingSince),
            marker("runs", Purpose::MissingRuns),
        ])
    }

    fn grace() -> impl Strategy<Value = Grace> {
        (prop::option::of(1i64..1_000), prop::option::of(1u32..6))
            .prop_map(|(after, runs)| Grace { after, runs })
    }

    /// The account is removed exactly in the second and in the run that complete the grace period, not earlier.
    #[test]
    fn grace_ends_exactly_at_its_limit() {
        let since = 1_000_000;
        let before = |runs| AbsenceMarker::Absent(Absence { since, runs });
        let waits = |verdict| matches!(verdict, Verdict::Wait { .. });
        let after = Grace {
            after: Some(600),
            runs: None,
        };
        assert!(waits(after.verdict(before(1), since + 599)));
        assert_eq!(after.verdict(before(1), since + 600), Verdict::Due);
        assert_eq!(after.verdict(before(1), since + 601), Verdict::Due);
        let runs = Grace {
            after: None,
            runs: Some(3),
        };
        assert!(waits(runs.verdict(before(1), since)));
        assert_eq!(runs.verdict(before(2), since), Verdict::Due);
        assert_eq!(runs.verdict(before(3), since), Verdict::Due);
        // The first run alone completes the shortest grace.
        assert_eq!(
            Grace {
                after: None,
                runs: Some(1)
            }
            .verdict(AbsenceMarker::Nothing, since),
            Verdict::Due
        );
        let both = Grace {
            after: Some(600),
            runs: Some(3),
        };
        assert!(waits(both.verdict(before(2), since + 599)));
        assert!(waits(both.verdict(before(1), since + 600)));
        assert_eq!(both.verdict(before(2), since + 600), Verdict::Due);
    }

    /// A marker may be as far in the future as clocks may differ, and no second more.
    #[test]
    fn a_note_of_the_future_is_believed_as_far_as_clocks_differ() {
        let now = 1_000_000;
        let note = |since: i64| {
            let value_of = |marker, text: String| (Expected::Absent(marker), Some(Value::text(text)));
            absence_marker(
                &schema(),
                &[value_of(SINCE, since.to_string()), value_of(RUNS, "1".into())],
                now,
            )
        };
        assert!(matches!(note(now + CLOCKS), AbsenceMarker::Absent(_)));
        assert_eq!(note(now + CLOCKS + 1), AbsenceMarker::Unreadable);
    }

    /// Five minutes in either direction are accepted, a second more is not. A target without a time does not agree.
    #[test]
    fn clocks_agree_within_minutes() {
        let agree = |ahead| Clocks { now: 0, ahead }.agree();
        for ahead in [0, CLOCKS, -CLOCKS] {
            assert!(agree(Some(ahead)), "{ahead}");
        }
        for ahead in [CLOCKS + 1, -CLOCKS - 1, i64::MIN, i64::MAX] {
            assert!(!agree(Some(ahead)), "{ahead}");
        }
        assert!(!agree(None));
    }

    proptest! {
        /// No account is removed before both the time and the number of runs have passed, and then it is removed. All
        /// needed state is on the account.
        #[test]
        fn an_account_goes_when_both_have_passed(
            grace in grace(),
            pauses in prop::collection::vec(0i64..400, 1..20),
        ) {
            let (mut marker, mut now) = (AbsenceMarker::Nothing, 1_000_000);
            let first = now;
            for (before, pause) in pauses.into_iter().enumerate() {
                let runs = u32::try_from(before + 1).unwrap();
                let passed = grace.after.is_none_or(|after| now - first >= after)
                    && grace.runs.is_none_or(|wanted| runs >= wanted);
                match grace.verdict(marker, now) {
                    Verdict::Due => {
                        prop_assert!(passed);
                        return Ok(());
                    }
                    Verdict::Wait { absence, write } => {
                        prop_assert!(!passed);
                        prop_assert_eq!(absence.since, first);
                        if write {
                            marker = AbsenceMarker::Absent(absence);
                        }
                    }
                }
                now += pause;
            }
        }

        /// An invalid marker never makes an absence longer.
        #[test]
        fn a_note_that_cannot_be_right_starts_anew(
            grace in grace(),
            since in prop::option::of("[0-9a-z:-]{0,8}"),
            runs in prop::option::of("[0-9-]{0,3}"),
        ) {
            let now = 500_000;
            let value_of = |marker, text: Option<String>| {
                text.map(|text| (Expected::Absent(marker), Some(Value::text(text))))
            };
            let mismatches: Vec<_> = [value_of(SINCE, since), value_of(RUNS, runs)]
                .into_iter()
                .flatten()
                .collect();
            let marker = absence_marker(&schema(), &mismatches, now);
            if let AbsenceMarker::Absent(absence) = marker {
                prop_assert!(absence.since <= now + CLOCKS && absence.runs >= 1);
            } else {
                let fresh = grace.verdict(AbsenceMarker::Nothing, now);
                prop_assert_eq!(grace.verdict(marker, now), fresh);
            }
        }
    }
}
