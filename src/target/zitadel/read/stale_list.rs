//! Stale lists: Zitadel answers them from tables that follow its events with a delay.
//!
//! Each list reports the time of the last event that it includes. On a server without events, this time does not
//! move. Therefore it is compared with the time of our own last write.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;

use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Grant, User};
use crate::target::{TargetError, Wait};

/// Lists are usually current after ten milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A list that is catching up includes more events every two seconds (200 events at a time, a hundred or more per
/// second).
const STILL: Duration = Duration::from_secs(5);

/// A list that missed an event is updated by the next event, or after a minute.
const ASLEEP: Duration = Duration::from_secs(75);

/// A list without new events for this long is not catching up. No larger delay was observed.
const QUIET: Duration = Duration::from_secs(300);

impl ZitadelTarget {
    /// Waits for both lists. Returns whether they include all our writes.
    pub(in crate::target::zitadel) async fn wait_for_lists(&self, hidden: Wait) -> Result<bool, TargetError> {
        let until = Instant::now() + self.settings.lag_wait;
        let users = match (self.written.user.get(), hidden) {
            (None, Wait::ForHiddenAccount) => self.wait_for_news(until).await?,
            (written, _) => wait(until, written, async || self.users_seen().await).await?,
        };
        Ok(users && wait(until, self.written.grant.get(), async || self.grants_seen().await).await?)
    }

    /// Waits while the list of users may still be catching up, without a write of ours to compare with.
    async fn wait_for_news(&self, until: Instant) -> Result<bool, Failure> {
        let Some(first) = self.users_seen().await? else {
            return Ok(true);
        };
        if self.nothing_happened(Some(first)).await? {
            return Ok(true);
        }
        tracing::warn!(
            "Zitadel has accounts that it does not list; waiting for its list, which may be stale (`zitadel.lag_wait`)"
        );
        news(until, first, async || self.users_seen().await).await
    }

    /// Returns whether the server has had no events for so long that no list can be catching up. The account list
    /// alone cannot show it, because a stalled list looks the same.
    async fn nothing_happened(&self, users: Option<Timestamp>) -> Result<bool, Failure> {
        let now = Timestamp::now();
        let quiet = |seen: Option<Timestamp>| seen.is_none_or(|seen| is_quiet(seen, now));
        Ok(quiet(users) && quiet(self.grants_seen().await?))
    }

    /// Asks for one user only, because the server checks all matching users.
    async fn users_seen(&self) -> Result<Option<Timestamp>, Failure> {
        let query = json!({
            "query": {"limit": 1},
            "queries": [{"inUserIdsQuery": {"userIds": [*self.prepared()?.own_id]}}],
        });
        let page: Page<User> = self.users("watch_users", &query).await?;
        Ok(page.seen)
    }

    async fn grants_seen(&self) -> Result<Option<Timestamp>, Failure> {
        let query = json!({
            "query": {"limit": 1},
            "queries": [{"userIdQuery": {"userId": *self.prepared()?.own_id}}],
        });
        let path = ["management", "v1", "users", "grants", "_search"];
        let call = Call::post("watch_grants", &path, &query).part();
        let page: Page<Grant> = self.api.list(&call).await?;
        Ok(page.seen)
    }
}

/// Returns whether there were no events for so long that no list can be catching up.
fn is_quiet(seen: Timestamp, now: Timestamp) -> bool {
    now.duration_since(seen).unsigned_abs() > QUIET
}

