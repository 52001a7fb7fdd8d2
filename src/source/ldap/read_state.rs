//! The state of a read of all people.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::group_objects::names::Directory;
use super::members::Members;
use super::statistics::Statistics;

/// State and statistics of a read.
#[derive(Debug, Default)]
pub(super) struct ReadState {
    pub(super) entries: usize,
    /// People with several values where one is used.
    pub(super) several: usize,
    /// Number of people with several values, by attribute.
    pub(super) choices: BTreeMap<String, usize>,
    /// In seconds since 1970.
    pub(super) now: i64,
    /// Members of groups.
    pub(super) members: Members,
    /// Names that groups can refer to, if groups are read as objects.
    pub(super) directory: Option<Directory>,
    /// Entries with missing values that are needed. They are completed after the search.
    pub(super) incomplete: Vec<Entry>,
    /// For `check` only, because it costs time and memory.
    pub(super) survey: Option<Statistics>,
}

impl ReadState {
    /// Starts at this second since 1970.
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

    /// Members of groups, and how many of them were seen.
    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    /// Records the attributes in which one person has several values.
    pub(super) fn choose(&mut self, names: Vec<&str>) {
        self.several += usize::from(!names.is_empty());
        for name in names {
            *self.choices.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// Message about people with several values, and the attributes; `None` if there are none.
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

    /// The entries that have to be completed.
    pub(super) fn incomplete(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.incomplete)
    }

    /// Also collects the statistics of `check`.
    pub(super) fn with(self, survey: Statistics) -> Self {
        Self {
            survey: Some(survey),
            ..self
        }
    }

    pub(super) fn survey(&self) -> Option<&Statistics> {
        self.survey.as_ref()
    }
}
