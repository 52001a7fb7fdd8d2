//! Checks of attributes that the account list does not show: metadata, and links to an identity provider.
//!
//! The user list can be *filtered* by metadata: one request checks a hundred users. Users who do not match, and
//! links, for which there is no filter, are read one by one: see `values`.

use super::batches::{Batch, Condition, Course, course};
use std::collections::HashSet;

use futures::StreamExt;

use super::filter::{Filter, UserQuery};
use crate::model::{RecordRef, Warning};
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::error::{Failure, Sign};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::state::paced::SEARCHES;
use crate::target::zitadel::state::pages::smaller_page;
use crate::target::zitadel::wire::received::User;
use crate::target::{Check, Expected, Mismatch, TargetError, TargetErrorKind as Kind};

/// After this many wrong answers, the filter is no longer used.
const TRIES: u32 = 2;

/// Answer of the filter for a batch.
#[derive(Default)]
struct Answered {
    /// Indexes of checks that need a read of the user.
    ask: Vec<usize>,
    /// Indexes of checks whose user has no value.
    nothing: Vec<usize>,
    /// Indexes that were not answered, because this server has no such filter.
    unfiltered: Vec<usize>,
}

impl Answered {
    fn take_in(&mut self, other: Self) {
        self.ask.extend(other.ask);
        self.nothing.extend(other.nothing);
        self.unfiltered.extend(other.unfiltered);
    }
}

