use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn dn(text: &str) -> Dn {
    Dn::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn names_that_mean_the_same_are_equal() {
    for (a, b) in [
        ("cn=Ada,dc=example,dc=org", "CN = ada , DC=Example,dc=ORG"),
        ("cn=ada,dc=org", "cn=ada;dc=org"),
        ("cn=a\\,b,dc=org", "cn=a\\2cb,dc=org"),
        ("cn=a\\,b,dc=org", "cn=a\\2Cb,dc=org"),
        ("cn=a\\,b", "cn=\"a,b\""),
        ("cn=a\\+b", "cn=a\\2bb"),
        ("cn=J\u{fc}rgen", "cn=J\\c3\\bcrgen"),
        ("cn=J\u{fc}rgen", "cn=Ju\u{308}rgen"),
        ("cn=J\u{dc}RGEN", "cn=j\u{fc}rgen"),
        (
            "cn=\u{39d}\u{399}\u{39a}\u{39f}\u{3a3}",
            "cn=\u{3bd}\u{3b9}\u{3ba}\u{3bf}\u{3c3}",
        ),
        ("cn=a+uid=b,dc=org", "UID=B + CN=A,dc=org"),
        ("cn=Hi,dc=org", "cn=#04024869,dc=org"),
        ("cn=Ada  Lovelace", "cn=Ada Lovelace"),
        ("cn=Ada\\ ", "cn=Ada"),
        (
            "OID.2.5.4.3=x,domainComponent=org",
            "cn=x,0.9.2342.19200300.100.1.25=org",
        ),
        ("", "  "),
    ] {
        assert_eq!(dn(a), dn(b), "{a} and {b}");
    }
}

#[test]
fn names_that_mean_something_else_are_not() {
    for (a, b) in [
        ("cn=a,dc=org", "cn=a,dc=com"),
        ("cn=a,dc=org", "dc=org"),
        ("cn=a\\,dc\\=org", "cn=a,dc=org"),
        ("cn=a+uid=b", "cn=a,uid=b"),
        ("cn=ab", "cn=a\\20b"),
        ("cn=#0500", "cn=\\#0500"),
        ("cn=a", "uid=a"),
    ] {
        assert_ne!(dn(a), dn(b), "{a} and {b}");
    }
}

#[test]
fn what_is_no_name_is_refused() {
    for text in [
        "admins",
        "cn=a,",
        "cn=a,,dc=b",
        "=a",
        "cn=\"a",
        "cn=\"a\"b",
        "cn=#0",
        "cn=#",
        "cn=a\\",
        "cn=a\\4",
        "c n=a",
    ] {
        assert_eq!(Dn::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_uid_behind_a_name_is_passed_over() {
    let name = |text: &str| Dn::parse_with_uid(text.as_bytes());
    assert_eq!(name("cn=a,dc=org#'0101'B"), Some(dn("cn=a,dc=org")));
    assert_eq!(name("cn=a,dc=org#''B"), Some(dn("cn=a,dc=org")));
    assert_eq!(name("cn=a,dc=org"), Some(dn("cn=a,dc=org")));
    assert_eq!(name("cn=a#'02'B"), Some(dn("cn=a#'02'B")), "2 is no bit");
}

#[test]
fn a_name_lies_within_its_tree() {
    let (top, ada) = (dn("DC=Example, DC=org"), dn("cn=ada,dc=example,dc=org"));
    assert!(ada.is_within(&top) && top.is_within(&top) && ada.is_within(&dn("")));
    assert!(!top.is_within(&ada) && !ada.is_within(&dn("dc=ample,dc=org")));
    assert_eq!((ada.depth(), dn("").depth()), (3, 0));
}

/// A value with all special characters escaped in one of the possible ways.
fn written(value: &str, ways: &[u8]) -> String {
    let mut ways = ways.iter().copied().cycle();
    let mut text = String::new();
    for character in value.chars() {
        let special = " \"#+,;<=>\\".contains(character);
        match ways.next().unwrap_or(0) % 3 {
            0 if special => text.extend(['\\', character]),
            1 if !special => text.extend(character.to_uppercase()),
            2 if !special => text.push(character),
            _ => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(text, "\\{byte:02x}");
                }
            }
        }
    }
    text
}

proptest! {
    /// All spellings of a name are equal.
    #[test]
    fn the_way_of_writing_makes_no_difference(
        values in proptest::collection::vec("[a-z0-9 ,+=\"\\\\<>;#\u{e4}]{1,8}", 1..4),
        ways in proptest::collection::vec(any::<u8>(), 1..8),
        others in proptest::collection::vec(any::<u8>(), 1..8),
    ) {
        let name = |ways: &[u8], equals: &str, comma: &str| {
            let rdns: Vec<String> = values.iter().map(|value| format!("cn{equals}{}", written(value, ways))).collect();
            Dn::parse(rdns.join(comma).as_bytes())
        };
        let one = name(&ways, "=", ",");
        prop_assert!(one.is_some());
        prop_assert_eq!(one, name(&others, " = ", " , "));
    }

    #[test]
    fn different_values_are_different_names(a in "[a-c,+=\\\\]{1,5}", b in "[a-c,+=\\\\]{1,5}") {
        let name = |value: &str| dn(&format!("cn={},dc=org", written(value, &[0, 2])));
        prop_assert_eq!(name(&a) == name(&b), a == b);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(b'='), Just(b','), Just(b'\\'), Just(b'#'), Just(b'\''), any::<u8>()], 0..24)) {
        let _ = Dn::parse_with_uid(&bytes);
    }
}
