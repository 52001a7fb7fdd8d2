//! From entries to people. Pure.

use std::sync::Arc;

use ldap3::asn1::StructureTag;

use super::entry::{self, Entry};
use super::members::RoleCount;
use super::status::{self, Status};
use super::survey::Survey;
use super::tally::Tally;
use super::text::{Made, Text};
use super::{active, canonical};
use crate::config::{ActiveRule, LdapActive, LdapAttribute, LdapSettings, PassingState};
use crate::model::{Claims, ExternalId, Identity, Lifecycle, RecordRef, Rejected, Warning};
use crate::source::mapping::{Fact, Mapping, Said};
use crate::source::merge::counted;
use crate::source::{Ids, Record};

/// Which attribute of an entry becomes which attribute of a person.
#[derive(Debug)]
pub(super) struct People {
    source: Arc<str>,
    mapping: Mapping,
    user_id: Wanted,
    active: Active,
    passing: PassingState,
    /// By the schema's name.
    texts: Vec<(&'static str, Text)>,
    /// Keys of the attributes of which all values have to be known.
    whole: Vec<String>,
}

const BLOCKED: &str = "only locked out, or with an old password, which passes by itself, while `policy.disabled` is `delete`; \
                       to block such people set `policy.disabled: deactivate`, otherwise take this out of `active` or \
                       `disable_bitmasks`";

#[derive(Debug)]
enum Active {
    Status(Wanted, i32),
    Rules(Vec<ActiveRule>),
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

    /// Its name, if the entry has no value.
    fn missing(&self, entry: &Entry) -> Vec<Box<str>> {
        let name = self.first(entry).is_none().then(|| self.name().into());
        name.into_iter().collect()
    }
}

impl People {
    pub(super) fn new(source: &Arc<str>, settings: &LdapSettings, mapping: Mapping) -> Self {
        let attributes = &settings.attributes;
        let texts = [
            ("first_name", Some(&attributes.first_name)),
            ("last_name", Some(&attributes.last_name)),
            ("email", Some(&attributes.email)),
            ("preferred_username", attributes.preferred_username.as_ref()),
            ("phone", attributes.phone.as_ref()),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, rule)| Some((name, Text::new(name, rule?))));
        let texts: Vec<(&str, Text)> = texts.collect();
        let active = match &attributes.active {
            LdapActive::Status {
                attribute,
                disable_mask,
            } => Active::Status(Wanted::new(attribute), *disable_mask),
            LdapActive::Rules(rules) => Active::Rules(rules.clone()),
        };
        Self {
            source: source.clone(),
            mapping,
            user_id: Wanted::new(&attributes.user_id),
            whole: needed_whole(&active, &texts),
            active,
            passing: settings.passing,
            texts,
        }
    }

    /// Keys of the attributes of which all values have to be known.
    pub(super) fn whole(&self) -> &[String] {
        &self.whole
    }

    /// Hands over the person of an entry, unless it has to be completed first.
    pub(super) fn read(&self, tag: StructureTag, tally: &mut Tally, each: &mut dyn FnMut(Record)) {
        tally.entries += 1;
        let Some(entry) = Entry::parse(tag) else {
            let at = self.at(format!("entry {}", tally.entries));
            let reason = "the server sent something that is no entry";
            return each(Record::Rejected(Rejected::new(at, None, reason)));
        };
        if self.whole.iter().any(|key| entry.is_cut(key)) {
            tally.incomplete.push(entry);
        } else {
            self.take(&entry, tally, each);
        }
    }

    /// Hands over the person of an entry that is as complete as it can be, and what is worth knowing about them.
    pub(super) fn take(&self, entry: &Entry, tally: &mut Tally, each: &mut dyn FnMut(Record)) {
        if let Some(survey) = &mut tally.survey {
            self.look(entry, survey);
        }
        let at = self.at(self.place(entry));
        // Also of whom cannot be used: a group is not without people because their records are broken.
        let roles = tally.members.roles(entry);
        match self.person(entry, &at, tally.now) {
            Ok((mut identity, warnings)) => {
                if let Some(roles) = roles {
                    self.mapping.give(&mut identity, roles);
                }
                for reason in warnings {
                    let (at, id) = (at.clone(), Some(identity.id.clone()));
                    each(Record::Warning(Warning { at, id, reason }));
                }
                tally.choose(self.chosen_by_chance(entry));
                each(Record::Person(identity));
            }
            Err(rejected) => each(Record::Rejected(rejected)),
        }
    }

