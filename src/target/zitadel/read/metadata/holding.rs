//! Searches the whole organization for a metadata value: in accounts of other owners, and in accounts whose id has
//! changed.

use futures::StreamExt;

use super::filter::{Filter, UserQuery};
use crate::model::{AttributeIndex, Holding, TargetId, Value};
use crate::target::TargetError;
use crate::target::zitadel::client::error::Sign;
use crate::target::zitadel::rules::metadata::value;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::paced::SEARCHES;
use crate::target::zitadel::wire::received::User;

/// Values per request.
const VALUES: usize = 100;
/// Accounts per answer; usually there are none. More means that the value is not unique.
const ACCOUNTS: usize = 1_000;

impl ZitadelTarget {
    /// Returns the accounts with one of these values. Empty if this Zitadel cannot search for them.
    pub(in crate::target::zitadel) async fn holders_of(
        &self,
        attribute: AttributeIndex,
        values: &[Value],
    ) -> Result<Vec<Holding>, TargetError> {
        let Some(key) = self.keys.of(attribute) else {
            return Ok(Vec::new());
        };
        let mut holdings = Vec::new();
        let mut answers = futures::stream::iter(values.chunks(VALUES))
            .map(|part| self.holders_of_part(key, part))
            .buffer_unordered(SEARCHES);
        while let Some(answer) = answers.next().await {
            holdings.extend(answer?);
        }
        if !self.filters.get() {
            tracing::info!(
                key,
                "this Zitadel cannot search for a value; new values are only compared with the people of this run"
            );
        }
        Ok(holdings)
    }

    async fn holders_of_part(&self, key: &str, part: &[Value]) -> Result<Vec<Holding>, TargetError> {
        let mut holdings = Vec::new();
        let Some((users, total)) = self.users_with(key, part).await? else {
            return Ok(holdings);
        };
        if total > users.len() as u64 && part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            for half in [first, second] {
                holdings.extend(Box::pin(self.holders_of_part(key, half)).await?);
            }
            return Ok(holdings);
        }
        for user in users {
            // The list does not contain metadata.
            let stored = self.all_metadata(&user.id).await?;
            let stored = value(&stored, key);
            let Some(value) = part
                .iter()
                .find(|value| Some(value.as_text().as_bytes()) == stored)
            else {
                if stored.is_some() || !self.is_gone(&user.id).await? {
                    self.stop_filtering();
                    return Ok(Vec::new());
                }
                continue;
            };
            holdings.push(Holding {
                value: value.clone(),
                account: TargetId::new(user.id),
                id_text: user.human.map(|human| human.profile.nick).unwrap_or_default(),
            });
        }
        Ok(holdings)
    }

    /// The accounts that the list shows for these values, and their number; `None` if it cannot be filtered.
    async fn users_with(&self, key: &str, part: &[Value]) -> Result<Option<(Vec<User>, u64)>, TargetError> {
        if !self.filters.get() {
            return Ok(None);
        }
        // Conditions at the same level are about the same entry.
        let filters = [
            Filter::key(key),
            Filter::OrQuery {
                queries: part
                    .iter()
                    .map(|value| Filter::any_value(value.as_text()))
                    .collect(),
            },
        ];
        let query = UserQuery::of(&self.settings.organization_id, ACCOUNTS, filters);
        match self.users("find_holders", &query).await {
            Ok(page) => Ok(Some((page.items, page.total))),
            Err(failure) if failure.sign == Some(Sign::UnknownFilter) => {
                self.filters.set(false);
                Ok(None)
            }
            Err(failure) => Err(failure.error),
        }
    }

    async fn is_gone(&self, user: &str) -> Result<bool, TargetError> {
        Ok(self.current_user(user).await?.is_none())
    }
}
