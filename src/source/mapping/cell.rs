//! Detects texts that programs write instead of a value: error values, converted numbers, formulas, placeholders.
//! Pure.
//!
//! A spreadsheet exports `#N/A`, or its translation, for a failed lookup. Such a text would replace a good value of
//! an account, so it is never used.

/// Why a text cannot be used as a value.
pub(super) const ERROR_VALUE: &str = "an error value of a spreadsheet";

/// Error values that are not recognizable by their form, in upper case and without the final character.
const ERROR_WORDS: [&str; 26] = [
    "NV",
    "NA",
    "YOK",
    "HIÁNYZIK",
    "VALUE",
    "REF",
    "NAME",
    "NUM",
    "NULL",
    "DIV0",
    "SPILL",
    "CALC",
    "FIELD",
    "ERROR",
    "BLOCKED",
    "CONNECT",
    "UNKNOWN",
    "BUSY",
    "WERT",
    "BEZUG",
    "ZAHL",
    "VALEUR",
    "NOMBRE",
    "VALOR",
    "VALORE",
    "RIF",
];

/// What `LibreOffice` writes before a number, in some languages.
const NUMBERED: [&str; 5] = ["err", "fehler", "erreur", "error", "errore"];

/// What programs write for a missing value. All are also names of people, so they only cause a warning.
const NOTHING_WORDS: [&str; 16] = [
    "null",
    "(null)",
    "none",
    "nil",
    "nan",
    "n/a",
    "n.a.",
    "n/v",
    "undefined",
    "true",
    "false",
    "wahr",
    "falsch",
    "(leer)",
    "(blank)",
    "(empty)",
];

/// Placeholders for "no family name" where one is required.
const PLACEHOLDERS: [char; 6] = ['-', '.', '_', '\u{2010}', '\u{2013}', '\u{2014}'];

/// Month abbreviations of spreadsheets.
const MONTHS: [&str; 22] = [
    "jan", "feb", "mar", "mär", "mrz", "märz", "apr", "may", "mai", "jun", "jul", "aug", "sep", "sept",
    "oct", "okt", "nov", "dec", "dez", "ene", "gen", "ago",
];

/// Whether a text can be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// It can be a name.
    Fine,
    /// It can be a name, but looks like something else.
    Odd(&'static str),
    /// It cannot be a name.
    Unusable(&'static str),
}

/// Returns whether nothing of it is visible: blanks, line breaks, invisible and control characters.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{3164}' | '\u{FEFF}')
}

/// Returns whether the text, or a part of it, is an error value of a spreadsheet.
pub(super) fn is_error_value(text: &str) -> bool {
    let text = text.trim_matches(is_unseen);
    text.split(is_unseen).any(is_error_word) || is_numbered_error(text)
}

fn is_error_word(word: &str) -> bool {
    let Some(rest) = word.strip_prefix(['#', '\u{FF03}']) else {
        return false;
    };
    // `#¡VALOR!`, `#¿NOMBRE?`
    let rest = rest.trim_start_matches(['¡', '¿']);
    if !rest.chars().any(char::is_alphabetic) {
        return false;
    }
    let bare = rest.trim_end_matches(['!', '?', '\u{FF01}', '\u{FF1F}', ',', ';', ')']);
    // `#N/A`, `#DIV/0`, `#GETTING_DATA`
    bare.len() < rest.len()
        || bare.contains(['/', '_'])
        || ERROR_WORDS.contains(&bare.to_uppercase().as_str())
}

/// `Err:502`, as in `LibreOffice`.
fn is_numbered_error(text: &str) -> bool {
    text.split_once(':').is_some_and(|(word, number)| {
        let (word, number) = (word.trim().to_lowercase(), number.trim());
        NUMBERED.contains(&word.as_str())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Decides whether it can be the first or last name of a person. An empty text is handled elsewhere.
pub(super) fn name(text: &str) -> Name {
    if is_blank(text) {
        return Name::Fine;
    }
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Name::Unusable("a text with control characters");
    }
    let text = text.trim_matches(is_unseen);
    if let Some(why) = unusable(text) {
        return Name::Unusable(why);
    }
    if !text.chars().any(char::is_alphabetic) {
        return Name::Odd("looks like a placeholder for `no name`");
    }
    if NOTHING_WORDS.contains(&text.to_lowercase().as_str()) {
        return Name::Odd("looks like a program's text for `no value`");
    }
    Name::Fine
}

fn unusable(text: &str) -> Option<&'static str> {
    let is_mark = text.chars().count() <= 3 && text.chars().all(|c| PLACEHOLDERS.contains(&c));
    if is_error_value(text) {
        Some(ERROR_VALUE)
    } else if is_formula(text) {
        Some("a formula")
    } else if text.contains('\u{FFFD}') {
        Some("a text that lost characters when it was converted (U+FFFD)")
    } else if is_date(text) {
        Some("a date")
    } else if is_mark || (text.chars().any(char::is_alphabetic) && !is_scientific(text)) {
        None
    } else if text.chars().any(char::is_numeric) {
        Some("a number")
    } else {
        Some("a text without any letter")
    }
}

/// `=A1`, and `+A1(…)` or `@SUM(…)`, which are formulas in spreadsheets too.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '\u{FF1D}']) || (text.starts_with(['+', '-', '@']) && text.contains('('))
}

/// `4.93E+11`, `4,93E11`
fn is_scientific(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let is_number = |text: &str| {
        let digits = text.trim_start_matches(['+', '-']);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
    };
    is_number(number) && is_number(power)
}

/// `2026-01-01T00:00:00`, `1-Jan`, `01. Mrz 26`. Dates with only digits are treated as numbers.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(['-', '.', ' ', '/', 'T', ':'])
        .filter(|part| !part.is_empty())
        .collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'Z');
    match parts.as_slice() {
        [year, month, day, _, ..] if year.len() == 4 && text.contains('T') => {
            [year, month, day].into_iter().all(is_number) && parts.iter().all(is_number)
        }
        [day, month] | [day, month, _] => {
            is_number(day)
                && MONTHS.contains(&month.to_lowercase().as_str())
                && parts.get(2).is_none_or(is_number)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
