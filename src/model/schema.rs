//! What a target can store about a person. Each target declares its own; the plan loops over it and knows no name.

use std::sync::Arc;

use super::id::{ExternalId, TypeId};
use super::value::{Equality, Value};

/// The place of an attribute in its [`Schema`] and in every [`super::Attributes`] made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeIndex(pub u8);

impl AttributeIndex {
    /// The same as a position in a list.
    pub fn position(self) -> usize {
        usize::from(self.0)
    }
}

/// What an attribute is for. All but [`Purpose::Plain`] and [`Purpose::Name`] stand once in a schema at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A value like any other.
    Plain,
    /// Part of the name of a person: two people who share no part of it are not the same.
    Name,
    /// The address by which a record finds its account. Two active people cannot share it.
    Address,
    /// The address again, as far as the target has verified it. Read only.
    VerifiedAddress,
    /// The external id, in the form of [`ExternalId`]'s display. An account may hold any text there.
    ExternalId,
    /// The login name; the target refuses a second account with it, ignoring case.
    Login,
    /// The roles: whoever holds none of them cannot use the account.
    Access,
    /// The objects that belong to a group.
    Members,
    /// What this tool writes into each account that it makes, so that it can tell them from others.
    OwnershipProof,
    /// Which configuration or source looks after the account; no record says it.
    Provider,
    /// This tool deactivated the account, and may activate it again.
    DisabledByUs,
    /// When the absence of the person began, in seconds since 1970 (UTC).
    MissingSince,
    /// How many runs have found the person absent.
    MissingRuns,
}

impl Purpose {
    /// Whether this tool keeps its own records there; no source has a say in it.
    pub fn is_bookkeeping(self) -> bool {
        matches!(self, Self::DisabledByUs | Self::MissingSince | Self::MissingRuns)
    }
}

/// One value or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// At most one value.
    One,
    /// Any number of values, in no order.
    Many,
}

/// Whether a value may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Kept equal to the source.
    ReadWrite,
    /// Written when missing, never replaced; a difference is reported and does not make the account differ.
    SetOnce,
    /// Written when missing, and replaced together with the id if it is what the account's former id gives
    /// ([`AttributeSpec::default`]). Any other value is of somebody else's making: reported, never replaced.
    WithId,
    /// Has the value of another attribute, and is written when that one is.
    Follows(AttributeIndex),
    /// Never written.
    ReadOnly,
}

/// What is looked at of an attribute that the list does not show, on an account that is the person's already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inspection {
    /// Whether it holds the person's value.
    Value,
    /// Whether it holds some value.
    Presence,
    /// Nothing: it is written into an account when that becomes the person's, and then left alone.
    Nothing,
}

/// Where the current value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// The list of accounts shows it.
    WithList,
    /// The target has to be asked ([`crate::target::Target::confirm`]).
    OnDemand(Inspection),
}

/// Which of several values are taken away from an account whose person does not have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removes {
    /// All of them.
    Everything,
    /// These. Others were given by somebody else, and stay.
    Only(Arc<[Box<str>]>),
}

/// What the target stores under one name.
#[derive(Clone, Debug)]
pub struct AttributeSpec {
    /// The name that configuration, plan and report use.
    pub name: Arc<str>,
    /// What it is for.
    pub purpose: Purpose,
    /// One value or several.
    pub cardinality: Cardinality,
    /// When two values count as the same.
    pub equality: Equality,
    /// Whether a value may be replaced.
    pub mutability: Mutability,
    /// Where the current value comes from.
    pub fetch: Fetch,
    /// Which of several values may be taken away.
    pub removes: Removes,
    /// A person without it cannot have an account.
    pub required: bool,
    /// Never shown unless asked for.
    pub personal: bool,
    /// Why a value cannot be written for the first time; what is stored already stays.
    pub misfit: Option<fn(&str) -> Option<&'static str>>,
    /// The value for people whose source gives none.
    pub default: Option<fn(&ExternalId) -> Value>,
}

impl AttributeSpec {
    /// An optional text that is kept equal to the source and comes with the list.
    pub fn text(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            purpose: Purpose::Plain,
            cardinality: Cardinality::One,
            equality: Equality::Exact,
            mutability: Mutability::ReadWrite,
            fetch: Fetch::WithList,
            removes: Removes::Everything,
            required: false,
            personal: true,
            misfit: None,
            default: None,
        }
    }

    /// Whether a source may say it; everything else follows from the id, from another attribute, or from what was done.
    pub fn is_said_by_sources(&self) -> bool {
        let is_derived = matches!(self.mutability, Mutability::Follows(_) | Mutability::ReadOnly);
        !is_derived && self.purpose != Purpose::ExternalId && !self.purpose.is_bookkeeping()
    }

    /// Whether the list of accounts shows it.
    pub fn is_listed(&self) -> bool {
        self.fetch == Fetch::WithList
    }

    /// What is looked at although the list does not show it.
    pub fn inspection(&self) -> Option<Inspection> {
        match self.fetch {
            Fetch::WithList => None,
            Fetch::OnDemand(inspection) => Some(inspection),
        }
    }
}

