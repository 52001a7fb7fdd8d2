//! The role grants of all accounts.
//!
//! Zitadel lists role grants without a fixed order, and reads large lists with several workers. Pages therefore
//! repeat some grants and miss others, different ones each time. If one page contains all grants, that is enough.
//! Otherwise the server is asked for the grants of the listed accounts, thousands at a time. Servers without that
//! filter: all pages are read, and accounts without a grant in them are asked for one by one.

use std::collections::HashSet;

use serde_json::{Value as Json, json};

use crate::model::{Existing, Roles, Value};
use crate::target::TargetError;
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, Sign};
use crate::target::zitadel::client::reply::{endless, strangers};
use crate::target::zitadel::rules::ids::Ids;
use crate::target::zitadel::rules::ownership;
use crate::target::zitadel::schema::ROLES;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::grants::{Grants, Way};
use crate::target::zitadel::state::pages::{bound, smaller_page};
use crate::target::zitadel::wire::received::{Grant, User};

/// A user has few grants of one project, one per organization that owns some.
const GRANTS_A_USER: usize = 20;

/// From this number of accounts, a message says that they are read one by one.
const MANY: usize = 100;

impl ZitadelTarget {
    /// The current managed roles of one user.
    pub(in crate::target::zitadel) async fn roles_of(&self, user: &str) -> Result<Roles, TargetError> {
        let grants = Grants::of(&self.settings.roles());
        for grant in self.grants_of(user).await? {
            grants.seen.borrow_mut().add(&grant);
        }
        Ok(grants.roles(user))
    }

    /// Reads the first page, which contains all grants of most organizations, and decides how to read the rest.
    pub(in crate::target::zitadel) async fn read_grants(&self) -> Result<Grants, TargetError> {
        let mut grants = Grants::of(&self.settings.roles());
        let (first, rows) = self.grant_page(0).await?;
        grants.take_page(&first.items, &self.settings.organization_id);
        grants.total = first.total;
        if first.items.len() as u64 >= first.total {
            return Ok(grants);
        }
        let known = first.items.first().map(|grant| &*grant.user_id);
        grants.way = match known {
            Some(user) if self.answers_by_ids(user).await? => Way::ByIds,
            _ => self.walk_grants(&grants, &first.items, rows).await?,
        };
        Ok(grants)
    }

    /// Returns whether the server can filter grants by user. It is tested with a user who has a grant, because a
    /// server may ignore an unknown filter and return nothing.
    async fn answers_by_ids(&self, user: &str) -> Result<bool, Failure> {
        let page = match self.grants_by_ids(&[user]).await {
            Err(failure) if failure.sign == Some(Sign::UnknownFilter) => None,
            page => Some(page?),
        };
        let answers = page.is_some_and(|page| page.items.iter().any(|grant| *grant.user_id == *user));
        if !answers {
            tracing::info!(
                "this Zitadel cannot be asked for the role grants of many users; reading all pages"
            );
        }
        Ok(answers)
    }

    /// Reads the pages after the first one. Together they contain all or nearly all grants.
    async fn walk_grants(&self, grants: &Grants, first: &[Grant], rows: u64) -> Result<Way, Failure> {
        let (mut from, mut total) = (rows, grants.total);
        let (mut seen, mut is_steady) = (Ids::default(), true);
        let mut see = |page: &[Grant]| page.iter().filter(|grant| seen.insert(&grant.id)).count() as u64;
        let mut distinct = see(first);
        while from < total {
            let (page, rows) = self.grant_page(from).await?;
            if page.items.is_empty() {
                break;
            }
            distinct += see(&page.items);
            grants.take_page(&page.items, &self.settings.organization_id);
            is_steady &= page.total == grants.total;
            total = page.total;
            if total > bound(grants.total) {
                return Err(endless("list_grants", "Zitadel counts more role grants with every page").into());
            }
            from += rows;
        }
        let add_up = is_steady && distinct == total;
        Ok(if add_up { Way::Known } else { Way::OneByOne })
    }

    /// Users with a grant who are missing in the account list, newest first. Call it after the list was read.
    pub(in crate::target::zitadel) async fn suspects(&self) -> Result<Vec<String>, TargetError> {
        let prepared = self.prepared()?;
        let grants = &prepared.grants;
        let answered = grants.seen.borrow().answered;
        // If the listed users have fewer grants than the total, other users have the rest.
        if grants.way == Way::ByIds && answered < grants.total && !grants.walked.replace(true) {
            self.walk_grants(grants, &[], 0).await?;
        }
        let mut not_listed = grants.seen.borrow().not_listed.texts();
        not_listed.sort_unstable_by(|one, other| other.cmp(one));
        Ok(not_listed)
    }

    /// A grant contains all of a user's roles on the project. With one role, the query excludes grants without it. It
    /// cannot search for several roles at once, and searching for each would return the same grants again.
    fn grant_queries(&self) -> Vec<Json> {
        let mut queries = vec![json!({"projectIdQuery": {"projectId": self.settings.project_id}})];
        if let [role] = self.settings.roles()[..] {
            queries.push(json!({"roleKeyQuery": {"roleKey": role}}));
        }
        queries
    }

