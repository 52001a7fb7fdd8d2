//! The form in which Zitadel stores a phone number.
//!
//! Zitadel parses with libphonenumber's Go port, default region Switzerland, and stores E.164. Only the parse has to
//! succeed; whether a number is valid does not matter, so that `12` becomes `+4112`. The steps here are that parse's;
//! the numbering plans come from the `phonenumber` crate, whose own parser refuses much that Zitadel takes.

use phonenumber::Metadata;

use super::numbering::{
    abroad, exists, matches, of_region, plan, possible, too_long, without_national_prefix,
};
use super::phone_text::one_number;

/// The region that a number without a country code is from, as the server has it.
const REGION: &str = "CH";

/// More characters are refused before they are parsed.
const LONGEST_INPUT: usize = 200;

/// Digits of a number without its country code.
const NATIONAL: std::ops::RangeInclusive<usize> = 2..=17;

/// Letters that stand for a digit, by the keys of a telephone.
const KEYS: [&str; 8] = ["ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];

/// The zeros of the scripts people type numbers in; their other digits follow.
const ZEROS: [char; 20] = [
    '0', '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}', '\u{BE6}',
    '\u{C66}', '\u{CE6}', '\u{D66}', '\u{E50}', '\u{ED0}', '\u{F20}', '\u{1040}', '\u{17E0}', '\u{1810}',
    '\u{FF10}',
];

/// How numbers are read.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    /// The plan of numbers without a country code.
    home: Option<&'static Metadata>,
    /// Somebody said which.
    chosen: bool,
}

/// A number as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// In E.164.
    pub(super) number: String,
    /// It has no country code, and nobody said of which country such numbers are.
    pub(super) assumed: bool,
}

impl Numbers {
    /// Numbers without a country code are of this region, or as the server has it.
    pub(super) fn of(region: Option<&str>) -> Self {
        Self {
            home: of_region(region.unwrap_or(REGION)),
            chosen: region.is_some(),
        }
    }

    /// What is stored for a cell.
    ///
    /// # Errors
    /// Why it is no number, to follow "the phone number".
    pub(super) fn read(&self, cell: &str) -> Result<Stored, &'static str> {
        let impossible = "is no possible one";
        let text = one_number(cell);
        let parsed = match normalize(text.unwrap_or(cell), self.home) {
            None => return Err("is not one that Zitadel takes"),
            Some(_) if text.is_none() => return Err(impossible),
            Some(parsed) => parsed,
        };
        if !exists(&parsed.code, &parsed.national, parsed.assumed) {
            return Err(impossible);
        }
        Ok(Stored {
            number: parsed.e164(),
            assumed: parsed.assumed && !self.chosen,
        })
    }
}

/// What was made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parsed {
    code: String,
    national: String,
    /// The text has no country code.
    assumed: bool,
}

impl Parsed {
    fn e164(&self) -> String {
        format!("+{}{}", self.code, self.national)
    }
}

/// What Zitadel would store; `None` if it would refuse the number. The result is stored as it is.
fn normalize(input: &str, home: Option<&Metadata>) -> Option<Parsed> {
    let first = parse(input, home)?;
    let mut number = first.clone();
    // Taking `0` off `+49 00 30…` leaves another one, and the server would take that off when it is sent.
    for _ in 0..NATIONAL.count() {
        let again = parse(&number.e164(), home)?;
        if (&again.code, &again.national) == (&number.code, &number.national) {
            return Some(Parsed {
                assumed: first.assumed,
                ..number
            });
        }
        number = again;
    }
    None
}

