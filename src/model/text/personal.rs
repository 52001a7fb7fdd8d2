//! Values that identify a person, marked inside longer texts. The writer of a text shows or hides them.
//!
//! The marks are noncharacters, which Unicode reserves for internal use (section 23.7). No text from outside needs
//! them.

use std::fmt::{self, Display, Formatter, Write};

/// Precedes a personal value.
pub const BEGIN: char = '\u{fdd0}';
/// Follows a personal value.
pub const END: char = '\u{fdd1}';

/// A value that identifies a person: an id, an address, the name of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Personal<T>(pub T);

impl<T: Display> Display for Personal<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char(BEGIN)?;
        write!(Unmarked(f), "{}", self.0)?;
        f.write_char(END)
    }
}

/// Removes marks, so that a value cannot end too early.
struct Unmarked<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Unmarked<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split([BEGIN, END])
            .try_for_each(|part| self.0.write_str(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_between_marks_whatever_it_holds() {
        assert_eq!(Personal("ada").to_string(), "\u{fdd0}ada\u{fdd1}");
        let inner = format!("the entry {}", Personal("cn=ada\u{fdd1}x"));
        assert_eq!(Personal(inner).to_string(), "\u{fdd0}the entry cn=adax\u{fdd1}");
    }
}
