//! The attributes that a target can store. Each target declares its own. The plan iterates over them and knows no
//! name.

mod attribute;
mod catalog;

pub use attribute::{
    AttributeSpec, Cardinality, Fetch, Inspection, Mutability, Purpose, Removes, Screening, Unreadable,
};
pub use catalog::{Catalog, Losses, ResourceType};

/// The index of an attribute in its [`Schema`] and in every [`super::Attributes`] made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeIndex(pub u8);

impl AttributeIndex {
    /// The same as a `usize`.
    pub fn position(self) -> usize {
        usize::from(self.0)
    }
}

/// All attributes of a target, in a fixed order. At most [`Schema::MOST`].
#[derive(Clone, Debug)]
pub struct Schema(Box<[AttributeSpec]>);

impl Schema {
    /// The maximum number of attributes of a resource type. The configuration refuses more.
    pub const MOST: usize = 128;

    pub fn new(specs: impl Into<Box<[AttributeSpec]>>) -> Self {
        let specs = specs.into();
        assert!(specs.len() <= Self::MOST, "more attributes than a set holds");
        Self(specs)
    }

    /// The attributes in order.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeIndex, &AttributeSpec)> {
        (0u8..).map(AttributeIndex).zip(self.0.iter())
    }

    pub fn find(&self, purpose: Purpose) -> Option<AttributeIndex> {
        self.iter()
            .find(|(_, spec)| spec.purpose == purpose)
            .map(|(index, _)| index)
    }

    /// The attribute by which a record finds an object with another external id, or none: the address, or else the
    /// login name, if a source provides it.
    pub fn name_from_sources(&self) -> Option<AttributeIndex> {
        let login = || {
            let login = self.find(Purpose::Login)?;
            self.spec(login).comes_from_sources().then_some(login)
        };
        self.find(Purpose::Address).or_else(login)
    }

    /// Returns whether an object with the same name and another external id may belong to the same person: only
    /// addresses are not reused.
    pub fn name_outlives_id(&self) -> bool {
        self.find(Purpose::Address).is_some()
    }

    /// The name of the attribute with a purpose, for messages.
    pub fn name_of(&self, purpose: Purpose) -> &str {
        self.find(purpose).map_or("mark", |index| &self.spec(index).name)
    }

    pub fn purpose(&self, index: AttributeIndex) -> Purpose {
        self.spec(index).purpose
    }

    pub fn spec(&self, index: AttributeIndex) -> &AttributeSpec {
        &self.0[index.position()]
    }

    pub fn index(&self, name: &str) -> Option<AttributeIndex> {
        self.iter()
            .find(|(_, spec)| *spec.name == *name)
            .map(|(index, _)| index)
    }

    /// Attributes that the account list does not show.
    pub fn not_listed(&self) -> AttributeSet {
        let mut not_listed = AttributeSet::default();
        let hidden = self.iter().filter(|(_, spec)| !spec.is_listed());
        hidden.for_each(|(index, _)| not_listed.insert(index));
        not_listed
    }
}

/// A set of attributes of one schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AttributeSet(u128);

impl AttributeSet {
    pub fn insert(&mut self, index: AttributeIndex) {
        self.0 |= 1 << index.0;
    }

    pub fn remove(&mut self, index: AttributeIndex) {
        self.0 &= !(1 << index.0);
    }

    pub fn contains(self, index: AttributeIndex) -> bool {
        self.0 & (1 << index.0) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns how many of its attributes come before this one.
    pub fn rank(self, index: AttributeIndex) -> usize {
        let before = self.0 & ((1 << index.0) - 1);
        before.count_ones() as usize
    }

    /// The attributes in order.
    pub fn iter(self) -> impl Iterator<Item = AttributeIndex> {
        let mut left = self;
        std::iter::from_fn(move || {
            let index = u8::try_from(left.0.trailing_zeros()).map(AttributeIndex).ok()?;
            (!left.is_empty()).then(|| left.remove(index))?;
            Some(index)
        })
    }
}