/// Waits until a list includes what was written at that time. A list without a timestamp counts as current.
async fn wait(
    until: Instant,
    written: Option<Timestamp>,
    seen: impl AsyncFn() -> Result<Option<Timestamp>, Failure>,
) -> Result<bool, Failure> {
    let Some(written) = written else {
        return Ok(true);
    };
    let mut pause = FIRST_PAUSE;
    loop {
        if seen().await?.is_none_or(|seen| seen >= written) {
            return Ok(true);
        }
        let now = Instant::now();
        if now >= until {
            return Ok(false);
        }
        if pause == FIRST_PAUSE {
            tracing::info!("waiting for lists that do not show all writes yet");
        }
        tokio::time::sleep_until(until.min(now + pause)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits until a list stops changing; longer for a list that has not moved yet, because it may have missed an event.
/// Returns whether it stopped before the time limit.
async fn news(
    until: Instant,
    first: Timestamp,
    look: impl AsyncFn() -> Result<Option<Timestamp>, Failure>,
) -> Result<bool, Failure> {
    let (first, mut since) = (Some(first), Instant::now());
    let (mut seen, mut pause) = (first, FIRST_PAUSE);
    loop {
        let patience = if seen == first { ASLEEP } else { STILL };
        let left = patience.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Ok(true);
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
        tokio::time::sleep_until(until.min(Instant::now() + pause.min(left))).await;
        let now = look().await?;
        if now != seen {
            (seen, since) = (now, Instant::now());
            pause = FIRST_PAUSE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::zitadel::state::own_writes::Written;

    /// While creations are refused, a list that does not move gets more than the minute after which Zitadel updates
    /// it. Once it has moved, waiting ends when it stops. `zitadel.lag_wait` is the upper limit.
    #[tokio::test(start_paused = true)]
    async fn a_list_that_stands_still_is_given_more_than_a_minute() {
        let first = Timestamp::from_second(1_700_000_000).unwrap();
        let waited = async |lag_wait: u64, wakes_after: u64, moves_for: u64| {
            let start = Instant::now();
            let look = async || {
                let late = start.elapsed().as_secs().min(wakes_after + moves_for);
                let moved = i64::try_from(late.saturating_sub(wakes_after)).unwrap();
                let woken = i64::from(start.elapsed().as_secs() >= wakes_after);
                Ok(Some(first + jiff::SignedDuration::from_secs(woken + moved)))
            };
            let until = start + Duration::from_secs(lag_wait);
            let through = news(until, first, look).await.unwrap();
            (through, start.elapsed().as_secs())
        };
        assert_eq!(waited(300, 1_000, 0).await, (true, 75));
        let (through, seconds) = waited(300, 62, 0).await;
        assert!(through && (67..75).contains(&seconds), "{seconds}");
        let (through, seconds) = waited(300, 62, 120).await;
        assert!(through && (187..195).contains(&seconds), "{seconds}");
        assert_eq!(waited(300, 62, 1_000).await, (false, 300));
        assert_eq!(waited(20, 1_000, 0).await, (false, 20));
        assert_eq!(waited(0, 1_000, 0).await, (false, 0));
    }

    /// On a server that was idle for minutes, the run does not wait. A clock difference of a minute does not matter.
    #[test]
    fn an_idle_server_is_quiet() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for (seconds, quiet) in [
            (-60, false),
            (0, false),
            (87, false),
            (299, false),
            (301, true),
            (86_400, true),
        ] {
            let seen = now - jiff::SignedDuration::from_secs(seconds);
            assert_eq!(is_quiet(seen, now), quiet, "{seconds}");
        }
    }

    /// The latest write counts, in whatever order the answers arrived. An answer without a date is ignored.
    #[tokio::test]
    async fn the_latest_write_counts() {
        let written = Written::default();
        for answer in [
            r#"{"changeDate": "2026-01-01T00:00:02.000001Z"}"#,
            r#"{"creationDate": "2026-01-01T00:00:01Z"}"#,
            r#"{"changeDate": "soon"}"#,
            "{}",
        ] {
            written.user(&serde_json::from_str(answer).unwrap());
        }
        let latest = "2026-01-01T00:00:02.000001Z".parse().ok();
        assert_eq!((written.user.get(), written.grant.get()), (latest, None));
        let until = Instant::now();
        assert!(wait(until, latest, async || Ok(latest)).await.unwrap());
        assert!(wait(until, latest, async || Ok(None)).await.unwrap());
        let before = "2026-01-01T00:00:02Z".parse().ok();
        assert!(!wait(until, latest, async || Ok(before)).await.unwrap());
    }
}
