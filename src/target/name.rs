//! Name of a target, and the names of its settings.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetName {
    /// The kind in reports and files.
    pub kind: &'static str,
    /// The product name in sentences.
    pub product: &'static str,
    /// Title for people.
    pub title: String,
    /// Unique key of the target. Lock, approval token, plan file and undo file are bound to it.
    pub key: String,
}

/// Facts about a run that a target stores in an undo file: names with their texts. Only the same kind of target reads
/// them.
pub type Facts = BTreeMap<String, Vec<String>>;

/// Why an undo is not possible, and what to do about it.
pub type Objection = (String, &'static str);

/// Configuration keys for hints in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingKeys {
    /// How long [`Target::catch_up`] waits.
    pub wait: &'static str,
    /// Which roles are removed.
    pub owned_roles: &'static str,
}
