//! Pages of the user list, and how its end is found.

use crate::target::TargetError;
use crate::target::zitadel::client::reply::{endless, short};
use crate::target::zitadel::rules::ids::Ids;
use crate::target::zitadel::state::pages::bound;

/// What remains known of a page after its accounts were passed on.
#[derive(Clone, Copy, Default)]
pub(in crate::target::zitadel) struct UserPage {
    pub(in crate::target::zitadel) total: u64,
    /// The number of its rows, without the row that overlaps with the page before.
    pub(in crate::target::zitadel) rows: u64,
    /// It starts with a user of the page before.
    pub(in crate::target::zitadel) joins: bool,
    /// Number of accounts in the page.
    pub(in crate::target::zitadel) listed: u64,
    /// Number of accounts that are neither repeated in it nor in the page before.
    pub(in crate::target::zitadel) new: u64,
    /// One of its accounts was the first of a much earlier page.
    pub(in crate::target::zitadel) repeats: bool,
}

/// Detects endless lists: a proxy that repeats an answer, or a server with an ever larger total.
#[derive(Default)]
pub(in crate::target::zitadel) struct End {
    pub(in crate::target::zitadel) first_total: Option<u64>,
    /// The total of the last page that contained an account, or that reported a total.
    pub(in crate::target::zitadel) total: u64,
    /// Accounts so far.
    pub(in crate::target::zitadel) new: u64,
    /// The end of the list was requested again.
    pub(in crate::target::zitadel) asked_again: bool,
    /// Consecutive pages without a new account.
    pub(in crate::target::zitadel) idle: u32,
}

impl End {
    /// `joint` is the number of rows that were requested only to overlap with the page before.
    pub(in crate::target::zitadel) fn add_page(
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
            return endless("a page contains more accounts than Zitadel says there are");
        }
        if self.new > bound(*self.first_total.get_or_insert(page.total)) {
            return endless("Zitadel counts more accounts with every page");
        }
        // One page may contain no new account if as many accounts were added before it. The next one then does.
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
    /// Returns the row from which accounts are missing, after a page that seemed to be the last.
    ///
    /// Servers of v4.2 count an account once per metadata entry. For them, it is enough that a second request shows
    /// no account after the last one.
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

/// The user ids of this page and the page before. Rows do not move further while a list is read.
#[derive(Default)]
pub(in crate::target::zitadel) struct Window {
    pub(in crate::target::zitadel) before: Ids,
    pub(in crate::target::zitadel) now: Ids,
    /// One account of each page so far, to detect a repeated page.
    pub(in crate::target::zitadel) heads: Ids,
}

impl Window {
    pub(in crate::target::zitadel) fn holds(&self, id: &str) -> bool {
        self.before.contains(id) || self.now.contains(id)
    }

    /// Returns whether neither page contained the id, and adds it to this page.
    pub(in crate::target::zitadel) fn is_new(&mut self, id: &str) -> bool {
        let is_new = !self.holds(id);
        self.now.insert(id);
        is_new
    }

    pub(in crate::target::zitadel) fn turn(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }
}
