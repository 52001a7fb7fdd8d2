mod formats;
mod rows;

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
        list_separator: None,
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

/// Summary of a record: line, id, and the reason or the named values.
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
        Record::Leaver(_) | Record::Partial(..) | Record::Server(_) | Record::CertificateEnds(_) => {
            panic!("{record:?}")
        }
    }
}

fn summaries(content: impl AsRef<[u8]>) -> Vec<(u64, Option<String>, String)> {
    read(content).unwrap().iter().map(summary).collect()
}

fn person(line: u64, id: &str, values: &str) -> (u64, Option<String>, String) {
    (line, Some(id.to_owned()), values.to_owned())
}

/// Otherwise a misspelt optional column would be ignored silently.
#[test]
fn a_column_that_looks_like_one_of_ours_is_reported() {
    let row = "ada@example.org,Ada,Lovelace,,x,y\n";
    let warnings = |last: &str| summaries(format!("email,first_name,last_name,phone,{last}\n{row}"));
    let line = |found: &str, meant: &str| {
        let reason = format!("the column `{found}` is not used; did you mean `{meant}`?");
        (1, None, reason)
    };
    assert_eq!(warnings("localprat,room")[0], line("localprat", "localpart"));
    assert_eq!(warnings("Localpart,language")[0], line("Localpart", "localpart"));
    assert_eq!(
        warnings("Localpart,language")[1],
        line("language", "preferred_language")
    );
    assert_eq!(warnings("shoe size,room").len(), 1);
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

/// The line is the one on which the record starts, for any line breaks and anything before it.
#[test]
fn the_location_is_the_line_where_the_record_starts() {
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
            "column `phone` appears twice",
            "any order",
        ),
        (
            "localpart,localpart,email,first_name,last_name,phone",
            "column `localpart` appears twice",
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

mod files;
