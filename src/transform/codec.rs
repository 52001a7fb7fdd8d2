//! Single-byte text encodings. Pure.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// UTF-8, the encoding of texts anyway.
    Utf8,
    /// ISO 8859-1: each byte is the character with that number.
    Latin1,
    /// ISO 8859-15: the same with the euro sign.
    Latin9,
    /// Windows code page 1252.
    Windows1252,
}

/// Names in Python, in lower case and with hyphens.
const NAMES: [(&str, Codec); 16] = [
    ("utf-8", Codec::Utf8),
    ("utf8", Codec::Utf8),
    ("u8", Codec::Utf8),
    ("latin-1", Codec::Latin1),
    ("latin1", Codec::Latin1),
    ("l1", Codec::Latin1),
    ("iso-8859-1", Codec::Latin1),
    ("iso8859-1", Codec::Latin1),
    ("latin-9", Codec::Latin9),
    ("l9", Codec::Latin9),
    ("iso-8859-15", Codec::Latin9),
    ("iso8859-15", Codec::Latin9),
    ("cp1252", Codec::Windows1252),
    ("cp-1252", Codec::Windows1252),
    ("1252", Codec::Windows1252),
    ("windows-1252", Codec::Windows1252),
];

/// The characters of ISO 8859-15 that differ from ISO 8859-1.
const LATIN_9: [(u8, char); 8] = [
    (0xa4, '€'),
    (0xa6, 'Š'),
    (0xa8, 'š'),
    (0xb4, 'Ž'),
    (0xb8, 'ž'),
    (0xbc, 'Œ'),
    (0xbd, 'œ'),
    (0xbe, 'Ÿ'),
];

/// The characters 0x80 to 0x9F of code page 1252; NUL if there is none.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“',
    '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

impl Codec {
    /// The encoding with a name such as `iso-8859-15`; `None` if it is unknown.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, codec)| *codec)
    }

    /// Converts a value to UTF-8; `None` if a byte is invalid in the encoding.
    pub fn recode(self, value: Vec<u8>) -> Option<Vec<u8>> {
        if self == Self::Utf8 || std::str::from_utf8(&value).is_ok() {
            return Some(value);
        }
        let text: Option<String> = value.iter().map(|byte| self.character(*byte)).collect();
        text.map(String::into_bytes)
    }

    fn character(self, byte: u8) -> Option<char> {
        let same = char::from(byte);
        match (self, byte) {
            (Self::Latin9, _) => {
                let other = LATIN_9.iter().find(|(known, _)| *known == byte);
                Some(other.map_or(same, |(_, other)| *other))
            }
            (Self::Windows1252, 0x80..=0x9f) => {
                Some(WINDOWS_1252[usize::from(byte - 0x80)]).filter(|other| *other != '\0')
            }
            _ => Some(same),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_has_its_own_euro_sign() {
        for (name, bytes, text) in [
            ("latin_1", &b"M\xfcller"[..], Some("Müller")),
            ("ISO-8859-15", b"\xa4\xbe", Some("€Ÿ")),
            ("iso-8859-1", b"\xa4\x80", Some("¤\u{80}")),
            ("cp1252", b"\x80\x9f\xfc", Some("€Ÿü")),
            ("windows-1252", b"\x81", None),
            ("latin1", "\u{fc}".as_bytes(), Some("\u{fc}")),
        ] {
            assert_eq!(
                Codec::named(name).unwrap().recode(bytes.to_vec()).as_deref(),
                text.map(str::as_bytes),
                "{name}"
            );
        }
        assert_eq!(Codec::named("utf-7"), None);
    }
}
