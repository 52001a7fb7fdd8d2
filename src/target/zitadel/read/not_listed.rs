//! Accounts that are missing in the account list, so that a stale or truncated list does not lead to a second
//! account.
//!
//! Users with a role appear in the role grants, which are read from another, more current table. The server can also
//! search for external ids, many at a time. Reading a user by id always returns the current state.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value as Json, json};

use crate::model::{Change, Desired, Existing, ExternalId};
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::client::reply::strangers;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::paced::SEARCHES;
use crate::target::zitadel::wire::received::{OneUser, User};
use crate::target::{Cost, TargetError, TargetErrorKind as Kind};

/// People per request. The server compares each account with each of them.
const PEOPLE: usize = 100;
/// Above this number of new people, older forms of their ids are not searched, and there is no second search right
/// before each creation. A first load would otherwise take the server longer to search than to create.
const FEW: usize = 2_000;
/// Number of users to read to find out whether the list is incomplete. Some users with a role are not human users of
/// the organization.
const SAMPLE: usize = 10;
/// The server accepts no longer text, neither in this filter nor as an id.
const LONGEST: usize = 200;

fn carries(account: &Existing, person: &Desired) -> bool {
    account.id.as_ref() == Some(&person.id)
}

impl ZitadelTarget {
    /// Returns whether a user with a role is missing in the account list although the list should contain it.
    pub(in crate::target::zitadel) async fn lists_too_few(&self) -> Result<bool, TargetError> {
        for user in self.suspects().await?.iter().take(SAMPLE) {
            if let Some(user) = self.own_user(user).await? {
                // The list has to include this change.
                self.written.user_at(user.details.change_date);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the accounts that are missing in the list: users with a role, and users with the id of one of these
    /// people.
    pub(in crate::target::zitadel) async fn find_not_listed(
        &self,
        people: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError> {
        let mut users = Vec::new();
        let suspects = self.suspects().await?;
        let look = async |user: String| self.own_user(&user).await;
        self.paced(suspects, look, |user| users.extend(user)).await?;
        let mut accounts = self.accounts_of(users).await?;
        let forms = if people.len() > FEW {
            Forms::Ours
        } else {
            Forms::All
        };
        for account in self.find_people(people, forms).await? {
            if !accounts.iter().any(|known| known.target_id == account.target_id) {
                accounts.push(account);
            }
        }
        Ok(accounts)
    }

    /// Returns the accounts that have this person's external id now. Looks up the next people with the same request.
    pub(in crate::target::zitadel) async fn find_carriers(
        &self,
        person: &Desired,
        next: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError> {
        let _turn = self.looks.turn.lock().await;
        if self.looks.is_fresh(&person.id) {
            return Ok(Vec::new());
        }
        let others = next.iter().copied().filter(|other| other.id != person.id);
        let people: Vec<&Desired> = std::iter::once(person).chain(others).take(PEOPLE).collect();
        let found = self.find_people(&people, Forms::Ours).await?;
        let is_free = |person: &&Desired| !found.iter().any(|account| carries(account, person));
        self.looks.found_none(people.into_iter().filter(is_free));
        Ok(found
            .into_iter()
            .filter(|account| carries(account, person))
            .collect())
    }

    /// Returns the users with the external id of one of these people.
    async fn find_people(&self, people: &[&Desired], forms: Forms) -> Result<Vec<Existing>, TargetError> {
        let queries = people.chunks(PEOPLE).filter_map(|people| {
            let ids: Vec<Json> = people
                .iter()
                .flat_map(|person| forms.of(&person.id))
                .map(|id| json!({"nickNameQuery": {"nickName": id, "method": "TEXT_QUERY_METHOD_EQUALS"}}))
                .collect();
            (!ids.is_empty()).then(|| {
                json!({"queries": [
                    {"organizationIdQuery": {"organizationId": self.settings.organization_id}},
                    {"typeQuery": {"type": "TYPE_HUMAN"}},
                    {"orQuery": {"queries": ids}},
                ]})
            })
        });
        let answers = futures::stream::iter(queries)
            .map(async |query| self.users::<User>("find_people", &query).await)
            .buffer_unordered(SEARCHES);
        let pages: Vec<_> = answers.try_collect().await?;
        let users = pages.into_iter().flat_map(|page| page.items);
        let ours = users.filter(|user| !self.is_foreign(user));
        self.accounts_of(ours.collect()).await
    }

    /// Reads the current account of a human user of our organization; `None` if it does not exist, is a machine user,
    /// or belongs to another organization.
    async fn own_user(&self, user: &str) -> Result<Option<User>, TargetError> {
        match self.current_user(user).await {
            Ok(user) => Ok(user.filter(|user| user.human.is_some() && !self.is_foreign(user))),
            Err(failure) if failure.is(id::NO_MEMBER) => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }

    /// Reads the current state of a user, whatever lists show; `None` if it does not exist.
    pub(in crate::target::zitadel) async fn current_user(&self, user: &str) -> Result<Option<User>, Failure> {
        let call = Call::get("read_user", &["v2", "users", user]);
        match self.api.send::<OneUser>(&call).await {
            Ok(found) if *found.user.id != *user => Err(strangers("read_user").into()),
            Ok(found) => Ok(Some(found.user)),
            Err(failure) if failure.error.kind == Kind::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// Cost of searching for new people right before they are created, unless it takes so long that the search has to be
/// repeated.
pub(in crate::target::zitadel) fn foresee_looks(changes: &[Change]) -> Cost {
    // An undo recreates accounts whose deletion it knows about.
    let new = changes
        .iter()
        .filter(|change| change.creation().is_some() && change.restore.is_none());
    let new = Some(new.count()).filter(|new| is_looked_for(*new));
    Cost {
        requests: u64::try_from(new.unwrap_or_default().div_ceil(PEOPLE)).unwrap_or(u64::MAX),
        ..Cost::default()
    }
}

/// Returns whether this many new people are searched for right before each creation.
pub(in crate::target::zitadel) fn is_looked_for(new: usize) -> bool {
    new <= FEW
}

/// Forms in which an external id is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Forms {
    /// As this tool writes it.
    Ours,
    /// Also as older tools wrote it.
    All,
}

impl Forms {
    fn of(self, id: &ExternalId) -> Vec<String> {
        let mut forms = vec![id.hex()];
        if self == Self::All {
            let text = std::str::from_utf8(id.as_bytes()).ok();
            forms.extend(text.map(str::to_owned));
            forms.push(STANDARD.encode(id.as_bytes()));
        }
        forms.retain(|form| (1..=LONGEST).contains(&form.chars().count()));
        forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids are searched in the form of this tool and in older forms, but not in forms that no account can have.
    #[test]
    fn ids_are_looked_for_in_each_form() {
        let id = ExternalId::new(*b"ada");
        assert_eq!(Forms::Ours.of(&id), ["616461"]);
        assert_eq!(Forms::All.of(&id), ["616461", "ada", "YWRh"]);
        let bytes = ExternalId::new([0xff; 120]);
        assert_eq!(Forms::All.of(&bytes), [STANDARD.encode([0xff; 120])]);
    }

    /// At the limit, people are searched for right before each creation; above it, once before the first creation.
    #[test]
    fn very_many_are_not_looked_for_again() {
        assert!(is_looked_for(FEW) && !is_looked_for(FEW + 1));
    }
}
