//! Values that no list shows and no filter can check. They are read from the event log if that takes fewer requests
//! and is reliable, otherwise account by account.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::batches::is_decisive;
use crate::config::MetadataCheck;
use crate::model::{AttributeIndex, Value};
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::rules::metadata::{Keys, decoded};
use crate::target::zitadel::schema::{DISABLED_BY, IDP_LINK, MARK};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Link, Metadata, OneUser};
use crate::target::{Check, Expected, Mismatch, TargetError, TargetErrorKind as Kind};

/// From this number of accounts, the event log is tried, and a message reports the cost of reading them.
pub(in crate::target::zitadel) const MANY: usize = 100;

/// An account is deactivated right after the mark is written. The limit allows for a busy server and repeated
/// requests.
const AT_ONCE: SignedDuration = SignedDuration::from_mins(15);

/// Values of an account, as far as they were read.
#[derive(Clone, Debug, Default)]
pub(in crate::target::zitadel) struct StoredValues {
    /// Metadata of other tools may be long, and is left out.
    metadata: Vec<(AttributeIndex, Box<[u8]>)>,
    /// Links to our identity provider.
    pub(in crate::target::zitadel) links: Vec<Link>,
    /// When the deactivation mark was written.
    marked: Option<Timestamp>,
}

impl StoredValues {
    /// Adds an entry if this tool knows its key.
    pub(in crate::target::zitadel) fn take(&mut self, keys: &Keys, key: &str, value: Vec<u8>) {
        if let Some(attribute) = keys.attribute(key) {
            self.remove(attribute);
            self.metadata.push((attribute, value.into()));
        }
    }

    pub(in crate::target::zitadel) fn remove(&mut self, attribute: AttributeIndex) {
        self.metadata.retain(|(stored, _)| *stored != attribute);
    }

    pub(in crate::target::zitadel) fn clear(&mut self) {
        self.metadata.clear();
    }

    fn value(&self, attribute: AttributeIndex) -> Option<&[u8]> {
        let stored = self.metadata.iter().find(|(stored, _)| *stored == attribute);
        // An empty value counts as none.
        stored
            .map(|(_, value)| &**value)
            .filter(|value| !value.is_empty())
    }
}

/// Indexes of the checks of one account.
#[derive(Default)]
struct CheckIndexes {
    metadata: Vec<usize>,
    links: Vec<usize>,
}