    /// The person, and what is worth knowing about their values.
    fn person(&self, entry: &Entry, at: &RecordRef, now: i64) -> Result<(Identity, Vec<String>), Rejected> {
        let reject = |id, reason, missing| Rejected {
            at: at.clone(),
            id,
            reason,
            missing,
            claims: self.claims(entry).into(),
        };
        let id = self.id(entry).map_err(|reason| {
            let missing = self.user_id.missing(entry);
            reject(None, reason, missing)
        })?;
        let mut made = Vec::with_capacity(self.texts.len());
        for (_, text) in &self.texts {
            let one = text.make(entry);
            let reject = |reason| reject(Some(id.clone()), reason, text.missing(entry));
            made.push(one.map_err(reject)?);
        }
        let facts = self.texts.iter().zip(&made);
        let facts: Vec<Fact<'_>> = facts.map(|((name, text), made)| fact(name, text, made)).collect();
        let lifecycle = self
            .lifecycle(entry, now)
            .map_err(|reason| reject(Some(id.clone()), reason, self.missing_status(entry)))?;
        let identity = self.mapping.identity(id, lifecycle, at.clone(), &facts);
        match (identity, odd(&facts)) {
            (Ok((identity, mut warnings)), odd) => {
                warnings.extend(odd.map(|odd| format!("{odd}; what the account holds is kept")));
                Ok((identity, warnings))
            }
            (Err(rejected), odd) => Err(Rejected {
                reason: odd.map_or(rejected.reason.clone(), |odd| {
                    format!("{}; {odd}", rejected.reason)
                }),
                claims: self.claims(entry).into(),
                ..rejected
            }),
        }
    }

    /// What can be read of whose entry it is, if it is of no use.
    fn claims(&self, entry: &Entry) -> Claims {
        let mut addresses: Vec<Box<str>> = Vec::new();
        if let Some(email) = self.email() {
            if let Ok(Made::Text(made)) = email.make(entry) {
                addresses.push(made.into());
            }
            let held = email.keys().flat_map(|key| entry.values(key));
            // Also what is no text: somebody has an address, although nobody can tell which.
            addresses.extend(held.map(|value| String::from_utf8_lossy(value).into()));
        }
        addresses.retain(|address| !address.is_empty());
        Claims {
            addresses,
            ..Claims::default()
        }
    }

    /// How the address is made.
    fn email(&self) -> Option<&Text> {
        let email = self.texts.iter().find(|(name, _)| *name == "email");
        email.map(|(_, text)| text)
    }

    /// What kind of ids these people have.
    pub(super) fn ids(&self) -> Ids {
        let id = &self.user_id;
        let of_email = |email: &Text| email.keys().any(|key| key == id.key);
        Ids {
            binary: id.attribute.is_binary,
            from_address: self.email().is_some_and(of_email),
        }
    }

    fn missing_status(&self, entry: &Entry) -> Vec<Box<str>> {
        match &self.active {
            Active::Status(status, _) => status.missing(entry),
            Active::Rules(rules) => active::missing(rules, entry),
        }
    }

    fn lifecycle(&self, entry: &Entry, now: i64) -> Result<Lifecycle, String> {
        let status = match &self.active {
            Active::Status(status, mask) => status::read(status.first(entry), &status.attribute, *mask)?,
            Active::Rules(rules) => active::read(rules, entry, now)?,
        };
        match (status, self.passing) {
            (Status::Enabled, _) => Ok(Lifecycle::Active),
            (Status::Disabled, _) | (Status::Blocked, PassingState::Disabled) => Ok(Lifecycle::Disabled),
            (Status::Blocked, PassingState::Unknown) => Err(BLOCKED.to_owned()),
        }
    }

    /// What the rules about who is enabled mean, for `check`.
    pub(super) fn meaning(&self) -> String {
        let rules = match &self.active {
            Active::Status(status, mask) => vec![status::meaning(&status.attribute, *mask)],
            Active::Rules(rules) => rules.iter().map(active::meaning).collect(),
        };
        let then = match self.passing {
            PassingState::Unknown => {
                "who is disabled is deleted (`policy.disabled`); who is in a state that passes by itself is unknown in that run, \
                 and keeps the account as it is"
            }
            PassingState::Disabled => {
                "`policy.disabled` deletes nobody, so a state that passes by itself counts as disabled too"
            }
        };
        format!("{}; {then}", rules.join("; "))
    }

