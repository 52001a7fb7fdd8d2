//! Texts and names as numbers, to save memory for hundreds of thousands of them.

use std::hash::{BuildHasher as _, Hash, RandomState};

/// Converts values to numbers. Two values have the same number by chance in one of 10^27 runs with a million of them.
/// Such values cannot be constructed, because the keys are new in each run.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints([RandomState; 2]);

impl Fingerprints {
    /// The number of a value. Equal values have the same number.
    pub fn number(&self, value: &impl Hash) -> u128 {
        let [high, low] = self.halves(value).map(u128::from);
        high << 64 | low
    }

    /// The same in two parts, which fit into tables without gaps.
    pub fn halves(&self, value: &impl Hash) -> [u64; 2] {
        self.0.each_ref().map(|state| state.hash_one(value))
    }
}
