//! The checks that a plan needs, and their answers.

use std::collections::{HashMap, HashSet};

use crate::model::{AttributeIndex, Check, Expected, Mismatch, Value};

/// The subject of a check: an index in one of the correlation's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::plan) enum About {
    /// The account of a person.
    Person(usize),
    /// The proof that an account with a person's id in an older form belongs to that person.
    ClaimProof(usize),
    /// An unpaired account.
    Absent(usize),
    /// The ownership proof of an unpaired account: it may be that of a person in the sources.
    Own(usize),
    /// The accounts of an entry of a list of leavers.
    LeaverEntry(usize, usize),
    /// One of [`Correlation::deactivated`](crate::plan::Correlation).
    Deactivated(usize),
}

#[derive(Debug)]
pub struct Checks<'q> {
    pub(super) checks: Vec<Check<'q>>,
    pub(super) about: Vec<About>,
}

/// Values that checks refer to and that no record contains.
#[derive(Debug)]
pub struct Proofs {
    /// Proofs of people.
    pub(super) people: Vec<(usize, Vec<(AttributeIndex, Value)>)>,
    /// Proofs that this tool wrote to the unpaired accounts, unless configured otherwise.
    pub(super) own: Vec<(usize, AttributeIndex, Value)>,
}

/// The target's answers.
#[derive(Debug, Default)]
pub(in crate::plan) struct Answers<'q> {
    mismatches: HashMap<About, Vec<(Expected<'q>, Option<Value>)>>,
    /// People whose proof was confirmed.
    confirmed: HashSet<usize>,
    /// The proofs of unpaired accounts, by index.
    proofs: HashMap<usize, Value>,
}

impl<'q> Checks<'q> {
    /// The checks, in the order in which answers refer to them.
    pub fn checks(&self) -> &[Check<'q>] {
        &self.checks
    }

    pub(super) fn ask(&mut self, about: About, account: &'q crate::model::TargetId, expected: Expected<'q>) {
        self.checks.push(Check {
            target_id: account,
            expected,
        });
        self.about.push(about);
    }

    /// Sorts the answers by subject.
    pub(in crate::plan) fn sort(&self, mismatches: Vec<Mismatch>) -> Answers<'q> {
        let mut answers = Answers::default();
        let failed: HashSet<usize> = mismatches.iter().map(|mismatch| mismatch.index).collect();
        for (index, about) in self.about.iter().enumerate() {
            if let About::ClaimProof(person) = about
                && !failed.contains(&index)
            {
                answers.confirmed.insert(*person);
            }
            if let (About::Own(unpaired), Expected::Value(_, value)) = (about, self.checks[index].expected)
                && !failed.contains(&index)
            {
                answers.proofs.insert(*unpaired, value.clone());
            }
        }
        for Mismatch { index, current } in mismatches {
            let expected = self.checks[index].expected;
            if let (About::Own(unpaired), Some(current)) = (self.about[index], &current) {
                answers.proofs.insert(unpaired, current.clone());
            }
            answers
                .mismatches
                .entry(self.about[index])
                .or_default()
                .push((expected, current));
        }
        answers
    }
}

impl<'q> Answers<'q> {
    /// The failed checks of a subject, in the order of the checks.
    pub(in crate::plan) fn mismatches(&self, about: About) -> &[(Expected<'q>, Option<Value>)] {
        self.mismatches.get(&about).map_or(&[], Vec::as_slice)
    }

    /// The proofs of unpaired accounts, by index, as far as they were checked.
    pub(in crate::plan) fn proofs(&self) -> &HashMap<usize, Value> {
        &self.proofs
    }

    /// Returns whether the account has a value that only this person's account would have.
    pub(in crate::plan) fn is_confirmed(&self, person: usize) -> bool {
        self.confirmed.contains(&person)
    }
}
