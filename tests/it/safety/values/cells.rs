//! What a spreadsheet leaves in a cell is no value.

use std::fs;

use testkit::people::Person;

use crate::safety::lab::Lab;

const HEADER: &str = "email,first_name,last_name,phone\n";

/// Alice, Bob, Carol and Erin, synced once; Bob has a number.
fn lab() -> Lab {
    let lab = Lab::csv(&[]);
    lab.configure("policy:\n  absent: delete\n");
    rows(
        &lab,
        "alice@example.org,Alice,Archer,\nbob@example.org,Bob,Baker,+49 30 901820\ncarol@example.org,Carol,Carpenter,\n\
         erin@example.org,Erin,Ebert,\n",
    );
    lab.run("").exits(0).says("4 created");
    lab
}

fn rows(lab: &Lab, rows: &str) {
    fs::write(lab.path("users.csv"), format!("{HEADER}{rows}")).unwrap();
}

/// First name, last name and phone of the four accounts.
fn held(lab: &Lab) -> Vec<String> {
    let of = |name: &str| {
        let account = lab.account(&format!("{name}@example.org"));
        format!("{} {} {}", account.given_name, account.family_name, account.phone)
    };
    ["alice", "bob", "carol", "erin"].map(of).to_vec()
}

#[test]
fn an_error_value_of_a_spreadsheet_renames_no_person() {
    let lab = lab();
    rows(
        &lab,
        "alice@example.org,#N/A,#N/A,#N/A\nbob@example.org,NULL,NULL,NULL\ncarol@example.org,None,#REF!,n/a\n\
         erin@example.org,Erin,Ebert,\n",
    );
    lab.run("")
        .exits(1)
        .says("users.csv:2 (csv): `first_name`, `last_name` contain an error value of a spreadsheet")
        .says(
            "users.csv:3 (csv): `last_name` looks like a program's text for `no value`; it is used as a name",
        )
        .says("users.csv:4 (csv): `last_name` contains an error value of a spreadsheet");
    assert_eq!(
        held(&lab),
        [
            "Alice Archer ",
            "NULL NULL +4930901820",
            "Carol Carpenter ",
            "Erin Ebert "
        ]
    );
}

#[test]
fn what_is_no_text_of_a_person_renames_no_person() {
    let lab = lab();
    let before = held(&lab);
    for cell in [
        "#NV",
        "#BEZUG!",
        "Err:502",
        "0",
        "45123",
        "2026-01-01",
        "=A2",
        "4.93E+11",
        "???",
        "\u{200b}",
    ] {
        rows(
            &lab,
            &format!(
                "alice@example.org,{cell},Archer,\nbob@example.org,Bob,\" {cell}\u{a0}\",+49 30 901820\n\
                 carol@example.org,Carol,Carpenter,\nerin@example.org,Erin,Ebert,{}\n",
                if cell.starts_with('#') { cell } else { "" }
            ),
        );
        lab.run("")
            .exits(1)
            .says("users.csv:2 (csv): ")
            .says("users.csv:3 (csv): ")
            .says("2 rejected");
        assert_eq!(held(&lab), before, "{cell}");
    }
}

/// A long number in a spreadsheet becomes `4.93E+11`, of which Zitadel would take the digits.
#[test]
fn what_is_no_phone_number_is_never_stored() {
    let lab = lab();
    let before = held(&lab);
    rows(
        &lab,
        "alice@example.org,Alice,Archer,4.93E+11\nbob@example.org,Bob,Baker,49309E5\n\
         carol@example.org,Carol,Carpenter,4.930901820E9\nerin@example.org,Erin,Ebert,\n",
    );
    let left_out = "the phone number is no possible one; it is left out, and a number the account has stays";
    lab.run("")
        .exits(0)
        .says(left_out)
        .says("3 warnings")
        .says("nothing to change");
    assert_eq!(held(&lab), before);
    for cell in [
        "\"4,93E+11\"",
        "49309018.0",
        "#NV",
        "Err:502",
        "12.03.2024",
        "+49 30 90182O",
        "\"030 901821, 030 901822\"",
        "030 901821/0171 1234567",
        "4711",
        "030 12345678901234567",
        "########",
    ] {
        rows(
            &lab,
            &format!(
                "alice@example.org,Alice,Archer,{cell}\nbob@example.org,Bob,Baker,{cell}\n\
                 carol@example.org,Carol,Carpenter,\nerin@example.org,Erin,Ebert,\n"
            ),
        );
        lab.run("")
            .exits(0)
            .says("it is left out, and a number the account has stays")
            .says("2 warnings");
        assert_eq!(held(&lab), before, "{cell}");
    }
}

#[test]
fn numbers_without_country_code_are_counted_or_read_as_configured() {
    let lab = lab();
    rows(
        &lab,
        "alice@example.org,Alice,Archer,0171 1234567\nbob@example.org,Bob,Baker,030 901820\n\
         carol@example.org,Carol,Carpenter,+41 79 123 45 67\nerin@example.org,Erin,Ebert,\n",
    );
    lab.run("plan").exits(0).says(
        "all records (csv): phone numbers without a country code are read as those of Switzerland (+41), as Zitadel does; \
         `zitadel.phone_region` names another country: 2",
    );
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let german = config.replacen("zitadel:\n", "zitadel:\n  phone_region: de\n", 1);
    fs::write(lab.path("config.yaml"), german).unwrap();
    lab.run("")
        .exits(0)
        .does_not_say("country code")
        .says("2 updated");
    assert_eq!(
        held(&lab),
        [
            "Alice Archer +491711234567",
            "Bob Baker +4930901820",
            "Carol Carpenter +41791234567",
            "Erin Ebert "
        ]
    );
    lab.run("plan").exits(0).says("nothing to change");
}

