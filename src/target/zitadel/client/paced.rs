//! Parallel reads of single accounts.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::http::{AdaptiveLimit, Sample};
use crate::target::TargetError;
use crate::target::zitadel::state::ZitadelTarget;

impl ZitadelTarget {
    /// Processes the items in parallel, as many at once as the server can handle, and passes on the results in any
    /// order. Stops at the first error, because the other requests would fail on the same server.
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
            pace.finished(Sample {
                // Under a rate limit, most of the time is waiting for the limiter.
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
