//! Parallel reads of single accounts.

use crate::http::{AdaptiveLimit, paced};
use crate::target::TargetError;
use crate::target::zitadel::state::ZitadelTarget;

/// Parallel searches. More only queue up, because they take turns on the server.
pub(in crate::target::zitadel) const SEARCHES: usize = 4;

impl ZitadelTarget {
    /// Processes the items in parallel, as many at once as the server can handle, and passes on the results in any
    /// order. Stops at the first error, because the other requests would fail on the same server.
    pub(in crate::target::zitadel) async fn paced<T, R>(
        &self,
        items: impl IntoIterator<Item = T>,
        work: impl AsyncFn(T) -> Result<R, TargetError>,
        mut done: impl FnMut(R),
    ) -> Result<(), TargetError> {
        let settings = &self.apply;
        let is_timed = settings.rate_limit.is_none();
        let mut pace = AdaptiveLimit::new(settings.concurrency_min, settings.concurrency_max, is_timed);
        paced(
            &mut pace,
            || self.api.overload_count(),
            items,
            work,
            |result| {
                done(result?);
                Ok(true)
            },
        )
        .await
    }
}
