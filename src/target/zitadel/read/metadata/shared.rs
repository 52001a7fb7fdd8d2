//! Checks of a value that many accounts share: the provider. One request checks thousands of accounts.
//!
//! Only a positive answer counts. Accounts without one are read individually, because a missing value can lead to a
//! removal.

use std::collections::{BTreeSet, HashSet};

use super::filter::{Filter, UserQuery};
use super::filter::{KEYS, LONGEST_VALUE};
use crate::model::Value;
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::error::Sign;
use crate::target::zitadel::schema::PROVIDER;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::User;
use crate::target::{Check, Expected, Mismatch, TargetError};

/// Number of accounts that are read to learn which values the others may have.
const SAMPLE: usize = 20;

/// Returns whether many accounts share the expected value.
pub(in crate::target::zitadel) fn is_shared(expected: &Expected<'_>) -> bool {
    matches!(expected, Expected::Value(PROVIDER, _))
}

/// The value that the check expects.
fn wanted<'a>(expected: &Expected<'a>) -> &'a str {
    match expected {
        Expected::Value(_, value) => value.as_text(),
        Expected::Present(_) | Expected::Absent(_) => "",
    }
}

impl ZitadelTarget {
    /// Answers the checks at these indexes. Returns the checks that need a read of the account, among them those
    /// whose account is in `read_anyway`: one read answers both.
    pub(in crate::target::zitadel) async fn ask_shared(
        &self,
        indexes: Vec<usize>,
        read_anyway: &[usize],
        checks: &[Check<'_>],
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<Vec<usize>, TargetError> {
        let read: HashSet<_> = read_anyway.iter().map(|index| checks[*index].target_id).collect();
        let (mut left, mut open): (Vec<_>, Vec<_>) = indexes
            .into_iter()
            .partition(|index| read.contains(checks[*index].target_id));
        let values: BTreeSet<&str> = open
            .iter()
            .map(|index| wanted(&checks[*index].expected))
            .collect();
        for value in values {
            let wants = |index: &usize| wanted(&checks[*index].expected) == value;
            let asked: Vec<usize> = open.iter().copied().filter(wants).collect();
            let holders = self.holders_among(value, &asked, checks).await?;
            open.retain(|index| !(wants(index) && holders.contains(checks[*index].target_id.as_str())));
        }
        // If it has a name of this configuration, it is most likely another of its names.
        let ours = self.providers.iter().map(Value::as_text).collect();
        open = self.ask_for(ours, open, checks, mismatches).await?;
        while open.len() > SAMPLE && self.filters.get() {
            let others = open.split_off(SAMPLE);
            let answers = self.look_into(&open, checks).await?;
            let current = answers.iter().filter_map(|answer| answer.current.as_ref());
            let learnt: BTreeSet<&str> = current.map(Value::as_text).collect();
            let has_learnt = !learnt.is_empty();
            open = self.ask_for(learnt, others, checks, mismatches).await?;
            mismatches.extend(answers);
            if !has_learnt {
                break;
            }
        }
        left.extend(open);
        Ok(left)
    }

    /// Searches the accounts of these checks for one of these values. Returns the indexes that stay unanswered.
    async fn ask_for(
        &self,
        values: BTreeSet<&str>,
        mut open: Vec<usize>,
        checks: &[Check<'_>],
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<Vec<usize>, TargetError> {
        for value in values {
            let is_other = |index: &usize| wanted(&checks[*index].expected) != value;
            let asked: Vec<usize> = open.iter().copied().filter(is_other).collect();
            if asked.is_empty() {
                continue;
            }
            let holders = self.holders_among(value, &asked, checks).await?;
            let (found, others) = open.into_iter().partition::<Vec<_>, _>(|index| {
                is_other(index) && holders.contains(checks[*index].target_id.as_str())
            });
            mismatches.extend(found.into_iter().map(|index| Mismatch {
                index,
                current: Some(Value::text(value)),
            }));
            open = others;
        }
        Ok(open)
    }

    /// The accounts of these checks that have the value.
    async fn holders_among(
        &self,
        value: &str,
        indexes: &[usize],
        checks: &[Check<'_>],
    ) -> Result<HashSet<Box<str>>, TargetError> {
        let mut holders = HashSet::new();
        if value.is_empty() || value.len() > LONGEST_VALUE {
            return Ok(holders);
        }
        let users: BTreeSet<&str> = indexes
            .iter()
            .map(|index| checks[*index].target_id.as_str())
            .collect();
        let users: Vec<&str> = users.into_iter().collect();
        for part in users.chunks(KEYS) {
            let Some(count) = self.sharing(value, part, 1).await? else {
                break;
            };
            // A count answers the question if all or none of them match.
            if count.total == part.len() as u64 {
                holders.extend(part.iter().map(|user| Box::from(*user)));
            } else if count.total > 0
                && let Some(page) = self.sharing(value, part, part.len()).await?
            {
                holders.extend(page.items.into_iter().map(|user| user.id));
            }
        }
        Ok(holders)
    }

    /// The users who have the value; `None` if this server cannot filter by it.
    async fn sharing(
        &self,
        value: &str,
        users: &[&str],
        limit: usize,
    ) -> Result<Option<Page<User>>, TargetError> {
        if !self.filters.get() {
            return Ok(None);
        }
        let filters = [
            Filter::InUserIdsQuery {
                user_ids: users.to_vec(),
            },
            Filter::shared_value(self.keys.of(PROVIDER).unwrap_or_default(), value),
        ];
        let query = UserQuery::of(&self.settings.organization_id, limit, filters);
        match self.users("confirm_metadata", &query).await {
            Ok(page) => Ok(Some(page)),
            Err(failure) if failure.sign == Some(Sign::UnknownFilter) => {
                self.filters.set(false);
                Ok(None)
            }
            Err(failure) => Err(failure.error),
        }
    }
}
