use super::*;
use crate::model::{AttributeSet, Attributes, ExternalId, Lifecycle, RecordRef, TypeId};
use proptest::prelude::*;

fn person(values: &[(AttributeIndex, &str)]) -> Desired {
    let mut attributes = Attributes::default();
    for (attribute, value) in [
        (FIRST_NAME, "Ada"),
        (LAST_NAME, "Lovelace"),
        (EMAIL, "ada@example.org"),
    ]
    .iter()
    .chain(values)
    {
        attributes.set(*attribute, Some(Value::text(*value)));
    }
    Desired {
        resource: TypeId::default(),
        id: ExternalId::new(*b"ada"),
        lifecycle: Lifecycle::Active,
        attributes,
        unknown: AttributeSet::default(),
        origin: RecordRef::new("csv", "users.csv:2"),
    }
}

fn normalize(desired: &mut Desired) -> Result<Vec<String>, String> {
    super::normalize(desired, Numbers::of(None), std::iter::empty()).map(|remarks| remarks.left_out)
}

/// A language that is not written leaves the account's language unchanged, with a warning.
#[test]
fn a_language_is_canonical_or_unknown() {
    let mut ada = person(&[(PREFERRED_LANGUAGE, "zh-hant-tw")]);
    assert_eq!(normalize(&mut ada), Ok(vec![]));
    assert_eq!(ada.attributes.text(PREFERRED_LANGUAGE), Some("zh-Hant-TW"));
    for (text, why) in [
        ("Deutsch", "is not a language tag"),
        ("de-1996", "cannot tell how Zitadel stores"),
    ] {
        let mut ada = person(&[(PREFERRED_LANGUAGE, text)]);
        let warnings = normalize(&mut ada).unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains(why), "{warnings:?}");
        assert!(ada.unknown.contains(PREFERRED_LANGUAGE));
        assert_eq!(ada.attributes.text(PREFERRED_LANGUAGE), None);
    }
}

/// Names lose the white space around them, including Unicode's; metadata keeps it.
#[test]
fn names_are_trimmed_and_metadata_is_not() {
    let mut ada = person(&[
        (FIRST_NAME, "\u{a0}Ada \u{3000}\t"),
        (EMAIL, " ada@example.org "),
        (PREFERRED_USERNAME, " ada "),
        (PHONE, "079 123 45 67"),
    ]);
    assert_eq!(normalize(&mut ada), Ok(vec![]));
    let wanted = person(&[(PREFERRED_USERNAME, " ada "), (PHONE, "+41791234567")]);
    assert_eq!(ada, wanted);
}

#[test]
fn empty_values_are_none() {
    let mut ada = person(&[(PREFERRED_USERNAME, ""), (PHONE, ""), (LOCALPART, "")]);
    assert_eq!(normalize(&mut ada), Ok(vec![]));
    assert_eq!(ada, person(&[]));
}

/// A phone number that Zitadel refuses is reported, and the account's number stays.
#[test]
fn a_refused_phone_is_unknown() {
    let mut ada = person(&[(PHONE, "n/a")]);
    let warnings = normalize(&mut ada).unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(!warnings[0].contains("n/a"));
    assert_eq!(ada.attributes.text(PHONE), None);
    assert!(ada.unknown.contains(PHONE));
}

/// The same for a number that Zitadel would misread. A number that it reads as Swiss is reported.
#[test]
fn an_impossible_phone_is_unknown_and_an_assumed_one_is_counted() {
    let mut ada = person(&[(PHONE, "4.93E+11")]);
    assert_eq!(
        normalize(&mut ada).unwrap(),
        ["the phone number is no possible one; it is left out, and a number the account has stays"]
    );
    assert!(ada.unknown.contains(PHONE));
    let remarks = |region| {
        let mut person = person(&[(PHONE, "030 901820")]);
        super::normalize(&mut person, Numbers::of(region), std::iter::empty())
    };
    assert_eq!(remarks(None).unwrap().assumed, Some(ASSUMED));
    assert_eq!(remarks(Some("DE")).unwrap().assumed, None);
}

/// Values that Zitadel would refuse are refused with a reason that does not contain the value.
#[test]
fn refusals_give_a_reason_without_the_value() {
    let long = "x".repeat(201);
    for (attribute, value, reason) in [
        (FIRST_NAME, " \u{a0}", "the first name is blank"),
        (LAST_NAME, "a\0b", "NUL"),
        (LAST_NAME, long.as_str(), "201 characters"),
        (EMAIL, " ", "is blank"),
        (EMAIL, "ada.example.org", "no `@`"),
    ] {
        let refused = normalize(&mut person(&[(attribute, value)])).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
    let mut ada = person(&[]);
    ada.id = ExternalId::new(vec![7; 100]);
    assert!(normalize(&mut ada).is_ok());
    ada.id = ExternalId::new(vec![7; 101]);
    assert!(normalize(&mut ada).unwrap_err().contains("101 bytes"));
}

/// Addresses that a real Zitadel accepted and refused.
#[test]
fn addresses_are_judged_as_zitadel_does() {
    let local = "a".repeat(64);
    for good in [
        "a@b.c",
        "a@localhost",
        "jürgen@example.org",
        "\"a b\"@example.org",
        "a+b_c@sub-domain.example.org",
        "Ada.Lovelace@EXAMPLE.org",
        &format!("{local}@b.c"),
    ] {
        assert_eq!(email(good), Ok(good));
    }
    for bad in [
        "a@münchen.de",
        "a@b_c.de",
        "a..b@c.de",
        ".a@c.de",
        "a.@c.de",
        "a@",
        "@b.c",
        "A B <a@b.c>",
        "<a@b.c>",
        "a@b..c",
        "a@-b.c",
        "a@b-.c",
        "a b@c.de",
        "a@b@c.de",
        "a@[127.0.0.1]",
        &format!("{local}a@b.c"),
    ] {
        assert!(email(bad).is_err(), "{bad}");
    }
}

proptest! {
    /// Normalization is idempotent.
    #[test]
    fn twice_is_once(
        first in "\\PC{0,12}|\\s{0,3}[a-z]{1,4}\\s{0,3}",
        address in "\\s{0,2}[a-zé.]{1,6}@[a-z.-]{1,8}\\s{0,2}",
        number in "[+0-9 ()/x]{0,18}",
        username in "\\PC{0,6}",
    ) {
        let mut once = person(&[
            (FIRST_NAME, &first), (EMAIL, &address), (PHONE, &number), (PREFERRED_USERNAME, &username),
        ]);
        if normalize(&mut once).is_ok() {
            let mut twice = once.clone();
            prop_assert_eq!(normalize(&mut twice), Ok(vec![]));
            prop_assert_eq!(twice, once);
        }
    }
}
