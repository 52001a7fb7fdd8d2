use proptest::prelude::*;

use super::*;
use crate::source::fixture::{self, Attribute, origin, record, roles, schema};
use crate::transform::key;

const NAMES: [(&str, &str); 4] = [
    ("first_name", "givenName"),
    ("last_name", "sn"),
    ("email", "mail"),
    ("phone", "telephoneNumber"),
];

/// Ada, with these attributes replaced.
fn ada(changes: &[Attribute<'_>]) -> RawRecord {
    let own: [Attribute<'_>; 5] = [
        ("uid", &[b"ada"]),
        ("givenName", &[b"Ada"]),
        ("sn", &[b"Lovelace"]),
        ("mail", &[b"ada@example.org"]),
        ("telephoneNumber", &[b"1"]),
    ];
    let others = own
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let all: Vec<Attribute<'_>> = others.chain(changes).copied().collect();
    record(&all)
}

fn map_with(extra: &[(&'static str, &str)], record: &RawRecord) -> Result<(Desired, Vec<String>), Rejected> {
    let texts = [&NAMES, extra].concat();
    fixture::mapping(&texts, Absent::Empty).person(record, &origin("f.csv:2"), 0)
}

fn map(record: &RawRecord) -> Result<Desired, Rejected> {
    let (person, warnings) = map_with(&[], record)?;
    assert_eq!(warnings, [""; 0]);
    Ok(person)
}

#[test]
fn values_stand_in_order_of_the_schema() {
    let schema = schema();
    let ada = map(&ada(&[])).unwrap();
    let text = |name| ada.attributes.text(schema.index(name).unwrap());
    assert_eq!(ada.id, ExternalId::new(*b"ada"));
    assert_eq!(text("first_name"), Some("Ada"));
    assert_eq!(text("last_name"), Some("Lovelace"));
    assert_eq!(text("email"), Some("ada@example.org"));
    assert_eq!(text("phone"), Some("1"));
    assert_eq!(ada.roles(&schema), &*roles());
}

/// An empty value removes the account's value. An unreadable value, or an attribute without a rule, leaves it.
#[test]
fn unknown_is_not_empty() {
    let phone = schema().index("phone").unwrap();
    let localpart = schema().index("localpart").unwrap();
    let values: [(&[&[u8]], bool); 3] = [(&[], false), (&[b""], false), (&[b"\xff"], true)];
    for (values, unknown) in values {
        let record = ada(&[("telephoneNumber", values)]);
        let (ada, warnings) = map_with(&[], &record).unwrap();
        assert_eq!(ada.attributes.get(phone), None);
        assert_eq!(ada.unknown.contains(phone), unknown, "{values:?}");
        assert_eq!(warnings.len(), usize::from(unknown));
        assert!(ada.unknown.contains(localpart));
    }
}

/// In a file, a missing column leaves the value unknown; an empty cell removes it.
#[test]
fn what_a_file_does_not_say_is_unknown() {
    let phone = schema().index("phone").unwrap();
    let names = &NAMES[..3];
    let texts = [names, &[("phone", "tel")]].concat();
    let mapping = fixture::mapping(&texts, Absent::Unknown);
    for (record, unknown) in [(ada(&[]), true), (ada(&[("tel", &[b""])]), false)] {
        let (ada, warnings) = mapping.person(&record, &origin("f.csv:2"), 0).unwrap();
        assert_eq!((ada.attributes.get(phone), warnings.len()), (None, 0));
        assert_eq!(ada.unknown.contains(phone), unknown);
    }
}

#[test]
fn a_required_attribute_without_value_rejects_the_person_by_its_field() {
    for values in [&[][..], &[&b""[..]]] {
        let rejected = map(&ada(&[("mail", values)])).unwrap_err();
        assert_eq!(rejected.id, Some(ExternalId::new(*b"ada")));
        assert_eq!(rejected.reason, "no value for `mail`");
        assert_eq!(rejected.missing, ["mail".into()]);
    }
    let rejected = map(&ada(&[("mail", &[b"\xff"])])).unwrap_err();
    assert_eq!(rejected.reason, "no value for `mail`; `mail` is not text (UTF-8)");
}

/// A rejected record is identified by all its addresses, including unreadable ones.
#[test]
fn a_rejected_record_claims_its_addresses_and_localpart() {
    let record = ada(&[
        ("sn", &[]),
        ("mail", &[b"a@b", b"c@d\xff"]),
        ("seed", &[b"ada.l"]),
    ]);
    let rejected = map_with(&[("localpart", "seed")], &record).unwrap_err();
    assert_eq!(rejected.claims.addresses, ["a@b".into(), "c@d\u{fffd}".into()]);
    assert_eq!(rejected.claims.proofs, ["ada.l".into()]);
}

#[test]
fn a_rule_for_what_the_target_does_not_store_is_passed_over() {
    assert!(map_with(&[("shoe_size", "sn")], &ada(&[])).is_ok());
}

/// For any source, an error value of a spreadsheet never replaces a good value.
#[test]
fn an_error_value_is_no_value() {
    let record = ada(&[("cn", &[b" #N/A"])]);
    let (person, warnings) = map_with(&[("preferred_username", "cn")], &record).unwrap();
    let index = schema().index("preferred_username").unwrap();
    assert!(person.unknown.contains(index) && person.attributes.text(index).is_none());
    assert_eq!(
        warnings,
        ["`cn` contains an error value of a spreadsheet; it is not written"]
    );
    for (id, whose) in [("ada", Some("ada")), ("#NV", None)] {
        let record = ada(&[("uid", &[id.as_bytes()]), ("mail", &[b"#NV"])]);
        let rejected = map(&record).unwrap_err();
        assert_eq!(rejected.id, whose.map(|id| ExternalId::new(id.as_bytes())));
        assert_eq!(rejected.reason, "`mail` contains an error value of a spreadsheet");
        assert_eq!(rejected.missing, []);
    }
}

fn any_values() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let text = "\\PC{0,6}|#N/A|[a-z]{1,3}@b".prop_map(String::into_bytes);
    proptest::collection::vec(
        prop_oneof![text, proptest::collection::vec(any::<u8>(), 0..4)],
        0..3,
    )
}

proptest! {
    /// For any bytes, nothing panics, and a value is only removed if the record has none.
    #[test]
    fn only_what_is_empty_is_taken_away(
        all in proptest::collection::vec(any_values(), NAMES.len()),
        incomplete in any::<bool>(),
    ) {
        let mut record = record(&[("uid", &[b"ada"])]);
        for ((_, field), values) in NAMES.iter().zip(&all) {
            record.push(key(field), values.clone());
            record.set_incomplete(&key(field), incomplete);
        }
        if let Ok((person, _)) = map_with(&[], &record) {
            for ((name, _), values) in NAMES.iter().zip(&all) {
                let index = schema().index(name).unwrap();
                let has_value = person.attributes.get(index).is_some();
                let is_empty = values.iter().all(Vec::is_empty) && !incomplete || values.first() == Some(&Vec::new());
                prop_assert!(has_value || person.unknown.contains(index) || is_empty, "{name} {values:?}");
            }
        }
    }
}

/// A rule for all values takes all, unless one of them cannot be read. Then it is unknown.
#[test]
fn a_list_takes_all_values() {
    use crate::config::{Choice, LdapAttribute, TextRule};
    use crate::model::{AttributeIndex, AttributeSpec, Cardinality};
    let list = AttributeSpec {
        cardinality: Cardinality::Many,
        ..AttributeSpec::text("mails")
    };
    let attribute = |name: &str| LdapAttribute {
        name: name.to_owned(),
        is_binary: false,
    };
    let all = TextRule {
        choice: Choice::All,
        ..TextRule::from(attribute("mail"))
    };
    let rules = Rules {
        id: Field::new(&attribute("uid"), None),
        lifecycle: LifecycleRule::Active,
        attributes: vec![AttributeRule::new("mails", &all)],
        absent: Absent::Empty,
    };
    let mapping = Mapping::new(&Schema::new([list]), &roles(), rules);
    assert_eq!(mapping.needed_whole(), ["mail"]);
    let mails = |values: &[&[u8]]| {
        let ada = ada(&[("mail", values)]);
        let (person, _) = mapping.person(&ada, &origin("f.csv:2"), 0).unwrap();
        assert_eq!(mapping.chosen_by_chance(&ada), [""; 0]);
        let unknown = person.unknown.contains(AttributeIndex(0));
        (person.attributes.get(AttributeIndex(0)).cloned(), unknown)
    };
    let both = Value::set(["a@b.org", "c@d.org"].map(Box::from));
    assert_eq!(mails(&[b"c@d.org", b"a@b.org"]), (both, false));
    assert_eq!(mails(&[b"c@d.org", b"\xff"]), (None, true));
    assert_eq!(mails(&[]), (None, false));
}