fn parse(input: &str, home: Option<&Metadata>) -> Option<Parsed> {
    if input.chars().count() > LONGEST_INPUT {
        return None;
    }
    let written = start(input);
    if !viable(&written) {
        return None;
    }
    let written = without_extension(&written);
    let (code, national) = match country(written, home) {
        Ok(found) => found,
        // `+0049…`: what follows the plus may be dialled with an international prefix.
        Err(Unknown::Code) => match country(written.trim_start_matches(PLUS), home) {
            Ok((Some(code), national)) => (Some(code), national),
            _ => return None,
        },
        Err(Unknown::TooShort) => return None,
    };
    let assumed = code.is_none();
    let code = code.or_else(|| Some(home?.country_code().to_string()))?;
    let plan = plan(&code)?;
    if national.len() < *NATIONAL.start() {
        return None;
    }
    let stripped = without_national_prefix(&national, plan);
    let national = if possible(&stripped, plan) {
        stripped
    } else {
        national
    };
    NATIONAL.contains(&national.len()).then_some(Parsed {
        code,
        national,
        assumed,
    })
}

pub(super) const PLUS: [char; 2] = ['+', '\u{FF0B}'];

/// The number with what comes before its first digit or plus taken off, by the rules for `tel:` addresses.
fn start(input: &str) -> String {
    const CONTEXT: &str = ";phone-context=";
    let mut written = String::new();
    if let Some(at) = input.find(CONTEXT).filter(|at| *at > 0) {
        let context = &input[at + CONTEXT.len()..];
        if context.starts_with('+') {
            written.push_str(context.split(';').next().unwrap_or_default());
        }
        let from = input.find("tel:").map_or(0, |prefix| prefix + 4);
        written.push_str(input.get(from..at).unwrap_or_default());
    } else {
        let from = input.find(|c| digit(c).is_some() || PLUS.contains(&c));
        written.push_str(from.map_or("", |from| &input[from..]));
    }
    if let Some(at) = second_number(&written) {
        written.truncate(at);
    }
    if let Some(at) = written.find(";isub=").filter(|at| *at > 0) {
        written.truncate(at);
    }
    written
}

/// Where a second extension starts, as in `x302/x2303`.
fn second_number(written: &str) -> Option<usize> {
    written
        .match_indices(['/', '\\'])
        .map(|(at, _)| at)
        .find(|at| written[at + 1..].trim_start_matches(' ').starts_with('x'))
}

/// Whether it holds two digits side by side, or three with nothing but punctuation between.
fn viable(written: &str) -> bool {
    let (mut found, mut adjacent) = (0, false);
    for c in written.chars() {
        if digit(c).is_some() {
            found += 1;
            if adjacent || found == 3 {
                return true;
            }
            adjacent = true;
        } else {
            adjacent = false;
            if !punctuation(c) {
                found = 0;
            }
        }
    }
    false
}

pub(super) fn punctuation(c: char) -> bool {
    matches!(c,
        '-' | 'x' | '*' | ' ' | '(' | ')' | '.' | '[' | ']' | '/' | '~'
        | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '\u{FF0D}'..='\u{FF0F}' | '\u{A0}' | '\u{AD}'
        | '\u{200B}' | '\u{2060}' | '\u{3000}' | '\u{FF08}' | '\u{FF09}' | '\u{FF3B}' | '\u{FF3D}' | '\u{2053}'
        | '\u{223C}' | '\u{FF5E}')
}

/// The number without an extension such as `;ext=12`, ` ext. 12`, `x12`, `#12` or `- 12#` at its end.
pub(super) fn without_extension(written: &str) -> &str {
    const MARKS: [&str; 22] = [
        "extensi\u{f3}n",
        "extensio\u{301}n",
        "extension",
        "extensi\u{f3}",
        "extensio\u{301}",
        "extensio",
        "extn",
        "ext",
        "xtension",
        "xtn",
        "xt",
        ",",
        "x",
        "\u{FF58}",
        "#",
        "\u{FF03}",
        "~",
        "\u{FF5E}",
        "int",
        "anexo",
        "\u{FF49}\u{FF4E}\u{FF54}",
        "\u{FF45}\u{FF58}\u{FF54}\u{FF4E}",
    ];
    const BLANKS: [char; 4] = [' ', '\u{A0}', '\t', ','];
    let hashed = written.strip_suffix('#');
    let body = hashed.unwrap_or(written);
    let before = body.trim_end_matches(|c| digit(c).is_some());
    let digits = body[before.len()..].chars().count();
    let mark_end = before.trim_end_matches(|c| BLANKS.contains(&c) || c == '-');
    let unmarked = mark_end.trim_end_matches([':', '.', '\u{FF0E}']);
    let number = if let Some(number) = before.strip_suffix(";ext=").filter(|_| hashed.is_none()) {
        Some(number)
    } else if let Some(number) = MARKS.iter().find_map(|mark| unmarked.strip_suffix(mark)) {
        Some(number.trim_end_matches(BLANKS))
    } else if before[mark_end.len()..].contains(',') {
        Some(mark_end.trim_end_matches(BLANKS))
    } else {
        let number = before.trim_end_matches(['-', ' ']);
        (hashed.is_some() && digits <= 5 && number.len() < before.len()).then_some(number)
    };
    match number {
        Some(number) if (1..=7).contains(&digits) && viable(number) => number,
        _ => written,
    }
}

