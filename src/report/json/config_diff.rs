//! The differences between the plans of two configurations, as data. Field names are a contract for other programs.

use serde::{Serialize, Serializer};

use super::counts::Changes;
use super::entries::Note;
use super::plan::{PlannedChange, PlannedKept, planned};
use crate::model::{Catalog, Plan, Rejected};
use crate::plan::{Comparison, Refusal};
use crate::report::Show;

/// One of the two configurations.
#[derive(Debug)]
pub struct DiffSide<'a> {
    /// Its file.
    pub file: String,
    pub plan: &'a Plan,
    pub catalog: &'a Catalog,
    /// Number of people in its sources.
    pub people: usize,
    /// Records that only this configuration rejects. The other one accepts or does not read them.
    pub rejected: Vec<&'a Rejected>,
    /// Why the guard would refuse it.
    pub refusal: Option<&'a Refusal>,
}

/// The differences between the plans of two configurations.
#[derive(Debug)]
pub struct ConfigDiff<'a> {
    /// The configuration of the command.
    pub present: DiffSide<'a>,
    /// The configuration that it is compared with.
    pub other: DiffSide<'a>,
    pub comparison: Comparison<'a>,
}

impl ConfigDiff<'_> {
    /// Returns whether both configurations do the same.
    pub fn is_empty(&self) -> bool {
        self.comparison.is_empty() && self.present.rejected.is_empty() && self.other.rejected.is_empty()
    }
}

/// The differences between the plans of two configurations, schema `directory-sync/config-diff/1`.
#[derive(Debug, Serialize)]
pub struct ConfigDiffDocument<'a> {
    schema: &'static str,
    differs: bool,
    present: Side<'a>,
    other: Side<'a>,
    /// Changes of the same account or person.
    different: Vec<Pair<'a>>,
    /// Number of changes in both plans.
    same: usize,
}

/// What only one of the configurations does.
#[derive(Debug, Serialize)]
struct Side<'a> {
    file: &'a str,
    people: usize,
    /// All changes of its plan.
    #[serde(serialize_with = "planned_counts")]
    planned: &'a Plan,
    /// Changes that the other one does not make.
    only: Vec<PlannedChange<'a>>,
    /// Accounts that only this configuration skips.
    only_kept: Vec<PlannedKept<'a>>,
    /// Records that only this configuration rejects.
    only_rejected: Vec<Note>,
    /// Why the guard would refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a [String]>,
}

#[derive(Debug, Serialize)]
struct Pair<'a> {
    present: PlannedChange<'a>,
    other: PlannedChange<'a>,
}

impl<'a> ConfigDiffDocument<'a> {
    /// Personal values are only included if they may be shown.
    pub fn new(diff: &'a ConfigDiff<'a>, show: Show) -> Self {
        let comparison = &diff.comparison;
        let change = |side: &'a DiffSide<'a>, change| planned(change, side.catalog, show);
        let side = |side: &'a DiffSide<'a>, only: &[&'a _], skipped: &[&'a _]| Side {
            file: &side.file,
            people: side.people,
            planned: side.plan,
            only: only.iter().map(|one| change(side, *one)).collect(),
            only_kept: skipped
                .iter()
                .map(|skipped| PlannedKept::new(skipped, side.catalog))
                .collect(),
            only_rejected: side
                .rejected
                .iter()
                .map(|rejected| Note::from(*rejected))
                .collect(),
            refused: side.refusal.map(|refusal| refusal.reasons.as_slice()),
        };
        let pairs = comparison.different.iter();
        Self {
            schema: "directory-sync/config-diff/1",
            differs: !diff.is_empty(),
            present: side(&diff.present, &comparison.only_first, &comparison.skipped_first),
            other: side(&diff.other, &comparison.only_second, &comparison.skipped_second),
            different: pairs
                .map(|(present, other)| Pair {
                    present: change(&diff.present, present),
                    other: change(&diff.other, other),
                })
                .collect(),
            same: comparison.same,
        }
    }
}

/// The number of changes of each kind.
fn planned_counts<S: Serializer>(plan: &Plan, serializer: S) -> Result<S::Ok, S::Error> {
    let mut changes = Changes::default();
    for change in &plan.changes {
        changes.count_mut(change.kind).planned += 1;
    }
    let kinds = changes.by_kind();
    serializer.collect_map(kinds.map(|(kind, count)| (kind.name(), count.planned)))
}
