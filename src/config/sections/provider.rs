//! `provider` and `policy.retired_providers`: which configuration manages which accounts.

use unicode_normalization::UnicodeNormalization as _;

use crate::config::read::Reader;
use crate::config::settings::{Providers, is_invisible};

/// Maximum characters of a name.
const LONGEST: usize = 200;
const NAME: &str = "provider";
const RETIRED: &str = "policy.retired_providers";

/// Reads both keys; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Option<Providers> {
    let retired = reader.list(RETIRED);
    let count = retired.len();
    let retired: Vec<String> = retired.iter().filter_map(|item| normal(&item.text)).collect();
    if retired.len() < count {
        wrong(reader, RETIRED, "each name in ");
        return None;
    }
    if reader.absent(NAME) {
        return Some(Providers { name: None, retired });
    }
    let text = reader.filled(NAME)?;
    let name = normal(&text);
    if name.is_none() {
        wrong(reader, NAME, "");
    }
    Some(Providers {
        name: Some(name?),
        retired,
    })
}

fn wrong(reader: &mut Reader<'_>, path: &str, what: &str) {
    let what = format!("{what}`{path}` must be 1 to {LONGEST} visible characters");
    let hint =
        "choose a short name, such as `staff`; line breaks, tabs and invisible characters cannot be in it";
    reader.wrong(path, what, Some(hint));
}

/// The form in which names are compared; `None` if it is invalid.
fn normal(text: &str) -> Option<String> {
    let name: String = text.trim().nfc().collect();
    let is_one = (1..=LONGEST).contains(&name.chars().count()) && !name.contains(is_invisible);
    is_one.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_name_is_visible() {
        let longest = "\u{e4}".repeat(LONGEST);
        for (given, wanted) in [
            ("staff", "staff"),
            (" Staff of the North ", "Staff of the North"),
            ("Zoe\u{308}", "Zo\u{eb}"),
            (longest.as_str(), longest.as_str()),
        ] {
            assert_eq!(normal(given).as_deref(), Some(wanted));
        }
        let longer = "a".repeat(LONGEST + 1);
        for given in [
            "",
            " ",
            "\u{200b}",
            "a\tb",
            "a\nb",
            "a\u{a0}b",
            "a\u{202e}b",
            "a\u{61c}",
            &longer,
        ] {
            assert_eq!(normal(given), None, "{given:?}");
        }
    }
}
