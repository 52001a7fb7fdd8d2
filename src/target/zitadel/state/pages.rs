//! By which way lists come, and how long a page is. The server's answers decide, and the next call remembers.

use std::cell::Cell;
use std::num::NonZeroU32;

use crate::target::zitadel::client::call::{FEW_ROWS, is_long};
use crate::target::zitadel::client::error::{Failure, Sign};

use crate::target::zitadel::client::transport::Transport;

/// A page costs the server about the same whatever its length, since each scans all users.
const CONNECT_USERS: u32 = 100_000;
/// As many small users as fit into the gateway's 4 MiB.
const REST_USERS: u32 = 12_000;
/// As many grants as fit, with some room to spare.
const GRANTS: u32 = 10_000;
/// Users that one request names. For the grants of so many it took 0.35 s; all of 100,000 came in 4 s, two at a time.
pub(in crate::target::zitadel) const NAMED: u32 = 5_000;

/// A page that takes too long is made so much smaller; what the server looks at before its first row is the same for each.
const TOO_SLOW: u32 = 10;
/// What the server has shown about its lists.
pub(in crate::target::zitadel) struct Lists {
    /// The server speaks Connect, as far as is known.
    connect: Cell<bool>,
    connect_users: Cell<u32>,
    rest_users: Cell<u32>,
    /// Rows of a page of grants.
    pub(in crate::target::zitadel) grants: Cell<u32>,
    /// Users that one request names.
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
    /// Pages of another length, for tests that have only a few users.
    pub(in crate::target::zitadel) fn set_rows(&self, rows: NonZeroU32) {
        for cell in [&self.connect_users, &self.rest_users, &self.grants, &self.named] {
            cell.set(rows.get());
        }
    }

    /// Rows of a page of users.
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

    /// Whether the call has to be sent again by the other way.
    pub(in crate::target::zitadel) fn falls_back(&self, failure: &Failure) -> bool {
        if failure.sign != Some(Sign::NoConnect) {
            return false;
        }
        // Calls run side by side: only the first to hear it says so.
        if self.connect.replace(false) {
            tracing::info!(
                "this Zitadel, or a proxy before it, does not speak Connect; reading lists over REST"
            );
        }
        true
    }
}

/// More rows than this are none that were added while a list was read.
pub(in crate::target::zitadel) fn bound(first_total: u64) -> u64 {
    first_total.saturating_mul(2).saturating_add(10_000)
}

/// Makes a page smaller when the server says that its reply is too large, or when it, or a proxy before it, took too long.
/// Whether that can help.
///
/// `from` is what was asked for: calls run side by side, and one of them may have been here before.
pub(in crate::target::zitadel) fn smaller_page(rows: &Cell<u32>, from: u32, failure: &Failure) -> bool {
    let to = match failure.sign {
        Some(Sign::ReplyTooLarge) => from / 2,
        Some(Sign::TooSlow) if is_long(from) => (from / TOO_SLOW).max(FEW_ROWS),
        _ => return false,
    };
    if to > 0 && to < rows.get() {
        rows.set(to);
        if failure.sign == Some(Sign::TooSlow) {
            // That took a minute or more, and somebody may be watching.
            let error = &failure.error;
            tracing::warn!(%error, from, to, "the target took too long for a page; asking for smaller pages");
        } else {
            tracing::debug!(from, to, "the reply was too large; asking for smaller pages");
        }
    }
    to > 0
}
