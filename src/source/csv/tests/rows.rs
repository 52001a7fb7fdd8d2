//! Rows that cannot be used.

use super::*;

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

/// As spreadsheets write them below a table. A row that may belong to a person is still rejected.
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
                "`email` contains an error value of a spreadsheet".to_owned()
            ),
            person(
                3,
                "a@b",
                "`first_name`, `last_name` contain an error value of a spreadsheet"
            ),
            person(
                4,
                "c@d",
                "no value for `first_name`; `last_name` contains a number"
            ),
            person(
                5,
                "e@f",
                "`first_name` looks like a program's text for `no value`; it is used as a name"
            ),
            person(5, "e@f", "e@f|NULL|F|-|e@f|-"),
        ]
    );
}

/// It is not known whose a shifted row is. The rows around it are used.
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

/// Each of these leaves a row with the correct number of fields, and a person inside a field.
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
