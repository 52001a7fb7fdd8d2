//! What is to be loaded.

use std::path::PathBuf;

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub struct LoadRequest {
    /// `--config`
    pub config: Option<PathBuf>,
    /// Options that stand for a key, such as `-v` for `log_level`.
    pub flags: Vec<FlagValue>,
    /// What the command is going to use.
    pub needs: Needs,
}

/// An option of the command line that stands for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagValue {
    /// The option as it was typed, for messages.
    pub flag: String,
    /// The key, such as `log_level`.
    pub key: String,
    /// As it would stand in a file.
    pub value: String,
}

/// What a command is going to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Needs {
    /// The sources alone: the target may be unconfigured, and its files are not opened.
    SourcesOnly,
    /// Sources and target.
    #[default]
    Everything,
}
