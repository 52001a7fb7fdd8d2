//! What a read of all people carries along.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::group_objects::names::Directory;
use super::members::Members;
use super::statistics::Statistics;

/// What was found by the way.
#[derive(Debug, Default)]
pub(super) struct ReadState {
    pub(super) entries: usize,
    /// People with several values where one is used.
    pub(super) several: usize,
    /// How many people have several values of which attribute.
    pub(super) choices: BTreeMap<String, usize>,
    /// In seconds since 1970.
    pub(super) now: i64,
    /// Who is in which group.
    pub(super) members: Members,
    /// What groups can name, where groups are objects of their own.
    pub(super) directory: Option<Directory>,
    /// Entries of which values are missing that matter; they are read when the search is over.
    pub(super) incomplete: Vec<Entry>,
    /// For `check` alone: it costs time and memory.
    pub(super) survey: Option<Statistics>,
}

impl ReadState {
    /// Nothing yet, at this second since 1970.
    pub(super) fn at(now: i64) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// Gives roles to the members of groups.
    pub(super) fn among(self, members: Members) -> Self {
        Self { members, ..self }
    }

    /// Who is in which group, and how many of them were seen.
    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    /// Notes of which attributes one person has several values.
    pub(super) fn choose(&mut self, names: Vec<&str>) {
        self.several += usize::from(!names.is_empty());
        for name in names {
            *self.choices.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// For how many people one of several values was used, and of which attributes; `None` if for nobody.
    pub(super) fn chosen(&self) -> Option<String> {
        let each = self
            .choices
            .iter()
            .map(|(name, count)| format!("`{name}` {count}"));
        let each = each.collect::<Vec<_>>().join(", ");
        (self.several > 0).then(|| {
            format!(
                "{} of {} entries have several values of a mapped attribute ({each}); the first one that the server \
                 sends is used, and LDAP promises no order; `value: first_sorted` or `value: only` says which",
                self.several, self.entries
            )
        })
    }

    /// The entries that are still to be completed and taken.
    pub(super) fn incomplete(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.incomplete)
    }

    /// Looks at what `check` tells, too.
    pub(super) fn with(self, survey: Statistics) -> Self {
        Self {
            survey: Some(survey),
            ..self
        }
    }

    /// What was seen.
    pub(super) fn survey(&self) -> Option<&Statistics> {
        self.survey.as_ref()
    }
}
