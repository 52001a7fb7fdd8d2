//! The changes of a saved plan, or of an earlier run from its undo file, explained like those of a new plan.

use crate::model::{Catalog, Change, Desired, DesiredState, Existing, Ownership, Plan, TargetId};
use crate::names::Names;
use crate::plan::Past;
use crate::report::Explanation;
use crate::run::commands::explain::facts::Facts;
use crate::run::commands::explain::members::MemberNames;
use crate::run::commands::explain::wanted::Wanted;
use crate::run::session::request::Request;
use crate::saved::{plan_file, undo_file};

/// The changes of a file.
pub(super) struct Recorded {
    /// Title of the target.
    title: String,
    /// Records by resource type.
    desired: Vec<DesiredState>,
    accounts: Vec<Existing>,
    plan: Plan,
}

impl Recorded {
    /// Parses a file of this schema; `None` if it is neither a plan nor an undo file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(super) fn parse(schema: &str, text: &str, catalog: &Catalog) -> Result<Option<Self>, String> {
        let (title, pasts) = if schema.starts_with("directory-sync/plan/") {
            let (title, changes) = plan_file::recorded(text, catalog)?;
            (title, changes.into_iter().map(not_made).collect())
        } else if schema.starts_with("directory-sync/undo/") {
            undo_file::recorded(text, catalog)?
        } else {
            return Ok(None);
        };
        Ok(Some(Self::new(title, pasts, catalog)))
    }

    fn new(title: String, pasts: Vec<Past>, catalog: &Catalog) -> Self {
        let mut desired: Vec<DesiredState> = catalog
            .iter()
            .map(|(resource, _)| DesiredState {
                resource,
                ..DesiredState::default()
            })
            .collect();
        let people = pasts.iter().filter_map(|past| record(&past.change));
        for person in people {
            if let Some(of_type) = desired.get_mut(usize::from(person.resource.0)) {
                of_type.objects.push(person.clone());
            }
        }
        Self {
            title,
            desired,
            accounts: pasts.iter().filter_map(account).collect(),
            plan: Plan {
                changes: pasts.into_iter().map(|past| past.change).collect(),
                ..Plan::default()
            },
        }
    }

    /// What the file contains about a text, such as an id or a name. `who` is what was asked for.
    pub(super) fn explanation(
        &self,
        (who, text): (&str, &str),
        names: &Names,
        catalog: &Catalog,
        request: Request<'_>,
    ) -> Option<Explanation> {
        let mut wanted = Wanted::new(text, names);
        wanted.find_records(&self.desired, catalog);
        let fitting = |account: &&Existing| wanted.fits(account, catalog);
        let accounts: Vec<Existing> = self.accounts.iter().filter(fitting).cloned().collect();
        wanted.follow(&accounts, &self.plan, &self.desired, catalog);
        let mut names = MemberNames::new(&self.desired, catalog, request.show());
        for account in &self.accounts {
            if let Some(names) = &mut names {
                names.add_account(account, catalog);
            }
        }
        let facts = Facts {
            desired: &self.desired,
            accounts: &accounts,
            plan: &self.plan,
            catalog,
            names: names.as_ref(),
            request,
        };
        facts.explanation(who, &self.title, &wanted)
    }
}

fn not_made(change: Change) -> Past {
    Past {
        change,
        details: Vec::new(),
        made: None,
    }
}

/// The record of a change. A person who is only known from the account has none.
fn record(change: &Change) -> Option<&Desired> {
    let person = change.person()?;
    let is_account = change
        .target_id()
        .is_some_and(|account| *person.origin.at == *account.as_str());
    (!is_account).then_some(person)
}

/// The account before the change, or the account that it created.
fn account(past: &Past) -> Option<Existing> {
    let change = &past.change;
    if let Some(account) = change.before() {
        return Some(account.clone());
    }
    let target_id = change.target_id().or(past.made.as_ref())?;
    let person = change.person()?;
    Some(as_desired(person, target_id))
}

/// An account that is, as far as its list shows, as the record says.
fn as_desired(person: &Desired, target_id: &TargetId) -> Existing {
    Existing {
        resource: person.resource,
        target_id: target_id.clone(),
        id: Some(person.id.clone()),
        claims: Box::default(),
        lifecycle: person.lifecycle,
        attributes: person.attributes.clone(),
        not_fetched: person.unknown,
        ownership: Ownership::Ours,
    }
}
