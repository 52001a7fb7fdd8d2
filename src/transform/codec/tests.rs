use super::*;

/// Bytes and their text, as Python reads them; `None` if Python refuses them, so that they stay.
const EXAMPLES: [(&str, &[u8], Option<&str>); 32] = [
    ("latin_1", b"M\xfcller", Some("Müller")),
    ("latin1", b"\x80\xa4", Some("\u{80}¤")),
    ("ISO-8859-15", b"\xa4\xbe", Some("€Ÿ")),
    ("latin9", b"\xa4", Some("€")),
    ("l9", b"\xa4", Some("€")),
    ("latin-9", b"\xa4", Some("€")),
    ("iso8859_2", b"\xb9\xe8", Some("šč")),
    ("l2", b"\xb9", Some("š")),
    ("iso-8859-5", b"\xb6", Some("Ж")),
    ("iso-8859-6", b"\xa1", None),
    ("latin5", b"\x80\xfd", Some("\u{80}ı")),
    ("iso8859_11", b"\xa1", Some("ก")),
    ("iso-8859-13", b"\xa1", Some("”")),
    ("latin10", b"\xa4", Some("€")),
    ("cp1252", b"\x80\x9f\xfc", Some("€Ÿü")),
    ("windows-1252", b"\x81", None),
    ("1252", b"\x80", Some("€")),
    ("cp-1252", b"\x80", Some("€")),
    ("cp1250", b"\x9a\xe8", Some("šč")),
    ("windows_1251", b"\xc6", Some("Ж")),
    ("cp1253", b"\xaa", None),
    ("cp1257", b"\xf0", Some("š")),
    ("cp1258", b"\xd5", Some("Ơ")),
    ("cp437", b"M\x81ller", Some("Müller")),
    ("IBM850", b"\x81\xd5", Some("üı")),
    ("858", b"\xd5", Some("€")),
    ("cp857", b"\xd5", None),
    ("mac_roman", b"\x9f", Some("ü")),
    ("koi8-r", b"\xf6", Some("Ж")),
    ("us-ascii", b"\xfc", None),
    ("utf-16", b"\xff\xfeM\0\xfc\0", Some("Mü")),
    ("utf_16_be", b"\0M\0\xfc", Some("Mü")),
];

#[test]
fn encodings_have_the_names_and_characters_of_python() {
    for (name, bytes, text) in EXAMPLES {
        assert_eq!(
            Codec::named(name).unwrap().recode(bytes.to_vec()),
            text.map_or(bytes, str::as_bytes),
            "{name}"
        );
    }
}

#[test]
fn text_is_not_converted_again() {
    for name in ["utf-8", "latin1", "cp850", "ascii", "utf-16"] {
        let text = "ü".as_bytes().to_vec();
        assert_eq!(Codec::named(name).unwrap().recode(text.clone()), text, "{name}");
    }
}

#[test]
fn unknown_names_are_none() {
    for name in [
        "",
        "utf-7",
        "rot13",
        "base64",
        "iso-8859-12",
        "iso-8859-17",
        "latin11",
        "latin0",
        "cp0",
        "cp37",
        "99999",
    ] {
        assert_eq!(Codec::named(name), None, "{name}");
    }
}
