//! Pages of the list of users, and where it ends.

use crate::target::TargetError;
use crate::target::zitadel::client::reply::{endless, short};
use crate::target::zitadel::rules::ids::Ids;
use crate::target::zitadel::state::pages::bound;

/// What is left of a page after its accounts were handed over.
#[derive(Clone, Copy, Default)]
pub(in crate::target::zitadel) struct UserPage {
    pub(in crate::target::zitadel) total: u64,
    /// The rows it stands for, without the one before, which comes first.
    pub(in crate::target::zitadel) rows: u64,
    /// It begins with somebody of the page before.
    pub(in crate::target::zitadel) joins: bool,
    /// How many accounts it holds.
    pub(in crate::target::zitadel) listed: u64,
    /// Those of them that neither it nor the page before had before.
    pub(in crate::target::zitadel) new: u64,
    /// One of those began a page that came long before.
    pub(in crate::target::zitadel) repeats: bool,
}

/// Watches for a list that goes on and on: a proxy that repeats an answer, or a server that counts ever more.
#[derive(Default)]
pub(in crate::target::zitadel) struct End {
    pub(in crate::target::zitadel) first_total: Option<u64>,
    /// What the last page that held anybody, or promised somebody, said there is.
    pub(in crate::target::zitadel) total: u64,
    /// Accounts so far.
    pub(in crate::target::zitadel) new: u64,
    /// The list was asked for what is missing at its end.
    pub(in crate::target::zitadel) asked_again: bool,
    /// Pages in a row that held nobody new.
    pub(in crate::target::zitadel) idle: u32,
}

impl End {
    /// `joint` is the number of rows that were asked for only to join the page to the one before.
    pub(in crate::target::zitadel) fn check(
        &mut self,
        page: &UserPage,
        joint: u64,
    ) -> Result<(), TargetError> {
        let endless = |what: &str| Err(endless("list_users", what));
        self.new += page.new;
        if page.total > 0 {
            self.total = page.total;
        }
        if page.repeats {
            return endless("accounts of an earlier page came again");
        }
        if page.listed > page.total {
            return endless("a page holds more accounts than Zitadel says there are");
        }
        if self.new > bound(*self.first_total.get_or_insert(page.total)) {
            return endless("Zitadel counts more accounts with every page");
        }
        // One page may hold nobody new when as many accounts were added before it; the next then does.
        self.idle = if page.new == 0 && page.listed > joint {
            self.idle + 1
        } else {
            0
        };
        if self.idle > 1 {
            return endless("a page came again and again");
        }
        Ok(())
    }
}

impl End {
    /// The row from which on accounts are missing, after a page that seemed to be the last.
    ///
    /// Servers of v4.2 count an account once for each of its metadata: of them it is enough to show once more that nobody
    /// comes after the last account.
    pub(in crate::target::zitadel) fn rest(&mut self, page: &UserPage) -> Result<Option<u64>, TargetError> {
        if self.new >= self.total {
            return Ok(None);
        }
        if self.asked_again && page.new == 0 {
            return if page.joins {
                Ok(None)
            } else {
                Err(short("list_users", self.new, self.total))
            };
        }
        self.asked_again = true;
        Ok(Some(self.new))
    }
}

/// The user ids of this page and the one before: as far as rows can move while a list is read.
#[derive(Default)]
pub(in crate::target::zitadel) struct Window {
    pub(in crate::target::zitadel) before: Ids,
    pub(in crate::target::zitadel) now: Ids,
    /// One account of each page so far: whoever repeats a page repeats it.
    pub(in crate::target::zitadel) heads: Ids,
}

impl Window {
    pub(in crate::target::zitadel) fn holds(&self, id: &str) -> bool {
        self.before.contains(id) || self.now.contains(id)
    }

    /// Whether neither page had it; from now on this one does.
    pub(in crate::target::zitadel) fn is_new(&mut self, id: &str) -> bool {
        let is_new = !self.holds(id);
        self.now.insert(id);
        is_new
    }

    pub(in crate::target::zitadel) fn turn(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }
}
