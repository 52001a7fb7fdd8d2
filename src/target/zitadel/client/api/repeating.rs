//! When a failed request is repeated, and which message an administrator gets.

use std::time::Duration;

use super::Api;
use crate::target::zitadel::client::error::{Failure, PATIENCE, Sign};
use crate::target::{Retry, TargetErrorKind as Kind};

impl Api {
    /// The minimum pause before the same call may be repeated.
    pub(in crate::target::zitadel) fn again(&self, failure: &Failure) -> Option<Duration> {
        self.stats.borrow_mut().failed += 1;
        let pause = match failure.error.retry() {
            Retry::Never => None,
            Retry::Backoff => Some(Duration::ZERO),
            Retry::After(pause) => (pause <= PATIENCE).then_some(pause),
        };
        tracing::debug!(error = %failure.error, again = pause.is_some(), "a request failed");
        if pause.is_some() {
            self.tell_who_waits(failure);
        }
        if matches!(failure.error.kind, Kind::Throttled { .. } | Kind::Unreachable) {
            self.overload_count.set(self.overload_count.get() + 1);
        }
        if let (Kind::Throttled { .. }, Some(pause)) = (failure.error.kind, pause) {
            // The server counts all our requests together.
            self.limiter.pause(pause.max(self.backoff.first));
        }
        pause
    }
}

impl Api {
    /// Someone may be watching, and a run gives up only after seconds or minutes.
    fn tell_who_waits(&self, failure: &Failure) {
        let operation = failure.error.operation;
        if failure.sign == Some(Sign::TooSlow) {
            self.unheard.set(false);
            if self.announced.borrow_mut().insert(operation) {
                let (error, hint) = (&failure.error, failure.error.hint.as_deref());
                tracing::warn!(%error, hint, "the target takes too long to answer; trying again for some minutes");
            }
        } else if self.unheard.replace(false) {
            tracing::warn!(url = %self.base, "the target does not answer; trying again for some seconds");
        }
    }
}
