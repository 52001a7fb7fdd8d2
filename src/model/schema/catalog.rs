//! The types of objects that a target stores.

use super::attribute::Purpose;

use super::Schema;
use crate::model::id::TypeId;

/// One kind of object that a target stores.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// The name in plan, report and configuration: `user`, `group`.
    pub name: &'static str,
    /// What is stored of it.
    pub schema: Schema,
    /// What no undo brings back.
    pub losses: Losses,
}

/// What no undo brings back of an object, in the words of the target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    /// Of one that a run deletes.
    pub by_delete: &'static str,
    /// Of one that the undo makes again.
    pub by_remake: &'static str,
    /// Of one that the undo deletes, since the run made it.
    pub by_unmake: &'static str,
}

impl Losses {
    /// Those of accounts with which people log in.
    pub const OF_LOGINS: Self = Self {
        by_delete: "the account's id, password, second factors, passkeys, sessions, memberships and deactivated roles; an \
                    undo makes the account again without them",
        by_remake: "the account is made again under another id, without password, second factors, passkeys, sessions, \
                    memberships and deactivated roles",
        by_unmake: "what its person has set since: password, second factors, passkeys, sessions",
    };
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

    /// What no undo brings back of an object of a type.
    pub fn losses(&self, resource: TypeId) -> Losses {
        self.0[usize::from(resource.0)].losses
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
