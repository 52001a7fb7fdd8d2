//! By which way lists come, and how long a page is. The server's answers decide, and the next call remembers.

use std::cell::Cell;
use std::num::NonZeroU32;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::ZitadelTarget;
use super::api::Page;
use super::call::{Call, Transport};
use super::error::{Failure, Sign};
use super::wire::received::User;

pub(super) const SERVICE: &str = "zitadel.user.v2.UserService";
const METHOD: &str = "ListUsers";

/// A page costs the server about the same whatever its length, since each scans all users.
const CONNECT_USERS: u32 = 100_000;
/// As many small users as fit into the gateway's 4 MiB.
const REST_USERS: u32 = 12_000;
/// As many grants as fit, with some room to spare.
const GRANTS: u32 = 10_000;

/// What the server has shown about its lists.
pub(super) struct Lists {
    /// The server speaks Connect, as far as is known.
    connect: Cell<bool>,
    connect_users: Cell<u32>,
    rest_users: Cell<u32>,
    /// Rows of a page of grants.
    pub(super) grants: Cell<u32>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            connect: Cell::new(true),
            connect_users: Cell::new(CONNECT_USERS),
            rest_users: Cell::new(REST_USERS),
            grants: Cell::new(GRANTS),
        }
    }
}

impl Lists {
    /// Pages of another length, for tests that have only a few users.
    pub(super) fn set_rows(&self, rows: NonZeroU32) {
        for cell in [&self.connect_users, &self.rest_users, &self.grants] {
            cell.set(rows.get());
        }
    }

    /// Rows of a page of users.
    pub(super) fn users(&self) -> &Cell<u32> {
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
pub(super) fn bound(first_total: u64) -> u64 {
    first_total.saturating_mul(2).saturating_add(10_000)
}

/// Halves a page when the server says that its reply is too large. Whether that can help.
pub(super) fn smaller_page(rows: &Cell<u32>, failure: &Failure) -> bool {
    let (from, to) = (rows.get(), rows.get() / 2);
    if failure.sign != Some(Sign::ReplyTooLarge) || to == 0 {
        return false;
    }
    rows.set(to);
    tracing::debug!(from, to, "the reply was too large; asking for smaller pages");
    true
}

impl ZitadelTarget {
    /// A short list of users.
    pub(super) async fn users<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &impl Serialize,
    ) -> Result<Page<T>, Failure> {
        loop {
            match self.api.list(&self.user_call(operation, query)).await {
                Err(failure) if self.lists.falls_back(&failure) => {}
                page => return page,
            }
        }
    }

    /// A long list of users, handed over as they arrive; gives the total and the rows that were asked for. Who was handed
    /// over by a reply that broke off comes again.
    pub(super) async fn each_user(
        &self,
        operation: &'static str,
        query: impl Fn(u32) -> Json,
        mut each: impl FnMut(User),
    ) -> Result<(u64, u32), Failure> {
        loop {
            let rows = self.lists.users().get();
            // One more row joins a page to the one before.
            let most = usize::try_from(rows).unwrap_or(usize::MAX).saturating_add(1);
            let call = self.user_call(operation, &query(rows)).patient().at_most(most);
            match self.api.each(&call, &mut each).await {
                Err(failure) if self.lists.falls_back(&failure) => {}
                Err(failure) if smaller_page(self.lists.users(), &failure) => {}
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
