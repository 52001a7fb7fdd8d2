//! Reads people and groups from sources.

mod any;
mod csv;
#[cfg(test)]
mod fixture;
mod ldap;
mod lookup;
mod mapping;
mod merge;
mod ukt;

pub use self::any::{AnySource, collect_all, collect_watching, read_all};
pub use self::csv::CsvSource;
pub use self::ldap::{FoundEntry, LdapSource, NotFound};
pub use self::lookup::{Hits, NAMES, find};
pub use self::merge::{Collected, merge};
pub use self::ukt::UktSource;
use crate::model::{Desired, Diagnosis, Leaver, Rejected, TypeId, Warning};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A person or a group, read completely.
    Person(Desired),
    /// A person who has left.
    Leaver(Leaver),
    /// A record that could not be used.
    Rejected(Rejected),
    /// Not counted as a record.
    Warning(Warning),
    /// Some objects of this type were not read, so the source proves no absence of them. Not counted as a record.
    Partial(TypeId, Warning),
    /// Which of several servers the records come from. Not counted as a record.
    Server(String),
    /// When the first certificate of the connection expires, in seconds since 1970 (UTC). Not counted as a record.
    CertificateEnds(i64),
}

impl Record {
    /// Returns whether it counts as a record.
    pub fn is_counted(&self) -> bool {
        match self {
            Self::Person(_) | Self::Leaver(_) | Self::Rejected(_) => true,
            Self::Warning(_) | Self::Partial(..) | Self::Server(_) | Self::CertificateEnds(_) => false,
        }
    }
}

/// The kind of ids that a source gives its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// The ids are bytes, not text.
    pub binary: bool,
    /// The ids are derived from the e-mail address, so a record with a wrong address may belong to any person.
    pub from_address: bool,
}

/// A directory, file or list with people.
///
/// An implementation returns every record, in any order. A record that it cannot use is returned as
/// [`Record::Rejected`], never omitted. If it may not have seen all records, it returns an error.
#[expect(
    async_fn_in_trait,
    reason = "one thread drives all sources; no future has to be Send"
)]
pub trait Source {
    /// The source's name in the configuration.
    fn name(&self) -> &str;

    /// `ldap`, `csv` or `ukt`.
    fn kind(&self) -> &'static str;

    /// Returns whether the source contains all objects of a resource type, so that a missing one is absent. A list of
    /// leavers does not.
    fn proves_absence(&self, resource: TypeId) -> bool;

    /// The kind of ids of a resource type.
    fn ids(&self, _: TypeId) -> Ids {
        Ids::default()
    }

    /// Reads everything and passes on each record as it arrives.
    ///
    /// # Errors
    /// The source could not be read completely. Do not use the records that were passed on before.
    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError>;

    /// Like [`Source::read`], for callers who only count records. Nothing is remembered, so that memory does not grow
    /// with the number of records. Duplicates are counted twice, and are not an error.
    ///
    /// # Errors
    /// As [`Source::read`].
    async fn read_to_count(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        self.read(each).await
    }

    /// Tries each step of a read separately and reports the results. Stops at the first failed step.
    async fn check(&self) -> Vec<Diagnosis>;
}

/// Why a source could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read source `{source_name}`: {what}")]
pub struct SourceError {
    /// The source's name in the configuration.
    pub source_name: String,
    /// What happened, where, with which value.
    pub what: String,
    pub hint: Option<String>,
}

impl SourceError {
    fn new(source_name: &str, what: impl Into<String>, hint: Option<String>) -> Self {
        Self {
            source_name: source_name.to_owned(),
            what: what.into(),
            hint,
        }
    }
}
