//! Statistics for `check` over all entries: missing attributes and duplicate keys. Pure.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::entry;
use crate::model::{comparable, counted};
use crate::transform::RawRecord;

#[derive(Debug, Default)]
pub(super) struct Statistics {
    entries: usize,
    /// Name, key, and number of entries without it.
    lacking: Vec<(String, String, usize)>,
    ids: Twice,
    names: Twice,
}

impl Statistics {
    /// Starts with these attributes. Duplicates are counted once.
    pub(super) fn new(names: &[&str]) -> Self {
        let mut lacking: Vec<(String, String, usize)> = Vec::new();
        for name in names {
            let key = entry::key(name);
            if !lacking.iter().any(|(_, known, _)| *known == key) {
                lacking.push(((*name).to_owned(), key, 0));
            }
        }
        Self {
            lacking,
            ..Self::default()
        }
    }

    pub(super) fn attributes(&mut self, record: &RawRecord) {
        self.entries += 1;
        for (_, key, count) in &mut self.lacking {
            *count += usize::from(record.values(key).next().is_none());
        }
    }

    pub(super) fn id(&mut self, id: &[u8]) {
        self.ids.add(id);
    }

    pub(super) fn name(&mut self, name: &str) {
        self.names.add(comparable(name).as_bytes());
    }

    /// Attributes and the number of entries that lack them.
    pub(super) fn blind_spots(&self) -> String {
        let lacking = self.lacking.iter().filter(|(_, _, count)| *count > 0);
        let lacking: Vec<String> = lacking
            .map(|(name, _, count)| format!("`{name}` from {count}"))
            .collect();
        if lacking.is_empty() {
            return "every entry has all mapped attributes".to_owned();
        }
        format!(
            "missing, or not readable for this account, of {} entries: {}",
            self.entries,
            lacking.join(", ")
        )
    }

    /// Attributes that no entry has, if any. Their names may be wrong.
    pub(super) fn missing_everywhere(&self) -> Option<String> {
        let missing = self.lacking.iter().filter(|(_, _, count)| *count == self.entries);
        let names: Vec<String> = missing.map(|(name, ..)| format!("`{name}`")).collect();
        (self.entries > 0 && !names.is_empty())
            .then(|| format!("no entry has {}; {}", names.join(", "), self.blind_spots()))
    }

    /// Duplicate keys, if any. `naming` is the attribute whose value names a person.
    pub(super) fn duplicates(&self, naming: &str) -> Option<String> {
        let counts = [("user_id", self.ids.again), (naming, self.names.again)];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(_, again)| *again > 0)
            .map(|(name, again)| format!("{} with the `{name}` of another", counted(*again, "entry")))
            .collect();
        (!counts.is_empty()).then(|| counts.join(", "))
    }
}

/// Values as hashes, to save memory.
#[derive(Debug, Default)]
struct Twice {
    hashes: HashSet<u64>,
    state: RandomState,
    again: usize,
}

impl Twice {
    fn add(&mut self, value: &[u8]) {
        self.again += usize::from(!self.hashes.insert(self.state.hash_one(value)));
    }
}
