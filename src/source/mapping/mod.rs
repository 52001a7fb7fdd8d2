//! Converts a source's record to a desired object. Pure.
//!
//! A source provides a [`RawRecord`]. Its [`Rules`] extract the attributes of the target's schema. The result is a
//! person, or a rejected record.

mod attribute;
mod cell;
mod field;
mod judge;
mod lifecycle;
mod needs;

pub(super) use self::attribute::AttributeRule;
pub(super) use self::cell::is_blank;
pub(super) use self::field::Field;
pub(super) use self::lifecycle::{LifecycleRule, passing::hides_people};

use self::attribute::Extracted;
use self::judge::Judgement;
use crate::model::{
    AttributeSet, Attributes, Claims, Desired, ExternalId, Purpose, RecordRef, Rejected, Roles, Schema,
    TypeId, Unreadable, Value,
};
use crate::transform::RawRecord;

/// How the people of one source are mapped.
#[derive(Debug)]
pub(super) struct Rules {
    /// The external id.
    pub(super) id: Field,
    /// Whether the person may sign in.
    pub(super) lifecycle: LifecycleRule,
    /// The attributes of the person.
    pub(super) attributes: Vec<AttributeRule>,
    /// Meaning of a missing attribute.
    pub(super) absent: Absent,
}

/// Meaning of a missing attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// There is no value: a directory does not send attributes without one.
    Empty,
    /// The source does not provide it: the account's value stays.
    Unknown,
}

/// Why a record is rejected.
#[derive(Debug)]
pub(super) struct Unusable {
    /// Without any value.
    reason: String,
    /// The missing attributes.
    missing: Vec<Box<str>>,
}

/// Converts the records of one source to people for one target.
#[derive(Debug)]
pub(super) struct Mapping {
    resource: TypeId,
    schema: Schema,
    roles: Roles,
    rules: Rules,
}

impl Mapping {
    /// For people with these attributes and roles.
    pub(super) fn new(schema: &Schema, base_roles: &Roles, rules: Rules) -> Self {
        Self {
            resource: TypeId::default(),
            schema: schema.clone(),
            roles: base_roles.clone(),
            rules,
        }
    }

    /// For objects of another resource type, which have no roles.
    pub(super) fn of_type(resource: TypeId, schema: &Schema, rules: Rules) -> Self {
        Self {
            resource,
            ..Self::new(schema, &Roles::default(), rules)
        }
    }

    /// Converts a record to a person, at this time in seconds since 1970, with warnings about its values. Attributes
    /// without a rule are unknown. Rules for attributes outside of the schema are ignored.
    ///
    /// # Errors
    /// [`Rejected`] with all missing required attributes, and those with an unusable value.
    pub(super) fn person(
        &self,
        record: &RawRecord,
        at: &RecordRef,
        now: i64,
    ) -> Result<(Desired, Vec<String>), Rejected> {
        let reject = |id: Option<&ExternalId>, why: Unusable| Rejected {
            missing: why.missing,
            ..self.reject(record, at, id.cloned(), why.reason)
        };
        let id = self.rules.id.id(record).map_err(|why| reject(None, why))?;
        let reject_it = |why| reject(Some(&id), why);
        let extracted = self.extract(record).map_err(reject_it)?;
        let lifecycle = self.rules.lifecycle.read(record, now).map_err(reject_it)?;
        let (attributes, unknown, warnings) = self.attributes(record, extracted).map_err(|why| {
            let is_error = id.as_text().is_some_and(cell::is_error_value);
            reject((!is_error).then_some(&id), why)
        })?;
        let mut desired = Desired {
            resource: self.resource,
            id,
            lifecycle,
            attributes,
            unknown,
            origin: at.clone(),
        };
        desired.set_roles(&self.schema, self.roles.clone());
        Ok((desired, warnings))
    }

    /// Rejects a record for another reason, with the identifying values that can be read.
    pub(super) fn rejected(&self, record: &RawRecord, at: &RecordRef, reason: String) -> Rejected {
        self.reject(record, at, self.rules.id.id(record).ok(), reason)
    }

    fn reject(&self, record: &RawRecord, at: &RecordRef, id: Option<ExternalId>, reason: String) -> Rejected {
        Rejected::new(at.clone(), id, reason)
            .of_type(self.resource)
            .with_claims(self.claims(record))
    }

