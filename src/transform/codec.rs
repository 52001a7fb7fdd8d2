//! Text encodings, by their names in Python. Pure.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, ISO_8859_2, ISO_8859_3, ISO_8859_4,
    ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_13, ISO_8859_14, ISO_8859_15,
    ISO_8859_16, KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257,
    WINDOWS_1258, X_MAC_CYRILLIC,
};
use oem_cp::code_table::DECODING_TABLE_CP_MAP;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// UTF-8, the encoding of texts anyway.
    Utf8,
    Ascii,
    /// With a byte order mark, or little-endian.
    Utf16,
    /// A part of ISO 8859: bytes below 0xA0 are the characters with these numbers, others are those of this encoding.
    Iso(&'static Encoding),
    /// A code page of DOS.
    Dos(u16),
    Other(&'static Encoding),
}

/// ISO 8859 by the number of its parts. Part 12 does not exist.
const ISO_8859: [(u16, &Encoding); 15] = [
    (1, WINDOWS_1252),
    (2, ISO_8859_2),
    (3, ISO_8859_3),
    (4, ISO_8859_4),
    (5, ISO_8859_5),
    (6, ISO_8859_6),
    (7, ISO_8859_7),
    (8, ISO_8859_8),
    (9, WINDOWS_1254),
    (10, ISO_8859_10),
    (11, WINDOWS_874),
    (13, ISO_8859_13),
    (14, ISO_8859_14),
    (15, ISO_8859_15),
    (16, ISO_8859_16),
];

/// The parts of ISO 8859 that are called Latin-1 to Latin-10.
const LATIN: [u16; 10] = [1, 2, 3, 4, 9, 10, 13, 14, 15, 16];

/// Code pages of Windows.
const PAGES: [(u16, &Encoding); 15] = [
    (866, IBM866),
    (874, WINDOWS_874),
    (932, SHIFT_JIS),
    (936, GBK),
    (949, EUC_KR),
    (950, BIG5),
    (1250, WINDOWS_1250),
    (1251, WINDOWS_1251),
    (1252, WINDOWS_1252),
    (1253, WINDOWS_1253),
    (1254, WINDOWS_1254),
    (1255, WINDOWS_1255),
    (1256, WINDOWS_1256),
    (1257, WINDOWS_1257),
    (1258, WINDOWS_1258),
];

/// Names without a number of their own, in lower case and without punctuation.
const NAMES: [(&str, Codec); 40] = [
    ("utf8", Codec::Utf8),
    ("u8", Codec::Utf8),
    ("utf", Codec::Utf8),
    ("cp65001", Codec::Utf8),
    ("ascii", Codec::Ascii),
    ("usascii", Codec::Ascii),
    ("646", Codec::Ascii),
    ("cp367", Codec::Ascii),
    ("utf16", Codec::Utf16),
    ("u16", Codec::Utf16),
    ("utf16le", Codec::Other(UTF_16LE)),
    ("utf16be", Codec::Other(UTF_16BE)),
    ("latin", Codec::Iso(WINDOWS_1252)),
    ("8859", Codec::Iso(WINDOWS_1252)),
    ("iso8859", Codec::Iso(WINDOWS_1252)),
    ("cp819", Codec::Iso(WINDOWS_1252)),
    ("ibm819", Codec::Iso(WINDOWS_1252)),
    ("cyrillic", Codec::Iso(ISO_8859_5)),
    ("arabic", Codec::Iso(ISO_8859_6)),
    ("greek", Codec::Iso(ISO_8859_7)),
    ("hebrew", Codec::Iso(ISO_8859_8)),
    ("thai", Codec::Iso(WINDOWS_874)),
    ("tis620", Codec::Iso(WINDOWS_874)),
    ("koi8r", Codec::Other(KOI8_R)),
    ("koi8u", Codec::Other(KOI8_U)),
    ("macroman", Codec::Other(MACINTOSH)),
    ("macintosh", Codec::Other(MACINTOSH)),
    ("maccyrillic", Codec::Other(X_MAC_CYRILLIC)),
    ("big5", Codec::Other(BIG5)),
    ("eucjp", Codec::Other(EUC_JP)),
    ("ujis", Codec::Other(EUC_JP)),
    ("euckr", Codec::Other(EUC_KR)),
    ("gb18030", Codec::Other(GB18030)),
    ("gb2312", Codec::Other(GBK)),
    ("gbk", Codec::Other(GBK)),
    ("iso2022jp", Codec::Other(ISO_2022_JP)),
    ("shiftjis", Codec::Other(SHIFT_JIS)),
    ("sjis", Codec::Other(SHIFT_JIS)),
    ("mskanji", Codec::Other(SHIFT_JIS)),
    ("windows31j", Codec::Other(SHIFT_JIS)),
];

impl Codec {
    /// The encoding with a name such as `iso-8859-15` or `cp850`; `None` if it is unknown. Letter case and punctuation
    /// are ignored.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let known = NAMES.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, codec)| *codec)
            .or_else(|| iso(&name))
            .or_else(|| page(&name))
    }

    /// Converts a value to UTF-8. A value that is invalid in the encoding is returned unchanged.
    pub fn recode(self, value: Vec<u8>) -> Vec<u8> {
        if std::str::from_utf8(&value).is_ok() {
            return value;
        }
        self.text(&value).map_or(value, String::into_bytes)
    }

    fn text(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 | Self::Ascii => None,
            Self::Utf16 => match bytes.strip_prefix(&[0xfe, 0xff]) {
                Some(rest) => decoded(UTF_16BE, rest),
                None => decoded(UTF_16LE, bytes.strip_prefix(&[0xff, 0xfe]).unwrap_or(bytes)),
            },
            Self::Iso(encoding) => {
                let each = bytes.iter().map(|byte| match byte {
                    0..0xa0 => Some(char::from(*byte).into()),
                    _ => decoded(encoding, &[*byte]),
                });
                each.collect()
            }
            Self::Dos(number) => {
                let text = DECODING_TABLE_CP_MAP.get(&number)?.decode_string_checked(bytes)?;
                (!text.contains(is_control)).then_some(text)
            }
            Self::Other(encoding) => decoded(encoding, bytes),
        }
    }
}

