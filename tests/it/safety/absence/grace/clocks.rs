//! Clocks that differ.

use super::*;

/// If Zitadel's clock and ours differ, one of them is wrong: no absence is recorded or counted, and no one is
/// removed, whichever is ahead. Both times are shown.
#[test]
fn clocks_that_differ_count_nothing() {
    let minutes = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
    for ahead in [true, false] {
        for grace in ["after: 14d", "runs: 2"] {
            let policy = format!("  absent: delete\n  grace:\n    {grace}\n");
            let lab = one_missing(&policy);
            if ahead {
                lab.zitadel.advance_clock(minutes(10));
            } else {
                lab.zitadel.turn_clock_back(minutes(10));
            }
            lab.run("sync")
                .exits(0)
                .says("the clocks differ")
                .says("the clock of Zitadel says 2")
                .says("Z and the clock of this machine 2");
            assert_eq!(noted(&lab), (None, None));
            let then = days_ago(15);
            note(&lab, &then, "1");
            lab.run("sync").exits(0).says("the clocks differ");
            assert_eq!(noted(&lab), (Some(then), Some("1".to_owned())));
            // They agree again.
            if ahead {
                lab.zitadel.turn_clock_back(minutes(10));
            } else {
                lab.zitadel.advance_clock(minutes(10));
            }
            lab.run("sync").exits(0).says("1 deleted").does_not_say("clock");
        }
    }
}

/// A few minutes are nothing, and who says nothing of the time does not agree.
#[test]
fn a_clock_that_says_nothing_counts_nothing() {
    let lab = one_missing("  absent: delete\n  grace:\n    after: 14d\n");
    lab.zitadel.advance_clock(std::time::Duration::from_secs(240));
    lab.run("sync")
        .exits(0)
        .says("1 marked as absent")
        .does_not_say("clock");
    note(&lab, &days_ago(15), "1");
    for date in [
        "soon",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        lab.zitadel.say_date(date);
        lab.run("sync").exits(0).says("is not counted");
        assert!(has_account(&lab), "{date}");
    }
    lab.configure("policy:\n  absent: keep\n");
    lab.run("sync").exits(0).does_not_say("is not counted");
}
