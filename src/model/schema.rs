//! What a target can store about a person. Each target declares its own; the plan loops over it and knows no name.

use super::{ExternalId, Value};

/// The place of an attribute in its [`Schema`] and in every [`super::Attributes`] made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeIndex(pub u8);

impl AttributeIndex {
    /// The same as a position in a list.
    pub fn position(self) -> usize {
        usize::from(self.0)
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

/// When two values count as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// Byte for byte.
    Exact,
    /// After lower-casing each code point.
    IgnoreCase,
    /// By what people can see of it ([`super::comparable`]).
    Comparable,
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
}

/// Whether a value names one account of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Any number of accounts may share the value.
    Shared,
    /// The login name follows this attribute; the target refuses a second account with it, ignoring case.
    Login,
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

/// What the target stores under one name.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct AttributeSpec {
    /// The name that configuration, plan and report use.
    pub name: &'static str,
    /// One value or several.
    pub cardinality: Cardinality,
    /// When two values count as the same.
    pub equality: Equality,
    /// Whether a value may be replaced.
    pub mutability: Mutability,
    /// Whether a value names one account.
    pub uniqueness: Uniqueness,
    /// Part of what a person is called: whoever has none of these parts in common with another is somebody else.
    pub is_name: bool,
    /// A person without it cannot have an account.
    pub required: bool,
    /// Comes with the account list; the others are confirmed by [`crate::target::Target::confirm`].
    pub listed: bool,
    /// What is looked at, if the account list does not show it.
    pub inspected: Inspection,
    /// Never shown unless asked for.
    pub personal: bool,
    /// Why a value cannot be written for the first time; what is stored already stays.
    pub misfit: Option<fn(&str) -> Option<&'static str>>,
    /// Tells which configuration or source looks after the account; no record says it.
    pub provenance: bool,
    /// The value for people whose source gives none.
    pub default: Option<fn(&ExternalId) -> Value>,
}

impl AttributeSpec {
    /// Whether it is something that this tool writes into each account it makes, and that tells them from others.
    pub fn is_mark(&self) -> bool {
        self.default.is_some() && self.mutability == Mutability::SetOnce && !self.listed
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

    /// Where an account tells who looks after it.
    pub fn provenance(&self) -> Option<AttributeIndex> {
        self.iter()
            .find(|(_, spec)| spec.provenance)
            .map(|(index, _)| index)
    }

    /// The attribute at a place of this schema.
    pub fn spec(&self, index: AttributeIndex) -> &AttributeSpec {
        &self.0[index.position()]
    }

    /// The place of a name, if the target stores it.
    pub fn index(&self, name: &str) -> Option<AttributeIndex> {
        self.iter()
            .find(|(_, spec)| spec.name == name)
            .map(|(index, _)| index)
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
