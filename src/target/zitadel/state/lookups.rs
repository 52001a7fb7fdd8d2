//! People who were searched for right before they are created.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::model::{Desired, ExternalId};

/// How long a negative answer is used.
const FRESH: Duration = Duration::from_secs(1);

/// When people were searched for and not found.
#[derive(Default)]
pub(in crate::target::zitadel) struct Looks {
    pub(in crate::target::zitadel) not_found: RefCell<HashMap<ExternalId, Instant>>,
    /// One caller searches for many people while the others wait.
    pub(in crate::target::zitadel) turn: Mutex<()>,
}

impl Looks {
    pub(in crate::target::zitadel) fn found_none<'a>(&self, people: impl Iterator<Item = &'a Desired>) {
        let now = Instant::now();
        let people = people.map(|person| (person.id.clone(), now));
        self.not_found.borrow_mut().extend(people);
    }

    pub(in crate::target::zitadel) fn is_fresh(&self, id: &ExternalId) -> bool {
        let looked = self.not_found.borrow().get(id).copied();
        looked.is_some_and(|looked| looked.elapsed() < FRESH)
    }
}
