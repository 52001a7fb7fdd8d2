//! Accounts wait for their roles while the list is read.

use std::cell::{Cell, RefCell};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::Notify;

use crate::model::Existing;
use crate::target::TargetError;
use crate::target::zitadel::state::Prepared;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::pages::NAMED;

/// Accounts per request for roles.
const BATCH: usize = NAMED as usize;
/// More parallel requests only queue up.
const AT_ONCE: usize = 2;

/// Accounts from the list whose roles are not read yet.
#[derive(Default)]
pub(in crate::target::zitadel) struct Waiting {
    accounts: RefCell<Vec<Existing>>,
    is_whole: Cell<bool>,
    came: Notify,
    went: Notify,
}

impl Waiting {
    pub(in crate::target::zitadel) fn add(&self, account: Existing) {
        let mut accounts = self.accounts.borrow_mut();
        accounts.push(account);
        if accounts.len() == BATCH {
            self.came.notify_one();
        }
    }

    /// Marks the end of the list.
    pub(in crate::target::zitadel) fn end(&self) {
        self.is_whole.set(true);
        self.came.notify_one();
    }

    /// Waits until more accounts may be added, because a large organization does not fit into memory.
    pub(in crate::target::zitadel) async fn room(&self) {
        while self.accounts.borrow().len() >= BATCH {
            self.went.notified().await;
        }
    }

    /// The next accounts, at most as many as fit one request; empty at the end.
    async fn next(&self) -> Vec<Existing> {
        while self.accounts.borrow().len() < BATCH && !self.is_whole.get() {
            self.came.notified().await;
        }
        let mut accounts = self.accounts.borrow_mut();
        let first = accounts.len().saturating_sub(BATCH);
        let next = accounts.split_off(first);
        self.went.notify_one();
        next
    }
}

impl ZitadelTarget {
    /// Reads the roles of accounts as they arrive, and passes each on with its roles.
    pub(in crate::target::zitadel) async fn hand_over(
        &self,
        waiting: &Waiting,
        prepared: &Prepared,
        each: &mut dyn FnMut(Existing),
    ) -> Result<(), TargetError> {
        let mut asked = FuturesUnordered::new();
        let mut is_whole = false;
        loop {
            tokio::select! {
                Some(batch) = asked.next(), if !asked.is_empty() => {
                    let batch: Result<Vec<Existing>, TargetError> = batch;
                    batch?.into_iter().for_each(&mut *each);
                }
                mut batch = waiting.next(), if !is_whole && asked.len() < AT_ONCE => {
                    is_whole = batch.is_empty();
                    if !is_whole {
                        asked.push(async move {
                            self.add_roles(&mut batch, &prepared.grants).await?;
                            Ok(batch)
                        });
                    }
                }
                else => return Ok(()),
            }
        }
    }
}
