//! Who the sources want.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::model::text::personal::Personal;
use crate::model::{
    AttributeSet, Attributes, Existing, ExternalId, Lifecycle, Purpose, Schema, Selection, TypeId, Value,
};

/// Keys of roles, sorted and without repeats. Shared, since most people hold the same.
pub type Roles = Arc<[Box<str>]>;

/// Where a record stands in its source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordRef {
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// `FILE:LINE` (the header is line 1), or the name of the entry in its directory.
    pub at: Box<str>,
}

impl RecordRef {
    /// Whether the place identifies a person: the name of an entry, which contains an equals sign.
    pub fn names_somebody(&self) -> bool {
        self.at.contains('=')
    }

    /// The place as part of a text that leaves the process.
    pub fn told_at(&self) -> String {
        if self.names_somebody() {
            Personal(&self.at).to_string()
        } else {
            self.at.to_string()
        }
    }
}

impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.told_at(), self.source)
    }
}

/// A person whose record was read in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// User or group.
    pub resource: TypeId,
    /// The id that ties the person to an account.
    pub id: ExternalId,
    /// Whether the person may log in.
    pub lifecycle: Lifecycle,
    /// What the source says; `None` means that there is to be no value.
    pub attributes: Attributes,
    /// Attributes about which nothing is known: whatever the account holds there is left alone.
    pub unknown: AttributeSet,
    /// Where the record stands.
    pub origin: RecordRef,
}

impl Desired {
    /// The person of an account, as far as the account tells.
    pub fn of_account(account: &Existing, schema: &Schema, target_name: &str) -> Self {
        let id = account.id.clone();
        Self {
            resource: account.resource,
            // The bytes stand for a person without an id in lists; what is written is the text itself.
            id: id.unwrap_or_else(|| ExternalId::new(account.id_text(schema).as_bytes())),
            lifecycle: account.lifecycle,
            attributes: account.attributes.clone(),
            unknown: account.unread,
            origin: RecordRef {
                source: target_name.into(),
                at: account.target_id.as_str().into(),
            },
        }
    }

    /// The roles that the person is to hold, sorted.
    pub fn roles<'a>(&'a self, schema: &Schema) -> &'a [Box<str>] {
        let access = schema.find(Purpose::Access);
        access.map_or(&[], |access| self.attributes.texts(access))
    }

    /// Gives the person these roles, if the target has roles.
    pub fn set_roles(&mut self, schema: &Schema, roles: Roles) {
        if let Some(access) = schema.find(Purpose::Access) {
            let roles = (!roles.is_empty()).then_some(Value::Set(roles));
            self.attributes.set(access, roles);
            self.unknown.remove(access);
        }
    }

    /// Whether an account is of any use to the person: without a role, where there are roles, it is not.
    pub fn may_have_account(&self, schema: &Schema) -> bool {
        let access = schema.find(Purpose::Access);
        access.is_none_or(|access| self.attributes.get(access).is_some())
    }
}

/// A person on a list of leavers, by e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaver {
    /// The address as the source gave it.
    pub email: Box<str>,
    /// Where the record stands.
    pub origin: RecordRef,
}

/// A record that could not be used. Its person is *unknown*: never created, changed or removed because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// User or group.
    pub resource: TypeId,
    /// Where the record stands.
    pub at: RecordRef,
    /// Whose record it is. `None`: it could be any person's, so the source proves no absence.
    pub id: Option<ExternalId>,
    /// What is wrong, without the value.
    pub reason: String,
    /// The source's own names of the key attributes that have no value. Many such records mean a wrong mapping.
    pub missing: Vec<Box<str>>,
    /// What else it says about whose it is.
    pub claims: Box<Claims>,
}

/// What a record says about whose it is beside its id, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claims {
    /// E-mail addresses, which are login names too.
    pub addresses: Vec<Box<str>>,
    /// The ownership proofs ([`crate::model::Purpose::OwnershipProof`]) that it names.
    pub proofs: Vec<Box<str>>,
    /// There are addresses, and the target would take none of them: somebody may have another one in truth.
    pub is_misspelt: bool,
}

impl Rejected {
    /// A record of which nothing but the place and perhaps the id is known.
    pub fn new(at: RecordRef, id: Option<ExternalId>, reason: impl Into<String>) -> Self {
        Self {
            resource: TypeId::default(),
            at,
            id,
            reason: reason.into(),
            missing: Vec::new(),
            claims: Box::default(),
        }
    }

    /// The same of another resource type.
    #[must_use]
    pub fn of_type(self, resource: TypeId) -> Self {
        Self { resource, ..self }
    }
}

/// A warning that does not keep a person from the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where the record stands.
    pub at: RecordRef,
    /// Whose record it is.
    pub id: Option<ExternalId>,
    /// What was seen and what was done about it, without the value.
    pub reason: String,
}

/// How the read of one source went.
#[derive(Clone, Debug)]
pub struct SourceRead {
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// `ldap`, `csv` or `ukt`.
    pub kind: &'static str,
    /// Which of several servers answered.
    pub server: Option<String>,
    /// When the first of the certificates ends with which it was reached, in seconds since 1970 (UTC).
    pub certificate_ends: Option<i64>,
    /// Whether a person that it does not name has left; a list of leavers proves no absence.
    pub proves_absence: bool,
    /// Records read, rejected ones included.
    pub read: usize,
    /// How many of them were rejected.
    pub rejected: usize,
    /// Everything was read, and no record is of an unknown person.
    pub complete: bool,
    /// How long it took.
    pub seconds: f64,
}

/// What all sources together want of one kind of object.
#[derive(Clone, Debug, Default)]
pub struct DesiredState {
    /// The kind.
    pub resource: TypeId,
    /// People in order of their id, each id once.
    pub objects: Vec<Desired>,
    /// People who have left, by address.
    pub leavers: Vec<Leaver>,
    /// Records that could not be used.
    pub rejected: Vec<Rejected>,
    /// Things worth knowing.
    pub warnings: Vec<Warning>,
    /// The names under which accounts are looked after here, those included that are taken over. An account that tells of
    /// another one is not this run's to remove because its person is absent. Empty: nobody asks.
    pub providers: Vec<Value>,
    /// A person who is not named here is proved absent: a source of people was read, and every record of it could be
    /// tied to a person.
    pub complete: bool,
    /// One entry for each source, in the order of the configuration.
    pub sources: Vec<SourceRead>,
    /// Sources whose ids are bytes and no text: these are compared byte by byte.
    pub binary_ids: BTreeSet<Arc<str>>,
    /// The only people of the run; `None`: all people.
    pub selection: Option<Selection>,
}

impl DesiredState {
    /// Whether the run is about the person at this place.
    pub fn is_about(&self, person: usize) -> bool {
        let selection = self.selection.as_ref();
        selection.is_none_or(|selection| selection.people.contains(&person))
    }

    /// Whether the run is about the leaver at this place.
    pub fn is_about_leaver(&self, leaver: usize) -> bool {
        let selection = self.selection.as_ref();
        selection.is_none_or(|selection| selection.leavers.contains(&leaver))
    }
}
