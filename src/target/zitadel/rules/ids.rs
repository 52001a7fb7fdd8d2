//! Sets of Zitadel's ids.

use std::collections::HashSet;

/// A set of ids. Nearly all ids are made by the server: numbers of 18 digits, which take eight bytes instead of
/// fifty. Ids from a client can be any text.
#[derive(Default)]
pub(in crate::target::zitadel) struct Ids {
    numbers: HashSet<u64>,
    texts: HashSet<Box<str>>,
}

impl Ids {
    /// Returns whether the id is new.
    pub(in crate::target::zitadel) fn insert(&mut self, id: &str) -> bool {
        match number(id) {
            Some(number) => self.numbers.insert(number),
            None => self.texts.insert(id.into()),
        }
    }

    pub(in crate::target::zitadel) fn remove(&mut self, id: &str) {
        match number(id) {
            Some(number) => self.numbers.remove(&number),
            None => self.texts.remove(id),
        };
    }

    /// All ids, in no order.
    pub(in crate::target::zitadel) fn texts(&self) -> Vec<String> {
        let numbers = self.numbers.iter().map(u64::to_string);
        numbers
            .chain(self.texts.iter().map(ToString::to_string))
            .collect()
    }

    pub(in crate::target::zitadel) fn contains(&self, id: &str) -> bool {
        match number(id) {
            Some(number) => self.numbers.contains(&number),
            None => self.texts.contains(id),
        }
    }

    pub(in crate::target::zitadel) fn len(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }
}

/// `7` and `007` are two ids, and only one of them is a number.
fn number(id: &str) -> Option<u64> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
    is_plain.then(|| id.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids are the same only if their texts are.
    #[test]
    fn texts_decide() {
        let mut ids = Ids::default();
        let all = [
            "",
            "0",
            "7",
            "07",
            "+7",
            "ada",
            "Ada",
            "18446744073709551615",
            "18446744073709551616",
        ];
        assert!(all.iter().all(|id| ids.insert(id)));
        assert!(all.iter().all(|id| !ids.insert(id) && ids.contains(id)));
        assert!(!ids.contains("8"));
        assert_eq!(ids.len(), all.len());
    }
}
