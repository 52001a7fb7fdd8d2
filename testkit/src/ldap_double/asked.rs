//! What a client asks for.

use std::borrow::Cow;

/// A search as it was asked.
#[derive(Debug)]
pub struct Asked<'a> {
    message: &'a [u8],
    base: &'a [u8],
}

impl<'a> Asked<'a> {
    pub(super) fn new(message: &'a [u8]) -> Option<Self> {
        // The message's id, then the search, whose first part is the base (RFC 4511, 4.5.1).
        let (_, search) = content(message)?;
        let (search, _) = content(search)?;
        let (base, _) = content(search)?;
        Some(Self { message, base })
    }

    /// The name of the entry where the search begins.
    pub fn base(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.base)
    }

    /// Whether these words are anywhere in it, such as the name of an attribute.
    pub fn holds(&self, words: &str) -> bool {
        holds(self.message, words)
    }
}

pub(super) fn holds(message: &[u8], words: &str) -> bool {
    message.windows(words.len()).any(|part| part == words.as_bytes())
}

/// The content of the first element, and what follows it.
fn content(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [_tag, length, rest @ ..] = bytes else {
        return None;
    };
    let long = usize::from(*length).saturating_sub(0x80);
    let (digits, rest) = rest.split_at_checked(long)?;
    let length = if *length < 0x80 {
        usize::from(*length)
    } else {
        digits
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte))
    };
    rest.split_at_checked(length)
}
