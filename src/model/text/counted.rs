//! Numbers with nouns.

use std::fmt::Display;

/// `1 account`, `2 accounts`; `noun` is the singular.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) {
        return format!("1 {noun}");
    }
    match noun {
        "person" => format!("{count} people"),
        "entry" => format!("{count} entries"),
        "address" => format!("{count} addresses"),
        noun => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        let counts = [0_usize, 1, 2].map(|count| counted(count, "request"));
        assert_eq!(counts, ["0 requests", "1 request", "2 requests"]);
        assert_eq!(counted(3_u64, "person"), "3 people");
    }
}
