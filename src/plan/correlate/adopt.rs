//! Decides whether an account that was created by others may become a person's. Used while planning, and again if a
//! login name turns out to be taken.

use std::cell::OnceCell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::model::{Desired, DesiredState, Existing, ExternalId, Lifecycle, Ownership, Rejected, comparable};

/// All people in the sources.
#[derive(Debug)]
pub struct Known<'a> {
    objects: &'a [Desired],
    /// Rejected records with an id, sorted by it.
    rejected: Vec<(&'a ExternalId, &'a Rejected)>,
    complete: bool,
    desired: &'a DesiredState,
    /// Built on first use: in most runs, every account has exactly its person's id.
    forms: OnceCell<Vec<(u64, Whose)>>,
}

/// Owner of an id: an index of the people, or of the rejected records with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Person(usize),
    Rejected(usize),
}

impl<'a> Known<'a> {
    /// `desired.objects` must be sorted by id.
    pub fn new(desired: &'a DesiredState) -> Self {
        let with_id = |rejected: &'a Rejected| Some((rejected.id.as_ref()?, rejected));
        let mut rejected: Vec<_> = desired.rejected.iter().filter_map(with_id).collect();
        rejected.sort_by_key(|(id, _)| *id);
        Self {
            objects: &desired.objects,
            rejected,
            complete: desired.complete,
            desired,
            forms: OnceCell::new(),
        }
    }

    /// The index of the person with this id.
    pub(in crate::plan) fn position(&self, id: &ExternalId) -> Option<usize> {
        self.objects.binary_search_by(|wanted| wanted.id.cmp(id)).ok()
    }

    /// The person with this id, or the only one with an id that looks the same. `None` if there are several, or if a
    /// rejected record has it.
    pub(in crate::plan) fn only_one_like(&self, id: &ExternalId) -> Option<usize> {
        let exact = self.position(id);
        exact.or_else(|| match self.alike(id)[..] {
            [Whose::Person(index)] => Some(index),
            _ => None,
        })
    }

    /// A person with this id, or with one that looks the same.
    pub(in crate::plan) fn person_like(&self, id: &ExternalId) -> Option<&'a Desired> {
        let exact = self.position(id);
        let alike = || {
            self.alike(id).into_iter().find_map(|whose| match whose {
                Whose::Person(index) => Some(index),
                Whose::Rejected(_) => None,
            })
        };
        Some(&self.objects[exact.or_else(alike)?])
    }

    /// A rejected record with this id, or with one that looks the same.
    pub(in crate::plan) fn rejected_like(&self, id: &ExternalId) -> Option<&'a Rejected> {
        // Of several, always the first, so that each run names the same record.
        let start = self.rejected.partition_point(|(other, _)| *other < id);
        let exact = self
            .rejected
            .get(start)
            .filter(|(other, _)| *other == id)
            .map(|_| start);
        let alike = || {
            self.alike(id).into_iter().find_map(|whose| match whose {
                Whose::Rejected(index) => Some(index),
                Whose::Person(_) => None,
            })
        };
        Some(self.rejected[exact.or_else(alike)?].1)
    }

    /// Owners of ids that look like this one. Binary ids look like no other id.
    fn alike(&self, id: &ExternalId) -> Vec<Whose> {
        let Some(form) = id.as_text().map(comparable) else {
            return Vec::new();
        };
        let forms = self.forms.get_or_init(|| self.forms());
        let hash = hash(&form);
        let start = forms.partition_point(|(other, _)| *other < hash);
        let same_hash = forms[start..].iter().take_while(|(other, _)| *other == hash);
        let same = same_hash.filter(|(_, whose)| {
            let text = self.id_of(*whose).as_text();
            text.is_some_and(|text| comparable(text) == form)
        });
        same.map(|(_, whose)| *whose).collect()
    }

    fn forms(&self) -> Vec<(u64, Whose)> {
        let binary = &self.desired.binary_ids;
        let people = self.objects.iter().enumerate();
        let people = people
            .filter(|(_, person)| !binary.contains(&person.origin.source))
            .map(|(index, _)| Whose::Person(index));
        let rejected = self.rejected.iter().enumerate();
        let rejected = rejected
            .filter(|(_, (_, rejected))| !binary.contains(&rejected.at.source))
            .map(|(index, _)| Whose::Rejected(index));
        let form = |whose: Whose| Some((hash(&comparable(self.id_of(whose).as_text()?)), whose));
        let mut forms: Vec<_> = people.chain(rejected).filter_map(form).collect();
        forms.sort_unstable();
        forms
    }

    fn id_of(&self, whose: Whose) -> &'a ExternalId {
        match whose {
            Whose::Person(index) => &self.objects[index].id,
            Whose::Rejected(index) => self.rejected[index].0,
        }
    }

    /// Returns whether ids that look the same belong to one person: no other person and no rejected record has such
    /// an id.
    pub(crate) fn is_persons(&self, id: &ExternalId, person: &Desired) -> bool {
        *id == person.id
            || self
                .only_one_like(id)
                .is_some_and(|index| self.objects[index].id == person.id)
    }

    /// Returns whether everyone who is not in the sources is proved absent.
    pub(in crate::plan) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns whether the id belongs, or could belong, to another person.
    fn belongs_to_other(&self, id: &ExternalId, person: &Desired) -> bool {
        !self.is_persons(id, person) && (self.person_like(id).is_some() || self.rejected_like(id).is_some())
    }
}

fn hash(form: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    form.hash(&mut hasher);
    hasher.finish()
}

/// Why the account may not become this person's; `None` if it may.
pub(crate) fn refusal(known: &Known<'_>, person: &Desired, account: &Existing) -> Option<&'static str> {
    if let Ownership::Protected(reason) = account.ownership {
        return Some(reason);
    }
    if account.lifecycle == Lifecycle::Disabled {
        return Some("it is deactivated");
    }
    if account.ids().any(|id| known.belongs_to_other(id, person)) {
        return Some("it has the id of another person");
    }
    let carries_own_id = account.id.as_ref().is_some_and(|id| known.is_persons(id, person));
    let is_ambiguous = account.ids().next().is_some() && !known.is_complete();
    if is_ambiguous && !carries_own_id {
        return Some("it has an id, and the sources could not be read completely");
    }
    None
}
