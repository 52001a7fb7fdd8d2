//! Everything a run would do, and what it leaves alone.

use std::borrow::Cow;
use std::sync::Arc;

use super::{
    Change, Existing, ExternalId, Lifecycle, Purpose, RecordRef, Rejected, Schema, TargetId, TypeId, Warning,
};

/// For how long a person has been missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The first run that found the person absent, in seconds since 1970 (UTC).
    pub since: i64,
    /// How many runs have found the person absent, that one included.
    pub runs: u32,
}

/// An account that could have been removed and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// User or group.
    pub resource: TypeId,
    /// The account.
    pub target_id: TargetId,
    /// Its external id.
    pub id: Option<ExternalId>,
    /// Why it is kept.
    pub reason: Cow<'static, str>,
    /// The record that it may belong to.
    pub record: Option<RecordRef>,
    /// Its person is missing since then, and the account is removed when that has lasted.
    pub absence: Option<Absence>,
}

/// An action that a setting withholds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// What would be done.
    pub change: Change,
    /// The setting, as a sentence: "`policy.create` is false".
    pub by: Arc<str>,
}

/// Objects of one kind at the target, before the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All of them.
    pub all: usize,
    /// Those that this tool looks after.
    pub managed: usize,
    /// Active managed ones: the whole of which the guard takes its share.
    pub active_managed: usize,
    /// References that objects which this tool looks after hold to others.
    pub references: usize,
}

/// Everything a run would do. Deterministic: the same input in any order makes the same plan.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The changes, in the order in which they are shown and applied.
    pub changes: Vec<Change>,
    /// Accounts that already are as they should be.
    pub unchanged: usize,
    /// Accounts that are kept although no source names their people.
    pub skipped: Vec<Skipped>,
    /// Actions that a setting withholds.
    pub withheld: Vec<Withheld>,
    /// What there is at the target before the run, by kind of object.
    pub totals: Vec<Totals>,
    /// People who get no account, because they are to hold none of the roles.
    pub without_role: usize,
    /// People for whom nothing can be written, and why.
    pub unresolved: Vec<Rejected>,
    /// Things worth knowing.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// What there is of one kind of object before the run.
    pub fn totals_of(&self, resource: TypeId) -> Totals {
        self.totals
            .get(usize::from(resource.0))
            .copied()
            .unwrap_or_default()
    }

    /// The same, to be changed.
    pub fn totals_mut(&mut self, resource: TypeId) -> &mut Totals {
        let place = usize::from(resource.0);
        if self.totals.len() <= place {
            self.totals.resize(place + 1, Totals::default());
        }
        &mut self.totals[place]
    }

    /// What there is of all kinds together.
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
