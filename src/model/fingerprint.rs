//! Texts and names as numbers, where hundreds of thousands of them must fit into memory.

use std::hash::{BuildHasher as _, Hash, RandomState};

/// Makes numbers of values. Two values have one number by chance in one of 10^27 runs with a million of them; nobody can
/// choose values that do, because the keys are new in each run.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints([RandomState; 2]);

impl Fingerprints {
    /// The number of a value; equal values have the same.
    pub fn number(&self, value: &impl Hash) -> u128 {
        let [high, low] = &self.0;
        u128::from(high.hash_one(value)) << 64 | u128::from(low.hash_one(value))
    }
}
