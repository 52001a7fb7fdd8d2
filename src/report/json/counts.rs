//! Number of changes per kind.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{ActionKind, Totals};

/// Number of changes per kind.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Changes {
    pub create: Count,
    pub adopt: Count,
    pub update: Count,
    pub disable: Count,
    pub enable: Count,
    pub delete: Count,
    pub note: Count,
}

/// One resource type at the target.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TypeReport {
    /// `user` or `group`.
    #[serde(rename = "type")]
    pub name: &'static str,
    /// Number of objects at the target.
    pub objects: usize,
    /// Number of managed objects.
    pub managed: usize,
    /// By kind of change.
    pub changes: Changes,
}

impl TypeReport {
    pub(super) fn new(name: &'static str, totals: Totals) -> Self {
        Self {
            name,
            objects: totals.all,
            managed: totals.managed,
            changes: Changes::default(),
        }
    }
}

/// Number of changes of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Count {
    /// In the plan.
    pub planned: usize,
    /// Acknowledged by the target.
    pub applied: usize,
    /// Refused by the target.
    pub failed: usize,
    /// Never sent, for example after a signal.
    pub not_started: usize,
}

impl Changes {
    /// Number of planned changes of all kinds.
    pub fn planned(&self) -> usize {
        self.by_kind().iter().map(|(_, count)| count.planned).sum()
    }

    pub(in crate::report) fn count_mut(&mut self, kind: ActionKind) -> &mut Count {
        match kind {
            ActionKind::Create => &mut self.create,
            ActionKind::Adopt => &mut self.adopt,
            ActionKind::Update => &mut self.update,
            ActionKind::Deactivate => &mut self.disable,
            ActionKind::Reactivate => &mut self.enable,
            ActionKind::Delete => &mut self.delete,
            ActionKind::MarkAbsent => &mut self.note,
        }
    }

    fn of_kind(&self, kind: ActionKind) -> Count {
        match kind {
            ActionKind::Create => self.create,
            ActionKind::Adopt => self.adopt,
            ActionKind::Update => self.update,
            ActionKind::Deactivate => self.disable,
            ActionKind::Reactivate => self.enable,
            ActionKind::Delete => self.delete,
            ActionKind::MarkAbsent => self.note,
        }
    }

    /// The kinds in the order of the output.
    pub fn by_kind(&self) -> [(ActionKind, Count); 7] {
        ActionKind::ALL.map(|kind| (kind, self.of_kind(kind)))
    }
}
