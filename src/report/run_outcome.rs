//! How a run ended.

use serde::{Serialize, Serializer};

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunOutcome {
    /// There was nothing to change.
    InSync,
    /// Everything was written.
    Applied,
    /// Something was not written, or a record could not be used.
    Partial,
    /// A dry run.
    Planned,
    /// The guard refused the plan.
    Refused,
    #[default]
    Failed,
}

impl RunOutcome {
    /// All outcomes in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::InSync,
        Self::Applied,
        Self::Partial,
        Self::Planned,
        Self::Refused,
        Self::Failed,
    ];

    /// The name in the report; the words in a sentence; the start of the verdict.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::InSync => ("in_sync", "in sync", "Done"),
            Self::Applied => ("applied", "applied", "Done"),
            Self::Partial => ("partial", "partial", "Incomplete"),
            Self::Planned => ("planned", "planned", "Dry run: nothing was written"),
            Self::Refused => ("refused", "refused", "Refused: nothing was written"),
            Self::Failed => ("failed", "failed", "Failed: nothing was written"),
        }
    }

    /// The name in the report and the log. Other programs read it.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// The outcome in a sentence.
    pub const fn text(self) -> &'static str {
        self.words().1
    }

    /// How the verdict starts.
    pub const fn verdict(self) -> &'static str {
        self.words().2
    }
}

impl Serialize for RunOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
