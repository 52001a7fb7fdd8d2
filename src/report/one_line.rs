//! What comes from a directory, a file or a server, in one line of output.

use std::borrow::Cow;

/// `text` without anything that could begin another line or steer a terminal: such characters are written as `\n`,
/// `\u{1b}` and so on, so that no value can pass for a line of ours.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unsafe(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Control characters, the line and paragraph separators, and what turns the direction of text.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
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
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "cn=Müller\\, Ada,ou=a b", "田中 \"x\" '…'"] {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
        }
    }
}
