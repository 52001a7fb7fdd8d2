//! The number of changes per kind, as bars.

use serde::Serialize;

use super::super::json::Report;
use super::super::json::counts::{Changes, Count};
use crate::model::ActionKind;

/// The length of the longest bar, in units of the drawing.
const LONGEST: usize = 200;
/// The shortest visible bar.
const SHORTEST: usize = 3;

/// One kind of change.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Bar {
    kind: ActionKind,
    /// `user` or `group`, if there are both.
    of: Option<&'static str>,
    planned: usize,
    applied: usize,
    failed: usize,
    not_started: usize,
    /// The length of the bar, and of its part for failed changes.
    length: usize,
    failed_length: usize,
}

/// One bar per kind with changes.
pub(super) fn bars(report: &Report) -> Vec<Bar> {
    let mut counts: Vec<(Option<&'static str>, ActionKind, Count)> = Vec::new();
    let mut add = |of: Option<&'static str>, changes: &Changes| {
        let kinds = changes.by_kind().into_iter();
        let kinds = kinds.filter(|(_, count)| total(*count) > 0);
        counts.extend(kinds.map(|(kind, count)| (of, kind, count)));
    };
    if report.types.is_empty() {
        add(None, &report.changes);
    }
    for of_type in &report.types {
        add(Some(of_type.name), &of_type.changes);
    }
    let most = counts.iter().map(|(.., count)| total(*count)).max().unwrap_or(1);
    let length = |count: usize| match count {
        0 => 0,
        count => (count * LONGEST / most).max(SHORTEST),
    };
    let bars = counts.into_iter().map(|(of, kind, count)| Bar {
        kind,
        of,
        planned: count.planned,
        applied: count.applied,
        failed: count.failed,
        not_started: count.not_started,
        length: length(total(count)),
        failed_length: length(count.failed),
    });
    bars.collect()
}

/// Changes of a file that no longer apply failed without being in the plan.
fn total(count: Count) -> usize {
    count
        .planned
        .max(count.applied + count.failed + count.not_started)
}
