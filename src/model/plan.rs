//! Everything that a run would do, and what it leaves unchanged.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::{
    Change, Existing, ExternalId, Lifecycle, Purpose, RecordRef, Rejected, Schema, TargetId, TypeId, Warning,
};

/// How long a person has been missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The first run that found the person absent, in seconds since 1970 (UTC).
    pub since: i64,
    /// Number of runs that found the person absent, including the first one.
    pub runs: u32,
}

/// An account that could have been removed and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub resource: TypeId,
    pub target_id: TargetId,
    pub id: Option<ExternalId>,
    /// Why it is not removed.
    pub reason: Cow<'static, str>,
    /// The record that it may belong to.
    pub record: Option<RecordRef>,
    /// The absence so far, if the account is removed after the grace period.
    pub absence: Option<Absence>,
}

/// An action that a setting forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The action that is not done.
    pub change: Change,
    /// The setting, as a sentence: "`policy.create` is false".
    pub by: Arc<str>,
}

/// Objects of one type at the target before the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub all: usize,
    pub managed: usize,
    /// Active managed objects, of which the guard takes percentages.
    pub active_managed: usize,
    /// References of managed objects.
    pub references: usize,
}

/// Everything that a run would do. Deterministic: the order of the input does not matter.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The changes, in the order in which they are shown and applied.
    pub changes: Vec<Change>,
    /// Number of accounts that already are in the desired state.
    pub unchanged: usize,
    /// Accounts that are not removed although no source contains their people.
    pub skipped: Vec<Skipped>,
    /// Actions that a setting forbids.
    pub withheld: Vec<Withheld>,
    /// Objects at the target before the run, by type.
    pub totals: Vec<Totals>,
    /// Number of people who get no account because they are to have no role.
    pub without_role: usize,
    /// People for whom nothing can be written, with the reason.
    pub unresolved: Vec<Rejected>,
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// Objects of one type before the run.
    pub fn totals_of(&self, resource: TypeId) -> Totals {
        self.totals
            .get(usize::from(resource.0))
            .copied()
            .unwrap_or_default()
    }

    /// The same, mutable.
    pub fn totals_mut(&mut self, resource: TypeId) -> &mut Totals {
        let index = usize::from(resource.0);
        if self.totals.len() <= index {
            self.totals.resize(index + 1, Totals::default());
        }
        &mut self.totals[index]
    }

    /// The accounts in `skipped` for which no change is planned. Each account counts once: an absence marker or another
    /// change of bookkeeping counts as a change.
    pub fn skipped_unchanged(&self) -> impl Iterator<Item = &Skipped> {
        let changed = self.changes.iter().filter_map(Change::target_id);
        let changed: HashSet<&TargetId> = changed.collect();
        let skipped = self.skipped.iter();
        skipped.filter(move |skipped| !changed.contains(&skipped.target_id))
    }

    /// Objects of all types together.
    pub fn all_totals(&self) -> Totals {
        self.totals.iter().fold(Totals::default(), |sum, totals| Totals {
            all: sum.all + totals.all,
            managed: sum.managed + totals.managed,
            active_managed: sum.active_managed + totals.active_managed,
            references: sum.references + totals.references,
        })
    }
}

impl Totals {
    /// Counts an object.
    pub fn add(&mut self, account: &Existing, schema: &Schema) {
        self.all += 1;
        if account.is_managed() {
            self.managed += 1;
            self.active_managed += usize::from(account.lifecycle == Lifecycle::Active);
            let members = account.attributes.of(schema, Purpose::Members);
            self.references += members.map_or(0, |members| members.as_references().len());
        }
    }
}
