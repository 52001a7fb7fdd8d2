//! From entries to people. Pure.

use std::sync::Arc;

use ldap3::asn1::StructureTag;

use super::entry::{self, Entry};
use super::status;
use crate::config::{LdapAttribute, LdapAttributes};
use crate::model::{ExternalId, Identity, RecordRef, Rejected, Warning};
use crate::source::Record;
use crate::source::mapping::{Fact, Mapping, Said};

/// Which attribute of an entry becomes which attribute of a person.
#[derive(Debug)]
pub(super) struct People {
    source: Arc<str>,
    mapping: Mapping,
    user_id: Wanted,
    status: Wanted,
    disable_mask: i32,
    /// By the schema's name.
    texts: Vec<(&'static str, Wanted)>,
}

/// What was found by the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    entries: usize,
    /// People with several values where one is used.
    several: usize,
}

#[derive(Debug)]
struct Wanted {
    attribute: LdapAttribute,
    key: String,
}

impl Wanted {
    fn new(attribute: &LdapAttribute) -> Self {
        Self {
            attribute: attribute.clone(),
            key: entry::key(&attribute.name),
        }
    }

    fn first<'a>(&'a self, entry: &'a Entry) -> Option<&'a [u8]> {
        entry.values(&self.key).next()
    }

    fn name(&self) -> &str {
        &self.attribute.name
    }
}

impl People {
    pub(super) fn new(source: &Arc<str>, attributes: &LdapAttributes, mapping: Mapping) -> Self {
        let texts = [
            ("first_name", Some(&attributes.first_name)),
            ("last_name", Some(&attributes.last_name)),
            ("email", Some(&attributes.email)),
            ("preferred_username", attributes.preferred_username.as_ref()),
            ("phone", attributes.phone.as_ref()),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, attribute)| Some((name, Wanted::new(attribute?))));
        Self {
            source: source.clone(),
            mapping,
            user_id: Wanted::new(&attributes.user_id),
            status: Wanted::new(&attributes.status),
            disable_mask: attributes.disable_mask,
            texts: texts.collect(),
        }
    }

    /// Hands over the person of an entry, and what is worth knowing about them.
    pub(super) fn read(&self, tag: StructureTag, tally: &mut Tally, each: &mut dyn FnMut(Record)) {
        tally.entries += 1;
        let Some(entry) = Entry::parse(tag) else {
            return each(Record::Rejected(Rejected {
                at: self.at(format!("entry {}", tally.entries)),
                id: None,
                reason: "the server sent something that is no entry".to_owned(),
                missing: Vec::new(),
            }));
        };
        let at = self.at(entry.dn_text());
        let facts: Vec<Fact<'_>> = self
            .texts
            .iter()
            .map(|(name, wanted)| fact(name, wanted, &entry))
            .collect();
        match self.person(&entry, &at, &facts) {
            Ok(identity) => {
                if let Some(odd) = odd(&facts) {
                    let reason = format!("{odd}; what the account holds is kept");
                    let id = Some(identity.id.clone());
                    each(Record::Warning(Warning { at, id, reason }));
                }
                tally.several += usize::from(self.has_several(&entry));
                each(Record::Person(identity));
            }
            Err(rejected) => each(Record::Rejected(rejected)),
        }
    }

    fn person(&self, entry: &Entry, at: &RecordRef, facts: &[Fact<'_>]) -> Result<Identity, Rejected> {
        let reject = |id, reason, wanted: &Wanted| Rejected {
            at: at.clone(),
            id,
            reason,
            missing: match wanted.first(entry) {
                None => vec![wanted.name().into()],
                Some(_) => Vec::new(),
            },
        };
        let id = self
            .id(entry)
            .map_err(|reason| reject(None, reason, &self.user_id))?;
        let status = self.status.first(entry);
        let lifecycle = status::lifecycle(status, &self.status.attribute, self.disable_mask)
            .map_err(|reason| reject(Some(id.clone()), reason, &self.status))?;
        self.mapping
            .identity(id, lifecycle, at.clone(), facts)
            .map_err(|mut rejected| {
                if let Some(odd) = odd(facts) {
                    rejected.reason = format!("{}; {odd}", rejected.reason);
                }
                rejected
            })
    }

    /// What is worth knowing about the whole read.
    pub(super) fn close(&self, tally: &Tally, base: &str, each: &mut dyn FnMut(Record)) {
        if tally.several > 0 {
            each(Record::Warning(Warning {
                at: self.at(base.to_owned()),
                id: None,
                reason: format!(
                    "{} of {} entries have several values of a mapped attribute; the first one that the server \
                     sends is used, and LDAP promises no order",
                    tally.several, tally.entries
                ),
            }));
        }
    }

    fn id(&self, entry: &Entry) -> Result<ExternalId, String> {
        let name = self.user_id.name();
        match self.user_id.first(entry) {
            None => Err(format!("no value for `{name}` (user_id)")),
            Some([]) => Err(format!("`{name}` (user_id) is empty")),
            Some(bytes) if !self.user_id.attribute.is_binary && std::str::from_utf8(bytes).is_err() => Err(
                format!("`{name}` (user_id) is not text (UTF-8); binary ids need `is_binary: true`"),
            ),
            Some(bytes) => Ok(ExternalId::new(bytes)),
        }
    }

    fn has_several(&self, entry: &Entry) -> bool {
        let several = |wanted: &Wanted| entry.values(&wanted.key).nth(1).is_some();
        several(&self.user_id)
            || several(&self.status)
            || self.texts.iter().any(|(_, wanted)| several(wanted))
    }

    fn at(&self, at: String) -> RecordRef {
        RecordRef {
            source: self.source.clone(),
            at: at.into(),
        }
    }
}

/// Which values cannot be used, in words.
fn odd(facts: &[Fact<'_>]) -> Option<String> {
    let odd = facts.iter().filter(|fact| fact.said == Said::Unknown);
    let odd: Vec<String> = odd.map(|fact| format!("`{}`", fact.field)).collect();
    (!odd.is_empty()).then(|| format!("{} is not text (UTF-8)", odd.join(", ")))
}

fn fact<'a>(attribute: &'static str, wanted: &'a Wanted, entry: &'a Entry) -> Fact<'a> {
    let said = match wanted.first(entry).map(std::str::from_utf8) {
        None => Said::Nothing,
        Some(Ok(text)) => Said::Value(text),
        Some(Err(_)) => Said::Unknown,
    };
    Fact {
        attribute,
        field: wanted.name(),
        said,
    }
}
