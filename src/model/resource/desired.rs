//! What the sources want.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::model::text::personal::Personal;
use crate::model::{
    AttributeSet, Attributes, Existing, ExternalId, Lifecycle, Purpose, Schema, Selection, TypeId, Value,
};

/// Keys of roles, sorted and without duplicates. Shared, because most people have the same.
pub type Roles = Arc<[Box<str>]>;

/// Location of a record in its source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordRef {
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// `FILE:LINE` (the header is line 1), or the name of the entry in its directory.
    pub at: Box<str>,
}

impl RecordRef {
    pub fn new(source: impl Into<Arc<str>>, at: impl Into<Box<str>>) -> Self {
        Self {
            source: source.into(),
            at: at.into(),
        }
    }

    /// Returns whether the location identifies a person: the name of an entry, which contains an equals sign.
    pub fn names_person(&self) -> bool {
        self.at.contains('=')
    }

    /// The location as part of a text that leaves the process.
    pub fn marked_at(&self) -> String {
        if self.names_person() {
            Personal(&self.at).to_string()
        } else {
            self.at.to_string()
        }
    }
}

impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.marked_at(), self.source)
    }
}

/// A person or group whose record was read completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    pub resource: TypeId,
    /// The id by which the account is found.
    pub id: ExternalId,
    /// Whether the person may sign in.
    pub lifecycle: Lifecycle,
    /// The values from the source; `None` removes a value.
    pub attributes: Attributes,
    /// Attributes with unknown values. The account's values stay unchanged.
    pub unknown: AttributeSet,
    pub origin: RecordRef,
}

impl Desired {
    /// The person of an account, as far as the account shows it.
    pub fn of_account(account: &Existing, schema: &Schema, target_name: &str) -> Self {
        let id = account.id.clone();
        Self {
            resource: account.resource,
            // In lists, the bytes stand for a person without an id. What is written is the text itself.
            id: id.unwrap_or_else(|| ExternalId::new(account.id_text(schema).as_bytes())),
            lifecycle: account.lifecycle,
            attributes: account.attributes.clone(),
            unknown: account.not_fetched,
            origin: RecordRef::new(target_name, account.target_id.as_str()),
        }
    }

    /// The roles that the person is to have, sorted.
    pub fn roles<'a>(&'a self, schema: &Schema) -> &'a [Box<str>] {
        let access = schema.find(Purpose::Access);
        access.map_or(&[], |access| self.attributes.texts(access))
    }

    pub fn set_roles(&mut self, schema: &Schema, roles: Roles) {
        if let Some(access) = schema.find(Purpose::Access) {
            let roles = (!roles.is_empty()).then_some(Value::Set(roles));
            self.attributes.set(access, roles);
            self.unknown.remove(access);
        }
    }

    /// Returns whether an account is useful for the person: if the target has roles, the person needs one.
    pub fn may_have_account(&self, schema: &Schema) -> bool {
        let access = schema.find(Purpose::Access);
        access.is_none_or(|access| self.attributes.get(access).is_some())
    }
}

/// A person on a list of leavers, by e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaver {
    /// The address as in the source.
    pub email: Box<str>,
    pub origin: RecordRef,
}

/// A record that could not be used. Its person is *unknown*: never created, changed or removed because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub resource: TypeId,
    pub at: RecordRef,
    /// The id in the record. `None`: it may belong to any person, so the source proves no absence.
    pub id: Option<ExternalId>,
    /// What is wrong, without the value.
    pub reason: String,
    /// The source's names of the key attributes without a value. Many such records mean a wrong mapping.
    pub missing: Vec<Box<str>>,
    /// Other values that identify the person.
    pub claims: Box<Claims>,
}

/// Values in a record that identify the person besides the id, as far as they could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claims {
    /// E-mail addresses, which are login names too.
    pub addresses: Vec<Box<str>>,
    /// The ownership proofs ([`crate::model::Purpose::OwnershipProof`]) in the record.
    pub proofs: Vec<Box<str>>,
    /// There are addresses, but the target would accept none of them, so the real address is not known.
    pub is_misspelt: bool,
}

impl Rejected {
    /// A record of which only the location and possibly the id are known.
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

    /// The same for another resource type.
    #[must_use]
    pub fn of_type(self, resource: TypeId) -> Self {
        Self { resource, ..self }
    }

    /// The same with other values that identify the person.
    #[must_use]
    pub fn with_claims(self, claims: Claims) -> Self {
        Self {
            claims: claims.into(),
            ..self
        }
    }
}

/// A warning that does not prevent the person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub at: RecordRef,
    /// The id of the person.
    pub id: Option<ExternalId>,
    /// What was found and what was done about it, without the value.
    pub reason: String,
}

impl Warning {
    /// A warning that is not about one person.
    pub fn new(at: RecordRef, reason: impl Into<String>) -> Self {
        Self {
            at,
            id: None,
            reason: reason.into(),
        }
    }
}

/// Statistics of reading one source.
#[derive(Clone, Debug)]
pub struct SourceRead {
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// `ldap`, `csv` or `ukt`.
    pub kind: &'static str,
    /// Which of several servers answered.
    pub server: Option<String>,
    /// When the first certificate of the connection expires, in seconds since 1970 (UTC).
    pub certificate_ends: Option<i64>,
    /// Whether a missing person has left. A list of leavers proves no absence.
    pub proves_absence: bool,
    /// Records read, including rejected ones.
    pub read: usize,
    /// Number of rejected records.
    pub rejected: usize,
    /// Everything was read, and every record belongs to a known person.
    pub complete: bool,
    /// Duration of the read.
    pub seconds: f64,
}

/// What all sources together want of one resource type.
#[derive(Clone, Debug, Default)]
pub struct DesiredState {
    pub resource: TypeId,
    /// People sorted by id, each id once.
    pub objects: Vec<Desired>,
    /// People who have left, by address.
    pub leavers: Vec<Leaver>,
    /// Records that could not be used.
    pub rejected: Vec<Rejected>,
    pub warnings: Vec<Warning>,
    /// The provider names of this configuration, including those that it takes over. An account of another provider
    /// is not removed as absent. Empty if providers are not checked.
    pub providers: Vec<Value>,
    /// A person who is missing here is proved absent: a source of people was read, and each of its records belongs to
    /// a known person.
    pub complete: bool,
    /// One entry per source, in the order of the configuration.
    pub sources: Vec<SourceRead>,
    /// Sources with binary ids, which are compared byte by byte.
    pub binary_ids: BTreeSet<Arc<str>>,
    /// The people of a limited run; `None` means all people.
    pub selection: Option<Selection>,
}

impl DesiredState {
    /// Returns whether the run includes the person at this index.
    pub fn is_about(&self, person: usize) -> bool {
        let selection = self.selection.as_ref();
        selection.is_none_or(|selection| selection.people.contains(&person))
    }

    /// Returns whether the run includes the leaver at this index.
    pub fn is_about_leaver(&self, leaver: usize) -> bool {
        let selection = self.selection.as_ref();
        selection.is_none_or(|selection| selection.leavers.contains(&leaver))
    }
}
