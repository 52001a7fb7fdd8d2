//! A configuration file: its text, its lines, and typed access to its keys.

pub(super) mod file;
pub(super) mod files;
pub(super) mod import;
pub(super) mod line;
pub(super) mod modes;
pub(super) mod read;
pub(super) mod unknown;
pub(super) mod values;
pub(super) mod yaml;
