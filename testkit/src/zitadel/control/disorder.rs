//! Rows that the server leaves without an order.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// From about so many rows on the database reads a table with several workers, and rows come as these have them. (100,000
/// grants in ten pages of a real server were 99,615 to 99,745 distinct ones; 49,300 were all distinct.)
const PARALLEL: usize = 20_000;

/// Rows that a worker reads in one go.
const BLOCK: usize = 48;

/// By how many blocks one worker may be ahead of another.
const AHEAD: u64 = 3;

/// Brings many rows into the order in which several workers would have them at this request: nearly that of the table, and
/// each time another one, so that pages repeat rows and miss others.
pub(crate) fn interleave<T: Clone>(rows: &mut [T], request: u64) {
    if rows.len() < PARALLEL {
        return;
    }
    let random = |block: usize| BuildHasherDefault::<DefaultHasher>::default().hash_one((block, request));
    let mut blocks: Vec<(u64, &[T])> = rows
        .chunks(BLOCK)
        .enumerate()
        .map(|(place, block)| (place as u64 * 1_000 + random(place) % (AHEAD * 1_000), block))
        .collect();
    blocks.sort_by_key(|(at, _)| *at);
    let interleaved: Vec<T> = blocks.iter().flat_map(|(_, block)| *block).cloned().collect();
    rows.clone_from_slice(&interleaved);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Each request alone has every row; pages of several requests repeat some and miss as many, about as often as a real
    /// server's did.
    #[test]
    fn pages_of_many_rows_do_not_add_up() {
        let all: Vec<u32> = (0..100_000).collect();
        let mut walked: BTreeSet<u32> = BTreeSet::new();
        for page in 0..10 {
            let mut rows = all.clone();
            interleave(&mut rows, page);
            let from = usize::try_from(page).unwrap() * 10_000;
            walked.extend(&rows[from..][..10_000]);
            rows.sort_unstable();
            assert_eq!(rows, all);
        }
        assert!((99_000..99_950).contains(&walked.len()), "{}", walked.len());
    }

    /// Few rows stay as they are.
    #[test]
    fn few_rows_keep_their_order() {
        let mut rows: Vec<u32> = (0..19_999).collect();
        interleave(&mut rows, 7);
        assert!(rows.is_sorted());
    }
}
