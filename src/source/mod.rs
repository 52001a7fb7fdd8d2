//! Where people come from.

mod any;
mod csv;
#[cfg(test)]
mod fixture;
mod ldap;
mod lookup;
mod mapping;
mod merge;
mod ukt;

use std::time::Duration;

pub use self::any::{AnySource, collect_all, collect_watching, read_all};
pub use self::csv::CsvSource;
pub use self::ldap::{Found, LdapSource, NotFound};
pub use self::lookup::{Hits, NAMES, find};
pub use self::merge::{Collected, merge};
pub use self::ukt::UktSource;
use crate::model::{Desired, Diagnosis, Leaver, Rejected, TypeId, Warning};

/// One thing a source yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A person or a group, read in full.
    Person(Desired),
    /// A person who has left.
    Leaver(Leaver),
    /// A record that could not be used.
    Rejected(Rejected),
    /// Something worth knowing; not counted as a record.
    Warning(Warning),
    /// There are more objects of this type that were not read, so that the source proves none of them absent; not counted as a
    /// record.
    Partial(TypeId, Warning),
    /// Which of several servers all of it comes from; not counted as a record.
    Server(String),
    /// When the first of the certificates ends with which the server was reached, in seconds since 1970 (UTC); not counted as a
    /// record.
    CertificateEnds(i64),
}

impl Record {
    /// Whether it counts as a record that was read.
    pub fn is_counted(&self) -> bool {
        match self {
            Self::Person(_) | Self::Leaver(_) | Self::Rejected(_) => true,
            Self::Warning(_) | Self::Partial(..) | Self::Server(_) | Self::CertificateEnds(_) => false,
        }
    }
}

/// What kind of ids a source gives its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// They are bytes and no text.
    pub binary: bool,
    /// They are made of the e-mail address, so that a record with a wrong address may be anybody's.
    pub from_address: bool,
}

/// A place that holds people, such as a directory, a file or a list.
///
/// An implementor yields every record it was given, in any order: one it cannot use as [`Record::Rejected`], never
/// silently. It ends with an error when it cannot know that it has seen all of them.
#[expect(
    async_fn_in_trait,
    reason = "one thread drives all sources; no future has to be Send"
)]
pub trait Source {
    /// The source's name in the configuration.
    fn name(&self) -> &str;

    /// `ldap`, `csv` or `ukt`.
    fn kind(&self) -> &'static str;

    /// Whether it names all objects of a resource type, so that one which it does not name is gone. A list of leavers names
    /// nobody who stays.
    fn proves_absence(&self, resource: TypeId) -> bool;

    /// What kind of ids its objects of a resource type have.
    fn ids(&self, _: TypeId) -> Ids {
        Ids::default()
    }

    /// Reads everything and hands over each record as it arrives.
    ///
    /// # Errors
    /// The source could not be read to its end; what was handed over so far is worth nothing.
    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError>;

    /// Reads as [`Source::read`] does, for somebody who only counts: nothing is remembered, so that the memory does not grow
    /// with the number of records. What comes twice is then counted twice, and is no error.
    ///
    /// # Errors
    /// As [`Source::read`].
    async fn count(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        self.read(each).await
    }

    /// Tries each step of a read on its own and says what works; ends at the first step that does not.
    async fn check(&self) -> Vec<Diagnosis>;
}

/// Why a source could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read source `{source_name}`: {what}")]
pub struct SourceError {
    /// The source's name in the configuration.
    pub source_name: String,
    /// What happened, where, with what value.
    pub what: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// The longest time a source may stay silent when nothing else is configured.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