/// The same in a directory, where some program keeps a spreadsheet's values.
#[test]
fn an_error_value_in_a_directory_renames_no_person() {
    let lab = Lab::ldap(&[
        Person::new("ada", "Ada", "Test"),
        Person::new("ben", "Ben", "Test"),
    ]);
    lab.run("").exits(0);
    let dn = Person::new("ada", "", "").dn();
    lab.slapd().replace(&dn, "sn", &["#WERT!"]);
    let dn = Person::new("ben", "", "").dn();
    lab.slapd().replace(&dn, "displayName", &["#N/A"]);
    lab.run("")
        .exits(1)
        .says("`sn` contains an error value of a spreadsheet")
        .says("`displayName` contains an error value of a spreadsheet; it is not written");
    assert_eq!(lab.account("ada").family_name, "Test");
    assert_ne!(lab.account("ben").metadata["preferred_username"], "#N/A");
}

#[test]
fn rows_without_any_value_keep_no_person_and_stop_nothing() {
    let lab = lab();
    let all = fs::read_to_string(lab.path("users.csv")).unwrap();
    fs::write(lab.path("users.csv"), format!("{all}{}", ",,,\n".repeat(3000))).unwrap();
    lab.run("")
        .exits(0)
        .says("ignored rows without any value")
        .says("rows=3000")
        .says("nothing to change");
    let without_erin = all.replace("erin@example.org,Erin,Ebert,\n", ",,,\n");
    fs::write(lab.path("users.csv"), without_erin).unwrap();
    // One of four is more than the limit of a tenth allows with the usual rounding.
    lab.configure("policy:\n  absent: delete\nguard:\n  max_removals: 1\n");
    lab.run("").exits(0).says("1 deleted");
    assert!(!lab.names().contains(&"erin@example.org".to_owned()));
}

/// The file is read while its last line is half written, with all commas there.
#[test]
fn nothing_half_written_is_stored() {
    let lab = lab();
    let before = held(&lab);
    let all = fs::read_to_string(lab.path("users.csv")).unwrap();
    let bob_last = all.replace("bob@example.org,Bob,Baker,+49 30 901820\n", "");
    fs::write(
        lab.path("users.csv"),
        format!("{bob_last}bob@example.org,Bob,Baker,+49 30 90"),
    )
    .unwrap();
    lab.run("")
        .exits(0)
        .says("the last line has no line break, so `phone` may be half written")
        .says("nothing to change");
    assert_eq!(held(&lab), before);
    let with_localpart: String = all
        .lines()
        .map(|line| match line.split_once(',') {
            Some(("email", _)) => format!("{line},localpart\n"),
            _ => format!("{line},\n"),
        })
        .collect();
    fs::write(
        lab.path("users.csv"),
        format!("{with_localpart}new@example.org,New,Person,,new.pers"),
    )
    .unwrap();
    lab.run("").exits(1).says("`localpart` may be half written");
    assert!(!lab.names().contains(&"new@example.org".to_owned()));
    assert_eq!(held(&lab), before);
}

/// As Excel writes it ("Unicode text"), and as a workbook under the name of a CSV file.
#[test]
fn a_file_of_another_kind_is_read_or_named() {
    let lab = lab();
    let all = fs::read_to_string(lab.path("users.csv")).unwrap();
    let utf16: Vec<u8> = format!("\u{feff}{all}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(lab.path("users.csv"), utf16).unwrap();
    lab.run("").exits(0).says("nothing to change");
    fs::write(
        lab.path("users.csv"),
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0abc@\0\xff\xfe",
    )
    .unwrap();
    lab.run("")
        .exits(3)
        .says("users.csv is an Excel workbook, or another zip archive, not CSV")
        .says("save it as CSV");
}

/// Blanks and letter case do not make another login name: two rows with the same one are reported in the plan, and
/// never left to the server.
#[test]
fn two_rows_of_one_login_are_both_rejected() {
    let lab = lab();
    let before = lab.names();
    for (other, shared) in [
        ("\"zoe@example.org \"", "the same id"),
        ("\"\u{a0}zoe@example.org\"", "the same id"),
        ("\" ZOE@Example.org\"", "the same login name and another id"),
    ] {
        rows(
            &lab,
            &format!(
                "alice@example.org,Alice,Archer,\nbob@example.org,Bob,Baker,+49 30 901820\n\
                 carol@example.org,Carol,Carpenter,\nerin@example.org,Erin,Ebert,\n\
                 zoe@example.org,Zoe,Ziegler,\n{other},Zoe,Zimmer,\n"
            ),
        );
        for arguments in ["plan", ""] {
            lab.run(arguments)
                .exits(1)
                .says(&format!("users.csv:6 (csv): another record has {shared}: "))
                .says(&format!("users.csv:7 (csv): another record has {shared}: "))
                .says("2 rejected")
                .does_not_say("409");
        }
        assert_eq!(lab.names(), before, "{other}");
    }
}
