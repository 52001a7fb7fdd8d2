//! One entry of a search, taken apart here because the crate's own way panics on a name that is not UTF-8, guesses
//! which values are binary, and keeps the last of two attributes of one name.

use ldap3::asn1::{PL, StructureTag};

/// An entry, values as the bytes that the server sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    dn: Vec<u8>,
    /// Key and values of each attribute, as the server sent them.
    attributes: Vec<(String, Vec<Vec<u8>>)>,
    /// Keys of attributes of which the server sent only the first values.
    cut: Vec<String>,
}

impl Entry {
    /// Reads a `SearchResultEntry`; `None` if it is none.
    pub(super) fn parse(tag: StructureTag) -> Option<Self> {
        let mut parts = constructed(tag)?.into_iter();
        let dn = primitive(parts.next()?)?;
        let (mut attributes, mut cut) = (Vec::new(), Vec::new());
        for attribute in constructed(parts.next()?)? {
            let mut parts = constructed(attribute)?.into_iter();
            let name = primitive(parts.next()?)?;
            let values = constructed(parts.next()?)?.into_iter().map(primitive);
            let name = String::from_utf8_lossy(&name);
            if is_cut(&name) {
                cut.push(key(&name));
            }
            attributes.push((key(&name), values.collect::<Option<_>>()?));
        }
        Some(Self { dn, attributes, cut })
    }

    /// The name for people.
    pub(super) fn dn_text(&self) -> String {
        String::from_utf8_lossy(&self.dn).into_owned()
    }

    /// Whether there are more values than the server sent.
    pub(super) fn is_cut(&self, key: &str) -> bool {
        self.cut.iter().any(|cut| cut == key)
    }

    /// All values of an attribute by its [`key`], the server's first one first, also of one that was sent in parts.
    pub(super) fn values<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a [u8]> {
        let named = self.attributes.iter().filter(move |(name, _)| name == key);
        named.flat_map(|(_, values)| values).map(Vec::as_slice)
    }
}

/// `;range=0-1499`: `;range=0-*` would hold the last value.
fn is_cut(name: &str) -> bool {
    let mut options = name.split(';').skip(1);
    options.any(|option| {
        let option = option.to_ascii_lowercase();
        option.starts_with("range=") && !option.ends_with("-*")
    })
}

/// The name of an entry that is not taken apart yet.
pub(super) fn name(tag: &StructureTag) -> Option<&[u8]> {
    match &tag.payload {
        PL::C(parts) => match &parts.first()?.payload {
            PL::P(name) => Some(name),
            PL::C(_) => None,
        },
        PL::P(_) => None,
    }
}

/// The form in which names are compared: lower case, without options that only tell how values are sent.
///
/// `;binary` says that they are sent as bytes, and `;range=0-1499` that these are the first of many. The first is all
/// that is looked at here, so further ranges need not be fetched; one that starts later holds no first value.
/// Other options such as `;lang-de` make another attribute.
pub(super) fn key(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let mut parts = name.split(';');
    let mut key = parts.next().unwrap_or_default().to_owned();
    for option in parts.filter(|option| *option != "binary" && !option.starts_with("range=0-")) {
        key.push(';');
        key.push_str(option);
    }
    key
}

fn constructed(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn primitive(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

#[cfg(test)]
mod tests {
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

    proptest! {
        #[test]
        fn no_structure_panics(raw in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(4), 0..8_u8, any::<u8>()], 0..64)) {
            if let Ok((_, tag)) = parse_tag(&raw) {
                let _ = Entry::parse(tag);
            }
        }
    }
}
