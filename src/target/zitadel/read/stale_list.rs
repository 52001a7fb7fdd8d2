//! Lists that are behind: Zitadel answers them from tables that follow its events, in its own time.
//!
//! Each list says when the last event happened that it includes. That time alone tells nothing: on a server where nothing
//! happens it stays as it is. It does beside the time of something that we wrote ourselves.

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

/// Lists are current after some ten milliseconds, unless there is much to catch up with.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A list that catches up includes more every two seconds (200 events at a time, a hundred or more a second).
const STILL: Duration = Duration::from_secs(5);

/// A list that has missed what happened is woken by the next event, or after a minute.
const ASLEEP: Duration = Duration::from_secs(75);

/// What nothing has been added to for so long is not catching up; no list was seen further behind.
const QUIET: Duration = Duration::from_secs(300);

impl ZitadelTarget {
    /// Waits for both lists; whether they are as far as they have to be.
    pub(in crate::target::zitadel) async fn wait_for_lists(&self, hidden: Wait) -> Result<bool, TargetError> {
        let until = Instant::now() + self.settings.lag_wait;
        let users = match (self.written.user.get(), hidden) {
            (None, Wait::ForHiddenAccount) => self.wait_for_news(until).await?,
            (written, _) => wait(until, written, async || self.users_seen().await).await?,
        };
        Ok(users && wait(until, self.written.grant.get(), async || self.grants_seen().await).await?)
    }

    /// Waits while the list of users may go on to include what happened before, with nothing of ours to look out for.
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

    /// Whether nothing has happened for so long that nothing can be on its way. The list of accounts alone cannot tell: one
    /// that stands still looks the same.
    async fn nothing_happened(&self, users: Option<Timestamp>) -> Result<bool, Failure> {
        let now = Timestamp::now();
        let quiet = |seen: Option<Timestamp>| seen.is_none_or(|seen| is_quiet(seen, now));
        Ok(quiet(users) && quiet(self.grants_seen().await?))
    }

    /// Asks about one user only, since the server looks at all that match.
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

/// Whether nothing has happened for so long that nothing can be on its way.
fn is_quiet(seen: Timestamp, now: Timestamp) -> bool {
    now.duration_since(seen).unsigned_abs() > QUIET
}

/// Waits until a list includes what was written then; a list that does not say how far it is counts as current.
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

/// Waits until a list stands still: one that may have missed what happened for longer than one that moves. Gives whether
/// it does before the time is up.
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

    /// While creates are refused, a list that stands still gets more than the minute in which Zitadel wakes it; once it has
    /// moved, it is through when it moves no more; and `zitadel.lag_wait` ends it all.
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

    /// On a server that has been idle for minutes nobody waits; a clock that is a minute off does not matter.
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

    /// The latest of what was written counts, in whatever order the answers came; one without a date says nothing.
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
