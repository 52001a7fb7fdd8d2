//! Detects the format of a file from its first bytes. Pure.

/// Byte order of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Text, apparently in UTF-8.
    Text,
    /// Excel calls it "Unicode text".
    Utf16(Order),
    /// A format that a program can save as CSV.
    Other(&'static str),
    /// A web page or a similar download.
    Page(&'static str),
}

/// First bytes of other formats.
const BEGINNINGS: [(&[u8], &str); 14] = [
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls), or another document of Office",
    ),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "packed (gzip)"),
    (b"BZh", "packed (bzip2)"),
    (b"\xfd7zXZ", "packed (xz)"),
    (b"\x28\xb5\x2f\xfd", "packed (zstd)"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\xff\xfe\0\0", "text in UTF-32"),
    (b"\0\0\xfe\xff", "text in UTF-32"),
    (b"-----BEGIN", "a key, a certificate or an encrypted message"),
];

/// Beginnings of markup, in lower case, after blanks.
const MARKUP: [(&str, Format); 9] = [
    ("<!doctype html", Format::Page("a web page (HTML)")),
    ("<html", Format::Page("a web page (HTML)")),
    ("<head", Format::Page("a web page (HTML)")),
    ("<table", Format::Page("a web page (HTML)")),
    ("<?xml", Format::Other("XML")),
    ("<workbook", Format::Other("XML")),
    ("dn:", Format::Other("LDIF")),
    ("version: 1", Format::Other("LDIF")),
    ("begin:vcard", Format::Other("a vCard file")),
];

/// The format of a file with these first bytes.
pub(super) fn of(head: &[u8]) -> Format {
    if let [b'P', b'K', 3 | 5 | 7, 4 | 6 | 8, ..] = head {
        return Format::Other(archive(head));
    }
    if let Some((_, what)) = BEGINNINGS.iter().find(|(begin, _)| head.starts_with(begin)) {
        return Format::Other(what);
    }
    match head {
        // It is visible without a byte order mark too, because column names are ASCII.
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => return Format::Utf16(Order::Little),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => return Format::Utf16(Order::Big),
        _ => {}
    }
    let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first_line.contains(&0) {
        return Format::Other("not text (it contains NUL bytes)");
    }
    markup(head)
}

/// A workbook is a zip archive. The names of its files show which format it is.
fn archive(head: &[u8]) -> &'static str {
    let holds = |name: &str| head.windows(name.len()).any(|window| window == name.as_bytes());
    if holds("opendocument") {
        "a document of LibreOffice (a zip archive)"
    } else if holds("word/") {
        "a Word document (a zip archive)"
    } else {
        "an Excel workbook, or another zip archive"
    }
}

fn markup(head: &[u8]) -> Format {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let begins = |begin: &str| {
        text.get(..begin.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(begin))
    };
    if let Some((_, format)) = MARKUP.iter().find(|(begin, _)| begins(begin)) {
        return *format;
    }
    let json = text.strip_prefix(['{', '[']).map(str::trim_start);
    if json.is_some_and(|rest| rest.starts_with(['{', '[', '"', '}', ']'])) {
        return Format::Other("JSON");
    }
    Format::Text
}

/// Decodes UTF-16. Half a character becomes U+FFFD.
pub(super) fn utf16(bytes: &[u8], order: Order) -> String {
    let units = bytes.chunks(2).map(|unit| match (unit, order) {
        ([low, high], Order::Little) => u16::from_le_bytes([*low, *high]),
        ([high, low], Order::Big) => u16::from_be_bytes([*high, *low]),
        _ => 0xFFFD,
    });
    let text: String = char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.trim_start_matches('\u{FEFF}').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_known() {
        for (head, what) in [
            (
                b"PK\x03\x04\x14\0\x06\0\x08\0abc@".as_slice(),
                "an Excel workbook, or another zip archive",
            ),
            (b"PK\x05\x06", "an Excel workbook, or another zip archive"),
            (
                b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
                "a document of LibreOffice (a zip archive)",
            ),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1",
                "an old Excel workbook (.xls), or another document of Office",
            ),
            (b"%PDF-1.7", "a PDF"),
            (b"\xff\xfe\0\0e\0\0\0", "text in UTF-32"),
            (b"\x1f\x8b\x08", "packed (gzip)"),
            (b"[\n {\"email\": 1}]", "JSON"),
            (b"{\"users\": []}", "JSON"),
            (b"[]", "JSON"),
            (b"\xef\xbb\xbf<?xml version", "XML"),
            (b"dn: cn=a", "LDIF"),
            (b"email,\0\0\0\n", "not text (it contains NUL bytes)"),
            (b"\0\0\0\0", "not text (it contains NUL bytes)"),
        ] {
            assert_eq!(of(head), Format::Other(what));
        }
        assert_eq!(of(b"\n <!DOCTYPE html><p>"), Format::Page("a web page (HTML)"));
        for text in [
            "",
            "email,first_name",
            "\u{feff}email",
            "PK,email",
            "\n\nemail",
            "\"email\"",
            "[x],email",
            "é",
        ] {
            assert_eq!(of(text.as_bytes()), Format::Text, "{text:?}");
        }
    }

    #[test]
    fn utf16_is_read_in_either_order_with_and_without_mark() {
        let text = "email,é,🙂\n";
        for (mark, order) in [
            ("\u{feff}", Order::Little),
            ("", Order::Little),
            ("\u{feff}", Order::Big),
            ("", Order::Big),
        ] {
            let units = format!("{mark}{text}");
            let bytes: Vec<u8> = units
                .encode_utf16()
                .flat_map(|unit| match order {
                    Order::Little => unit.to_le_bytes(),
                    Order::Big => unit.to_be_bytes(),
                })
                .collect();
            assert_eq!(of(&bytes), Format::Utf16(order));
            assert_eq!(utf16(&bytes, order), text);
            assert_eq!(
                utf16(&bytes[..bytes.len() - 1], order),
                text.replace('\n', "\u{fffd}")
            );
        }
    }
}
