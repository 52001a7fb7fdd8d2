//! An entry of a search. It is parsed here because the LDAP crate panics on a name that is not UTF-8, guesses which
//! values are binary, and keeps only the last of two attributes with the same name.

use ldap3::asn1::{PL, StructureTag};

use crate::transform::RawRecord;
pub(super) use crate::transform::key;

/// An entry, with its values as bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    dn: Vec<u8>,
    /// The attributes by their [`key`].
    record: RawRecord,
    /// Attributes of which the server sent only the first values.
    cut: Vec<Cut>,
}

/// An attribute with missing values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    key: String,
    /// As the server writes it, without the range.
    name: String,
    /// Index of the first missing value; `None` if the server's range is invalid.
    next: Option<u64>,
}

impl Cut {
    /// The attribute to request for more values.
    pub(super) fn request(&self) -> Option<String> {
        self.next.map(|next| format!("{};range={next}-*", self.name))
    }
}

/// A part of an attribute's values: `;range=0-1499`, or `;range=1500-*` for the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: u64,
    last: Option<u64>,
}

impl Entry {
    /// Parses a `SearchResultEntry`; `None` if it is not one.
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

    /// The DN for messages.
    pub(super) fn dn_text(&self) -> String {
        String::from_utf8_lossy(&self.dn).into_owned()
    }

    /// The DN for comparison and requests.
    pub(super) fn dn(&self) -> &[u8] {
        &self.dn
    }

    pub(super) fn record(&self) -> &RawRecord {
        &self.record
    }

    /// Returns whether the server has more values than it sent.
    pub(super) fn is_cut(&self, key: &str) -> bool {
        self.record.is_incomplete(key)
    }

    /// The missing part of an attribute, if any.
    pub(super) fn cut(&self, key: &str) -> Option<&Cut> {
        self.cut.iter().find(|cut| cut.key == key)
    }

    /// Adds the next part of an incomplete attribute from an answer.
    ///
    /// # Errors
    /// What is wrong with the answer: it does not contain the next part, or fewer values than it says.
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

    /// All values of an attribute by its [`key`], in the server's order, including those that were sent in parts.
    pub(super) fn values<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a [u8]> {
        self.record.values(key)
    }
}

impl Cut {
    /// Parses `member;range=0-1499`. `;range=0-*` would contain the last value.
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

/// The name in lower case without a range, and the range, if any. The range may be invalid.
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

/// The DN of an entry that is not parsed yet.
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
mod tests;
