//! The times of this run's last writes, by the server's clock.

use std::cell::Cell;

use jiff::Timestamp;

use crate::model::LastWrites;
use crate::target::zitadel::wire::written::WriteDetails;

/// Times of the last writes that each list has to show.
#[derive(Default)]
pub(in crate::target::zitadel) struct Written {
    pub(in crate::target::zitadel) user: Cell<Option<Timestamp>>,
    pub(in crate::target::zitadel) grant: Cell<Option<Timestamp>>,
}

impl Written {
    pub(in crate::target::zitadel) fn user(&self, details: &WriteDetails) {
        self.user_at(details.at());
    }

    /// An account was changed at this time, by this run or by another client.
    pub(in crate::target::zitadel) fn user_at(&self, at: Option<Timestamp>) {
        self.user.set(self.user.get().max(at));
    }

    pub(in crate::target::zitadel) fn grant(&self, details: &WriteDetails) {
        self.grant.set(self.grant.get().max(details.at()));
    }

    /// The times, for [`Written::expect`] of a later run.
    pub(in crate::target::zitadel) fn last(&self) -> LastWrites {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string().into());
        LastWrites {
            accounts: text(self.user.get()),
            roles: text(self.grant.get()),
        }
    }

    /// Adds the writes of an earlier run. An invalid time is ignored.
    pub(in crate::target::zitadel) fn expect(&self, writes: &LastWrites) {
        let time = |text: &Option<Box<str>>| text.as_ref().and_then(|text| text.parse().ok());
        self.user.set(self.user.get().max(time(&writes.accounts)));
        self.grant.set(self.grant.get().max(time(&writes.roles)));
    }
}
