use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::model::Purpose;
use crate::source::fixture::{roles, schema};

fn source(content: &[u8]) -> (CsvSource, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let settings = CsvSettings {
        file_path: file.path().to_owned(),
        id_column: None,
        further_columns: Vec::new(),
    };
    let source = CsvSource::new(&"csv".into(), &settings, &schema(), &roles());
    (source, file)
}

fn read(content: impl AsRef<[u8]>) -> Result<Vec<Record>, SourceError> {
    let (source, _file) = source(content.as_ref());
    let mut records = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(source.read(&mut |record| records.push(record)))?;
    Ok(records)
}

const HEADER: &str = "email,first_name,last_name,phone\n";

/// What a record came to: line, id, and the reason or the named values.
fn summary(record: &Record) -> (u64, Option<String>, String) {
    let line = |at: &RecordRef| at.at.rsplit(':').next().unwrap().parse().unwrap();
    let text = |id: &ExternalId| String::from_utf8(id.as_bytes().to_vec()).unwrap();
    match record {
        Record::Person(person) => {
            let schema = schema();
            let said = schema.iter().filter(|(_, spec)| spec.purpose != Purpose::Access);
            let values = said.map(|(index, _)| person.attributes.text(index).unwrap_or("-"));
            let values: Vec<&str> = values.collect();
            (line(&person.origin), Some(text(&person.id)), values.join("|"))
        }
        Record::Rejected(rejected) => (
            line(&rejected.at),
            rejected.id.as_ref().map(text),
            rejected.reason.clone(),
        ),
        Record::Warning(warning) => (
            line(&warning.at),
            warning.id.as_ref().map(text),
            warning.reason.clone(),
        ),
        Record::Leaver(_) | Record::Partial(..) | Record::Server(_) => panic!("{record:?}"),
    }
}

fn summaries(content: impl AsRef<[u8]>) -> Vec<(u64, Option<String>, String)> {
    read(content).unwrap().iter().map(summary).collect()
}

fn person(line: u64, id: &str, values: &str) -> (u64, Option<String>, String) {
    (line, Some(id.to_owned()), values.to_owned())
}

#[test]
fn columns_stand_in_any_order_among_others() {
    let content = "phone,shoe size,last_name,email,first_name\n0123,38, Lovelace ,ada@example.org,Ada\n";
    assert_eq!(
        summaries(content),
        [person(
            2,
            "ada@example.org",
            "ada@example.org|Ada| Lovelace |0123|ada@example.org|-"
        )]
    );
}

#[test]
fn an_empty_phone_removes_and_an_absent_or_empty_localpart_is_unknown() {
    let schema = schema();
    let index = |name| schema.index(name).unwrap();
    let content = "email,first_name,last_name,phone,localpart\na@b,A,B,,\nc@d,C,D,,seed\n";
    for (content, given) in [
        (format!("{HEADER}a@b,A,B,\n"), vec![None]),
        (content.to_owned(), vec![None, Some("seed")]),
    ] {
        let records = read(content).unwrap();
        assert_eq!(records.len(), given.len());
        for (record, given) in records.iter().zip(given) {
            let Record::Person(person) = record else {
                panic!("{record:?}");
            };
            assert!(!person.unknown.contains(index("phone")));
            assert_eq!(person.attributes.text(index("localpart")), given);
            assert_eq!(person.unknown.contains(index("localpart")), given.is_none());
        }
    }
}

/// The line is the one on which the record starts, whatever the line breaks and whatever stands before it.
#[test]
fn the_place_is_the_line_where_the_record_starts() {
    let content = "\u{feff}email,first_name,last_name,phone\n\n\na@b,\"A\nA\",B,\nc@d,C,D,\n\n,E,F,\n";
    let expected = vec![
        person(4, "a@b", "a@b|A\nA|B|-|a@b|-"),
        person(6, "c@d", "c@d|C|D|-|c@d|-"),
        (8, None, "no value for `email`".to_owned()),
    ];
    assert_eq!(summaries(content), expected);
    let mut windows = expected;
    windows[0].2 = "a@b|A\r\nA|B|-|a@b|-".to_owned();
    assert_eq!(summaries(content.replace('\n', "\r\n")), windows);
}

#[test]
fn quotes_are_doubled_and_hold_commas() {
    let content = format!("{HEADER}a@b,\"A, \"\"the\"\" B\",B,1\n");
    assert_eq!(
        summaries(content),
        [person(2, "a@b", "a@b|A, \"the\" B|B|1|a@b|-")]
    );
}

#[test]
fn a_missing_value_rejects_the_row_with_its_id() {
    let content = format!("{HEADER}a@b,,B,\nc@d,C,,\ne@f,,,\n");
    assert_eq!(
        summaries(content),
        [
            person(2, "a@b", "no value for `first_name`"),
            person(3, "c@d", "no value for `last_name`"),
            person(4, "e@f", "no value for `first_name`, `last_name`"),
        ]
    );
}

/// As spreadsheets write them below a table. What may be somebody's is still rejected.
#[test]
fn a_row_without_any_value_is_no_row() {
    let blank = ",,,\n;;;\n\" \",\"\",\u{a0},\u{200b}\n \n\t\n,\n,,,,,,\n\u{1a}\n";
    let content = format!("{blank}{HEADER}{blank}a@b,A,B,\n{blank},,,1\n,\"\n");
    assert_eq!(
        summaries(content),
        [
            person(18, "a@b", "a@b|A|B|-|a@b|-"),
            (27, None, "no value for `email`".to_owned()),
            (
                28,
                None,
                "a quote is opened and never closed, which hides all further rows".to_owned()
            ),
        ]
    );
    let content = format!("{HEADER}{}a@b,A,B,\n", ",,,\n".repeat(3000));
    assert_eq!(read(content).unwrap().len(), 1);
}