    async fn grant_page(&self, from: u64) -> Result<(Page<Grant>, u64), Failure> {
        let queries = self.grant_queries();
        loop {
            let limit = self.lists.grants.get();
            let query = json!({
                "query": {"offset": from.to_string(), "limit": limit},
                "queries": queries,
            });
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let call = search(&query).part().at_most(most).shrinks(limit);
            match self.api.list(&call).await {
                Err(failure) if smaller_page(&self.lists.grants, limit, &failure) => {}
                page => return Ok((self.ours(page?), limit.into())),
            }
        }
    }

    /// Reads the grants of these users. Their number must not exceed what a request can name.
    async fn grants_by_ids(&self, users: &[&str]) -> Result<Page<Grant>, Failure> {
        let mut queries = self.grant_queries();
        queries.push(json!({"inUserIdsQuery": {"inUserIds": users}}));
        let most = users.len().saturating_mul(GRANTS_A_USER);
        let call = search(&json!({"queries": queries}))
            .at_most(most)
            .shrinks(rows(users));
        let page = self.api.list::<Grant>(&call).await?;
        let asked: HashSet<&str> = users.iter().copied().collect();
        if page.items.iter().any(|grant| !asked.contains(&*grant.user_id)) {
            return Err(strangers("list_grants").into());
        }
        Ok(self.ours(page))
    }

    /// Drops grants of other projects, in case the server ignores the filter.
    fn ours(&self, mut page: Page<Grant>) -> Page<Grant> {
        page.items
            .retain(|grant| *grant.project_id == *self.settings.project_id);
        page
    }

    /// Reads the roles of these accounts, and passes each account on.
    pub(in crate::target::zitadel) async fn add_roles(
        &self,
        accounts: &mut [Existing],
        grants: &Grants,
    ) -> Result<(), TargetError> {
        let users: Vec<&str> = accounts
            .iter()
            .map(|account| account.target_id.as_str())
            .collect();
        match grants.way {
            Way::Known => {}
            Way::ByIds => self.ask_many(&users, grants).await?,
            Way::OneByOne => self.ask_each(&users, grants).await?,
        }
        let prepared = self.prepared()?;
        for account in accounts {
            let roles = grants.roles(account.target_id.as_str());
            add(account, roles, &prepared.own_id);
        }
        Ok(())
    }

    /// Converts these users to accounts with their roles. Users who are missing in the account list have no roles
    /// read yet.
    pub(in crate::target::zitadel) async fn accounts_of(
        &self,
        users: Vec<User>,
    ) -> Result<Vec<Existing>, TargetError> {
        let prepared = self.prepared()?;
        let mut accounts = Vec::with_capacity(users.len());
        for mut user in users {
            if let Some(human) = user.human.take() {
                accounts.push(self.account(user, human, &prepared));
            }
        }
        self.add_roles(&mut accounts, &prepared.grants).await?;
        Ok(accounts)
    }

    async fn ask_many(&self, users: &[&str], grants: &Grants) -> Result<(), Failure> {
        let mut waiting = users;
        while !waiting.is_empty() {
            let size = usize::try_from(self.lists.named.get()).unwrap_or(usize::MAX);
            let (part, rest) = waiting.split_at(size.min(waiting.len()));
            match self.grants_by_ids(part).await {
                Err(failure) if smaller_page(&self.lists.named, rows(part), &failure) => continue,
                page => {
                    let mut seen = grants.seen.borrow_mut();
                    page?.items.iter().for_each(|grant| seen.answer(grant));
                }
            }
            waiting = rest;
        }
        Ok(())
    }

    /// Reads the grants of users who were in no page.
    async fn ask_each(&self, users: &[&str], grants: &Grants) -> Result<(), TargetError> {
        let open: Vec<&str> = {
            let seen = grants.seen.borrow();
            let open = users.iter().copied().filter(|user| !seen.shown.contains(user));
            open.collect()
        };
        if open.len() >= MANY {
            tracing::info!(
                accounts = open.len(),
                "no page of the role grants shows these accounts; asking about them one by one"
            );
        }
        let ask = async |user| Ok(self.grants_of(user).await?);
        self.paced(open, ask, |found| {
            let mut seen = grants.seen.borrow_mut();
            for grant in &found {
                seen.answer(grant);
            }
        })
        .await
    }
}

fn rows(users: &[&str]) -> u32 {
    u32::try_from(users.len()).unwrap_or(u32::MAX)
}

fn search(query: &Json) -> Call {
    let path = ["management", "v1", "users", "grants", "_search"];
    Call::post("list_grants", &path, query).patient()
}
/// Adds the roles to an account. They also decide about its ownership.
pub(in crate::target::zitadel) fn add(account: &mut Existing, roles: Roles, own_id: &str) {
    let roles = (!roles.is_empty()).then_some(Value::Set(roles));
    account.attributes.set(ROLES, roles);
    ownership::decide(account, own_id);
}
