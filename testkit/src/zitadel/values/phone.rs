//! Phone numbers as the server stores them: parsed for region CH, written as E.164.
//!
//! Only parsing must succeed, a number need not be valid: `12` becomes `+4112`. Written from the rules of
//! libphonenumber's parser and held to recordings; it shares no code with the product.

use super::calling_codes::{CallingCode, calling_code};

/// National digits a number may have.
const NATIONAL: std::ops::RangeInclusive<usize> = 2..=17;
/// Calling code of the default region, Switzerland.
const HOME: u32 = 41;
/// What is dialled there before a foreign number.
const INTERNATIONAL: &str = "00";

/// E.164 of a number as people write it, `None` where the server answers `PHONE-so0wa`.
pub fn normalise(input: &str) -> Option<String> {
    let candidate = strip_extension(candidate(input)?);
    if !is_viable(candidate) {
        return None;
    }
    let plus = candidate.starts_with(['+', '＋']);
    let digits = digits(candidate);
    let (code, national) = if plus {
        // A plus before something else than a calling code is taken for a slip.
        international(&digits).or_else(|| explicit(&digits))?
    } else {
        explicit(&digits)
            .or_else(|| Some((calling_code(HOME)?, digits.clone())).filter(|_| !is_foreign(&digits)))?
    };
    let national = without_trunk(&code, &national);
    NATIONAL
        .contains(&national.len())
        .then(|| format!("+{}{national}", code.code))
}

/// From the first digit or plus to the last letter, digit or `#`.
fn candidate(input: &str) -> Option<&str> {
    let start = input.find(|c: char| matches!(c, '+' | '＋') || digit(c).is_some())?;
    let rest = &input[start..];
    let end = rest.rfind(|c: char| c.is_alphanumeric() || c == '#')?;
    let last = rest[end..].chars().next()?;
    Some(&rest[..end + last.len_utf8()])
}

/// Cuts off what reads like an extension, if a number is left.
fn strip_extension(text: &str) -> &str {
    const LABELS: &[&str] = &[
        "extension",
        "extensión",
        "extn",
        "ext",
        "xtn",
        "xt",
        "anexo",
        "int",
        "x",
        "#",
        "＃",
        "~",
        "～",
        ",",
    ];
    let body = text.strip_suffix('#').unwrap_or(text);
    let before = body.trim_end_matches(|c| digit(c).is_some());
    let count = body[before.len()..].chars().count();
    if !(1..=7).contains(&count) {
        return text;
    }
    let cut = if before.ends_with(";ext=") {
        before.strip_suffix(";ext=")
    } else {
        let spaced = before.trim_end_matches([' ', '\u{a0}', '\t', ',', '-']);
        let label_end = spaced.strip_suffix([':', '.', '．']).unwrap_or(spaced);
        let lower = label_end.to_lowercase();
        let label = LABELS
            .iter()
            .find(|label| lower.ends_with(*label) && lower.len() == label_end.len());
        label.map(|label| {
            label_end[..label_end.len() - label.len()].trim_end_matches([' ', '\u{a0}', '\t', ','])
        })
    };
    let hash = body.len() < text.len() && count <= 5 && before.ends_with(['-', ' ']);
    let cut = cut.or_else(|| hash.then(|| before.trim_end_matches(['-', ' '])));
    cut.filter(|number| is_viable(number)).unwrap_or(text)
}

/// Two digits, or three with punctuation between and letters after.
fn is_viable(text: &str) -> bool {
    let punctuation = |c: char| {
        matches!(
            c,
            '-' | 'x' | ' ' | '\u{a0}' | '\u{ad}' | '(' | ')' | '.' | '[' | ']' | '/' | '~' | '*'
        ) || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff0d}'..='\u{ff0f}')
            || matches!(
                c,
                '\u{200b}' | '\u{2060}' | '\u{3000}' | '（' | '）' | '［' | '］' | '⁓' | '∼' | '～'
            )
    };
    let rest = text.trim_start_matches(['+', '＋']);
    let count = rest.chars().filter(|c| digit(*c).is_some()).count();
    if count == 2 && rest.len() == text.len() && rest.chars().all(|c| digit(c).is_some()) {
        return true;
    }
    let mut seen = 0;
    for c in rest.chars() {
        if digit(c).is_some() {
            seen += 1;
        } else if !(punctuation(c) || seen >= 3 && c.is_ascii_alphabetic()) {
            return false;
        }
    }
    seen >= 3
}

