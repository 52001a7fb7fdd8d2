//! The resource types of a target.

use super::attribute::Purpose;

use super::Schema;
use crate::model::id::TypeId;

/// A resource type of a target.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// The name in plan, report and configuration: `user`, `group`.
    pub name: &'static str,
    pub schema: Schema,
    /// What no undo restores.
    pub losses: Losses,
}

/// What no undo restores of an object, as a text of the target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    /// For an object that a run deletes.
    pub by_delete: &'static str,
    /// For an object that the undo recreates.
    pub by_remake: &'static str,
    /// For an object that the undo deletes because the run created it.
    pub by_unmake: &'static str,
}

impl Losses {
    /// For accounts with which people sign in.
    pub const OF_LOGINS: Self = Self {
        by_delete: "the account's id, password, second factors, passkeys, sessions, memberships and deactivated \
             roles; an undo recreates the account without them",
        by_remake: "the account is recreated with another id, without password, second factors, passkeys, sessions, \
                    memberships and deactivated roles",
        by_unmake: "what its person has set since: password, second factors, passkeys, sessions",
    };
}

/// The resource types of a target, in the order in which they are created. The first one is the type of people.
#[derive(Clone, Debug)]
pub struct Catalog(Box<[ResourceType]>);

impl Catalog {
    /// The types in their order; at least one.
    pub fn new(types: impl Into<Box<[ResourceType]>>) -> Self {
        let types = types.into();
        assert!(!types.is_empty(), "a target stores people");
        Self(types)
    }

    /// A target that only stores people.
    pub fn of_users(schema: Schema) -> Self {
        Self::new([ResourceType {
            name: "user",
            schema,
            losses: Losses::OF_LOGINS,
        }])
    }

    /// The types in order.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &ResourceType)> {
        (0u8..).map(TypeId).zip(self.0.iter())
    }

    pub fn schema(&self, resource: TypeId) -> &Schema {
        &self.0[usize::from(resource.0)].schema
    }

    /// The schema of people.
    pub fn users(&self) -> &Schema {
        self.schema(TypeId::default())
    }

    pub fn name(&self, resource: TypeId) -> &'static str {
        self.0[usize::from(resource.0)].name
    }

    /// What no undo restores of an object of a type.
    pub fn losses(&self, resource: TypeId) -> Losses {
        self.0[usize::from(resource.0)].losses
    }

    pub fn find(&self, name: &str) -> Option<TypeId> {
        self.iter()
            .find(|(_, resource)| resource.name == name)
            .map(|(id, _)| id)
    }

    /// Returns whether objects refer to each other.
    pub fn has_references(&self) -> bool {
        self.iter()
            .any(|(_, resource)| resource.schema.find(Purpose::Members).is_some())
    }
}
