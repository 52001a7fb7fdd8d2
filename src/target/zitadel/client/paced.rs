//! Reads of single accounts, side by side.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::http::{AdaptiveLimit, Seen};
use crate::target::TargetError;
use crate::target::zitadel::state::ZitadelTarget;

impl ZitadelTarget {
    /// Does the same for each item, for as many at once as the server takes well, and hands over what came of it in any
    /// order. The first error ends it: the others would only wait for the same failing server.
    pub(in crate::target::zitadel) async fn paced<T, R>(
        &self,
        items: impl IntoIterator<Item = T>,
        work: impl AsyncFn(T) -> Result<R, TargetError>,
        mut done: impl FnMut(R),
    ) -> Result<(), TargetError> {
        let mut pace = AdaptiveLimit::new(self.apply.concurrency_min, self.apply.concurrency_max);
        let mut waiting = items.into_iter();
        let mut running = pin!(FuturesUnordered::new());
        let mut overload_count = self.api.overload_count();
        loop {
            while running.len() < pace.limit()
                && let Some(item) = waiting.next()
            {
                running.push(timed(work(item)));
            }
            let Some((result, took)) = running.next().await else {
                return Ok(());
            };
            let before = std::mem::replace(&mut overload_count, self.api.overload_count());
            pace.finished(Seen {
                // Under a rate limit the time is mostly that of waiting for one's turn.
                took: self.apply.rate_limit.is_none().then_some(took),
                strained: overload_count > before,
            });
            done(result?);
        }
    }
}

async fn timed<R>(work: impl Future<Output = R>) -> (R, Duration) {
    let started = Instant::now();
    (work.await, started.elapsed())
}
