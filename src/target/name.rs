//! Which target it is, and what its settings are called.

use std::collections::BTreeMap;

/// What a target is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetName {
    /// The kind, as reports and files name it.
    pub kind: &'static str,
    /// The product, as sentences name it.
    pub product: &'static str,
    /// Which one it is, as a person reads it.
    pub title: String,
    /// Which one it is: lock, approval token, plan file and undo file are bound to this.
    pub key: String,
}

/// What a target tells an undo file about a run, to be read by the same kind of target alone: names, and texts each.
pub type Facts = BTreeMap<String, Vec<String>>;

/// An objection, and what to do about it.
pub type Objection = (String, &'static str);

/// Keys of the configuration that a hint may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingKeys {
    /// How long [`Target::catch_up`] waits.
    pub wait: &'static str,
    /// Which roles are taken away.
    pub owned_roles: &'static str,
}
