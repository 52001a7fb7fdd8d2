//! Converts entries to people. Pure.

use std::sync::Arc;

use ldap3::asn1::StructureTag;

use super::canonical;
use super::entry::Entry;
use super::group_objects::names::Meaning;
use super::members::RoleCount;
use super::read_state::ReadState;
use super::refinement::Refinement;
use super::statistics::Statistics;
use crate::config::LdapSettings;
use crate::model::counted;
use crate::model::{ExternalId, RecordRef, Rejected, Roles, Schema, TypeId, Warning};
use crate::source::mapping::{Absent, AttributeRule, Field, LifecycleRule, Mapping, Rules};
use crate::source::{Ids, Record};
use crate::transform::RawRecord;

/// The people of one directory.
#[derive(Debug)]
pub(super) struct People {
    source: Arc<str>,
    pub(super) mapping: Mapping,
    refinement: Refinement,
    /// Keys of the attributes whose values are all needed.
    whole: Vec<String>,
}

impl People {
    pub(super) fn new(source: &Arc<str>, settings: &LdapSettings, schema: &Schema, roles: &Roles) -> Self {
        let mapping = Mapping::new(schema, roles, rules(settings));
        let refinement = Refinement::new(&settings.search, settings.transform.as_ref());
        Self {
            source: source.clone(),
            whole: refinement.needed_whole(mapping.needed_whole()),
            mapping,
            refinement,
        }
    }

    /// Keys of the attributes whose values are all needed.
    pub(super) fn whole(&self) -> &[String] {
        &self.whole
    }

    /// Passes on the person of an entry, unless the entry has to be completed first.
    pub(super) fn read(&self, tag: StructureTag, tally: &mut ReadState, each: &mut dyn FnMut(Record)) {
        tally.entries += 1;
        let Some(entry) = Entry::parse(tag) else {
            if let Some(directory) = &mut tally.directory {
                directory.add_nameless();
            }
            let at = self.at(format!("entry {}", tally.entries));
            let reason = "the server sent something that is not an entry";
            return each(Record::Rejected(Rejected::new(at, None, reason)));
        };
        match self.refinement.is_ignored(&entry) {
            Ok(true) => {
                if let Some(directory) = &mut tally.directory {
                    directory.ignore(entry.dn());
                }
                return;
            }
            Ok(false) => {}
            Err(reason) => {
                self.remember_names(&entry, None, tally);
                let rejected = Rejected::new(self.at(entry.dn_text()), None, reason);
                return each(Record::Rejected(rejected));
            }
        }
        if self.whole.iter().any(|key| entry.is_cut(key)) {
            tally.incomplete.push(entry);
        } else {
            self.take(&entry, tally, each);
        }
    }

    /// Passes on the person of an entry that is as complete as possible, with warnings.
    pub(super) fn take(&self, entry: &Entry, tally: &mut ReadState, each: &mut dyn FnMut(Record)) {
        let (record, failure) = self.refinement.record(entry);
        if let Some(survey) = &mut tally.survey {
            survey.attributes(&record);
            self.count_values(&record, survey);
        }
        let at = self.at(self.location(entry, &record));
        // Also for unusable records: a group is not empty because the records of its people are rejected.
        let roles = tally.members.roles(entry);
        let mapped = match failure {
            Some(reason) => Err(self.mapping.rejected(&record, &at, reason)),
            None => self.mapping.person(&record, &at, tally.now),
        };
        let id = match &mapped {
            Ok((person, _)) => Some(&person.id),
            Err(rejected) => rejected.id.as_ref(),
        };
        self.remember_names(entry, id, tally);
        match mapped {
            Ok((mut desired, warnings)) => {
                if let Some(roles) = roles {
                    self.mapping.give(&mut desired, roles);
                }
                for reason in warnings {
                    let (at, id) = (at.clone(), Some(desired.id.clone()));
                    each(Record::Warning(Warning { at, id, reason }));
                }
                tally.choose(self.mapping.chosen_by_chance(&record));
                each(Record::Person(desired));
            }
            Err(rejected) => each(Record::Rejected(rejected)),
        }
    }

    /// Records the names by which groups can refer to the entry.
    fn remember_names(&self, entry: &Entry, id: Option<&ExternalId>, tally: &mut ReadState) {
        if let Some(directory) = &mut tally.directory {
            let meaning = Meaning::of(TypeId::default(), id, self.ids().binary);
            directory.add_person(entry, &meaning);
        }
    }

    /// The kind of ids of these people.
    pub(super) fn ids(&self) -> Ids {
        self.mapping.ids()
    }

    /// Describes the rules for enabled people, for `check`.
    pub(super) fn meaning(&self) -> String {
        self.mapping.meaning()
    }

    /// Warnings about the complete read.
    pub(super) fn close(&self, tally: &ReadState, base: &str, each: &mut dyn FnMut(Record)) {
        let mut warn = |at: &str, reason| {
            each(Record::Warning(Warning::new(self.at(at.to_owned()), reason)));
        };
        if let Some(reason) = tally.chosen() {
            warn(base, reason);
        }
        // Without people, an unused role is no surprise.
        let is_unused = |count: &RoleCount<'_>| tally.entries > 0 && count.is_unused();
        for count in tally.members.counts().filter(is_unused) {
            let group = count.named.first().map_or(base, |(name, _)| name);
            let (role, members) = (count.role, counted(count.members(), "member"));
            warn(
                group,
                format!(
                    "it has {members}, but no person who was read is in it, so no one gets the role `{role}` from \
                     it; it may contain former names of its members"
                ),
            );
        }
    }

    /// Reports why the read is incomplete.
    pub(super) fn not_all(&self, reasons: Vec<String>, base: &str, each: &mut dyn FnMut(Record)) {
        for reason in reasons {
            let at = self.at(base.to_owned());
            let warning = Warning::new(at, reason);
            each(Record::Partial(TypeId::default(), warning));
        }
    }

    /// The DN, and a binary id as administrators know it.
    fn location(&self, entry: &Entry, record: &RawRecord) -> String {
        let dn = entry.dn_text();
        let known = self.mapping.binary_id().and_then(|name| {
            let text = canonical::text(name, self.mapping.id(record)?)?;
            Some(format!("{dn} ({name} {text})"))
        });
        known.unwrap_or(dn)
    }

    fn count_values(&self, record: &RawRecord, survey: &mut Statistics) {
        if let Some(id) = self.mapping.id(record) {
            survey.id(id);
        }
        if let Some(name) = self.mapping.text(self.mapping.naming_attribute(), record) {
            survey.name(&name);
        }
    }

    fn at(&self, at: String) -> RecordRef {
        RecordRef::new(self.source.clone(), at)
    }
}

/// The rules that convert an entry to a person.
fn rules(settings: &LdapSettings) -> Rules {
    let attributes = &settings.attributes;
    let texts = attributes.texts.iter();
    let texts = texts.map(|(name, rule)| AttributeRule::new(name, rule));
    Rules {
        id: Field::new(&attributes.user_id, Some("user_id")),
        lifecycle: LifecycleRule::new(&attributes.active, settings.passing),
        attributes: texts.collect(),
        absent: Absent::Empty,
    }
}
