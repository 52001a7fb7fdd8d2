//! Properties of an attribute.

use super::AttributeIndex;

use std::sync::Arc;

use crate::model::id::ExternalId;
use crate::model::value::{Equality, Value};

/// Purpose of an attribute. Except for [`Purpose::Plain`] and [`Purpose::Name`], a schema has at most one attribute
/// per purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A value without special meaning.
    Plain,
    /// Part of a person's name. Two people who share no part of it are different.
    Name,
    /// The name under which others see the person. Often the address.
    ShownName,
    /// The address by which a record finds its account. Two active people cannot share it.
    Address,
    /// The same address if the target has verified it. Read only.
    VerifiedAddress,
    /// The external id as [`ExternalId::hex`]. An account may have any text there.
    ExternalId,
    /// The login name. The target refuses a second account with it, ignoring case.
    Login,
    /// The roles. Without a role, the account cannot be used.
    Access,
    /// The members of a group.
    Members,
    /// A value that this tool writes to each account that it creates, to recognize it.
    OwnershipProof,
    /// The configuration or source that manages the account. No record contains it.
    Provider,
    /// This tool deactivated the account, and may activate it again.
    DisabledByUs,
    /// When the absence of the person started, in seconds since 1970 (UTC).
    MissingSince,
    /// Number of runs that found the person absent.
    MissingRuns,
    /// The account is deactivated, and its sessions may not be ended yet.
    SignOut,
}

impl Purpose {
    /// Returns whether the attribute is for this tool's own records, and never comes from a source.
    pub fn is_bookkeeping(self) -> bool {
        matches!(
            self,
            Self::DisabledByUs | Self::MissingSince | Self::MissingRuns | Self::SignOut
        )
    }
}

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
    /// Written if missing, never replaced. A difference is reported, but does not count as a change.
    SetOnce,
    /// Written if missing, and replaced together with the id if it is derived from the account's former id
    /// ([`AttributeSpec::default`]). Any other value is from others: reported, never replaced.
    WithId,
    /// Has the value of another attribute, and is written together with it.
    Follows(AttributeIndex),
    /// Never written.
    ReadOnly,
}

/// How an attribute that the list does not show is checked on an account that already is the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inspection {
    /// Whether it has the person's value.
    Value,
    /// Whether it has a value.
    Presence,
    /// Not checked. It is only written when an account becomes the person's.
    Nothing,
}

/// Where the current value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// The account list shows it.
    WithList,
    /// The target has to be asked ([`crate::target::Target::confirm`]).
    OnDemand(Inspection),
}

/// Which of several values are removed if the person does not have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removes {
    Everything,
    /// Only these. Other roles are from others, and stay.
    Only(Arc<[Box<str>]>),
}

/// Which texts of a record are not used as values of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screening {
    /// Error values of a spreadsheet.
    ErrorValues,
    /// Texts that cannot be the name of a person.
    NonNames,
    /// The target decides, because it knows the object's value.
    Nothing,
}

/// What a value that cannot be read means for its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The stored value stays.
    KeepsStored,
    /// The record is rejected.
    Rejects,
}

/// An attribute that the target stores.
#[derive(Clone, Debug)]
pub struct AttributeSpec {
    /// The name in configuration, plan and report.
    pub name: Arc<str>,
    pub purpose: Purpose,
    pub cardinality: Cardinality,
    /// When two values are equal.
    pub equality: Equality,
    pub mutability: Mutability,
    /// Where the current value comes from.
    pub fetch: Fetch,
    /// Which of several values may be removed.
    pub removes: Removes,
    /// A namespace in which each value belongs to at most one object, ignoring letter case. Several resource types
    /// may share it. Login names of one type are always unique.
    pub unique: Option<&'static str>,
    /// References to objects of the same type never lead back to the object.
    pub acyclic: bool,
    /// A person without it cannot have an account.
    pub required: bool,
    /// What a value that cannot be read means for its record.
    pub unreadable: Unreadable,
    /// Only shown on request.
    pub personal: bool,
    /// Which texts of a record are left out.
    pub screening: Screening,
    /// Why a value cannot be written for the first time. A stored value stays.
    pub misfit: Option<fn(&str) -> Option<&'static str>>,
    /// The value for people whose source provides none.
    pub default: Option<fn(&ExternalId) -> Value>,
}

impl AttributeSpec {
    /// An optional text that is kept equal to the source and that the list shows.
    pub fn text(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            purpose: Purpose::Plain,
            cardinality: Cardinality::One,
            equality: Equality::Exact,
            mutability: Mutability::ReadWrite,
            fetch: Fetch::WithList,
            removes: Removes::Everything,
            unique: None,
            acyclic: false,
            required: false,
            unreadable: Unreadable::KeepsStored,
            personal: true,
            screening: Screening::ErrorValues,
            misfit: None,
            default: None,
        }
    }

    /// Returns whether a source may provide it. Other attributes are derived from the id, from another attribute, or
    /// from the run's actions.
    pub fn comes_from_sources(&self) -> bool {
        let is_derived = matches!(self.mutability, Mutability::Follows(_) | Mutability::ReadOnly);
        !is_derived && self.purpose != Purpose::ExternalId && !self.purpose.is_bookkeeping()
    }

    /// Returns whether the account list shows it.
    pub fn is_listed(&self) -> bool {
        self.fetch == Fetch::WithList
    }

    /// How it is checked although the list does not show it.
    pub fn inspection(&self) -> Option<Inspection> {
        match self.fetch {
            Fetch::WithList => None,
            Fetch::OnDemand(inspection) => Some(inspection),
        }
    }
}
