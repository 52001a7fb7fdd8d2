//! Decides which parts of an entry are used, and transforms it before it is mapped. Pure.

use std::borrow::Cow;

use super::entry::{Entry, key};
use crate::config::LdapSearch;
use crate::transform::{Failure, Pattern, RawRecord, Transformation};

/// Converts an entry to a record.
#[derive(Debug)]
pub(super) struct Refinement {
    ignored: Option<Pattern>,
    /// Keys of the used attributes; `None` means all.
    counted: Option<Vec<String>>,
    transform: Option<Transformation>,
}

impl Refinement {
    pub(super) fn new(search: &LdapSearch, transform: Option<&Transformation>) -> Self {
        let listed = search.listed();
        Self {
            ignored: search.ignored.clone(),
            counted: listed.map(|names| names.iter().map(|name| key(name)).collect()),
            transform: transform.cloned(),
        }
    }

    /// Returns whether the entry is ignored.
    ///
    /// # Errors
    /// Why it cannot be decided.
    pub(super) fn is_ignored(&self, entry: &Entry) -> Result<bool, &'static str> {
        let Some(pattern) = &self.ignored else {
            return Ok(false);
        };
        let found = pattern.find(entry.dn());
        let found = found.map_err(|_| "`ignore_dn_regex` takes too many steps for the name of this entry")?;
        Ok(found.is_some())
    }

    /// Keys of the attributes whose values are all needed to compute all values of `afterwards`.
    pub(super) fn needed_whole(&self, afterwards: Vec<String>) -> Vec<String> {
        let read = self.transform.iter().flat_map(Transformation::reads);
        let mut keys: Vec<String> = read.map(str::to_owned).chain(afterwards).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The record of an entry, and why it cannot be used if a rule failed.
    pub(super) fn record<'a>(&self, entry: &'a Entry) -> (Cow<'a, RawRecord>, Option<String>) {
        let mut record = Cow::Borrowed(entry.record());
        if let Some(counted) = &self.counted {
            record
                .to_mut()
                .retain(|name| counted.iter().any(|counted| counted == name));
        }
        let Some(transform) = &self.transform else {
            return (record, None);
        };
        match transform.apply(record.into_owned()) {
            Ok(record) => (Cow::Owned(record), None),
            Err(Failure { record, reason }) => (Cow::Owned(record), Some(reason)),
        }
    }
}
