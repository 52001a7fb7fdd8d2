//! Clocks that differ, and tokens that expire.

use std::time::Duration;

use directory_sync::target::{Target, TargetErrorKind as Kind};
use testkit::zitadel::Options;

use crate::target_contract::support::{World, read_all};

const TOKEN: &str = "POST /oauth/v2/token";

/// A server whose clock is ahead of ours (`true`), or late.
fn off_by(seconds: u64, ahead: bool) -> World {
    let world = World::new();
    let by = Duration::from_secs(seconds);
    if ahead {
        world.zitadel.advance_clock(by);
    } else {
        world.zitadel.turn_clock_back(by);
    }
    world
}

/// A minute either way makes no difference: the first request for a token is granted.
#[tokio::test]
async fn a_minute_either_way_is_nothing() {
    for ahead in [true, false] {
        for seconds in [0, 30, 58] {
            let world = off_by(seconds, ahead);
            world.target().prepare().await.unwrap();
            assert_eq!(world.zitadel.request_counts()[TOKEN], 1, "{seconds} {ahead}");
        }
    }
}

/// Some minutes are bridged by the server's own clock, at the cost of one more request.
#[tokio::test]
async fn some_minutes_are_bridged() {
    for ahead in [true, false] {
        let world = off_by(700, ahead);
        world.target().prepare().await.unwrap();
        assert_eq!(world.zitadel.request_counts()[TOKEN], 2, "{ahead}");
    }
}

/// Hours are not; the refusal says by how much, and the clock is the first thing to look at.
#[tokio::test]
async fn hours_are_named() {
    for (ahead, text) in [(true, "s ahead of ours"), (false, "s behind ours")] {
        let world = off_by(2 * 3600, ahead);
        let error = world.target().prepare().await.unwrap_err();
        assert_eq!(error.kind, Kind::Unauthorized);
        // Between the two clocks a second may pass.
        let named = error.what.contains("its clock is 7200 ") || error.what.contains("its clock is 7199 ");
        assert!(named && error.what.contains(text), "{error}");
        assert!(error.hint.unwrap().starts_with("correct the clocks"));
    }
}

/// A token is renewed when nine tenths of its life are over, and not before; however many ask, one renews it.
#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let world = World::with(Options {
        // A second less is what the server says.
        token_lifetime: Duration::from_secs(1001),
        ..Options::default()
    });
    let target = world.prepared().await;
    for (seconds, tokens) in [(890, None), (11, Some(1)), (800, Some(1)), (101, Some(2))] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        futures::join!(read_all(&target), read_all(&target), read_all(&target));
        assert_eq!(
            world.zitadel.request_counts().get(TOKEN).copied(),
            tokens,
            "{seconds}"
        );
    }
    // Never was a token refused.
    assert_eq!(target.requests().retried, 0);
}
