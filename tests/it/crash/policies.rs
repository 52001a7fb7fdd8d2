//! The same under policies that make one change several writes.

use testkit::zitadel::{Fault, FaultKind, Moment};

use super::world::Before;
use super::{Sweep, kill_at, people_each};

/// Each write fails, is lost, or is the last one of its run.
fn sweep(policy: &'static str, is_swept: impl Fn(&Sweep)) {
    let sweep = || Sweep::of(Before::under(policy, people_each(1)));
    is_swept(&sweep());
    for kind in [FaultKind::LoseReply, FaultKind::Reset, FaultKind::status(500)] {
        sweep().at_every_write(|zitadel, installation, k| {
            zitadel.inject(Fault::nth_write(k, kind.clone()));
            let ran = installation.run(&["sync"]);
            assert!(ran.exit <= 1, "{ran:?}");
            ran.exit == 0
        });
    }
    for moment in [Moment::Received, Moment::Processed] {
        sweep().at_every_write(|zitadel, installation, k| {
            if moment == Moment::Received {
                zitadel.inject(Fault::nth_write(k, FaultKind::Reset));
            }
            kill_at(zitadel, installation, &["sync", "-q"], k, moment);
            false
        });
    }
}

/// No deactivated person stays signed in.
#[test]
fn sessions_are_ended() {
    sweep("  end_sessions: true\n", |sweep| {
        let has_sessions = |name: &str| {
            sweep
                .wanted
                .contains_key(&format!("sessions of {name}.0@example.org"))
        };
        let (in_use, ended) = (["nothing", "enable", "note"], ["disable", "signout"]);
        assert!(in_use.iter().all(|name| has_sessions(name)), "{:?}", sweep.wanted);
        assert!(!ended.iter().any(|name| has_sessions(name)), "{:?}", sweep.wanted);
    });
}

/// No new account stays active.
#[test]
fn accounts_are_made_deactivated() {
    sweep("  create_deactivated: true\n", |sweep| {
        let made = &sweep.wanted["create.0@example.org"];
        assert!(
            made.contains("\"Inactive\"") && !made.contains("unfinished"),
            "{made}"
        );
    });
}
