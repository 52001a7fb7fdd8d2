//! What is known of one attribute.

use super::AttributeIndex;

use std::sync::Arc;

use crate::model::id::ExternalId;
use crate::model::resource::value::{Equality, Value};

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
    /// The roles. Without any of them, the account cannot be used.
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
    /// The account is deactivated, and its sessions are to be ended: they may be there still.
    SignOut,
}

impl Purpose {
    /// Whether this tool keeps its own records there; no source has a say in it.
    pub fn is_bookkeeping(self) -> bool {
        matches!(
            self,
            Self::DisabledByUs | Self::MissingSince | Self::MissingRuns | Self::SignOut
        )
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
    /// ([`AttributeSpec::default`]). Any other value was made by others: reported, never replaced.
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
    /// These. Other roles were given by others, and stay.
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
    /// The name of a space in which each value belongs to one object at most, ignoring letter case; several resource types may
    /// share it. Login names of one type are unique in any case.
    pub unique: Option<&'static str>,
    /// References to objects of the same type never lead back to the object.
    pub acyclic: bool,
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
            unique: None,
            acyclic: false,
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
