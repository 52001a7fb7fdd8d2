//! The target that a file is bound to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::target::{self, TargetName};

/// The target that a file is valid for.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundTarget {
    kind: String,
    key: String,
}

impl BoundTarget {
    pub(crate) fn of(name: &TargetName) -> Self {
        Self {
            kind: name.kind.to_owned(),
            key: name.key.clone(),
        }
    }

    /// Why a file that is bound to another target cannot be used.
    pub(crate) fn objection(&self, of_file: &Self) -> Option<String> {
        (self != of_file).then(|| {
            format!(
                "it is for {}, and the configuration names {}",
                of_file.title(),
                self.title()
            )
        })
    }

    pub(crate) fn title(&self) -> String {
        target::title(&self.kind, &self.key)
    }
}