    /// What is worth knowing about the whole read.
    pub(super) fn close(&self, tally: &Tally, base: &str, each: &mut dyn FnMut(Record)) {
        let mut warn = |at: &str, reason| {
            each(Record::Warning(Warning {
                at: self.at(at.to_owned()),
                id: None,
                reason,
            }));
        };
        if let Some(reason) = tally.chosen() {
            warn(base, reason);
        }
        // Without people there is nobody to wonder about.
        let told = |count: &RoleCount<'_>| tally.entries > 0 && count.is_held_by_nobody();
        for count in tally.members.counts().filter(told) {
            let group = count.named.first().map_or(base, |(name, _)| name);
            let (role, members) = (count.role, counted(count.members(), "member"));
            warn(
                group,
                format!(
                    "it has {members}, and nobody who was read is in it, so nobody gets the role `{role}` by it; its members may go \
                     by names that their people no longer have"
                ),
            );
        }
    }

    /// Says why the read is not all there is.
    pub(super) fn not_all(&self, reasons: Vec<String>, base: &str, each: &mut dyn FnMut(Record)) {
        for reason in reasons {
            each(Record::Partial(Warning {
                at: self.at(base.to_owned()),
                id: None,
                reason,
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

    /// The attributes of which one of several values is used only because the server sent it first, each once.
    fn chosen_by_chance<'a>(&'a self, entry: &'a Entry) -> Vec<&'a str> {
        let several = |wanted: &&Wanted| entry.values(&wanted.key).nth(1).is_some();
        let of_status = match &self.active {
            Active::Status(status, _) => Some(status),
            Active::Rules(_) => None,
        };
        let single = [Some(&self.user_id), of_status].into_iter().flatten();
        let single = single.filter(several).map(|wanted| (wanted.name(), &*wanted.key));
        let texts = self.texts.iter().flat_map(|(_, text)| text.by_chance(entry));
        let mut found: Vec<(&str, &str)> = Vec::new();
        for (name, key) in single.chain(texts) {
            if !found.iter().any(|(_, known)| *known == key) {
                found.push((name, key));
            }
        }
        found.into_iter().map(|(name, _)| name).collect()
    }

    /// The name, and a binary id as administrators know it.
    fn place(&self, entry: &Entry) -> String {
        let (dn, name) = (entry.dn_text(), self.user_id.name());
        let text = self.user_id.first(entry).and_then(|id| canonical::text(name, id));
        match text {
            Some(text) if self.user_id.attribute.is_binary => format!("{dn} ({name} {text})"),
            _ => dn,
        }
    }

    fn look(&self, entry: &Entry, survey: &mut Survey) {
        survey.attributes(entry);
        if let Some(id) = self.user_id.first(entry) {
            survey.id(id);
        }
        if let Some(Ok(Made::Text(email))) = self.email().map(|text| text.make(entry)) {
            survey.email(&email);
        }
    }

    fn at(&self, at: String) -> RecordRef {
        RecordRef {
            source: self.source.clone(),
            at: at.into(),
        }
    }
}

fn needed_whole(active: &Active, texts: &[(&'static str, Text)]) -> Vec<String> {
    let tested: Vec<&str> = match active {
        Active::Status(..) => Vec::new(),
        Active::Rules(rules) => active::compared(rules),
    };
    let tested = tested.into_iter().map(entry::key);
    let chosen = texts.iter().flat_map(|(_, text)| text.needed_whole());
    tested.chain(chosen.map(str::to_owned)).collect()
}

/// Which values cannot be used, in words.
fn odd(facts: &[Fact<'_>]) -> Option<String> {
    let odd = facts.iter().filter(|fact| fact.said == Said::Unknown);
    let odd: Vec<String> = odd.map(|fact| format!("`{}`", fact.field)).collect();
    (!odd.is_empty()).then(|| format!("{} is not text (UTF-8)", odd.join(", ")))
}

fn fact<'a>(attribute: &'static str, text: &'a Text, made: &'a Made<'_>) -> Fact<'a> {
    let said = match made {
        Made::Text(text) => Said::Value(text),
        Made::Nothing => Said::Nothing,
        Made::NotText => Said::Unknown,
    };
    Fact {
        attribute,
        field: text.field(),
        said,
    }
}
