//! Transport and page size of lists. They are adjusted to the server's answers for later calls.

use std::cell::Cell;
use std::num::NonZeroU32;

use crate::target::zitadel::client::call::{FEW_ROWS, is_long};
use crate::target::zitadel::client::error::{Failure, Sign};

use crate::target::zitadel::client::transport::Transport;

/// A page costs the server about the same whatever its length, because each one scans all users.
const CONNECT_USERS: u32 = 100_000;
/// As many small users as fit into the gateway's 4 MiB.
const REST_USERS: u32 = 12_000;
/// As many grants as fit, with a margin.
const GRANTS: u32 = 10_000;
/// Users named in one request. Their grants took 0.35 s; all grants of 100,000 users took 4 s, two requests at a
/// time.
pub(in crate::target::zitadel) const NAMED: u32 = 5_000;

/// Divisor for a page that takes too long. The work before the first row is the same for each page.
const TOO_SLOW: u32 = 10;
/// Known limits of the server's lists.
pub(in crate::target::zitadel) struct Lists {
    /// Whether the server supports Connect, as far as known.
    connect: Cell<bool>,
    connect_users: Cell<u32>,
    rest_users: Cell<u32>,
    /// Rows per page of grants.
    pub(in crate::target::zitadel) grants: Cell<u32>,
    /// Users named in one request.
    pub(in crate::target::zitadel) named: Cell<u32>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            connect: Cell::new(true),
            connect_users: Cell::new(CONNECT_USERS),
            rest_users: Cell::new(REST_USERS),
            grants: Cell::new(GRANTS),
            named: Cell::new(NAMED),
        }
    }
}

impl Lists {
    /// Sets another page size, for tests with few users.
    pub(in crate::target::zitadel) fn set_rows(&self, rows: NonZeroU32) {
        for cell in [&self.connect_users, &self.rest_users, &self.grants, &self.named] {
            cell.set(rows.get());
        }
    }

    /// Rows per page of users.
    pub(in crate::target::zitadel) fn users(&self) -> &Cell<u32> {
        match self.transport() {
            Transport::Connect => &self.connect_users,
            Transport::Rest => &self.rest_users,
        }
    }

    pub(in crate::target::zitadel) fn transport(&self) -> Transport {
        if self.connect.get() {
            Transport::Connect
        } else {
            Transport::Rest
        }
    }

    /// Returns whether the call has to be repeated over the other transport.
    pub(in crate::target::zitadel) fn falls_back(&self, failure: &Failure) -> bool {
        if failure.sign != Some(Sign::NoConnect) {
            return false;
        }
        // Calls run in parallel. Only the first one logs it.
        if self.connect.replace(false) {
            tracing::info!(
                "this Zitadel, or a proxy before it, does not speak Connect; reading lists over REST"
            );
        }
        true
    }
}

/// The largest plausible number of rows. More cannot have been added while the list was read.
pub(in crate::target::zitadel) fn bound(first_total: u64) -> u64 {
    first_total.saturating_mul(2).saturating_add(10_000)
}

/// Makes the page smaller if the reply was too large, or if the server or a proxy took too long. Returns whether
/// repeating can help.
///
/// `from` is the requested size. Calls run in parallel, and another one may already have made the page smaller.
pub(in crate::target::zitadel) fn smaller_page(rows: &Cell<u32>, from: u32, failure: &Failure) -> bool {
    let to = match failure.sign {
        Some(Sign::ReplyTooLarge) => from / 2,
        Some(Sign::TooSlow) if is_long(from) => (from / TOO_SLOW).max(FEW_ROWS),
        _ => return false,
    };
    if to > 0 && to < rows.get() {
        rows.set(to);
        if failure.sign == Some(Sign::TooSlow) {
            // It took a minute or more, and someone may be watching.
            let error = &failure.error;
            tracing::warn!(%error, from, to, "the target took too long for a page; asking for smaller pages");
        } else {
            tracing::debug!(from, to, "the reply was too large; asking for smaller pages");
        }
    }
    to > 0
}
