//! Accounts that the target refuses to create because the name is taken, although its list shows no owner.

use std::time::Duration;

use futures::StreamExt as _;

use super::{Execution, NotApplied, Outcome, Part, name_conflict};
use crate::http::AdaptiveLimit;
use crate::target::{Applied, Target, TargetError, Wait};

impl<T: Target> Execution<'_, T> {
    /// Waits for the account list to catch up, and looks for the owners again. Done last, so that the wait is as
    /// short as possible.
    pub(super) async fn look_again(&self, pace: &mut AdaptiveLimit, mut decided: impl FnMut(Outcome)) {
        let unseen = self.unseen.take();
        if unseen.is_empty() {
            return;
        }
        let caught_up = self.catch_up().await;
        let lookups = unseen.into_iter().map(async |(index, conflict)| {
            let result = match (&caught_up, self.obstacle(index, Part::Change)) {
                (_, Some(reason)) => Err(NotApplied::NotStarted(reason)),
                (Err(error), None) => Err(NotApplied::Failed(error.clone())),
                (Ok(caught_up), None) => self
                    .look_once_more(index, conflict, *caught_up)
                    .await
                    .map_err(NotApplied::Failed),
            };
            self.outcome(index, result).await
        });
        let mut lookups = futures::stream::iter(lookups).buffer_unordered(pace.limit());
        while let Some(outcome) = lookups.next().await {
            decided(outcome);
        }
    }

    /// Returns whether the target's list is current. A signal or the deadline ends the wait.
    async fn catch_up(&self) -> Result<bool, TargetError> {
        let left = self.context.settings.deadline;
        let left = left.map_or(Duration::MAX, |deadline| {
            deadline.saturating_sub(self.started.elapsed())
        });
        tokio::select! {
            caught_up = tokio::time::timeout(left, self.target.catch_up(Wait::ForHiddenAccount)) => caught_up.unwrap_or(Ok(false)),
            _ = self.context.signals.wait() => Ok(false),
        }
    }

    async fn look_once_more(
        &self,
        index: usize,
        conflict: TargetError,
        caught_up: bool,
    ) -> Result<Applied, TargetError> {
        match self.resolve_conflict(&self.changes[index], &conflict).await? {
            Some(applied) => Ok(applied),
            None if caught_up => Err(self.target.explain_conflict(conflict)),
            None => Err(name_conflict::not_listed(
                conflict,
                self.target.setting_keys().wait,
            )),
        }
    }
}
