//! Documents with limits that cannot be read, or understood.

use std::fmt;

/// Why a document cannot be understood, or read. What is not understood must not be passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeilingError {
    /// What is wrong, with the place of the document.
    pub what: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for CeilingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
