//! Lists of users, by the way and in the pages that the server allows.

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
