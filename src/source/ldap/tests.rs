use std::time::Duration;

use ldap3::asn1::{PL, StructureTag, TagClass};

use super::*;
use crate::config::{LdapAttribute, LdapAuthentication, LdapSearch, LdapTls, PassingState};
use crate::model::{Desired, ExternalId, Lifecycle, Rejected, Warning};
use crate::source::fixture::{roles, schema};

fn attribute(name: &str) -> LdapAttribute {
    LdapAttribute {
        name: name.to_owned(),
        is_binary: false,
    }
}

pub(super) fn settings() -> LdapSettings {
    LdapSettings {
        urls: vec!["ldap://localhost".parse().unwrap()],
        base_dn: "dc=example,dc=org".to_owned(),
        bind_dn: String::new(),
        bind_password: String::new().into(),
        bind_external: false,
        user_filter: "(objectClass=person)".to_owned(),
        search: LdapSearch::default(),
        authentication: LdapAuthentication::default(),
        transform: None,
        timeout: Duration::from_secs(5),
        connect_timeout: None,
        deadline: None,
        page_size: None,
        use_attribute_filter: true,
        attributes: LdapAttributes {
            texts: [
                ("first_name", "givenName"),
                ("last_name", "sn"),
                ("email", "MAIL"),
                ("preferred_username", "displayName"),
                ("phone", "telephoneNumber"),
            ]
            .map(|(name, of)| (name.to_owned(), attribute(of).into()))
            .into(),
            user_id: attribute("uid"),
            active: LdapActive::Status {
                attribute: attribute("shadowFlag"),
                disable_mask: 2,
            },
            last_modified: Some(attribute("whenChanged")),
        },
        entitlements: Vec::new(),
        passing: PassingState::Unknown,
        groups: None,
        expected_references: Vec::new(),
        tls: LdapTls::default(),
    }
}

fn tag(payload: PL) -> StructureTag {
    StructureTag {
        class: TagClass::Universal,
        id: 16,
        payload,
    }
}

pub(super) type Attribute<'a> = (&'a str, &'a [&'a [u8]]);

pub(super) fn entry(attributes: &[Attribute<'_>]) -> StructureTag {
    let bytes = |value: &[u8]| tag(PL::P(value.to_vec()));
    let attributes = attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| bytes(value)).collect();
        tag(PL::C(vec![bytes(name.as_bytes()), tag(PL::C(values))]))
    });
    tag(PL::C(vec![bytes(b"uid=ada"), tag(PL::C(attributes.collect()))]))
}

const ADA: [Attribute<'_>; 5] = [
    ("uid", &[b"ada"]),
    ("givenName", &[b"Ada"]),
    ("sn", &[b"Lovelace"]),
    ("mail", &[b"ada@example.org"]),
    ("shadowFlag", &[b"0"]),
];

/// Ada's entry with these attributes replaced.
fn ada<'a>(changes: &[Attribute<'a>]) -> Vec<Attribute<'a>> {
    let others = ADA
        .into_iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    others
        .chain(changes.iter().copied())
        .filter(|(_, values)| !values.is_empty())
        .collect()
}

fn read_with(settings: &LdapSettings, entries: Vec<StructureTag>) -> Vec<Record> {
    let people = People::new(&"ldap".into(), settings, &schema(), &roles());
    let mut records = Vec::new();
    let mut tally = ReadState::at(0);
    for entry in entries {
        people.read(entry, &mut tally, &mut |record| records.push(record));
    }
    people.close(&tally, &settings.base_dn, &mut |record| records.push(record));
    records
}