impl ZitadelTarget {
    /// Returns the failed checks in the order of their indexes.
    ///
    /// A filter may be stale or broken and still answer 200. Therefore each difference is compared with the account
    /// itself. After two wrong answers, the filter is no longer used.
    pub(in crate::target::zitadel) async fn mismatches(
        &self,
        checks: &[Check<'_>],
    ) -> Result<Vec<Mismatch>, TargetError> {
        let mut caught = 0;
        loop {
            let mut mismatches = Vec::new();
            if !self.filtered(checks, &mut mismatches).await? {
                mismatches.sort_unstable_by_key(|mismatch| mismatch.index);
                return Ok(mismatches);
            }
            caught += 1;
            // Reading an account makes the server update its metadata.
            if caught == TRIES {
                self.stop_filtering();
            }
        }
    }

    /// Answers the checks with the filter. Returns whether the filter was wrong about one, so that its answers cannot
    /// be used.
    async fn filtered(
        &self,
        checks: &[Check<'_>],
        mismatches: &mut Vec<Mismatch>,
    ) -> Result<bool, TargetError> {
        let Course {
            batches,
            shared,
            mut single,
        } = course(&self.keys, checks);
        let mut all = Answered::default();
        let mut answers = futures::stream::iter(batches)
            .map(|batch| self.ask_in_parts(batch, checks))
            .buffer_unordered(SEARCHES);
        // Stops at the first error, because the other requests would fail on the same server.
        while let Some(answer) = answers.next().await {
            for answered in answer? {
                all.take_in(answered);
            }
        }
        let samples = samples(&all.nothing);
        let stored = self.look_into_each(&samples, checks).await?;
        if stored.len() < samples.len() {
            return Ok(true);
        }
        mismatches.extend(
            all.nothing
                .into_iter()
                .map(|index| Mismatch { index, current: None }),
        );
        single.extend(&all.unfiltered);
        single.extend(&all.ask);
        let left = self.ask_shared(shared, &single, checks, mismatches).await?;
        single.extend(left);
        let differing = self.look_into(&single, checks).await?;
        let differs: HashSet<usize> = differing.iter().map(|mismatch| mismatch.index).collect();
        mismatches.extend(differing);
        Ok(all.ask.iter().any(|index| !differs.contains(index)))
    }

    /// From now on, accounts are read one by one.
    pub(in crate::target::zitadel) fn stop_filtering(&self) {
        if !self.filters.replace(false) {
            return;
        }
        self.warnings.borrow_mut().push(Warning::new(
            RecordRef::new(
                "zitadel",
                format!("organization {}", self.settings.organization_id),
            ),
            "the list of accounts filtered by metadata gave wrong answers: the accounts have other values; \
                 they were read one by one instead",
        ));
    }

    /// Asks for fewer users at a time if the server takes too long.
    async fn ask_in_parts(
        &self,
        batch: Batch<'_>,
        checks: &[Check<'_>],
    ) -> Result<Vec<Answered>, TargetError> {
        let (mut waiting, mut answers) = (&batch.indexes[..], Vec::new());
        while !waiting.is_empty() {
            let most = usize::try_from(self.lists.named.get()).unwrap_or(usize::MAX);
            let (part, rest) = waiting.split_at(most.min(waiting.len()));
            let asked = u32::try_from(part.len()).unwrap_or(u32::MAX);
            let batch = Batch {
                condition: batch.condition,
                indexes: part.to_vec(),
            };
            match self.ask(batch, checks).await {
                Err(failure) if smaller_page(&self.lists.named, asked, &failure) => continue,
                answered => answers.push(answered?),
            }
            waiting = rest;
        }
        Ok(answers)
    }

    /// Counts first, which is a short reply. Asks for the users only if the count is wrong.
    async fn ask(&self, batch: Batch<'_>, checks: &[Check<'_>]) -> Result<Answered, Failure> {
        let mut answered = Answered::default();
        if !self.filters.get() {
            answered.unfiltered = batch.indexes;
            return Ok(answered);
        }
        let asked = batch.users(checks);
        let count = match self.matching(&batch, checks, 1).await {
            Ok(page) => {
                no_strangers(&page, &asked)?;
                page.total
            }
            Err(failure) if failure.sign == Some(Sign::UnknownFilter) => {
                if self.filters.replace(false) {
                    tracing::info!("this Zitadel cannot filter users by metadata");
                }
                answered.unfiltered = batch.indexes;
                return Ok(answered);
            }
            page => page?.total,
        };
        let wanted = match batch.condition {
            Condition::LacksKey(_) => 0,
            Condition::HasValue(_) | Condition::HasKey(_) => batch.indexes.len() as u64,
        };
        if count == wanted {
            return Ok(answered);
        }
        let page = self.matching(&batch, checks, batch.indexes.len()).await?;
        no_strangers(&page, &asked)?;
        let found: HashSet<Box<str>> = page.items.into_iter().map(|user| user.id).collect();
        let is_found = |index: &usize| found.contains(checks[*index].target_id.as_str());
        let (found, missing) = batch.indexes.into_iter().partition(is_found);
        match batch.condition {
            Condition::HasValue(_) => answered.ask = missing,
            Condition::HasKey(_) => answered.nothing = missing,
            Condition::LacksKey(_) => answered.ask = found,
        }
        Ok(answered)
    }

    /// The users of a batch who match.
    async fn matching(
        &self,
        batch: &Batch<'_>,
        checks: &[Check<'_>],
        limit: usize,
    ) -> Result<Page<User>, Failure> {
        let user = |index: &usize| checks[*index].target_id.as_str();
        let test = match batch.condition {
            Condition::HasKey(key) | Condition::LacksKey(key) => Filter::key(key),
            Condition::HasValue(key) => {
                let one = |index: &usize| Filter::value(user(index), key, wanted(&checks[*index]));
                let queries = batch.indexes.iter().map(one).collect();
                Filter::OrQuery { queries }
            }
        };
        let filters = [
            // Limits the search to these rows before the server joins tables.
            Filter::InUserIdsQuery {
                user_ids: batch.indexes.iter().map(user).collect(),
            },
            test,
        ];
        let query = UserQuery::of(&self.settings.organization_id, limit, filters);
        self.users_of("confirm_metadata", &query, batch.indexes.len())
            .await
    }
}

fn wanted<'a>(check: &Check<'a>) -> &'a str {
    match check.expected {
        Expected::Value(_, value) => value.as_text(),
        _ => "",
    }
}

/// Refuses an answer with users who were not asked for.
fn no_strangers(page: &Page<User>, asked: &HashSet<&str>) -> Result<(), TargetError> {
    if page.items.iter().all(|user| asked.contains(&*user.id)) {
        return Ok(());
    }
    Err(TargetError::new(
        Kind::Protocol,
        "confirm_metadata",
        "the list of accounts filtered by metadata shows accounts that were not asked about",
    )
    .hint("check that no proxy before Zitadel caches or repeats answers to POST requests"))
}

/// The first, the middle and the last index.
fn samples(indexes: &[usize]) -> Vec<usize> {
    let mut samples: Vec<usize> = [indexes.first(), indexes.get(indexes.len() / 2), indexes.last()]
        .into_iter()
        .flatten()
        .copied()
        .collect();
    samples.dedup();
    samples
}
