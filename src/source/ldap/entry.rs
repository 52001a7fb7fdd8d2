//! One entry of a search, taken apart here because the crate's own way panics on a name that is not UTF-8, guesses
//! which values are binary, and keeps the last of two attributes of one name.

use ldap3::asn1::{PL, StructureTag};

use crate::transform::RawRecord;
pub(super) use crate::transform::key;

/// An entry, values as the bytes that the server sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    dn: Vec<u8>,
    /// The attributes by their [`key`].
    record: RawRecord,
    /// Attributes of which the server sent only the first values.
    cut: Vec<Cut>,
}

/// An attribute of which values are still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    key: String,
    /// As the server calls it, without the range.
    name: String,
    /// The place of the first value that is missing; `None` if the server's range makes no sense.
    next: Option<u64>,
}

impl Cut {
    /// What to ask for to get more values.
    pub(super) fn request(&self) -> Option<String> {
        self.next.map(|next| format!("{};range={next}-*", self.name))
    }
}

/// Some of an attribute's values: `;range=0-1499`, or `;range=1500-*` for the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: u64,
    last: Option<u64>,
}

impl Entry {
    /// Reads a `SearchResultEntry`; `None` if it is none.
    pub(super) fn parse(tag: StructureTag) -> Option<Self> {
        let mut parts = constructed(tag)?.into_iter();
        let dn = primitive(parts.next()?)?;
        let (mut record, mut cut) = (RawRecord::default(), Vec::<Cut>::new());
        for attribute in constructed(parts.next()?)? {
            let mut parts = constructed(attribute)?.into_iter();
            let name = primitive(parts.next()?)?;
            let values = constructed(parts.next()?)?.into_iter().map(primitive);
            let name = String::from_utf8_lossy(&name);
            cut.extend(Cut::of(&name));
            record.push(key(&name), values.collect::<Option<_>>()?);
        }
        for cut in &cut {
            record.set_incomplete(&cut.key, true);
        }
        Some(Self { dn, record, cut })
    }

    /// The name for people.
    pub(super) fn dn_text(&self) -> String {
        String::from_utf8_lossy(&self.dn).into_owned()
    }

    /// The name, to be compared or asked for.
    pub(super) fn dn(&self) -> &[u8] {
        &self.dn
    }

    /// What it says about its person or group.
    pub(super) fn record(&self) -> &RawRecord {
        &self.record
    }

    /// Whether there are more values than the server sent.
    pub(super) fn is_cut(&self, key: &str) -> bool {
        self.record.is_incomplete(key)
    }

    /// What is missing of an attribute, if anything is.
    pub(super) fn cut(&self, key: &str) -> Option<&Cut> {
        self.cut.iter().find(|cut| cut.key == key)
    }

    /// Takes over the next part of a cut attribute from an answer that was asked for it.
    ///
    /// # Errors
    /// What is wrong with the answer: it holds no next part, or fewer values than it says.
    pub(super) fn extend(&mut self, key: &str, answer: Self) -> Result<(), &'static str> {
        let Some(cut) = self.cut.iter_mut().find(|cut| cut.key == key) else {
            return Ok(());
        };
        let next_part = |(name, values): (String, Vec<Vec<u8>>)| {
            let (base, range) = range_of(&name)?;
            let fits = base == cut.key && range.is_some_and(|range| Some(range.first) == cut.next);
            fits.then_some((range?, values))
        };
        let mut parts = answer.record.into_attributes();
        let (range, values) = parts
            .find_map(next_part)
            .ok_or("the server did not send the next part of the values")?;
        let counted = values.len() as u64;
        match range.last {
            None => {
                self.cut.retain(|cut| cut.key != key);
                self.record.set_incomplete(key, false);
            }
            Some(last) if counted > 0 && range.first + counted == last.saturating_add(1) => {
                cut.next = Some(range.first + counted);
            }
            Some(_) => return Err("the server sent fewer values than it said"),
        }
        self.record.push(key.to_owned(), values);
        Ok(())
    }

    /// All values of an attribute by its [`key`], the server's first one first, also of one that was sent in parts.
    pub(super) fn values<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a [u8]> {
        self.record.values(key)
    }
}

impl Cut {
    /// Of `member;range=0-1499`; `;range=0-*` would hold the last value.
    fn of(name: &str) -> Option<Self> {
        let (_, range) = range_of(&name.to_ascii_lowercase())?;
        let next = match range {
            Some(Range { last: None, .. }) => return None,
            Some(Range { last: Some(last), .. }) => last.checked_add(1),
            None => None,
        };
        let mut parts = name.split(';');
        let mut base = parts.next().unwrap_or_default().to_owned();
        for option in parts.filter(|option| !is_range(option)) {
            base.push(';');
            base.push_str(option);
        }
        Some(Self {
            key: key(name),
            name: base,
            next,
        })
    }
}

fn is_range(option: &str) -> bool {
    option.to_ascii_lowercase().starts_with("range=")
}

/// The name in lower case without a range, and the range, which may make no sense; `None` if there is none.
fn range_of(name: &str) -> Option<(String, Option<Range>)> {
    let option = name.split(';').skip(1).find(|option| is_range(option))?;
    let range = option["range=".len()..].split_once('-');
    let range = range.and_then(|(first, last)| {
        let first = first.parse().ok()?;
        let last = match last {
            "*" => None,
            last => Some(last.parse().ok().filter(|last| *last >= first)?),
        };
        Some(Range { first, last })
    });
    let base: Vec<&str> = name.split(';').filter(|part| !is_range(part)).collect();
    Some((key(&base.join(";")), range))
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

    /// Cut attributes are completed part by part, whatever letter case the server answers in.
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
}
