//! Further attributes: `zitadel.metadata_attributes`, and what sources make of them.

use directory_sync::config::{SourceKind, TextOrigin};

use super::{COMPLETE, Lab, zitadel};

const TLS: &str = "    tls:\n";

/// With this value of the key, and with this line among the attributes of the directory.
fn with(value: &str, line: &str) -> Lab {
    let keys = format!("zitadel:\n  metadata_attributes: {value}\n");
    let config = COMPLETE.replacen("zitadel:\n", &keys, 1);
    Lab::changed(&config, TLS, &format!("      {line}\n{TLS}"))
}

/// A directory says what they are made of, and a file has columns of their names.
#[test]
fn sources_know_the_attributes_of_the_configuration() {
    let lab = with("{room: room, department: Dept}", "department: departmentNumber")
        .variable("DIRECTORY_SYNC__ZITADEL__METADATA_ATTRIBUTES__FLOOR", "floor");
    let settings = lab.settings();
    let pair = |name: &str, key: &str| (name.to_owned(), key.to_owned());
    assert_eq!(
        zitadel(&settings).metadata_attributes,
        [
            pair("department", "Dept"),
            pair("floor", "floor"),
            pair("room", "room")
        ]
    );
    let texts = lab.ldap().attributes.texts;
    let (_, rule) = texts.iter().find(|(name, _)| name == "department").unwrap();
    assert!(matches!(&rule.from, TextOrigin::Attributes(names) if *names == ["departmentNumber"]));
    assert!(texts.iter().all(|(name, _)| name != "room"));
    let columns = settings.sources.iter().find_map(|source| match &source.kind {
        SourceKind::Csv(csv) => Some(csv.further_columns.clone()),
        _ => None,
    });
    assert_eq!(columns.unwrap(), ["department", "floor", "room"]);
}

#[test]
fn a_mistake_is_found_before_anything_is_read() {
    for (value, line, message) in [
        (
            "department",
            "",
            "`zitadel.metadata_attributes` must be a table of attributes and the keys of their metadata",
        ),
        (
            "{department: ''}",
            "",
            "`zitadel.metadata_attributes.department` is empty",
        ),
        (
            "{de-partment: d}",
            "",
            "`zitadel.metadata_attributes.de-partment`: this is not a valid attribute name",
        ),
        (
            "{email: mail}",
            "",
            "`zitadel.metadata_attributes.email`: an attribute already has this name",
        ),
        (
            "{room: localpart}",
            "",
            "`zitadel.metadata_attributes.room`: the key `localpart` is reserved",
        ),
        (
            "{room: directory-sync.provider}",
            "",
            "`zitadel.metadata_attributes.room`: the key `directory-sync.provider` is reserved",
        ),
        (
            "{floor: place, room: place}",
            "",
            "`zitadel.metadata_attributes.room`: the key `place` contains `floor` already",
        ),
        (
            "{department: d}",
            "departement: departmentNumber",
            "unknown key `sources.ldap.attributes.departement`\n  at DIR/config.yaml:31\nhint: did you mean \
             `sources.ldap.attributes.department`?",
        ),
        (
            "{room: room}",
            "division: ou",
            "unknown key `sources.ldap.attributes.division`\n  at DIR/config.yaml:31\nhint: an attribute of your own needs a line in \
             `zitadel.metadata_attributes`, such as `division: division`",
        ),
        (
            "{department: d}",
            "department: {nmae: departmentNumber}",
            "unknown key `sources.ldap.attributes.department.nmae`",
        ),
    ] {
        let refusal = with(value, line).refusal();
        assert!(refusal.contains(message), "{value}: {refusal}");
    }
}

/// As many as fit, and one more.
#[test]
fn more_attributes_than_fit_are_a_mistake() {
    let table = |count: usize| {
        let entries: Vec<String> = (0..count).map(|number| format!("a{number}: a{number}")).collect();
        format!("{{{}}}", entries.join(", "))
    };
    let settings = with(&table(100), "a1: departmentNumber").settings();
    assert_eq!(zitadel(&settings).metadata_attributes.len(), 100);
    let errors = with(&table(101), "a1: departmentNumber").refusal();
    assert!(
        errors.contains("`zitadel.metadata_attributes` has 101 attributes; 100 are the most"),
        "{errors}"
    );
}
