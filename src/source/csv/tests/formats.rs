//! Encodings, separators and ends of a file.

use super::*;

fn open(column: &str) -> String {
    format!(
        "the last line has no line break, so `{column}` may be half written; end the file with a line break"
    )
}

/// The rest may still be missing.
#[test]
fn the_last_value_without_line_break_is_not_trusted() {
    let reason = format!("{}; until then it is not written", open("phone"));
    for end in ["+49 30 90", ""] {
        let records = read(format!("{HEADER}a@b,A,B,{end}")).unwrap();
        let found: Vec<_> = records.iter().map(summary).collect();
        assert_eq!(
            found,
            [person(2, "a@b", &reason), person(2, "a@b", "a@b|A|B|-|a@b|-")]
        );
        let Record::Person(found) = &records[1] else {
            panic!("{records:?}");
        };
        assert!(found.unknown.contains(schema().index("phone").unwrap()));
    }
}

/// A quoted value is complete, and so is one before others.
#[test]
fn a_last_value_may_be_seen_to_be_whole() {
    for (content, id, summary) in [
        (
            "email,first_name,last_name,phone,localpart\na@b,A,B,1,new.pers",
            Some("a@b"),
            open("localpart"),
        ),
        (
            "email,first_name,last_name,phone,localpart\na@b,A,B,1,",
            Some("a@b"),
            open("localpart"),
        ),
        (
            "phone,email,first_name,last_name\n1,a@b,A,B",
            Some("a@b"),
            open("last_name"),
        ),
        ("phone,first_name,last_name,email\n1,A,B,a@b", None, open("email")),
        (
            "email,first_name,last_name,phone,town\na@b,A,B,1,Par",
            Some("a@b"),
            "a@b|A|B|1|a@b|-".to_owned(),
        ),
        (
            "email,first_name,last_name,phone\na@b,A,B,\"1\"",
            Some("a@b"),
            "a@b|A|B|1|a@b|-".to_owned(),
        ),
        (
            "email,first_name,last_name,phone\na@b,A,B,1\r",
            Some("a@b"),
            "a@b|A|B|1|a@b|-".to_owned(),
        ),
        (
            "email,first_name,last_name,phone\na@b,A,B,1\n ",
            Some("a@b"),
            "a@b|A|B|1|a@b|-".to_owned(),
        ),
    ] {
        assert_eq!(
            summaries(content),
            [(2, id.map(str::to_owned), summary)],
            "{content:?}"
        );
    }
}

#[test]
fn utf16_is_read_like_utf8() {
    let text = format!("\u{feff}{HEADER}ä@b,Ä,李,1\n");
    let bytes = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    for content in [bytes(u16::to_le_bytes), bytes(u16::to_be_bytes)] {
        assert_eq!(summaries(content), [person(2, "ä@b", "ä@b|Ä|李|1|ä@b|-")]);
    }
    let tabs = text.replace(',', "\t");
    let content: Vec<u8> = tabs.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = read(content).unwrap_err();
    assert!(error.hint.unwrap().contains("instead of tabs"));
}

#[test]
fn the_separator_of_excel_is_no_header() {
    assert_eq!(summaries(format!("sep=,\n{HEADER}a@b,A,B,\n")).len(), 1);
    let error = read("sep=;\nemail;first_name;last_name;phone\n").unwrap_err();
    assert!(error.hint.unwrap().contains("instead of semicolons"));
}

#[test]
fn what_is_no_csv_is_named() {
    for (content, what, hint) in [
        (
            b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0abc@\0\xff\xfe".as_slice(),
            "is an Excel workbook, or another zip archive, not CSV",
            "save it as CSV",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "is an old Excel workbook (.xls)",
            "save it as CSV",
        ),
        (
            b"<html><body>Log in",
            "is a web page (HTML), not CSV",
            "a failed download",
        ),
        (b"\0\0\0\0\0", "is not text", "save it as CSV"),
    ] {
        let error = read(content).unwrap_err();
        assert!(error.what.contains(what), "{}", error.what);
        assert!(error.hint.unwrap().contains(hint));
    }
}

/// An unclosed quote would make one value of the rest of any file.
#[test]
fn a_row_without_end_is_an_error_with_its_location() {
    let rest = "c@d,C,D,\n".repeat(200_000);
    let error = read(format!("{HEADER}a@b,A,B,\ne@f,\"E\nE\",\"F,\n{rest}")).unwrap_err();
    let what = "cannot be used: the row of line 3 is longer than 1 MiB: the quote that is opened in line 4 is not closed";
    assert!(error.what.contains(what), "{}", error.what);
    let error = read(format!("{HEADER}\r\n{}", "x".repeat(2 << 20))).unwrap_err();
    assert!(
        error.what.ends_with("the row of line 3 is longer than 1 MiB"),
        "{}",
        error.what
    );
    let found = summaries(format!("{HEADER}e@f,\"E\nE\",\"F,\nc@d,C,D,\n"));
    let what = "a quote is opened in line 3 and never closed, which hides all further rows";
    assert_eq!(found, [(2, None, what.to_owned())]);
}
