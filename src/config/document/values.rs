//! Parses texts as numbers, durations and limits. Tolerant where famedly-sync was, because its files must keep
//! working.

use std::time::Duration;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use tracing::level_filters::LevelFilter;

use crate::plan::Limit;

/// `true false yes no on off` in any letter case, or a number, of which only 0 is false.
pub(in crate::config) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        other => number(other).map(|number| number != 0.0),
    }
}

/// A log level; also Python's names for some.
pub(in crate::config) fn level(text: &str) -> Option<LevelFilter> {
    match text.trim().to_ascii_lowercase().as_str() {
        "warning" => Some(LevelFilter::WARN),
        "critical" | "fatal" => Some(LevelFilter::ERROR),
        "notset" => Some(LevelFilter::TRACE),
        other => other.parse().ok(),
    }
}

/// A whole number: decimal, `0x…`, `0o…`, a fraction (rounded), or `true` for 1.
pub(in crate::config) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(exact) = text.parse() {
        return Some(exact);
    }
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(1),
        "false" => Some(0),
        other => {
            if let Some(digits) = other.strip_prefix("0x") {
                return i64::from_str_radix(digits, 16).ok().filter(|_| unsigned(digits));
            }
            if let Some(digits) = other.strip_prefix("0o") {
                return i64::from_str_radix(digits, 8).ok().filter(|_| unsigned(digits));
            }
            // Beyond 2^53, fractions are not exact.
            let rounded = number(other)?.round();
            #[expect(clippy::cast_possible_truncation, reason = "whole and far inside the range")]
            (rounded.abs() < 9e15).then_some(rounded as i64)
        }
    }
}

pub(in crate::config) fn whole_number(text: &str) -> Option<usize> {
    usize::try_from(integer(text)?).ok()
}

/// A two-letter country code with a telephone prefix.
pub(in crate::config) fn region(text: &str) -> Option<String> {
    let region = text.trim().to_ascii_uppercase();
    let parsed = Region::from_code(&region).ok().filter(|_| region.len() == 2)?;
    let known = PHONE_NUMBER_UTIL.get_country_code_for_region(parsed).is_some();
    known.then_some(region)
}

/// 32 bits: signed, as LDAP servers print them, or unsigned, as people write masks.
pub(in crate::config) fn bitmask(text: &str) -> Option<i32> {
    let number = integer(text)?;
    i32::try_from(number)
        .ok()
        .or_else(|| u32::try_from(number).ok().map(u32::cast_signed))
}

/// Longer ones are typing errors, and close to what a clock cannot add.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Seconds, or numbers with units from `ms` to `d`: `30s`, `1h30m`. Not zero.
pub(in crate::config) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim().to_ascii_lowercase();
    let seconds = match number(&text) {
        Some(seconds) => seconds,
        None if text == "true" => 1.0,
        None => with_units(&text)?,
    };
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero() && *duration <= LONGEST)
}

fn with_units(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (amount, tail) = rest.split_at(unit_at);
        let unit_end = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        seconds += number(amount.trim())? * unit_in_seconds(unit)?;
        rest = tail.trim_start();
    }
    Some(seconds)
}

fn unit_in_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" => 0.001,
        "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return None,
    })
}

/// `10%` (0 to 100) or a number of accounts.
pub(in crate::config) fn limit(text: &str) -> Option<Limit> {
    let text = text.trim();
    match text.strip_suffix('%') {
        Some(share) => number(share.trim())
            .filter(|share| (0.0..=100.0).contains(share))
            .map(Limit::Percent),
        // Not rounded: `0.1` was probably meant as a percentage.
        None => text.parse().ok().map(Limit::Count),
    }
}

fn unsigned(digits: &str) -> bool {
    digits.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Digits with an optional sign, fraction and exponent; not Rust's `inf` and `nan`.
fn number(text: &str) -> Option<f64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte))
        .then(|| text.parse().ok())?
        .filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn booleans() {
        for yes in ["true", "TRUE", "yes", "On", "1", "2", "0.5", "-1"] {
            assert_eq!(boolean(yes), Some(true), "{yes}");
        }
        for no in ["false", "False", "NO", "off", "0", "0.0"] {
            assert_eq!(boolean(no), Some(false), "{no}");
        }
        for other in ["", "y", "maybe", "nan", "truee"] {
            assert_eq!(boolean(other), None, "{other}");
        }
    }

    #[test]
    fn levels_have_names_of_python_too() {
        for (text, expected) in [
            ("INFO", Some(LevelFilter::INFO)),
            (" warning", Some(LevelFilter::WARN)),
            ("Critical", Some(LevelFilter::ERROR)),
            ("5", Some(LevelFilter::TRACE)),
            ("loud", None),
        ] {
            assert_eq!(level(text), expected, "{text}");
        }
    }

    #[test]
    fn integers() {
        let read = |text| integer(text);
        assert_eq!(read("5"), Some(5));
        assert_eq!(read("+5"), Some(5));
        assert_eq!(read("2.5"), Some(3));
        assert_eq!(read("true"), Some(1));
        assert_eq!(read("0x1F"), Some(31));
        assert_eq!(read("0o17"), Some(15));
        assert_eq!(read("5e2"), Some(500));
        for other in ["", "5s", "abc", "0x", "0x-1", "0x+1", "1e99", "inf"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(whole_number("-1"), None);
    }

    #[test]
    fn bitmasks_are_32_bits_of_either_sign() {
        assert_eq!(bitmask("2"), Some(2));
        assert_eq!(bitmask("0x10"), Some(16));
        assert_eq!(bitmask("-2147483648"), Some(i32::MIN));
        assert_eq!(bitmask("0x80000000"), Some(i32::MIN));
        assert_eq!(bitmask("2147483648"), Some(i32::MIN));
        assert_eq!(bitmask("4294967296"), None);
        assert_eq!(bitmask("-2147483649"), None);
    }

    #[test]
    fn durations() {
        let seconds = |text| duration(text).map(|duration| duration.as_secs_f64());
        assert_eq!(seconds("5"), Some(5.0));
        assert_eq!(seconds("2.5"), Some(2.5));
        assert_eq!(seconds("30s"), Some(30.0));
        assert_eq!(seconds("5 m"), Some(300.0));
        assert_eq!(seconds("1h30m"), Some(5400.0));
        assert_eq!(seconds("14d"), Some(1_209_600.0));
        assert_eq!(seconds("250ms"), Some(0.25));
        for other in [
            "",
            "0",
            "0s",
            "-5",
            "5 parsecs",
            "s",
            "5x",
            "99999d",
            "1e300",
            "5m3",
        ] {
            assert_eq!(seconds(other), None, "{other}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!(limit("10%"), Some(Limit::Percent(10.0)));
        assert_eq!(limit("2.5 %"), Some(Limit::Percent(2.5)));
        assert_eq!(limit("100%"), Some(Limit::Percent(100.0)));
        assert_eq!(limit("50"), Some(Limit::Count(50)));
        assert_eq!(limit("0"), Some(Limit::Count(0)));
        for other in ["", "%", "101%", "-1%", "-1", "0.1", "ten"] {
            assert_eq!(limit(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,12}") {
            let _ = (boolean(&text), integer(&text), bitmask(&text), duration(&text), limit(&text));
        }

        #[test]
        fn every_integer_is_exact(number: i64) {
            prop_assert_eq!(integer(&number.to_string()), Some(number));
        }
    }
}