impl ZitadelTarget {
    /// Answers the checks at these indexes.
    pub(in crate::target::zitadel) async fn look_into(
        &self,
        indexes: &[usize],
        checks: &[Check<'_>],
    ) -> Result<Vec<Mismatch>, TargetError> {
        let mut mismatches = Vec::new();
        let mut single = self.ask_history(indexes, checks, &mut mismatches).await;
        let unswept = self.leaves_marks();
        if unswept {
            let before = single.len();
            single.retain(|index| checks[*index].expected != Expected::Absent(DISABLED_BY));
            tracing::info!(
                accounts = before - single.len(),
                "the metadata of these active accounts is not read (`zitadel.metadata` is `skip`), so an old \
                 deactivation mark may be left on them; an account is only reactivated if its mark is as old as its \
                 deactivation"
            );
        }
        let mut by_user: BTreeMap<&str, CheckIndexes> = BTreeMap::new();
        for index in single {
            let of_user = by_user.entry(checks[index].target_id.as_str()).or_default();
            if is_about_link(&checks[index].expected) {
                of_user.links.push(index);
            } else {
                of_user.metadata.push(index);
            }
        }
        announce(&by_user);
        let read = async |(user, indexes): (&str, CheckIndexes)| {
            let mut stored = StoredValues::default();
            if !indexes.metadata.is_empty() {
                stored = self.metadata(user).await?;
            }
            if unswept
                && asks_about_mark(&indexes.metadata, checks)
                && !self.is_fresh(user, stored.marked).await?
            {
                stored.remove(DISABLED_BY);
            }
            if !indexes.links.is_empty() {
                stored.links = self.links(user).await?;
            }
            Ok((stored, indexes))
        };
        self.paced(by_user, read, |(stored, indexes)| {
            let indexes = indexes.metadata.into_iter().chain(indexes.links);
            mismatches.extend(indexes.filter_map(|index| mismatch(index, &checks[index], &stored)));
        })
        .await?;
        Ok(mismatches)
    }

    /// Like `look_into`, for a few accounts, each read separately.
    pub(in crate::target::zitadel) async fn look_into_each(
        &self,
        indexes: &[usize],
        checks: &[Check<'_>],
    ) -> Result<Vec<Mismatch>, TargetError> {
        let mut mismatches = Vec::new();
        for index in indexes {
            let check = &checks[*index];
            let stored = self.metadata(check.target_id.as_str()).await?;
            mismatches.extend(mismatch(*index, check, &stored));
        }
        Ok(mismatches)
    }

    /// Answers what the event log proves. Returns the indexes that stay unanswered.
    async fn ask_history(
        &self,
        indexes: &[usize],
        checks: &[Check<'_>],
        mismatches: &mut Vec<Mismatch>,
    ) -> Vec<usize> {
        let user = |index: usize| checks[index].target_id.as_str();
        let mut users: Vec<&str> = indexes.iter().map(|index| user(*index)).collect();
        users.sort_unstable();
        users.dedup();
        if users.len() < MANY {
            return indexes.to_vec();
        }
        let Some(history) = self.history(&users).await else {
            return indexes.to_vec();
        };
        let mut open = Vec::new();
        for index in indexes {
            let check = &checks[*index];
            match history.get(user(*index)) {
                Some(stored) if !is_decisive(&check.expected) => {
                    mismatches.extend(mismatch(*index, check, stored));
                }
                _ => open.push(*index),
            }
        }
        open
    }

    /// Returns whether marks left on active accounts are ignored: metadata is not inspected, and finding them would
    /// need a request per account. Marks of an interrupted creation are never ignored.
    fn leaves_marks(&self) -> bool {
        let is_skipped = self.settings.metadata == MetadataCheck::Skip && !self.unfinished.get();
        is_skipped && !self.filters.get()
    }

    /// Returns whether the mark belongs to the current deactivation: the account was deactivated right after the mark
    /// was written, and has not changed since. An older mark was left on an active account that an administrator has
    /// blocked since.
    async fn is_fresh(&self, user: &str, marked: Option<Timestamp>) -> Result<bool, TargetError> {
        let Some(marked) = marked else {
            return Ok(false);
        };
        let found: OneUser = self
            .api
            .send(&Call::get("read_user", &["v2", "users", user]))
            .await?;
        let changed = found.user.details.change_date;
        Ok(changed.is_some_and(|changed| {
            (SignedDuration::ZERO..=AT_ONCE).contains(&changed.duration_since(marked))
        }))
    }

    /// The known metadata of a user.
    async fn metadata(&self, user: &str) -> Result<StoredValues, TargetError> {
        let mut stored = StoredValues::default();
        for entry in self.all_metadata(user).await? {
            if &*entry.key == MARK {
                stored.marked = entry.details.change_date;
            }
            stored.take(&self.keys, &entry.key, entry.value);
        }
        Ok(stored)
    }

    /// All metadata of a user. Empty if the user does not exist.
    pub(in crate::target::zitadel) async fn all_metadata(
        &self,
        user: &str,
    ) -> Result<Vec<Metadata>, TargetError> {
        let path = ["management", "v1", "users", user, "metadata", "_search"];
        let page: Result<Page<Metadata>, _> = self
            .api
            .list(&Call::post("read_metadata", &path, &json!({})))
            .await;
        match page {
            Ok(page) => Ok(page.items),
            Err(failure) if failure.error.kind == Kind::NotFound => Ok(Vec::new()),
            Err(failure) => Err(failure.error),
        }
    }
}

fn asks_about_mark(indexes: &[usize], checks: &[Check<'_>]) -> bool {
    indexes
        .iter()
        .any(|index| checks[*index].expected == Expected::Present(DISABLED_BY))
}

/// Reports the cost of reading account by account before it starts.
fn announce(by_user: &BTreeMap<&str, CheckIndexes>) {
    let metadata = by_user
        .values()
        .filter(|indexes| !indexes.metadata.is_empty())
        .count();
    let links = by_user
        .values()
        .filter(|indexes| !indexes.links.is_empty())
        .count();
    if by_user.len() >= MANY {
        tracing::info!(
            accounts = by_user.len(),
            requests_for_metadata = metadata,
            requests_for_links = links,
            "no filter and no event log answers for these accounts; reading them one by one \
             (`zitadel.metadata: presence | skip` and `zitadel.link: new` limit it)"
        );
    }
}

pub(in crate::target::zitadel) fn is_about_link(expected: &Expected<'_>) -> bool {
    expected.attribute() == IDP_LINK
}

/// Compares a check with the values of a user.
fn mismatch(index: usize, check: &Check<'_>, stored: &StoredValues) -> Option<Mismatch> {
    if is_about_link(&check.expected) {
        return link_mismatch(index, &check.expected, &stored.links);
    }
    let attribute = check.expected.attribute();
    let current = stored.value(attribute);
    let current = current.map(|current| decoded(attribute, current));
    let met = match &check.expected {
        Expected::Value(_, value) => current.as_deref() == Some(value.as_text()),
        Expected::Present(_) => current.is_some(),
        Expected::Absent(_) => current.is_none(),
    };
    (!met).then(|| Mismatch {
        index,
        current: current.map(Value::text),
    })
}

/// An account may have several links to one identity provider.
fn link_mismatch(index: usize, expected: &Expected<'_>, links: &[Link]) -> Option<Mismatch> {
    let met = match expected {
        Expected::Value(_, value) => links.iter().any(|link| link.is_of(value.as_text())),
        Expected::Present(_) => !links.is_empty(),
        Expected::Absent(_) => links.is_empty(),
    };
    (!met).then(|| Mismatch {
        index,
        current: links.first().map(|link| Value::text(link.user_id.clone())),
    })
}