enum Unknown {
    /// No country has this code.
    Code,
    /// Nothing follows a plus or an international prefix.
    TooShort,
}

/// The country code, if the number has one, and the digits after it.
fn country(written: &str, home: Option<&Metadata>) -> Result<(Option<String>, String), Unknown> {
    let without_plus = written.trim_start_matches(PLUS);
    let digits = digits(without_plus);
    let international = if without_plus.len() < written.len() {
        Some(digits.as_str())
    } else {
        home.and_then(|home| abroad(&digits, home))
    };
    if let Some(full) = international {
        if full.len() <= *NATIONAL.start() {
            return Err(Unknown::TooShort);
        }
        let known = (1..=3.min(full.len())).find(|length| plan(&full[..*length]).is_some());
        let length = known.filter(|_| !full.starts_with('0')).ok_or(Unknown::Code)?;
        return Ok((Some(full[..length].to_owned()), full[length..].to_owned()));
    }
    // `41 79 …` without a plus: a country code only if the number makes no sense as a national one.
    let code = home
        .map(|home| home.country_code().to_string())
        .unwrap_or_default();
    if let (Some(rest), Some(home)) = (digits.strip_prefix(&code), home) {
        let rest = without_national_prefix(rest, home);
        if (!matches(&digits, home) && matches(&rest, home)) || too_long(&digits, home) {
            return Ok((Some(code), rest));
        }
    }
    Ok((None, digits))
}

/// The digits of a number. Three letters or more make it a word to be typed on a telephone.
fn digits(written: &str) -> String {
    let word = written.chars().filter(char::is_ascii_alphabetic).count() >= 3;
    written
        .chars()
        .filter_map(|c| digit(c).or_else(|| if word { key(c) } else { None }))
        .collect()
}

pub(super) fn digit(c: char) -> Option<char> {
    if c.is_ascii_digit() {
        return Some(c);
    }
    let zero = ZEROS
        .iter()
        .find(|zero| (0..10).contains(&(u32::from(c).wrapping_sub(u32::from(**zero)))))?;
    char::from_digit(u32::from(c) - u32::from(*zero), 10)
}

