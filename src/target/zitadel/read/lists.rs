//! Lists of users, over the transport and in the page size that the server allows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::transport::Transport;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::pages::smaller_page;
use crate::target::zitadel::wire::received::User;

pub(in crate::target::zitadel) const SERVICE: &str = "zitadel.user.v2.UserService";
const METHOD: &str = "ListUsers";

impl ZitadelTarget {
    /// Reads a list of users into memory: all of it, or a part if the query has a limit.
    pub(in crate::target::zitadel) async fn users<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &impl Serialize,
    ) -> Result<Page<T>, Failure> {
        self.users_of(operation, query, 0).await
    }

    /// Like `users`, for a query that names this many users. The caller can split it if it takes too long.
    pub(in crate::target::zitadel) async fn users_of<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        query: &impl Serialize,
        named: usize,
    ) -> Result<Page<T>, Failure> {
        let named = u32::try_from(named).unwrap_or(u32::MAX);
        loop {
            // The total of this list is not its length: v4.2 counts metadata entries, older versions count hidden
            // users.
            let call = self.user_call(operation, query).part().shrinks(named);
            match self.api.list(&call).await {
                Err(failure) if self.lists.falls_back(&failure) => {}
                page => return page,
            }
        }
    }

    /// Passes on a long list of users as they arrive. Returns the total and the number of requested rows. After an
    /// interrupted reply, users are passed on again.
    pub(in crate::target::zitadel) async fn each_user(
        &self,
        operation: &'static str,
        query: impl Fn(u32) -> Json,
        mut each: impl FnMut(User),
        room: impl AsyncFn(),
    ) -> Result<(u64, u32), Failure> {
        loop {
            let rows = self.lists.users().get();
            // One more row, which overlaps with the page before.
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
