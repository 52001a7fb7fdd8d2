//! The account list: every human user of the organization, page by page.

use super::user_pages::{End, UserPage, Window};
use serde_json::{Value as Json, json};

use super::grant_list;
use super::handover::Waiting;
use crate::model::{Existing, ExternalId, Lifecycle, Ownership, TargetId, TypeId, Value};
use crate::target::TargetError;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::rules::ids::Ids;
use crate::target::zitadel::rules::ownership;
use crate::target::zitadel::schema::{EMAIL, EXTERNAL_ID, LOGIN, PHONE, VERIFIED_EMAIL};
use crate::target::zitadel::state::Prepared;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::profile::Profile;
use crate::target::zitadel::wire::received::{Human, User, UserState};

impl ZitadelTarget {
    /// Passes on every account of the organization with its roles, each once, while the list arrives.
    pub(in crate::target::zitadel) async fn read_accounts(
        &self,
        each: &mut dyn FnMut(Existing),
    ) -> Result<(), TargetError> {
        let prepared = self.prepared()?;
        if prepared.grants.are_known() {
            return self.walk_users(&prepared, each, &async || {}).await;
        }
        let waiting = Waiting::default();
        let list = async {
            let (mut add, room) = (|account| waiting.add(account), async || waiting.room().await);
            self.walk_users(&prepared, &mut add, &room).await?;
            waiting.end();
            Ok(())
        };
        futures::try_join!(list, self.hand_over(&waiting, &prepared, each))?;
        self.warn_of_inactive(prepared.grants.inactive());
        Ok(())
    }

    /// Reads the list page by page.
    ///
    /// Each page starts with the last row of the page before. If that row has moved, accounts were added or deleted
    /// in between, and rows may be missing or repeated.
    async fn walk_users(
        &self,
        prepared: &Prepared,
        each: &mut dyn FnMut(Existing),
        room: &impl AsyncFn(),
    ) -> Result<(), TargetError> {
        let mut seen = Window::default();
        let mut end = End::default();
        let mut next = 0;
        let mut take = |user: User| self.take(user, prepared, each);
        loop {
            let mut page = self.user_page(next, &mut seen, &mut take, room).await?;
            end.add_page(&page, next.min(1))?;
            if next > 0 && !page.joins {
                tracing::info!(
                    row = next,
                    "the account list changed while it was read; reading a page again"
                );
                let before = next.saturating_sub(page.rows);
                let again = self.user_page(before, &mut seen, &mut take, room).await?;
                end.new += again.new;
                page.new += again.new;
            }
            next += page.rows;
            // Older servers filter a page after cutting it, so a short page need not be the last.
            let is_last = end.idle == 0 && next >= page.total || end.asked_again && page.new == 0;
            if page.listed == 0 || is_last {
                match end.rest(&page)? {
                    None => return Ok(()),
                    Some(row) => next = row,
                }
            }
            if page.listed > 0 {
                seen.turn();
            }
        }
    }

    /// Passes on a user of a list. Users of other organizations are ignored, whatever a list shows.
    fn take(&self, mut user: User, prepared: &Prepared, each: &mut dyn FnMut(Existing)) {
        if self.is_foreign(&user) {
            self.warn_of_foreign();
            return;
        }
        prepared.grants.is_listed(&user.id);
        if let Some(human) = user.human.take() {
            each(self.account(user, human, prepared));
        }
    }

    /// Reads the page that starts at this row, ordered by user id, the only order without ties.
    async fn user_page(
        &self,
        next: u64,
        seen: &mut Window,
        each: &mut dyn FnMut(User),
        room: &impl AsyncFn(),
    ) -> Result<UserPage, Failure> {
        let joint = next.min(1);
        let query = |rows: u32| {
            json!({
                "query": {
                    "offset": (next - joint).to_string(), "limit": u64::from(rows) + joint, "asc": true,
                },
                "queries": [
                    // Only at the top level, this limits the server's permission check to one organization.
                    {"organizationIdQuery": {"organizationId": self.settings.organization_id}},
                    {"typeQuery": {"type": "TYPE_HUMAN"}},
                ],
            })
        };
        let mut first = None;
        let (mut listed, mut new, mut repeats) = (Ids::default(), 0, false);
        let hand_over = |user: User| {
            first.get_or_insert_with(|| seen.before.contains(&user.id));
            // An interrupted reply is repeated from its start.
            listed.insert(&user.id);
            if !seen.is_new(&user.id) {
                return;
            }
            new += 1;
            repeats |= seen.heads.contains(&user.id);
            if new == 1 {
                seen.heads.insert(&user.id);
            }
            each(user);
        };
        let (total, rows) = self.each_user("list_users", query, hand_over, room).await?;
        Ok(UserPage {
            total,
            rows: rows.into(),
            joins: first.unwrap_or_default(),
            listed: listed.len() as u64,
            new,
            repeats,
        })
    }

    /// Number of human users of the organization that the service account can see.
    pub(in crate::target::zitadel) async fn count_accounts(&self) -> Result<u64, TargetError> {
        let query = json!({
            "query": {"limit": 1, "asc": true},
            "queries": [
                {"organizationIdQuery": {"organizationId": self.settings.organization_id}},
                {"typeQuery": {"type": "TYPE_HUMAN"}},
            ],
        });
        Ok(self.users::<User>("list_users", &query).await?.total)
    }

    /// Returns the visible users with this user name in any organization, ignoring case.
    pub(in crate::target::zitadel) async fn users_named(&self, name: &str) -> Result<Vec<User>, Failure> {
        let query: Json = json!({
            "queries": [{"userNameQuery": {
                "userName": name,
                "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE",
            }}],
        });
        Ok(self.users("find_user", &query).await?.items)
    }

    pub(in crate::target::zitadel) fn account(
        &self,
        user: User,
        human: Human,
        prepared: &Prepared,
    ) -> Existing {
        let Profile { nick, mut attributes } = human.profile;
        let email = human.email.email;
        let verified = human.email.is_verified.then(|| email.clone());
        let claims = ownership::claims(&nick);
        let id = ExternalId::from_hex(&nick);
        for (attribute, text) in [
            (LOGIN, user.username),
            (VERIFIED_EMAIL, verified.unwrap_or_default()),
            (EXTERNAL_ID, nick),
            (EMAIL, email),
            (PHONE, human.phone.phone),
        ] {
            attributes.set(attribute, (!text.is_empty()).then_some(Value::text(text)));
        }
        let roles = prepared.grants.roles(&user.id);
        let mut account = Existing {
            resource: TypeId::default(),
            id,
            claims,
            lifecycle: match user.state {
                UserState::Inactive => Lifecycle::Disabled,
                // Locked, or waiting for the first login. This tool does not change these states.
                UserState::Other => Lifecycle::Active,
            },
            attributes,
            not_fetched: self.not_fetched,
            ownership: Ownership::Unproved(""),
            target_id: TargetId::new(user.id),
        };
        grant_list::add(&mut account, roles, &prepared.own_id);
        account
    }
}

#[cfg(test)]
mod tests;