#[test]
fn an_error_value_in_a_key_column_rejects_the_row() {
    let content = format!("{HEADER}#N/A,A,B,\na@b,#REF!,#NV,#N/A\nc@d,\u{200b},12,\ne@f,NULL,F,\n");
    assert_eq!(
        summaries(content),
        [
            (
                2,
                None,
                "`email` holds an error value of a spreadsheet".to_owned()
            ),
            person(
                3,
                "a@b",
                "`first_name`, `last_name` hold an error value of a spreadsheet"
            ),
            person(4, "c@d", "no value for `first_name`; `last_name` holds a number"),
            person(
                5,
                "e@f",
                "`first_name` reads like a program's word for `no value`; it is taken as a name"
            ),
            person(5, "e@f", "e@f|NULL|F|-|e@f|-"),
        ]
    );
}

/// A shifted row says nothing about whose it is; the rows around it count.
#[test]
fn a_row_with_another_number_of_fields_is_rejected_without_id() {
    let content = format!("{HEADER}a@b,A,B\nc@d,C,D,1,2\ne@f,E,F,\n");
    assert_eq!(
        summaries(content),
        [
            (2, None, "3 fields instead of the 4 of the header".to_owned()),
            (3, None, "5 fields instead of the 4 of the header".to_owned()),
            person(4, "e@f", "e@f|E|F|-|e@f|-"),
        ]
    );
}

#[test]
fn bytes_that_are_not_utf8_reject_the_row() {
    let content = [HEADER.as_bytes(), b"a@b,\xe4,B,\n\xe4@b,A,B,\ne@f,E,F,\n"].concat();
    assert_eq!(
        summaries(content),
        [
            person(2, "a@b", "`first_name` is not UTF-8; save the file as UTF-8"),
            (3, None, "`email` is not UTF-8; save the file as UTF-8".to_owned()),
            person(4, "e@f", "e@f|E|F|-|e@f|-"),
        ]
    );
}

/// Each of these leaves a row with the right number of fields, and somebody inside a field.
#[test]
fn a_quote_that_swallows_people_is_noticed() {
    for (content, line, reason) in [
        (
            "a@b,A,B,\"1\nc@d,C,D,2\n",
            2,
            "a quote is opened and never closed, which hides all further rows",
        ),
        (
            "a@b,A,B,\"1\nc@d,C,D,\"2\n",
            2,
            "text follows a closing quote; a quote inside a value is written twice",
        ),
    ] {
        let summaries = summaries(format!("{HEADER}{content}"));
        assert_eq!(summaries, [(line, None, reason.to_owned())], "{content}");
    }
}

#[test]
fn a_header_alone_is_an_empty_source() {
    assert_eq!(read(HEADER).unwrap(), []);
}

#[test]
fn a_wrong_header_says_what_is_missing_and_what_was_found() {
    for (header, what, hint) in [
        (
            "Email,first_name,last_name,phone",
            "no column `email`; found `Email`",
            "in lower case",
        ),
        (
            "email;first_name;last_name;phone",
            "no column `email`, `first_name`",
            "instead of semicolons",
        ),
        ("email\tphone", "no column", "instead of tabs"),
        (
            "email,first_name,last_name",
            "no column `phone`",
            "may name `localpart`",
        ),
        (
            "email,first_name,last_name,phone,phone",
            "column `phone` stands there twice",
            "any order",
        ),
        (
            "localpart,localpart,email,first_name,last_name,phone",
            "column `localpart` stands there twice",
            "any",
        ),
        (
            "ada@example.org,Ada,Lovelace,",
            "its first line is a person, not a header",
            "first line",
        ),
        ("", "is empty", "first line"),
        ("\n\n", "is empty", "first line"),
        (
            "\"email,first_name,last_name,phone",
            "no column `email`",
            "first line",
        ),
    ] {
        let error = read(header).unwrap_err();
        assert!(error.what.contains(what), "{header}: {}", error.what);
        assert!(error.hint.as_ref().unwrap().contains(hint), "{header}: {error:?}");
        assert!(!error.what.contains("Lovelace"), "{}", error.what);
    }
}

fn open(column: &str) -> String {
    format!(
        "the last line has no line break, so `{column}` may be half written; end the file with a line break"
    )
}

/// The rest may have been on its way.
#[test]
fn the_last_value_without_line_break_is_not_trusted() {
    let kept = format!("{}; until then what the account has is kept", open("phone"));
    for end in ["+49 30 90", ""] {
        let records = read(format!("{HEADER}a@b,A,B,{end}")).unwrap();
        let found: Vec<_> = records.iter().map(summary).collect();
        assert_eq!(
            found,
            [person(2, "a@b", &kept), person(2, "a@b", "a@b|A|B|-|a@b|-")]
        );
        let Record::Person(found) = &records[1] else {
            panic!("{records:?}");
        };
        assert!(found.unknown.contains(schema().index("phone").unwrap()));
    }
}

/// A value that is quoted is whole, and so is what stands before others.
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
        (b"<html><body>Log in", "is a web page (HTML), not CSV", "log in"),
        (b"\0\0\0\0\0", "is no text", "save it as CSV"),
    ] {
        let error = read(content).unwrap_err();
        assert!(error.what.contains(what), "{}", error.what);
        assert!(error.hint.unwrap().contains(hint));
    }
}

/// A quote that is never closed would make one value of the rest of any file.
#[test]
fn a_row_without_end_is_an_error_with_its_place() {
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

mod files;
