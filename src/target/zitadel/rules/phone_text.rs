//! Decides whether a text contains one phone number. Pure.
//!
//! Zitadel extracts the digits of almost any text: `4.93E+11`, which a spreadsheet makes of a long number, would
//! become `+4149311` and count as verified. Therefore only usual notations of one number are passed on.

use std::sync::LazyLock;

use regex::Regex;
use rlibphonenumber::PHONE_NUMBER_UTIL;

/// Prefixes of a country code.
const PLUS: [char; 2] = ['+', '\u{FF0B}'];

/// An extension at the end, such as `;ext=12`, ` ext. 12`, `x12`, `#12` or `- 12#`.
static EXTENSION: LazyLock<Regex> = LazyLock::new(|| {
    let marks = r"e?xt(ensi(o\u{301}?|\u{F3}))?n?|\u{FF45}?\u{FF58}\u{FF54}\u{FF4E}?|int|\u{FF49}\u{FF4E}\u{FF54}|anexo|[,x\u{FF58}#\u{FF03}~\u{FF5E}]";
    let marked = format!(r"[ \u{{A0}}\t,]*({marks})[:.\u{{FF0E}}]?[ \u{{A0}}\t,-]*\p{{Nd}}{{1,7}}#?");
    Regex::new(&format!(
        r"(?i)(;ext=\p{{Nd}}{{1,7}}|{marked}|[- ]+\p{{Nd}}{{1,5}}#)$"
    ))
    .expect("a regular expression")
});

/// Labels before a number, in lower case.
const LABELS: [&str; 9] = [
    "tel",
    "telefon",
    "telephone",
    "phone",
    "fon",
    "mobil",
    "mobile",
    "handy",
    "natel",
];

/// Minimum number of digits of a second number after a slash; `901820/21` is a pair.
const SHORTEST_PART: usize = 3;

/// The text of the number, if there is exactly one. Invisible characters become blanks.
pub(in crate::target::zitadel) fn one_number(cell: &str) -> Option<String> {
    let text = without_label(unwrapped(cell));
    let number = ["phone-context=", "isub="].iter().fold(text, |text, mark| {
        text.split_once(mark)
            .and_then(|(number, _)| number.strip_suffix(';'))
            .unwrap_or(text)
    });
    if is_list(number) {
        return None;
    }
    let number = EXTENSION
        .find(number)
        .map_or(number, |found| &number[..found.start()]);
    let number = number.trim_matches(is_unseen);
    let written = number.chars().all(|c| {
        digit(c).is_some()
            || PLUS.contains(&c)
            || is_unseen(c) && !matches!(c, '\n' | '\r')
            || is_punctuation(c)
    });
    let is_one = written
        && starts_like_one(number)
        && !number.trim_start_matches(|c| digit(c).is_none()).contains(PLUS)
        && !is_decimal(number)
        && !is_date(number)
        && has_at_most_an_area_before_a_slash(number);
    is_one.then(|| text.replace(is_unseen, " "))
}

/// The value of a digit of any script.
fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    PHONE_NUMBER_UTIL
        .normalize_digits_only(c.to_string())
        .chars()
        .next()
}

/// Characters that people write between digits.
fn is_punctuation(c: char) -> bool {
    matches!(c,
        '-' | ' ' | '(' | ')' | '.' | '[' | ']' | '/'
        | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '\u{FF0D}'..='\u{FF0F}' | '\u{FF08}' | '\u{FF09}'
        | '\u{FF3B}' | '\u{FF3D}')
}

/// Blanks, and marks for the direction of writing.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}')
}

/// Removes what spreadsheets add to keep a text from becoming a number: `'+49…` and `="+49…"`.
fn unwrapped(cell: &str) -> &str {
    let text = cell.trim_matches(is_unseen);
    let quoted = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
    quoted.or_else(|| text.strip_prefix('\'')).unwrap_or(text)
}

/// `tel:+49…`, `Tel. 030…`
fn without_label(text: &str) -> &str {
    let word = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(0);
    let rest = text[word..].trim_start_matches(['.', ':', ' ']);
    let is_label =
        rest.len() + word < text.len() && LABELS.contains(&text[..word].to_ascii_lowercase().as_str());
    if is_label { rest } else { text }
}

/// Several numbers with a comma or semicolon between them. A comma before `ext.` does not count.
fn is_list(text: &str) -> bool {
    let follows = |rest: &str| {
        let next = rest.trim_start_matches(is_unseen).chars().next();
        next.is_none_or(|c| digit(c).is_some() || PLUS.contains(&c) || c == '(')
    };
    text.match_indices([',', ';', '|', '\u{FF0C}'])
        .any(|(at, separator)| follows(&text[at + separator.len()..]))
}

