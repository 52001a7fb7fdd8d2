//! How many changes of which kind.

use serde::Serialize;

use crate::model::Action;

/// Changes by kind.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "named for the actions")]
pub struct Changes {
    pub create: Count,
    pub adopt: Count,
    pub update: Count,
    pub disable: Count,
    pub enable: Count,
    pub delete: Count,
    pub note: Count,
}

/// How many changes of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// In the plan.
    pub planned: usize,
    /// Acknowledged by the target.
    pub applied: usize,
    /// Refused by the target, or not started.
    pub failed: usize,
}

impl Changes {
    /// How many changes are planned, of all kinds.
    pub fn planned(&self) -> usize {
        self.by_kind().iter().map(|(_, count)| count.planned).sum()
    }

    pub(super) fn count_mut(&mut self, action: &Action) -> &mut Count {
        match action {
            Action::Create { .. } => &mut self.create,
            Action::Adopt(_) => &mut self.adopt,
            Action::Update(_) => &mut self.update,
            Action::Disable(_) => &mut self.disable,
            Action::Enable(_) => &mut self.enable,
            Action::Delete(_) => &mut self.delete,
            Action::Note(_) => &mut self.note,
        }
    }

    /// The kinds in the order in which they are told, with their names.
    pub fn by_kind(&self) -> [(&'static str, Count); 7] {
        [
            ("create", self.create),
            ("adopt", self.adopt),
            ("update", self.update),
            ("enable", self.enable),
            ("disable", self.disable),
            ("delete", self.delete),
            ("note", self.note),
        ]
    }
}
