//! What has to be asked before a plan can be made, and the answers.

use std::collections::{HashMap, HashSet};

use crate::model::{AttributeIndex, Check, Expected, Mismatch, Value};

/// Whom a question is about: a place in one of the correlation's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::plan) enum About {
    /// The account of a person.
    Person(usize),
    /// What proves an account that claims a person's id to be that person's.
    ClaimProof(usize),
    /// An account nobody wants.
    Absent(usize),
    /// The ownership proof of such an account: it may be that of somebody in the sources.
    Own(usize),
    /// The accounts of one list entry.
    LeaverEntry(usize, usize),
    /// One of [`Correlation::deactivated`](crate::plan::Correlation).
    Deactivated(usize),
}

/// Checks to the target, many at a time.
#[derive(Debug)]
pub struct Checks<'q> {
    pub(super) checks: Vec<Check<'q>>,
    pub(super) about: Vec<About>,
}

/// Values that questions refer to and that no record holds.
#[derive(Debug)]
pub struct Proofs {
    /// Of people.
    pub(super) people: Vec<(usize, Vec<(AttributeIndex, Value)>)>,
    /// Of accounts that nobody was found for: what this tool wrote into them, unless somebody wished otherwise.
    pub(super) own: Vec<(usize, AttributeIndex, Value)>,
}

/// What the target said.
#[derive(Debug, Default)]
pub(in crate::plan) struct Answers<'q> {
    mismatches: HashMap<About, Vec<(Expected<'q>, Option<Value>)>>,
    /// People whose claim proof holds.
    confirmed: HashSet<usize>,
    /// What the accounts hold that nobody was found for, by their places.
    proofs: HashMap<usize, Value>,
}

impl<'q> Checks<'q> {
    /// The questions in the order in which answers refer to them.
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

    /// Sorts the answers by whom they are about.
    pub(in crate::plan) fn sort(&self, mismatches: Vec<Mismatch>) -> Answers<'q> {
        let mut answers = Answers::default();
        let failed: HashSet<usize> = mismatches.iter().map(|mismatches| mismatches.index).collect();
        for (index, about) in self.about.iter().enumerate() {
            if let About::ClaimProof(person) = about
                && !failed.contains(&index)
            {
                answers.confirmed.insert(*person);
            }
            if let (About::Own(place), Expected::Value(_, value)) = (about, self.checks[index].expected)
                && !failed.contains(&index)
            {
                answers.proofs.insert(*place, value.clone());
            }
        }
        for Mismatch { index, current } in mismatches {
            let expected = self.checks[index].expected;
            if let (About::Own(place), Some(current)) = (self.about[index], &current) {
                answers.proofs.insert(place, current.clone());
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
    /// The expectations about somebody that do not hold, in the order they were asked.
    pub(in crate::plan) fn mismatches(&self, about: About) -> &[(Expected<'q>, Option<Value>)] {
        self.mismatches.get(&about).map_or(&[], Vec::as_slice)
    }

    /// What the accounts hold that nobody was found for, by their places, as far as that was asked.
    pub(in crate::plan) fn proofs(&self) -> &HashMap<usize, Value> {
        &self.proofs
    }

    /// Whether the account holds something that only this person's account would hold.
    pub(in crate::plan) fn is_confirmed(&self, person: usize) -> bool {
        self.confirmed.contains(&person)
    }
}
