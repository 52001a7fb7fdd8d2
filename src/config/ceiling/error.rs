//! Documents with limits that cannot be read or parsed.

use std::fmt;

/// Why a document cannot be read or parsed. An unknown limit must not be ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeilingError {
    /// What is wrong, with the location of the document.
    pub what: String,
    pub hint: String,
}

impl fmt::Display for CeilingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
