//! The members of groups, by their names.

use std::collections::HashMap;

use crate::model::{
    Attributes, Catalog, Change, DesiredState, Existing, Personal, Reference, Schema, TypeId,
};
use crate::report::{ExplainedMember, ExplainedMembers, Show, named};

/// Names of the objects that groups may contain.
#[derive(Default)]
pub(super) struct MemberNames(HashMap<Reference, String>);

impl MemberNames {
    /// The names of all records and, later, of accounts; none if people are not named, or nothing has members.
    pub(super) fn new(desired: &[DesiredState], catalog: &Catalog, show: Show) -> Option<Self> {
        if show == Show::NoNames || !catalog.has_references() {
            return None;
        }
        let mut names = Self::default();
        for of_type in desired {
            let schema = catalog.schema(of_type.resource);
            for object in &of_type.objects {
                let reference = Reference::Managed(object.resource, object.id.clone());
                names.add(reference, &object.attributes, schema);
            }
        }
        Some(names)
    }

    /// Adds an account whose record gave no name.
    pub(super) fn add_account(&mut self, account: &Existing, catalog: &Catalog) {
        let reference = match &account.id {
            Some(id) => Reference::Managed(account.resource, id.clone()),
            None => Reference::Foreign(account.target_id.as_str().into()),
        };
        self.add(reference, &account.attributes, catalog.schema(account.resource));
    }

    fn add(&mut self, reference: Reference, attributes: &Attributes, schema: &Schema) {
        if self.0.contains_key(&reference) {
            return;
        }
        if let Some(name) = named(attributes, schema) {
            self.0.insert(reference, name);
        }
    }
}

/// The members that a change adds and removes; `None` if there are none.
pub(super) fn members(
    change: &Change,
    catalog: &Catalog,
    names: Option<&MemberNames>,
) -> Option<ExplainedMembers> {
    let schema = catalog.schema(change.resource);
    let all = |references: Vec<&Reference>| {
        let mut all: Vec<ExplainedMember> = references
            .into_iter()
            .map(|reference| member(reference, catalog, names))
            .collect();
        all.sort_by(|a, b| (a.resource, &a.name, &a.id).cmp(&(b.resource, &b.name, &b.id)));
        all
    };
    let members = ExplainedMembers {
        added: all(change.linked(schema)),
        removed: all(change.unlinked(schema)),
    };
    (!members.is_empty()).then_some(members)
}

fn member(reference: &Reference, catalog: &Catalog, names: Option<&MemberNames>) -> ExplainedMember {
    let name = names.and_then(|names| names.0.get(reference));
    let (resource, id) = match reference {
        Reference::Managed(resource, id) => (*resource, id.marked().to_string()),
        Reference::Foreign(text) => (TypeId::default(), Personal(text).to_string()),
    };
    ExplainedMember {
        resource: matches!(reference, Reference::Managed(..)).then(|| catalog.name(resource)),
        id,
        name: name.map(|name| Personal(name).to_string()),
    }
}
