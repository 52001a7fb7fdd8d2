//! Limits for a configuration that the target, or a file of the machine's administrator, sets.

mod document;
mod error;
mod file;
mod merge;
#[cfg(test)]
mod tests;

pub use self::document::Ceiling;
pub use self::error::CeilingError;
pub use self::file::read as read_ceiling;
pub use self::merge::{Effective, Under};
