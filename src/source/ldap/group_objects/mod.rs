//! Groups as objects: one search, and members that are looked up among all records.

mod again;
mod draft;
pub(super) mod names;
mod requested;

use std::sync::Arc;

use ldap3::asn1::StructureTag;

use self::draft::Draft;
use self::names::{Directory, Meaning};
use self::requested::requested;
use super::connect::Connection;
use super::entry::{self, Entry, key};
use super::failure::Failure;
use super::refinement::Refinement;
use super::role_groups::graph::SID;
use super::search::Search;
use crate::config::{Dn, LdapGroups, LdapSettings};
use crate::model::counted;
use crate::model::{AttributeIndex, Catalog, Desired, Purpose, RecordRef, Rejected, TypeId, Value, Warning};
use crate::source::mapping::{Absent, AttributeRule, Field, LifecycleRule, Mapping, Rules};
use crate::source::{Ids, Record};

const RENAMED: &str = "one of them got another name while the directory was read";
const ELSEWHERE: &str = "one of them may be on another server";
const HIDDEN: &str = "`user_filter` does not find people who are locked out, and one of them may be";
const NAMELESS: &str = "the name of an entry could not be read, and may be that of one of them";

#[derive(Debug)]
pub(super) struct GroupObjects {
    source: Arc<str>,
    resource: TypeId,
    members: Option<AttributeIndex>,
    settings: LdapGroups,
    mapping: Mapping,
    refinement: Refinement,
    /// Keys of the attributes with members.
    keys: Vec<String>,
    /// Keys of the attributes whose values are all needed.
    whole: Vec<String>,
    attributes: Vec<String>,
}

impl GroupObjects {
    /// `None` if groups are not read.
    pub(super) fn new(source: &Arc<str>, settings: &LdapSettings, catalog: &Catalog) -> Option<Self> {
        let settings = settings.groups.as_ref()?;
        let resource = catalog.find("group")?;
        let schema = catalog.schema(resource);
        let mapping = Mapping::of_type(resource, schema, rules(settings));
        let refinement = Refinement::new(&settings.search, settings.transform.as_ref());
        let keys: Vec<String> = settings.members.iter().map(|name| key(name)).collect();
        let afterwards = mapping.needed_whole().into_iter().chain(keys.iter().cloned());
        Some(Self {
            source: source.clone(),
            resource,
            members: schema.find(Purpose::Members),
            whole: refinement.needed_whole(afterwards.collect()),
            attributes: requested(settings),
            settings: settings.clone(),
            mapping,
            refinement,
            keys,
        })
    }

    pub(super) fn resource(&self) -> TypeId {
        self.resource
    }

    pub(super) fn ids(&self) -> Ids {
        Ids {
            from_address: false,
            ..self.mapping.ids()
        }
    }

    /// Reads only the names of the groups. A group with another name later was renamed in the meantime.
    pub(super) async fn before(
        &self,
        connection: &mut Connection,
        settings: &LdapSettings,
    ) -> Result<Directory, Failure> {
        let mut directory = Directory::default();
        let mut each = |tag: StructureTag| {
            if let Some(name) = entry::name(&tag) {
                directory.expect_group(name);
            }
        };
        let names = ["1.1".to_owned()];
        self.search(settings, &names).run(connection, &mut each).await?;
        Ok(directory)
    }

    /// Passes on all groups, once the people of the directory are known.
    pub(super) async fn read(
        &self,
        connection: &mut Connection,
        settings: &LdapSettings,
        mut directory: Directory,
        each: &mut dyn FnMut(Record),
    ) -> Result<(), Failure> {
        let mut found = FoundGroups::default();
        let mut take = |tag| self.take(tag, &mut found, &directory, each);
        self.search(settings, &self.attributes)
            .run(connection, &mut take)
            .await?;
        for entry in std::mem::take(&mut found.incomplete) {
            let entry = self.complete(connection, settings, entry).await?;
            self.draft(&entry, &mut found, &directory, each);
        }
        for (name, meaning) in found.named {
            directory.add_group(&name, meaning);
        }
        for name in &found.ignored {
            directory.ignore(name);
        }
        let later = self
            .names_met_later(connection, settings, &found.drafts, &directory)
            .await?;
        let people = Dn::parse(settings.base_dn.as_bytes());
        let doubt = |dn: &Dn| {
            let scope = settings.search.scope;
            let may_be_found = people.as_ref().is_some_and(|base| scope.reaches(dn, base));
            if directory.is_ignored(dn) {
                None
            } else if later.contains(&directory.number(dn)) || directory.was_group(dn) {
                Some(RENAMED)
            } else if connection.references.may_hold(dn) {
                Some(ELSEWHERE)
            } else if directory.has_nameless() {
                Some(NAMELESS)
            } else {
                (directory.hides_people && may_be_found).then_some(HIDDEN)
            }
        };
        let (mut outside, mut groups) = (0, 0);
        for mut draft in found.drafts {
            draft.close(&directory, self.settings.nested, doubt);
            outside += draft.outside;
            groups += usize::from(draft.outside > 0);
            self.hand_over(draft, each);
        }
        if outside > 0 {
            each(Record::Warning(self.outside(outside, groups)));
        }
        Ok(())
    }