    /// The result of each rule for a record.
    fn extract<'a>(
        &'a self,
        record: &'a RawRecord,
    ) -> Result<Vec<(&'a AttributeRule, Extracted<'a>)>, Unusable> {
        let says = |rule: &&AttributeRule| {
            self.rules.absent == Absent::Empty || rule.keys().any(|key| record.has(key))
        };
        let rules = self.rules.attributes.iter().filter(says);
        let extract = |rule: &'a AttributeRule| match rule.extract(record) {
            Ok(found) => Ok((rule, found)),
            Err(reason) => Err(Unusable {
                reason,
                missing: rule.missing(record),
            }),
        };
        rules.map(extract).collect()
    }

    /// The attributes of a person, the unknown ones, and warnings.
    fn attributes(
        &self,
        record: &RawRecord,
        extracted: Vec<(&AttributeRule, Extracted<'_>)>,
    ) -> Result<(Attributes, AttributeSet, Vec<String>), Unusable> {
        let mut attributes = Attributes::default();
        let mut unknown = self.everything();
        let mut judgement = Judgement::default();
        for (rule, found) in extracted {
            let Some(index) = self.schema.index(rule.attribute()) else {
                continue;
            };
            let spec = self.schema.spec(index);
            let found = judgement.usable_value(rule, found, spec.required, spec.screening);
            let is_list = rule.takes_all();
            let unreadable = is_list.then(|| rule.unreadable(record)).flatten();
            let value = match (found, unreadable) {
                (Extracted::Value(_), Some(why)) => {
                    judgement.add_unknown(rule, why);
                    Err(())
                }
                (Extracted::Value(text), None) if is_list => Ok(Value::set(rule.all(record, &text))),
                (Extracted::Value(text), None) => Ok(Some(Value::text(text))),
                (Extracted::Empty, _) => Ok(None),
                (Extracted::Unreadable(_), _) => Err(()),
            };
            match value {
                Ok(value) => {
                    attributes.set(index, value);
                    unknown.remove(index);
                }
                Err(()) if self.schema.spec(index).unreadable == Unreadable::Rejects => {
                    judgement.refuse_unknown();
                }
                Err(()) => {}
            }
        }
        match judgement.refusal() {
            None => Ok((attributes, unknown, judgement.warnings())),
            Some(reason) => Err(Unusable {
                reason,
                missing: judgement.missing,
            }),
        }
    }

    /// The identifying values of a rejected record, as far as they can be read.
    pub(super) fn claims(&self, record: &RawRecord) -> Claims {
        let address = self.naming_attribute();
        let found = |attribute| self.text(attribute, record).into_iter();
        let values = self.rule(address).into_iter().flat_map(AttributeRule::keys);
        // Includes values that are not text: the person has an address, although it is not known which.
        let values = values
            .flat_map(|key| record.values(key))
            .map(|value| String::from_utf8_lossy(value).into());
        let mut addresses: Vec<Box<str>> = found(address).chain(values).collect();
        addresses.retain(|address| !address.is_empty());
        addresses.dedup();
        Claims {
            addresses,
            proofs: found(self.schema.name_of(Purpose::OwnershipProof)).collect(),
            is_misspelt: false,
        }
    }

    /// The attribute whose value names a person; empty if there is none.
    pub(super) fn naming_attribute(&self) -> &str {
        let index = self.schema.name_from_sources();
        index.map_or("", |index| &self.schema.spec(index).name)
    }

    /// One attribute of a record, if it can be read.
    pub(super) fn text(&self, attribute: &str, record: &RawRecord) -> Option<Box<str>> {
        match self.rule(attribute)?.extract(record) {
            Ok(Extracted::Value(text)) => Some(text.into()),
            _ => None,
        }
    }

    fn rule(&self, attribute: &str) -> Option<&AttributeRule> {
        self.rules
            .attributes
            .iter()
            .find(|rule| rule.attribute() == attribute)
    }

    /// Gives a person other roles than the default ones.
    pub(super) fn give(&self, desired: &mut Desired, roles: Roles) {
        desired.set_roles(&self.schema, roles);
    }

    fn everything(&self) -> AttributeSet {
        let mut all = AttributeSet::default();
        let given = self.schema.iter().filter(|(_, spec)| spec.comes_from_sources());
        for (index, _) in given {
            all.insert(index);
        }
        all
    }
}

#[cfg(test)]
mod tests;
