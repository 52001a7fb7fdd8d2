//! Parallel work on a server: as much at once as it can handle.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use super::{AdaptiveLimit, Sample};

/// Processes the items in parallel and passes on the results in any order. `overload_count` is how often the server
/// was overloaded so far. `done` returns whether the result shows the load of the server; its error ends the work,
/// and drops what still runs.
pub(crate) async fn paced<T, R, E>(
    pace: &mut AdaptiveLimit,
    overload_count: impl Fn() -> u64,
    items: impl IntoIterator<Item = T>,
    work: impl AsyncFn(T) -> R,
    mut done: impl FnMut(R) -> Result<bool, E>,
) -> Result<(), E> {
    let mut waiting = items.into_iter();
    let mut running = pin!(FuturesUnordered::new());
    let mut overloads = overload_count();
    loop {
        while running.len() < pace.limit()
            && let Some(item) = waiting.next()
        {
            running.push(timed(work(item)));
        }
        let Some((result, took)) = running.next().await else {
            return Ok(());
        };
        let before = std::mem::replace(&mut overloads, overload_count());
        if done(result)? {
            pace.finished(Sample {
                took: Some(took),
                overloaded: overloads > before,
            });
        }
    }
}

async fn timed<R>(work: impl Future<Output = R>) -> (R, Duration) {
    let started = Instant::now();
    (work.await, started.elapsed())
}
