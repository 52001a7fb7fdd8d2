//! A configuration file: its text, its lines, and the files that it names.

pub(super) mod files;
pub(super) mod line;
pub(super) mod modes;
pub(super) mod values;
pub(super) mod yaml;