/// The text; `None` if a byte is undefined.
fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let is_undefined = encoding.is_single_byte() && text.contains(is_control);
    (!is_undefined).then(|| text.into_owned())
}

/// Undefined bytes of code pages are often read as these.
fn is_control(sign: char) -> bool {
    ('\u{80}'..'\u{a0}').contains(&sign)
}

/// Such as `iso885915`, `latin9` or `l9`.
fn iso(name: &str) -> Option<Codec> {
    let part = |prefix: &str| name.strip_prefix(prefix)?.parse::<u16>().ok();
    let latin = || {
        let number = part("latin").or_else(|| part("l"))?;
        LATIN.get(usize::from(number).checked_sub(1)?).copied()
    };
    let part = part("iso8859").or_else(|| part("8859")).or_else(latin)?;
    let found = ISO_8859.iter().find(|(known, _)| *known == part);
    found.map(|(_, encoding)| Codec::Iso(encoding))
}

/// Such as `cp850`, `windows1250`, `ibm437` or `850`.
fn page(name: &str) -> Option<Codec> {
    let prefixes = ["windows", "cp", "ibm", "ms", ""];
    let number: u16 = prefixes
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix)?.parse().ok())?;
    let windows = PAGES.iter().find(|(known, _)| *known == number);
    windows.map(|(_, encoding)| Codec::Other(encoding)).or_else(|| {
        let is_known = DECODING_TABLE_CP_MAP.contains_key(&number);
        is_known.then_some(Codec::Dos(number))
    })
}

#[cfg(test)]
mod tests;