    fn search<'a>(&'a self, settings: &'a LdapSettings, attributes: &'a [String]) -> Search<'a> {
        let LdapGroups { base_dn, filter, .. } = &self.settings;
        Search::below(base_dn, filter, settings, attributes).limited_to(self.settings.search.scope)
    }

    /// Adds an entry as it arrives.
    fn take(
        &self,
        tag: StructureTag,
        found: &mut FoundGroups,
        directory: &Directory,
        each: &mut dyn FnMut(Record),
    ) {
        found.entries += 1;
        let Some(entry) = Entry::parse(tag) else {
            let at = self.at(format!("entry {} of the groups", found.entries));
            return each(self.rejected(at, "the server sent something that is not an entry"));
        };
        match self.refinement.is_ignored(&entry) {
            Ok(true) => found.ignored.push(entry.dn().to_vec()),
            Ok(false) if self.whole.iter().any(|key| entry.is_cut(key)) => found.incomplete.push(entry),
            Ok(false) => self.draft(&entry, found, directory, each),
            Err(reason) => {
                found.named.push((entry.dn().to_vec(), Meaning::Unknown));
                each(self.rejected(self.at(entry.dn_text()), reason));
            }
        }
    }

    /// Converts an entry that is as complete as possible.
    fn draft(
        &self,
        entry: &Entry,
        found: &mut FoundGroups,
        directory: &Directory,
        each: &mut dyn FnMut(Record),
    ) {
        let (record, failure) = self.refinement.record(entry);
        let at = self.at(entry.dn_text());
        let mapped = match failure {
            Some(reason) => Err(self.mapping.rejected(&record, &at, reason)),
            None => self.mapping.person(&record, &at, 0),
        };
        let id = match &mapped {
            Ok((group, _)) => Some(&group.id),
            Err(rejected) => rejected.id.as_ref(),
        };
        let meaning = Meaning::of(self.resource, id, self.ids().binary);
        found.named.push((entry.dn().to_vec(), meaning));
        match mapped {
            Ok((group, warnings)) => {
                for reason in warnings {
                    each(warning(&group, reason));
                }
                let sids: Vec<&[u8]> = entry.values(SID).collect();
                let draft = Draft::new(group, &record, &self.keys, &sids, directory);
                found.drafts.push(draft);
            }
            Err(rejected) => each(Record::Rejected(rejected)),
        }
    }

    fn hand_over(&self, draft: Draft, each: &mut dyn FnMut(Record)) {
        let Draft {
            mut group,
            members,
            doubt,
            ..
        } = draft;
        let Some(attribute) = self.members else {
            return each(Record::Person(group));
        };
        if let Some(why) = doubt {
            group.unknown.insert(attribute);
            each(warning(&group, format!("its members stay as they are: {why}")));
        } else {
            group.unknown.remove(attribute);
            group.attributes.set(attribute, Value::references(members));
        }
        each(Record::Person(group));
    }

    fn outside(&self, outside: usize, groups: usize) -> Warning {
        Warning::new(
            self.at(self.settings.base_dn.clone()),
            format!(
                "{} of {} left out: neither people nor groups that this source reads",
                counted(outside, "member"),
                counted(groups, "group")
            ),
        )
    }

    fn rejected(&self, at: RecordRef, reason: &str) -> Record {
        Record::Rejected(Rejected::new(at, None, reason).of_type(self.resource))
    }

    fn at(&self, at: String) -> RecordRef {
        RecordRef::new(self.source.clone(), at)
    }
}

fn warning(group: &Desired, reason: String) -> Record {
    Record::Warning(Warning {
        at: group.origin.clone(),
        id: Some(group.id.clone()),
        reason,
    })
}

/// The result of a read of all groups so far.
#[derive(Default)]
struct FoundGroups {
    entries: usize,
    drafts: Vec<Draft>,
    named: Vec<(Vec<u8>, Meaning)>,
    /// Names of the groups that `ignore_dn_regex` leaves out.
    ignored: Vec<Vec<u8>>,
    /// Entries with missing values that are needed.
    incomplete: Vec<Entry>,
}

/// The rules that convert an entry to a group.
fn rules(settings: &LdapGroups) -> Rules {
    let texts = settings.texts.iter();
    Rules {
        id: Field::new(&settings.group_id, Some("group_id")),
        lifecycle: LifecycleRule::Active,
        attributes: texts.map(|(name, rule)| AttributeRule::new(name, rule)).collect(),
        absent: Absent::Empty,
    }
}