fn key(c: char) -> Option<char> {
    let place = KEYS
        .iter()
        .position(|letters| letters.contains(c.to_ascii_uppercase()))?;
    char::from_digit(u32::try_from(place).ok()? + 2, 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a real Zitadel stored for what it was sent.
    const RECORDED: &str = include_str!("../../../tests/recordings/zitadel/phone-normalisation.txt");

    /// The pairs of the recording; `None` where Zitadel refused. Inputs too long to be written down are left out.
    fn recorded() -> Vec<(String, Option<String>)> {
        let lines = RECORDED
            .lines()
            .filter(|line| line.starts_with('"') && !line.contains("201 characters"));
        lines
            .map(|line| {
                let (input, answer) = line.split_once(" -> ").expect("a pair");
                let input = serde_json::from_str(input.trim()).expect("a JSON text");
                let stored = answer
                    .split("\"phone\": \"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next());
                (input, stored.map(str::to_owned))
            })
            .collect()
    }

    fn of(region: Option<&str>, input: &str) -> Option<String> {
        let stored = Numbers::of(region).read(input).ok()?;
        Some(stored.number)
    }

    #[test]
    fn numbers_become_what_zitadel_stored() {
        let recorded = recorded();
        assert!(recorded.len() > 70);
        let wrong: Vec<_> = recorded
            .into_iter()
            .map(|(input, stored)| (normalize(&input, of_region(REGION)), input, stored))
            .map(|(got, input, stored)| (got.map(|got| got.e164()), input, stored))
            .filter(|(got, _, stored)| got != stored)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(normalize(&"4".repeat(201), of_region(REGION)), None);
    }

    /// What can be a number is stored as Zitadel stores it, and nothing else.
    #[test]
    fn only_possible_numbers_are_read() {
        for (input, stored) in recorded() {
            let read = Numbers::of(None).read(&input);
            assert!(
                read.is_err() || read.is_ok_and(|read| Some(read.number) == stored),
                "{input}"
            );
        }
        for (input, stored) in [
            ("+49 30 901820", "+4930901820"),
            ("030 901820", "+41030901820"),
            ("079 123 45 67", "+41791234567"),
            ("41791234567", "+41791234567"),
            ("0151 12345678", "+41015112345678"),
            ("+290 2222", "+2902222"),
            ("+39 06 1234567", "+39061234567"),
        ] {
            assert_eq!(of(None, input).as_deref(), Some(stored), "{input}");
        }
        for input in [
            "12",
            "112",
            "54321",
            "123456",
            "+49 12",
            "+1 234",
            "+1 555 123 45678",
            "+49 30 123456789012345",
            "4930901820E2",
        ] {
            assert_eq!(of(None, input), None, "{input}");
        }
    }

    /// Without a country code a number is of the region; with one, or with the prefix for abroad, it is not.
    #[test]
    fn numbers_without_country_code_are_of_the_region() {
        for (region, input, stored) in [
            ("DE", "030 901820", "+4930901820"),
            ("DE", "0151 12345678", "+4915112345678"),
            ("DE", "0041 79 123 45 67", "+41791234567"),
            ("DE", "+41 79 123 45 67", "+41791234567"),
            ("AT", "01 234567", "+431234567"),
            ("US", "(202) 555-0123", "+12025550123"),
            ("US", "011 49 30 901820", "+4930901820"),
            ("IT", "06 1234567", "+39061234567"),
            ("ES", "912.345.678", "+34912345678"),
            ("CH", "079 123 45 67", "+41791234567"),
        ] {
            assert_eq!(
                of(Some(region), input).as_deref(),
                Some(stored),
                "{region} {input}"
            );
        }
        let assumed = |region, input| Numbers::of(region).read(input).map(|read| read.assumed);
        assert_eq!(assumed(None, "079 123 45 67"), Ok(true));
        assert_eq!(assumed(None, "0041 79 123 45 67"), Ok(false));
        assert_eq!(assumed(Some("CH"), "079 123 45 67"), Ok(false));
    }

    proptest! {
        /// A stored number is stored again as it is, and no text makes the parse fall over.
        #[test]
        fn a_stored_number_stays(
            input in "\\PC{0,24}|[+0-9 ()/x#,a-z]{0,24}|(\\+|00|0|)[0-9]{1,18}",
            region in prop_oneof![Just(None), Just(Some("DE")), Just(Some("US")), Just(Some("IT"))],
        ) {
            if let Ok(stored) = Numbers::of(region).read(&input) {
                // By this run and, without the region, by the server.
                for again in [region, None] {
                    prop_assert_eq!(of(again, &stored.number), Some(stored.number.clone()));
                }
            }
            if let Some(stored) = normalize(&input, of_region(REGION)) {
                prop_assert_eq!(normalize(&stored.e164(), of_region(REGION)).map(|it| it.e164()), Some(stored.e164()));
            }
        }
    }
}