fn starts_like_one(number: &str) -> bool {
    number.starts_with(|c| {
        digit(c).is_some() || PLUS.contains(&c) || matches!(c, '(' | '[' | '\u{FF08}' | '\u{FF3B}')
    })
}

/// `49309018.0`: digits with one point and few digits after it.
fn is_decimal(number: &str) -> bool {
    let Some((whole, fraction)) = number.split_once('.') else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && (fraction.len() <= 2 || whole == "0" || fraction.bytes().all(|byte| byte == b'0'))
}

/// `12.03.2024`, `2024-03-12`
fn is_date(number: &str) -> bool {
    ['.', '-', '/'].iter().any(|separator| {
        let parts: Vec<&str> = number.split(*separator).collect();
        let within = |text: &str, range: std::ops::RangeInclusive<u32>| {
            (1..=4).contains(&text.len()) && text.parse().is_ok_and(|value| range.contains(&value))
        };
        match parts.as_slice() {
            [year, month, day] if year.len() == 4 => {
                within(year, 1900..=2099) && within(month, 1..=12) && within(day, 1..=31)
            }
            [one, other, year] if year.len() == 4 => {
                within(year, 1900..=2099)
                    && within(one, 1..=31)
                    && within(other, 1..=31)
                    && (within(one, 1..=12) || within(other, 1..=12))
            }
            _ => false,
        }
    })
}

/// `030/901820` is one number, `030 901820/0171 1234567` and `901820/21` are two.
fn has_at_most_an_area_before_a_slash(number: &str) -> bool {
    let mut parts = number.split(['/', '\\', '\u{FF0F}']);
    let (_, second, third) = (parts.next(), parts.next(), parts.next());
    let Some(second) = second else {
        return true;
    };
    let mut digits = second.chars().filter_map(digit);
    third.is_none() && digits.next().is_some_and(|first| first != '0') && digits.count() + 1 >= SHORTEST_PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_one_number() {
        for text in [
            "+49 30 901820",
            "+49 (0)30 / 901820",
            "0049.30.901820",
            "(030) 901820-12",
            "[030] 901820",
            "(+49) 30 901820",
            "+ 49 30 901820",
            "＋４９ 30 901820",
            "٠٧٩ 123 45 67",
            "\u{202a}+4930901820\u{202c}",
            "\t+4930901820\n",
            "+4930901820;ext=12",
            "+1 (555) 123-4567, ext. 89",
            "+49 30 901820 x12",
            "+49 30 901820#12",
            "tel:+49-30-901820",
            "tel:863-1234;phone-context=+1-914-555",
            "Tel. +49 30 901820",
            "Mobil: 0171 1234567",
            "'+4930901820",
            "=\"+4930901820\"",
            "01 23 45 67 89",
            "912.345.678",
            "202.555.0123",
            "12-34-1990",
            "+49\u{2013}30\u{a0}901820",
        ] {
            assert!(one_number(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn what_a_spreadsheet_or_a_list_leaves_is_none() {
        for text in [
            "4.93E+11",
            "49309E5",
            "4.930901820E9",
            "4,93E+11",
            "4.93e11",
            "4.93x10^11",
            "49309018.0",
            "49309018,0",
            "49309018.00",
            "0.493",
            "-901801",
            "=+49-30-901820",
            "#N/A",
            "Err:502",
            "TRUE",
            "NULL",
            "12.03.2024",
            "2024-03-12",
            "3/12/2024",
            "2024-03-12 00:00:00",
            "+49 30 90182O",
            "+1-800-FLOWERS",
            "+49 30 901820 abc",
            "abc +49 30 901820",
            "*31#123456",
            "+49 30 901820 / +49 30 901821",
            "+49 30 901820, +49 30 901821",
            "030 901820; 030 901821",
            "030 1234, 5678",
            "030 901820 oder 0171 1234567",
            "030 901820/0171 1234567",
            "901820/21",
            "030/901820/12",
            "030 901820\n0171 1234567",
            "030 901820|030 901821",
            "+49 30 901820 +49 30 901821",
            "",
            " ",
            "-",
            "tel",
            "########",
            "ada@example.org",
            "12:30",
        ] {
            let starts = one_number(text).is_some_and(|text| starts_like_one(&text));
            assert!(!starts, "{text:?}");
        }
    }
}
