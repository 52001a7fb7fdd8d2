use proptest::prelude::*;

use super::*;

type Attribute<'a> = (&'a str, &'a [&'a str]);

fn record(attributes: &[Attribute<'_>]) -> RawRecord {
    let mut record = RawRecord::default();
    for (name, values) in attributes {
        record.push(name.to_string(), bytes(values));
    }
    record
}

fn bytes(values: &[&str]) -> Vec<Vec<u8>> {
    values.iter().map(|value| value.as_bytes().to_vec()).collect()
}

/// Attributes sorted by name, values as text.
fn applied(rules: &Transformation, attributes: &[Attribute<'_>]) -> Vec<(String, Vec<String>)> {
    texts(rules.apply(record(attributes)).unwrap())
}

fn texts(record: RawRecord) -> Vec<(String, Vec<String>)> {
    let text = |value| String::from_utf8(value).unwrap();
    let all = record.into_attributes();
    let mut all: Vec<_> = all
        .map(|(name, values)| (name, values.into_iter().map(text).collect()))
        .collect();
    all.sort();
    all
}

fn expected(attributes: &[Attribute<'_>]) -> Vec<(String, Vec<String>)> {
    texts(record(attributes))
}

fn named<T>(name: &str, what: T) -> Vec<(String, T)> {
    vec![(name.to_owned(), what)]
}

fn expressions(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::parse(text).unwrap()).collect()
}

fn formats(texts: &[&str]) -> Vec<Format> {
    texts.iter().map(|text| Format::parse(text).unwrap()).collect()
}

#[test]
fn without_rules_only_empty_and_repeated_values_go() {
    let rules = Transformation::default();
    assert_eq!(
        applied(
            &rules,
            &[
                ("a", &["x", "", "y", "x"]),
                ("b", &[""]),
                ("c", &[]),
                ("a", &["y", "z"])
            ]
        ),
        expected(&[("a", &["x", "y", "z"])])
    );
}

/// The first expression that matches anywhere. Its groups replace attributes of their names.
#[test]
fn values_are_decomposed_once() {
    let rules = Transformation {
        decompose: vec![
            (
                "address".into(),
                expressions(&[r"(?P<street>\w+ \d+), (?P<city>\w+)", r"(?P<city>\w+)$"]),
            ),
            ("city".into(), expressions(&["(?P<never>.*)"])),
            ("name".into(), expressions(&["(?P<first>A)?(?P<last>da)"])),
        ],
        ..Transformation::default()
    };
    let attributes: [Attribute<'_>; 3] = [
        ("address", &["Am Wall 1, Bremen", "near Berlin", "?"]),
        ("street", &["old"]),
        ("name", &["ada"]),
    ];
    assert_eq!(
        applied(&rules, &attributes),
        expected(&[
            ("address", attributes[0].1),
            ("city", &["Bremen", "Berlin"]),
            ("last", &["da"]),
            ("name", &["ada"]),
            ("street", &["Wall 1"]),
        ])
    );
    let with_city = [attributes[0], ("city", &["Ulm"])];
    let all = applied(&rules, &with_city);
    assert!(
        all.contains(&("never".to_owned(), vec!["Ulm".to_owned()])),
        "{all:?}"
    );
}

#[test]
fn only_what_is_no_utf_8_is_recoded() {
    let rules = Transformation {
        recode: named("cn", Codec::named("latin-1").unwrap()),
        ..Transformation::default()
    };
    let mut mixed = RawRecord::default();
    mixed.push("cn", vec![b"M\xfcller".to_vec(), "Müller 2".into()]);
    assert_eq!(
        texts(rules.apply(mixed).unwrap()),
        expected(&[("cn", &["Müller", "Müller 2"])])
    );
}

#[test]
fn values_are_removed_replaced_and_sanitized_in_this_order() {
    let rules = Transformation {
        remove_values: named("a", bytes(&["-", "X"])),
        replace_values: named(
            "a",
            vec![(b"x".to_vec(), b"-".to_vec()), (b"-".to_vec(), b"never".to_vec())],
        ),
        sanitize: vec![
            (EVERY.into(), vec![Function::Strip]),
            ("a".into(), vec![Function::Upper]),
        ],
        ..Transformation::default()
    };
    assert_eq!(
        applied(&rules, &[("a", &["-", "x", " y", "Y "]), ("b", &[" b ", "b"])]),
        expected(&[("a", &["-", "Y"]), ("b", &["b"])])
    );
    let mail = Transformation {
        sanitize: named("mail", vec![Function::Mail]),
        ..Transformation::default()
    };
    assert_eq!(
        applied(&mail, &[("mail", &["none", "A@EXAMPLE.org"])]),
        expected(&[("mail", &["A@example.org"])])
    );
    assert_eq!(applied(&mail, &[("mail", &["none"])]), expected(&[]));
}

/// One after the other, each applied to the current record. A missing or already renamed attribute changes nothing.
#[test]
fn attributes_are_renamed_in_the_order_of_the_list() {
    let rules = Transformation {
        rename: vec![
            ("b".into(), "a".into()),
            ("c".into(), "b".into()),
            ("d".into(), "a".into()),
            ("e".into(), "absent".into()),
        ],
        ..Transformation::default()
    };
    assert_eq!(
        applied(&rules, &[("a", &["1"]), ("b", &["2"]), ("e", &["3"])]),
        expected(&[("c", &["1"]), ("e", &["3"])])
    );
}

#[test]
fn fallback_fixed_remove_and_compose_come_last() {
    let rules = Transformation {
        fallback: vec![("a".into(), bytes(&["f"])), ("b".into(), bytes(&["f", "f"]))],
        fixed: vec![("c".into(), bytes(&["fixed"])), ("gone".into(), bytes(&["x"]))],
        remove: vec!["gone".into()],
        compose: vec![
            ("a".into(), formats(&["{gone}", "{a}{b}"])),
            ("d".into(), formats(&["{a}-{c[0]}"])),
            ("e".into(), formats(&["{gone}"])),
        ],
        ..Transformation::default()
    };
    assert_eq!(
        applied(&rules, &[("a", &["1", "2"]), ("c", &["3"]), ("e", &["5"])]),
        expected(&[
            ("a", &["1f"]),
            ("b", &["f"]),
            ("c", &["fixed"]),
            ("d", &["1-f"]),
            ("e", &["5"])
        ])
    );
}

/// Incompleteness is passed on, so that partial values are never treated as all values.
#[test]
fn what_is_incomplete_stays_so() {
    let rules = Transformation {
        decompose: named("members", expressions(&["(?P<member>.+)", "never(?P<other>.)"])),
        rename: vec![
            ("users".into(), "members".into()),
            ("groups".into(), "nested".into()),
        ],
        fallback: named("groups", bytes(&["none"])),
        fixed: named("fixed", bytes(&["x"])),
        ..Transformation::default()
    };
    let mut partial = record(&[("members", &["a"]), ("fixed", &["a"])]);
    for name in ["members", "nested", "fixed"] {
        partial.set_incomplete(name, true);
    }
    let made = rules.apply(partial).unwrap();
    for (name, is_incomplete) in [
        ("users", true),
        ("member", true),
        ("other", true),
        ("groups", true),
        ("fixed", false),
        ("members", false),
    ] {
        assert_eq!(made.is_incomplete(name), is_incomplete, "{name}");
    }
}

/// Rules of every kind over a few names, so that they interact.
fn any_rules() -> impl Strategy<Value = Transformation> {
    let name = || "[abc]";
    let value = || proptest::collection::vec(any::<u8>(), 0..3);
    let values = || proptest::collection::vec(value(), 0..3);
    let lists = (
        proptest::collection::vec((name(), values()), 0..3),
        proptest::collection::vec((name(), name()), 0..3),
        proptest::collection::vec((name(), values()), 0..2),
        proptest::collection::vec(name(), 0..2),
    );
    lists.prop_map(|(removed, rename, fixed, remove)| Transformation {
        decompose: named("a", expressions(&["(?P<b>.)(?P<c>.)?"])),
        recode: named("b", Codec::named("cp1252").unwrap()),
        remove_values: removed.clone(),
        sanitize: named(EVERY, vec![Function::Strip, Function::Lower]),
        rename,
        fallback: removed,
        fixed,
        remove,
        compose: named("c", formats(&["{a[1]}{b!r:>4}"])),
        ..Transformation::default()
    })
}

fn any_record() -> impl Strategy<Value = RawRecord> {
    let value = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        "[ aA]{0,3}".prop_map(String::into_bytes)
    ];
    let attribute = ("[abc]", proptest::collection::vec(value, 0..4));
    proptest::collection::vec(attribute, 0..5).prop_map(|attributes| {
        let mut record = RawRecord::default();
        for (name, values) in attributes {
            record.push(name, values);
        }
        record
    })
}

/// The record, also if a rule failed.
fn made(rules: &Transformation, record: RawRecord) -> RawRecord {
    rules.apply(record).unwrap_or_else(|failure| failure.record)
}

proptest! {
    /// Each attribute once, with values, and each value once, for any bytes.
    #[test]
    fn a_record_is_tidy_afterwards(rules in any_rules(), record in any_record()) {
        let made: Vec<_> = made(&rules, record).into_attributes().collect();
        let names: std::collections::HashSet<&String> = made.iter().map(|(name, _)| name).collect();
        prop_assert_eq!(names.len(), made.len());
        for (_, values) in &made {
            let distinct: std::collections::HashSet<&Vec<u8>> = values.iter().collect();
            prop_assert!(!values.is_empty() && distinct.len() == values.len());
        }
    }

    /// Tidying, recoding, sanitizing and fixed values are idempotent.
    #[test]
    fn twice_is_once_without_moves(record in any_record()) {
        let rules = Transformation {
            recode: named("a", Codec::named("latin-1").unwrap()),
            remove_values: named("b", vec![b"A".to_vec()]),
            sanitize: named(EVERY, vec![Function::Lower]),
            fallback: named("c", vec![b"x".to_vec()]),
            fixed: named("d", vec![b"y".to_vec()]),
            ..Transformation::default()
        };
        let once = made(&rules, record);
        let mut twice: Vec<_> = made(&rules, once.clone()).into_attributes().collect();
        let mut once: Vec<_> = once.into_attributes().collect();
        once.sort();
        twice.sort();
        prop_assert_eq!(once, twice);
    }
}
