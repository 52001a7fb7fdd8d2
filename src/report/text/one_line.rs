//! Prints text from a directory, a file or a server in one line.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::model::is_unseen;

/// Escapes everything in `text` that could start another line or control a terminal, as `\n`, `\u{1b}` and so on, so
/// that no value can imitate our output.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unseen(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// The same for a line of JSON, in which such characters are only in strings. A JSON parser restores them.
pub fn in_json(line: &str) -> Cow<'_, str> {
    if !line.contains(is_unseen) {
        return Cow::Borrowed(line);
    }
    let mut safe = String::with_capacity(line.len() + 8);
    for character in line.chars() {
        if is_unseen(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Writes one line of JSON.
pub fn write_json(mut out: &mut dyn io::Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut out, Seen))?;
    writeln!(out)
}

/// JSON in which all characters are visible.
struct Seen;

impl Formatter for Seen {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        out.write_all(in_json(text).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_another_line_or_steers_a_terminal() {
        assert_eq!(
            one_line("a\nDone: in sync\r\u{1b}[2J\u{85}\u{2028}\u{202e}\0b"),
            "a\\nDone: in sync\\r\\u{1b}[2J\\u{85}\\u{2028}\\u{202e}\\u{0}b"
        );
        // The Arabic letter mark, characters without width, tags, and the start of a link by C1.
        assert_eq!(
            one_line("\u{61c}\u{200b}\u{feff}\u{e0041}\u{9d}8;;"),
            "\\u{61c}\\u{200b}\\u{feff}\\u{e0041}\\u{9d}8;;"
        );
    }

    #[test]
    fn json_stays_the_same_to_who_reads_it() {
        let texts = "\u{7f}\u{9b}\u{61c}\u{200b}\u{2028}\u{e0041} \u{1b}\n\"\\ä";
        let line = serde_json::to_string(texts).unwrap();
        let safe = in_json(&line);
        assert!(!safe.contains(is_unseen), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), texts);
        let mut written = Vec::new();
        write_json(&mut written, &texts).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), format!("{safe}\n"));
        assert!(matches!(in_json("{\"a\":\"ä\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "cn=Müller\\, Ada,ou=a b", "田中 \"x\" '…'"] {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
        }
    }
}
