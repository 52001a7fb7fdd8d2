use ldap3::asn1::{TagClass, parse_tag};
use proptest::prelude::*;

use super::*;

fn bytes(value: &[u8]) -> StructureTag {
    StructureTag {
        class: TagClass::Universal,
        id: 4,
        payload: PL::P(value.to_vec()),
    }
}

fn sequence(parts: Vec<StructureTag>) -> StructureTag {
    StructureTag {
        class: TagClass::Universal,
        id: 16,
        payload: PL::C(parts),
    }
}

fn entry(attributes: &[(&[u8], &[&[u8]])]) -> Entry {
    let attributes = attributes.iter().map(|(name, values)| {
        sequence(vec![
            bytes(name),
            sequence(values.iter().map(|value| bytes(value)).collect()),
        ])
    });
    let tag = sequence(vec![bytes(b"cn=\xff"), sequence(attributes.collect())]);
    Entry::parse(tag).unwrap()
}

fn values(entry: &Entry, name: &str) -> Vec<Vec<u8>> {
    entry.values(&key(name)).map(<[u8]>::to_vec).collect()
}

#[test]
fn names_have_no_case_and_values_keep_their_order_and_bytes() {
    let entry = entry(&[
        (b"objectGUID", &[b"\xff\x00", b"ascii"]),
        (b"MAIL", &[b"a"]),
        (b"mail", &[b"b"]),
    ]);
    assert_eq!(
        values(&entry, "OBJECTguid"),
        [b"\xff\x00".to_vec(), b"ascii".to_vec()]
    );
    assert_eq!(values(&entry, "Mail"), [b"a", b"b"], "sent in two parts");
    assert_eq!(values(&entry, "phone"), Vec::<Vec<u8>>::new());
    assert_eq!(entry.dn_text(), "cn=\u{fffd}");
}

/// Active Directory sends an empty `member` beside `member;range=0-1499`.
#[test]
fn options_that_tell_how_values_are_sent_make_no_other_attribute() {
    let entry = entry(&[
        (b"member", &[]),
        (b"member;range=0-1", &[b"a", b"b"]),
        (b"cert;binary", &[b"c"]),
        (b"cn;lang-de", &[b"d"]),
        (b"late;range=5-*", &[b"e"]),
    ]);
    assert_eq!(values(&entry, "member"), [b"a", b"b"]);
    assert!(entry.is_cut("member") && !entry.is_cut("late") && !entry.is_cut("cert"));
    assert_eq!(values(&entry, "cert"), [b"c"]);
    assert_eq!(values(&entry, "cert;binary"), [b"c"]);
    assert_eq!(values(&entry, "cn"), Vec::<Vec<u8>>::new());
    assert_eq!(values(&entry, "CN;lang-DE"), [b"d"]);
    assert_eq!(values(&entry, "late"), Vec::<Vec<u8>>::new());
}

/// Incomplete attributes are completed part by part, in whatever letter case the server answers.
#[test]
fn ranges_are_followed_to_their_end() {
    let mut group = entry(&[(b"member", &[]), (b"Member;Range=0-1", &[b"a", b"b"])]);
    let asked = |entry: &Entry| entry.cut("member").and_then(Cut::request);
    assert_eq!(asked(&group).as_deref(), Some("Member;range=2-*"));
    let next = entry(&[(b"member;range=2-2", &[b"c"])]);
    assert_eq!(group.extend("member", next), Ok(()));
    assert_eq!(asked(&group).as_deref(), Some("Member;range=3-*"));
    let last = entry(&[(b"member", &[]), (b"member;range=3-*", &[b"d"])]);
    assert_eq!(group.extend("member", last), Ok(()));
    assert!(!group.is_cut("member"));
    assert_eq!(values(&group, "member"), [b"a", b"b", b"c", b"d"]);
}

#[test]
fn an_answer_that_is_not_the_next_part_leaves_the_attribute_cut() {
    let answers = [
        (&b"member;range=0-1"[..], &[&b"a"[..], b"b"][..], "next part"),
        (b"member;range=3-*", &[b"d"], "next part"),
        (b"member;range=x", &[b"d"], "next part"),
        (b"member", &[b"d"], "next part"),
        (b"other;range=2-*", &[b"d"], "next part"),
        (b"member;range=2-3", &[b"c"], "fewer"),
        (b"member;range=2-18446744073709551615", &[], "fewer"),
    ];
    for (name, values, words) in answers {
        let mut group = entry(&[(b"member;range=0-1", &[b"a", b"b"])]);
        let wrong = group.extend("member", entry(&[(name, values)])).unwrap_err();
        assert!(wrong.contains(words) && group.is_cut("member"), "{wrong}");
    }
    let odd = entry(&[(b"member;range=0-x", &[b"a"])]);
    assert!(odd.is_cut("member;range=0-x") || odd.is_cut("member"));
    assert_eq!(odd.cut.first().and_then(Cut::request), None);
}

proptest! {
    #[test]
    fn no_structure_panics(raw in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(4), 0..8_u8, any::<u8>()], 0..64)) {
        if let Ok((_, tag)) = parse_tag(&raw) {
            let _ = Entry::parse(tag);
        }
    }
}