/// The digits; three letters or more make it a number to be typed on a keypad.
fn digits(text: &str) -> String {
    let vanity = text.chars().filter(char::is_ascii_alphabetic).count() >= 3;
    let value = |c: char| digit(c).or_else(|| if vanity { keypad(c) } else { None });
    text.chars().filter_map(value).collect()
}

/// Decimal digits of the scripts that occur: ASCII, full width, Arabic-Indic, Persian, Devanagari.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '０'..='９' => '０',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

fn keypad(c: char) -> Option<char> {
    Some(match c.to_ascii_uppercase() {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        'W'..='Z' => '9',
        _ => return None,
    })
}

/// Splits off a calling code of one to three digits.
fn international(digits: &str) -> Option<(CallingCode, String)> {
    if digits.starts_with('0') {
        return None;
    }
    (1..=3.min(digits.len())).find_map(|length| {
        let code = calling_code(digits[..length].parse().ok()?)?;
        Some((code, digits[length..].to_owned()))
    })
}

/// Reads a calling code without a plus: after `00`, or the Swiss one where the rest is a Swiss number.
fn explicit(digits: &str) -> Option<(CallingCode, String)> {
    if let Some(foreign) = digits.strip_prefix(INTERNATIONAL) {
        return international(foreign);
    }
    let swiss = calling_code(HOME)?;
    let rest = without_trunk(&swiss, digits.strip_prefix("41")?);
    let longest = swiss.lengths.ilog2();
    let too_long = digits.len() > longest as usize;
    (too_long || (!is_swiss(digits) && is_swiss(&rest))).then_some((swiss, rest))
}

/// A number that starts like one abroad must name a calling code.
fn is_foreign(digits: &str) -> bool {
    digits.starts_with(INTERNATIONAL)
}

/// The general pattern of Swiss national numbers.
fn is_swiss(digits: &str) -> bool {
    match digits.len() {
        9 => matches!(digits.as_bytes()[0], b'2'..=b'9'),
        12 => digits.starts_with('8'),
        _ => false,
    }
}

/// Drops the trunk prefix, unless what is left has a length no number of that code has.
fn without_trunk(code: &CallingCode, national: &str) -> String {
    let shorter = Some(national)
        .filter(|_| !code.trunk.is_empty())
        .and_then(|n| n.strip_prefix(code.trunk));
    let Some(shorter) = shorter else {
        return national.to_owned();
    };
    let bit =
        |mask: u32| u32::try_from(shorter.len()).is_ok_and(|length| length < 32 && mask >> length & 1 == 1);
    let longest = code.lengths.ilog2() as usize;
    let possible = bit(code.lengths) && !bit(code.local) || shorter.len() > longest;
    if possible {
        shorter.to_owned()
    } else {
        national.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../../../tests/recordings/zitadel/phone-normalisation.txt");

    /// Every number that was recorded is stored, or refused, as the real server did it.
    #[test]
    fn recorded_numbers() {
        let mut checked = 0;
        for line in RECORDED.lines().filter(|line| line.starts_with('"')) {
            let (input, outcome) = line.split_once(" -> ").expect("an arrow");
            if outcome.contains("validation") {
                continue;
            }
            let input: String = serde_json::from_str(input.trim()).expect("a JSON text");
            let stored = outcome
                .strip_prefix("{\"phone\": \"")
                .and_then(|rest| rest.split('"').next());
            assert_eq!(normalise(&input).as_deref(), stored, "{line}");
            checked += 1;
        }
        assert!(checked > 75, "only {checked} numbers were checked");
    }

    /// The national part has 2 to 17 digits.
    #[test]
    fn length_limits() {
        assert_eq!(normalise("+491"), None);
        assert_eq!(normalise("+4912").as_deref(), Some("+4912"));
        assert_eq!(
            normalise("+4130123456789012345").as_deref(),
            Some("+4130123456789012345")
        );
        assert_eq!(normalise("+41301234567890123456"), None);
    }
}
