//! The attributes of users and groups in UDM, as far as they are configured.

use super::markers::MARK;
use super::photo;
use super::properties::{self, Form};
use crate::config::{UdmObjects, UdmSettings};
use crate::model::{
    AttributeSpec, Cardinality, Catalog, Equality, Fetch, Inspection, Likeness, Losses, Mutability, Purpose,
    Removes, ResourceType, Schema, TypeId, Unreadable, Value,
};

/// Indexes of the types in the catalog.
pub(in crate::target::udm) const USER: TypeId = TypeId(0);
pub(in crate::target::udm) const GROUP: TypeId = TypeId(1);

/// The attribute with the container of an object, relative to the base.
pub(in crate::target::udm) const POSITION: &str = "position";

/// The attribute of a group with its users and nested groups.
const MEMBERS: &str = "members";

/// This tool's own records, in the marker property.
const DISABLED_BY: &str = "disabled_by";
const MISSING_SINCE: &str = "missing_since";
const MISSING_RUNS: &str = "missing_runs";

const OF_USERS: Losses = Losses {
    by_delete: "the user's entryUUID, password and values of properties that are not in `udm.users.properties`, such as uidNumber; \
                an undo recreates the user without them, and a member of the same groups",
    by_remake: "the user is recreated with another entryUUID, with a random password, and without values of \
         properties that are \
                not in `udm.users.properties`",
    by_unmake: "what was set since: the password, memberships, values of properties that are not in `udm.users.properties`",
};
const OF_GROUPS: Losses = Losses {
    by_delete: "the group's entryUUID and values of properties that are not in `udm.groups.properties`, such as \
         gidNumber; an undo recreates the group without them, with its members and in the same groups",
    by_remake: "the group is recreated with another entryUUID, and without values of properties that are not in \
                `udm.groups.properties`",
    by_unmake: "what was set since: values of properties that are not in `udm.groups.properties`",
};

pub(in crate::target::udm) fn catalog(settings: &UdmSettings) -> Catalog {
    let users = ResourceType {
        name: "user",
        losses: OF_USERS,
        schema: schema_of_users(&settings.users),
    };
    let groups = settings.groups.as_ref().map(|groups| ResourceType {
        name: "group",
        losses: OF_GROUPS,
        schema: schema_of_groups(groups),
    });
    Catalog::new([users].into_iter().chain(groups).collect::<Vec<_>>())
}

fn schema_of_users(users: &UdmObjects) -> Schema {
    let mut specs = specs(users, |name| match name {
        "username" => required(Purpose::Login),
        "lastname" => required(Purpose::Name),
        "firstname" => of(Purpose::Name),
        _ => of(Purpose::Plain),
    });
    specs.extend(std::iter::once(position()).chain(bookkeeping(users)));
    Schema::new(specs)
}

fn schema_of_groups(groups: &UdmObjects) -> Schema {
    let members = groups
        .properties
        .iter()
        .any(|name| properties::is_of_members(name));
    let mut specs = specs(groups, |name| match name {
        "name" => required(Purpose::Login),
        _ => of(Purpose::Plain),
    });
    specs.extend(members.then(|| AttributeSpec {
        name: MEMBERS.into(),
        cardinality: Cardinality::Many,
        removes: Removes::Only([].into()),
        acyclic: true,
        personal: false,
        ..of(Purpose::Members)
    }));
    specs.extend(std::iter::once(position()).chain(bookkeeping(groups)));
    Schema::new(specs)
}

/// One attribute per property with values from sources.
fn specs(objects: &UdmObjects, purpose: impl Fn(&str) -> AttributeSpec) -> Vec<AttributeSpec> {
    let names = objects
        .properties
        .iter()
        .filter(|name| !properties::is_of_members(name));
    names
        .map(|name| {
            if *name == objects.key {
                return AttributeSpec {
                    name: name.as_str().into(),
                    unique: properties::space(name),
                    personal: false,
                    ..of(Purpose::ExternalId)
                };
            }
            AttributeSpec {
                name: name.as_str().into(),
                unique: properties::space(name),
                unreadable: Unreadable::Rejects,
                cardinality: properties::cardinality(name),
                equality: match properties::form(name) {
                    Form::Mail => Equality::IgnoreCase,
                    Form::Photo => Equality::By(Likeness(photo::same)),
                    _ => Equality::Exact,
                },
                ..purpose(name)
            }
        })
        .collect()
}

fn position() -> AttributeSpec {
    AttributeSpec {
        name: POSITION.into(),
        personal: false,
        ..of(Purpose::Plain)
    }
}

/// Attributes for own records in the marker property. Without one, nothing is ever found there.
fn bookkeeping(objects: &UdmObjects) -> Vec<AttributeSpec> {
    let own_record = |name: &str, purpose| AttributeSpec {
        name: name.into(),
        fetch: Fetch::OnDemand(Inspection::Nothing),
        personal: false,
        ..of(purpose)
    };
    let has_property = objects.marker_property.is_some();
    let disabled_by = AttributeSpec {
        default: has_property.then_some(|_| Value::text(MARK)),
        mutability: Mutability::ReadWrite,
        ..own_record(DISABLED_BY, Purpose::DisabledByUs)
    };
    let markers = [
        own_record(MISSING_SINCE, Purpose::MissingSince),
        own_record(MISSING_RUNS, Purpose::MissingRuns),
    ];
    let markers = markers.into_iter().filter(|_| has_property);
    [disabled_by].into_iter().chain(markers).collect()
}

fn of(purpose: Purpose) -> AttributeSpec {
    AttributeSpec {
        purpose,
        ..AttributeSpec::text("")
    }
}

fn required(purpose: Purpose) -> AttributeSpec {
    AttributeSpec {
        required: true,
        ..of(purpose)
    }
}
