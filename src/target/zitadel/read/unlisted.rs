//! Accounts that the list of accounts lacks. Nobody may get a second one because a list was behind, or was cut.
//!
//! Whoever holds a role shows in the role grants, which are read from another table than accounts, and follow faster; and
//! the server can be asked for ids, many at a time. An account by its own id is read as it is now.

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
use crate::target::zitadel::wire::received::{OneUser, User};
use crate::target::{Cost, TargetError, TargetErrorKind as Kind};

/// People of one question. The server compares each account with each of them.
const PEOPLE: usize = 100;
/// More only queue up.
const WORKERS: usize = 4;
/// Of more new people the older forms of their ids are not looked for, and they are not looked for once more right before
/// each is made: so many are a first load, and it would take the server longer than to make them.
const FEW: usize = 2_000;
/// So many accounts are looked at to find out whether the list lacks any. Some who hold a role are none of its people.
const SAMPLE: usize = 10;
/// The server takes no longer text into this filter, nor into the place of the id.
const LONGEST: usize = 200;

fn carries(account: &Existing, person: &Desired) -> bool {
    account.id.as_ref() == Some(&person.id)
}

impl ZitadelTarget {
    /// Whether somebody holds a role whom the list of accounts that was read last does not show, although it should.
    pub(in crate::target::zitadel) async fn shows_too_few(&self) -> Result<bool, TargetError> {
        for user in self.suspects().await?.iter().take(SAMPLE) {
            if let Some(user) = self.own_user(user).await? {
                // The list has to come so far.
                self.written.user_at(user.details.change_date);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The accounts that the list lacks: of whoever holds a role, and those that carry the id of one of these people.
    pub(in crate::target::zitadel) async fn find_unlisted(
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

    /// The accounts that carry this person's id now. Those who come next are looked for along.
    pub(in crate::target::zitadel) async fn find_carriers(
        &self,
        person: &Desired,
        along: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError> {
        let _turn = self.looks.turn.lock().await;
        if self.looks.is_fresh(&person.id) {
            return Ok(Vec::new());
        }
        let others = along.iter().copied().filter(|other| other.id != person.id);
        let people: Vec<&Desired> = std::iter::once(person).chain(others).take(PEOPLE).collect();
        let found = self.find_people(&people, Forms::Ours).await?;
        let is_free = |person: &&Desired| !found.iter().any(|account| carries(account, person));
        self.looks.found_nobody(people.into_iter().filter(is_free));
        Ok(found
            .into_iter()
            .filter(|account| carries(account, person))
            .collect())
    }

    /// Whoever carries the id of one of these people.
    async fn find_people(&self, people: &[&Desired], forms: Forms) -> Result<Vec<Existing>, TargetError> {
        let questions = people.chunks(PEOPLE).filter_map(|people| {
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
        let answers = futures::stream::iter(questions)
            .map(async |query| self.users::<User>("find_people", &query).await)
            .buffer_unordered(WORKERS);
        let pages: Vec<_> = answers.try_collect().await?;
        let users = pages.into_iter().flat_map(|page| page.items);
        let ours = users.filter(|user| !self.is_foreign(user));
        self.accounts_of(ours.collect()).await
    }

    /// The account of a user of our organization as it is now; `None` if it is gone, a machine's, or another
    /// organization's.
    async fn own_user(&self, user: &str) -> Result<Option<User>, TargetError> {
        match self.current_user(user).await {
            Ok(user) => Ok(user.filter(|user| user.human.is_some() && !self.is_foreign(user))),
            Err(failure) if failure.is(id::NO_MEMBER) => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }

    /// A user as it is now, whatever lists show; `None` if there is none.
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

/// What it costs to look for new people right before they are made, if that does not take so long that it has to be done again.
pub(in crate::target::zitadel) fn foresee_looks(changes: &[Change]) -> Cost {
    // An undo makes accounts anew that it saw go.
    let new = changes
        .iter()
        .filter(|change| change.creation().is_some() && change.restore.is_none());
    let new = Some(new.count()).filter(|new| is_looked_for(*new));
    Cost {
        requests: u64::try_from(new.unwrap_or_default().div_ceil(PEOPLE)).unwrap_or(u64::MAX),
        ..Cost::default()
    }
}

/// Whether so many new people are looked for right before each is made.
pub(in crate::target::zitadel) fn is_looked_for(new: usize) -> bool {
    new <= FEW
}

/// The forms of an id that are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Forms {
    /// As this tool writes it.
    Ours,
    /// Also as older tools did.
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

    /// Ids are looked for as this tool writes them, and as older ones did; not in a form that no account can have.
    #[test]
    fn ids_are_looked_for_in_each_form() {
        let id = ExternalId::new(*b"ada");
        assert_eq!(Forms::Ours.of(&id), ["616461"]);
        assert_eq!(Forms::All.of(&id), ["616461", "ada", "YWRh"]);
        let bytes = ExternalId::new([0xff; 120]);
        assert_eq!(Forms::All.of(&bytes), [STANDARD.encode([0xff; 120])]);
    }

    /// At the limit people are looked for right before they are made, above it once before the first.
    #[test]
    fn very_many_are_not_looked_for_again() {
        assert!(is_looked_for(FEW) && !is_looked_for(FEW + 1));
    }
}
