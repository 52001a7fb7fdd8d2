//! By which way lists come, and how long a page is. The server's answers decide, and the next call remembers.

use std::cell::Cell;
use std::num::NonZeroU32;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::target::zitadel::ZitadelTarget;
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::{Call, Transport};
use crate::target::zitadel::client::error::{Failure, Sign};
use crate::target::zitadel::wire::received::User;

pub(in crate::target::zitadel) const SERVICE: &str = "zitadel.user.v2.UserService";
const METHOD: &str = "ListUsers";

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
/// What takes too long with so few rows does not do so for its length.
const FEW_ROWS: u32 = 100;

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

    fn transport(&self) -> Transport {
        if self.connect.get() {
            Transport::Connect
        } else {
            Transport::Rest
        }
    }

    /// Whether the call has to be sent again by the other way.
    fn falls_back(&self, failure: &Failure) -> bool {
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

/// Whether a page may take too long for its length.
pub(in crate::target::zitadel) fn is_long(rows: u32) -> bool {
    rows > FEW_ROWS
}

impl ZitadelTarget {
    /// A list of users that is held as a whole, or, if the query has a limit, a part of it.
    pub(in crate::target::zitadel) async fn users<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &impl Serialize,
    ) -> Result<Page<T>, Failure> {
        self.users_of(operation, query, 0).await
    }

    /// The same, of so many users that the caller can ask about in parts if it takes too long.
    pub(in crate::target::zitadel) async fn users_of<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &impl Serialize,
        named: usize,
    ) -> Result<Page<T>, Failure> {
        let named = u32::try_from(named).unwrap_or(u32::MAX);
        loop {
            // Totals of this list say nothing about its length: v4.2 counts metadata, older ones whom it does not show.
            let call = self.user_call(operation, query).part().shrinks(named);
            match self.api.list(&call).await {
                Err(failure) if self.lists.falls_back(&failure) => {}
                page => return page,
            }
        }
    }

    /// A long list of users, handed over as they arrive; gives the total and the rows that were asked for. Who was handed
    /// over by a reply that broke off comes again.
    pub(in crate::target::zitadel) async fn each_user(
        &self,
        operation: &'static str,
        query: impl Fn(u32) -> Json,
        mut each: impl FnMut(User),
        room: impl AsyncFn(),
    ) -> Result<(u64, u32), Failure> {
        loop {
            let rows = self.lists.users().get();
            // One more row joins a page to the one before.
            let most = usize::try_from(rows).unwrap_or(usize::MAX).saturating_add(1);
            let call = self.user_call(operation, &query(rows)).patient().at_most(most);
            match self.api.each(&call.shrinks(rows), &mut each, &room).await {
                Err(failure) if self.lists.falls_back(&failure) => {}
                Err(failure) if smaller_page(self.lists.users(), rows, &failure) => {}
                total => return Ok((total?, rows)),
            }
        }
    }

    fn user_call(&self, operation: &'static str, query: &impl Serialize) -> Call {
        match self.lists.transport() {
            Transport::Connect => Call::connect(operation, SERVICE, METHOD, query),
            Transport::Rest => Call::post(operation, &["v2", "users"], query),
        }
    }
}