/// All attributes of a target, in a fixed order. At most 64.
#[derive(Clone, Debug)]
pub struct Schema(Box<[AttributeSpec]>);

impl Schema {
    /// Takes the attributes in their order.
    pub fn new(specs: impl Into<Box<[AttributeSpec]>>) -> Self {
        let specs = specs.into();
        assert!(specs.len() <= 64, "a schema holds at most 64 attributes");
        Self(specs)
    }

    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The attributes in order.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeIndex, &AttributeSpec)> {
        (0u8..).map(AttributeIndex).zip(self.0.iter())
    }

    /// The attribute of a purpose.
    pub fn find(&self, purpose: Purpose) -> Option<AttributeIndex> {
        self.iter()
            .find(|(_, spec)| spec.purpose == purpose)
            .map(|(index, _)| index)
    }

    /// The attribute by which a record finds an object that carries another external id, or none: the address, or else the login
    /// name, if a source says it.
    pub fn name_said(&self) -> Option<AttributeIndex> {
        let login = || {
            let login = self.find(Purpose::Login)?;
            self.spec(login).is_said_by_sources().then_some(login)
        };
        self.find(Purpose::Address).or_else(login)
    }

    /// Whether somebody of the same name and another external id may be the same person: only an address is nobody else's.
    pub fn name_outlives_id(&self) -> bool {
        self.find(Purpose::Address).is_some()
    }

    /// The name of the attribute of a purpose, for messages.
    pub fn name_of(&self, purpose: Purpose) -> &str {
        self.find(purpose).map_or("mark", |index| &self.spec(index).name)
    }

    /// What the attribute at a place is for.
    pub fn purpose(&self, index: AttributeIndex) -> Purpose {
        self.spec(index).purpose
    }

    /// The attribute at a place of this schema.
    pub fn spec(&self, index: AttributeIndex) -> &AttributeSpec {
        &self.0[index.position()]
    }

    /// The place of a name, if the target stores it.
    pub fn index(&self, name: &str) -> Option<AttributeIndex> {
        self.iter()
            .find(|(_, spec)| *spec.name == *name)
            .map(|(index, _)| index)
    }

    /// What the list of accounts does not show.
    pub fn not_listed(&self) -> AttributeSet {
        let mut not_listed = AttributeSet::default();
        let hidden = self.iter().filter(|(_, spec)| !spec.is_listed());
        hidden.for_each(|(index, _)| not_listed.insert(index));
        not_listed
    }
}

/// One kind of object that a target stores.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// The name in plan, report and configuration: `user`, `group`.
    pub name: &'static str,
    /// What is stored of it.
    pub schema: Schema,
}

/// The kinds of objects that a target stores, in the order in which they are created. The first are the people.
#[derive(Clone, Debug)]
pub struct Catalog(Box<[ResourceType]>);

impl Catalog {
    /// Takes the types in their order; at least one.
    pub fn new(types: impl Into<Box<[ResourceType]>>) -> Self {
        let types = types.into();
        assert!(!types.is_empty(), "a target stores people");
        Self(types)
    }

    /// A target that stores people alone.
    pub fn of_users(schema: Schema) -> Self {
        Self::new([ResourceType { name: "user", schema }])
    }

    /// The types in order.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &ResourceType)> {
        (0u8..).map(TypeId).zip(self.0.iter())
    }

    /// What is stored of a type.
    pub fn schema(&self, resource: TypeId) -> &Schema {
        &self.0[usize::from(resource.0)].schema
    }

    /// What is stored of people.
    pub fn users(&self) -> &Schema {
        self.schema(TypeId::default())
    }

    /// The name of a type.
    pub fn name(&self, resource: TypeId) -> &'static str {
        self.0[usize::from(resource.0)].name
    }

    /// The type of a name.
    pub fn find(&self, name: &str) -> Option<TypeId> {
        self.iter()
            .find(|(_, resource)| resource.name == name)
            .map(|(id, _)| id)
    }

    /// Whether objects refer to one another.
    pub fn has_references(&self) -> bool {
        self.iter()
            .any(|(_, resource)| resource.schema.find(Purpose::Members).is_some())
    }
}

/// A set of attributes of one schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AttributeSet(u64);

impl AttributeSet {
    /// Adds one.
    pub fn insert(&mut self, index: AttributeIndex) {
        self.0 |= 1 << index.0;
    }

    /// Takes one out.
    pub fn remove(&mut self, index: AttributeIndex) {
        self.0 &= !(1 << index.0);
    }

    /// Whether it is in the set.
    pub fn contains(self, index: AttributeIndex) -> bool {
        self.0 & (1 << index.0) != 0
    }

    /// Whether the set holds nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