fn read(attributes: &[Attribute<'_>]) -> Vec<Record> {
    read_with(&settings(), vec![entry(attributes)])
}

fn person(records: &[Record]) -> &Desired {
    match records {
        [.., Record::Person(person)] => person,
        _ => panic!("{records:?}"),
    }
}

fn reason(records: &[Record]) -> (Option<&[u8]>, &str) {
    match records {
        [Record::Rejected(Rejected { at, id, reason, .. })] => {
            assert_eq!(&*at.at, "uid=ada");
            (id.as_ref().map(ExternalId::as_bytes), reason)
        }
        _ => panic!("{records:?}"),
    }
}

#[test]
fn an_entry_becomes_a_person_whatever_the_case_of_names() {
    let schema = schema();
    let changes: [Attribute<'_>; 3] = [
        ("DisplayName", &[b"ada.l"]),
        ("mail", &[]),
        ("mAiL", &[b"ada@example.org"]),
    ];
    let records = read(&ada(&changes));
    let ada = person(&records);
    let text = |name| ada.attributes.text(schema.index(name).unwrap());
    assert_eq!(ada.id, ExternalId::new(*b"ada"));
    assert_eq!(ada.lifecycle, Lifecycle::Active);
    assert_eq!(&*ada.origin.at, "uid=ada");
    assert_eq!(text("email"), Some("ada@example.org"));
    assert_eq!(text("preferred_username"), Some("ada.l"));
    assert_eq!(text("phone"), None);
    assert!(
        !ada.unknown.contains(schema.index("phone").unwrap()),
        "mapped and empty: to be removed"
    );
    assert!(ada.unknown.contains(schema.index("localpart").unwrap()));
}

#[test]
fn an_unmapped_phone_is_unknown() {
    let mut settings = settings();
    settings.attributes.texts.retain(|(name, _)| name != "phone");
    let records = read_with(&settings, vec![entry(&ada(&[("telephoneNumber", &[b"1"])]))]);
    assert!(
        person(&records)
            .unknown
            .contains(schema().index("phone").unwrap())
    );
}

/// famedly-sync removed the phone in Zitadel when it was binary.
#[test]
fn a_phone_that_is_no_text_is_kept_and_reported() {
    let records = read(&ada(&[("telephoneNumber", &[b"\xff1"])]));
    let Record::Warning(Warning { id, reason, .. }) = &records[0] else {
        panic!("{records:?}");
    };
    assert_eq!(id.as_ref(), Some(&ExternalId::new(*b"ada")));
    assert_eq!(reason, "`telephoneNumber` is not text (UTF-8); it is not written");
    assert!(
        person(&records)
            .unknown
            .contains(schema().index("phone").unwrap())
    );
}

#[test]
fn what_is_missing_rejects_the_entry() {
    let id = Some(&b"ada"[..]);
    for (change, expected) in [
        (("uid", &[][..]), (None, "no value for `uid` (user_id)")),
        (("uid", &[&b""[..]][..]), (None, "`uid` (user_id) is empty")),
        (
            ("uid", &[b"\xff"]),
            (
                None,
                "`uid` (user_id) is not text (UTF-8); binary ids need `is_binary: true`",
            ),
        ),
        (("sn", &[]), (id, "no value for `sn`")),
        (("mail", &[]), (id, "no value for `MAIL`")),
        (
            ("mail", &[b"\xff"]),
            (id, "no value for `MAIL`; `MAIL` is not text (UTF-8)"),
        ),
        (("shadowFlag", &[]), (id, "no value for `shadowFlag` (status)")),
        (
            ("shadowFlag", &[b"x"]),
            (id, "`shadowFlag` (status) is not a decimal number of 32 bits"),
        ),
    ] {
        assert_eq!(reason(&read(&ada(&[change]))), expected);
    }
}

#[test]
fn a_binary_id_is_its_bytes_even_if_they_are_text() {
    let mut settings = settings();
    settings.attributes.user_id.is_binary = true;
    for value in [&b"\x00\xff\x10"[..], b"text"] {
        let records = read_with(&settings, vec![entry(&ada(&[("uid", &[value])]))]);
        assert_eq!(person(&records).id, ExternalId::new(value));
    }
}

/// Reported once per read: in some directories every person has two addresses.
#[test]
fn the_first_of_several_values_is_used_and_people_are_counted() {
    let several = |uid: &'static [&'static [u8]]| {
        entry(&ada(&[
            ("uid", uid),
            ("mail", &[b"b@example.org", b"a@example.org"]),
        ]))
    };
    let records = read_with(
        &settings(),
        vec![several(&[b"ada"]), several(&[b"bob"]), entry(&ADA)],
    );
    let Record::Warning(warning) = &records[3] else {
        panic!("{records:?}");
    };
    assert!(
        warning.reason.starts_with(
            "2 of 3 entries have several values of a mapped attribute (`MAIL` 2); the first one"
        ),
        "{warning:?}"
    );
    let email = schema().index("email").unwrap();
    assert_eq!(
        person(&records[..1]).attributes.text(email),
        Some("b@example.org")
    );
}

#[test]
fn something_that_is_no_entry_is_rejected_as_any_person() {
    let records = read_with(&settings(), vec![tag(PL::P(vec![1]))]);
    let [Record::Rejected(rejected)] = records.as_slice() else {
        panic!("{records:?}");
    };
    assert_eq!((&*rejected.at.at, &rejected.id), ("entry 1", &None));
}

#[test]
fn mapped_attributes_are_asked_for_by_name_once() {
    let mut settings = settings();
    for (name, rule) in &mut settings.attributes.texts {
        if name == "preferred_username" {
            *rule = attribute("mail").into();
        }
    }
    let mapped = [
        "givenName",
        "sn",
        "MAIL",
        "telephoneNumber",
        "uid",
        "shadowFlag",
        "whenChanged",
    ];
    assert_eq!(requested(&settings), mapped);
    settings.use_attribute_filter = false;
    assert_eq!(requested(&settings), [&["*"], &mapped[..]].concat());
}
