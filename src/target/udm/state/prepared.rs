//! What is known of the server before anything is read.

use std::cell::{Cell, RefCell};

use crate::model::TypeId;
use crate::target::udm::rules::catalog::USER;
use crate::target::udm::rules::types::Types;

/// What is known of a type.
pub(in crate::target::udm) struct TypeState {
    /// The full DN of the container.
    pub(in crate::target::udm) container: String,
    /// Whether the container exists. It is created when the first object needs it.
    pub(in crate::target::udm) is_there: Cell<bool>,
    /// The missing containers among the container and those above it, the lowest first.
    pub(in crate::target::udm) missing: Vec<String>,
    pub(in crate::target::udm) types: Types,
}

pub(in crate::target::udm) struct Prepared {
    pub(in crate::target::udm) base: String,
    pub(in crate::target::udm) users: TypeState,
    pub(in crate::target::udm) groups: Option<TypeState>,
    /// Containers that this run has created, in lower case.
    made: RefCell<Vec<String>>,
}

impl Prepared {
    pub(in crate::target::udm) fn new(base: String, users: TypeState, groups: Option<TypeState>) -> Self {
        Self {
            base,
            users,
            groups,
            made: RefCell::default(),
        }
    }

    pub(in crate::target::udm) fn type_state(&self, resource: TypeId) -> Option<&TypeState> {
        match resource {
            USER => Some(&self.users),
            _ => self.groups.as_ref(),
        }
    }

    /// The containers that have to be created before objects of these types, parents first.
    pub(in crate::target::udm) fn to_make(&self, types: &[TypeId]) -> Vec<&str> {
        let made = self.made.borrow();
        let mut known: Vec<String> = made.clone();
        let states = types.iter().filter_map(|resource| self.type_state(*resource));
        let states = states.filter(|state| !state.is_there.get());
        let missing = states.flat_map(|state| state.missing.iter().rev());
        let to_make = missing.filter(|dn| {
            let name = dn.to_lowercase();
            let is_new = !known.contains(&name);
            known.extend(is_new.then_some(name));
            is_new
        });
        to_make.map(String::as_str).collect()
    }

    /// Records that a container exists.
    pub(in crate::target::udm) fn is_made(&self, dn: &str) {
        self.made.borrow_mut().push(dn.to_lowercase());
    }
}
