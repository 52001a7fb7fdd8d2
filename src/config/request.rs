//! What is to be loaded.

use std::path::PathBuf;

/// The options of the command line that concern the configuration.
#[derive(Debug, Clone, Default)]
pub struct LoadRequest {
    /// `--config`
    pub config: Option<PathBuf>,
    /// Options that set a key, such as `-v` for `log_level`.
    pub flags: Vec<FlagValue>,
    /// What the command needs.
    pub needs: Needs,
    /// The program has the name of one of Univention's connectors, which always have a file.
    pub is_connector: bool,
}

/// An option that sets a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagValue {
    /// The option as it was given, for messages.
    pub flag: String,
    /// The key, such as `log_level`.
    pub key: String,
    /// The value as in a file.
    pub value: String,
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Needs {
    /// Only the sources: the target may be unconfigured, and its files are not opened.
    SourcesOnly,
    #[default]
    Everything,
}
