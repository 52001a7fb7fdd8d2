//! Owners of names and mail addresses.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZero;

use crate::model::{Fingerprints, TargetId};

/// A unique value. If the server refuses one, it locks it for five minutes, so a value is never requested while
/// another object has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::target::udm) enum Unique {
    /// The name of a user or group. They share one namespace.
    Name(String),
    /// A primary mail address.
    Mail(String),
}

impl Unique {
    pub(in crate::target::udm) fn name(text: &str) -> Self {
        Self::Name(text.to_lowercase())
    }

    pub(in crate::target::udm) fn mail(text: &str) -> Self {
        Self::Mail(text.to_lowercase())
    }

    /// An object has one value of each kind.
    fn kind(&self) -> usize {
        match self {
            Self::Name(_) => 0,
            Self::Mail(_) => 1,
        }
    }
}

/// The number of a value.
type Number = NonZero<u128>;

/// The known owners.
#[derive(Default)]
pub(in crate::target::udm) struct Holders {
    by_value: RefCell<HashMap<Number, TargetId>>,
    by_object: RefCell<HashMap<TargetId, [Option<Number>; 2]>>,
    numbers: Fingerprints,
}

impl Holders {
    /// The object now has this value, and no other one of the same kind.
    pub(in crate::target::udm) fn take(&self, object: &TargetId, value: &Unique) {
        self.give_up(object, value);
        let number = self.number(value);
        self.by_value.borrow_mut().insert(number, object.clone());
        let mut by_object = self.by_object.borrow_mut();
        by_object.entry(object.clone()).or_default()[value.kind()] = Some(number);
    }

    /// The object no longer has a value of this kind.
    pub(in crate::target::udm) fn give_up(&self, object: &TargetId, kind: &Unique) {
        let mut by_object = self.by_object.borrow_mut();
        let held = by_object
            .get_mut(object)
            .and_then(|held| held[kind.kind()].take());
        let Some(number) = held else { return };
        let mut by_value = self.by_value.borrow_mut();
        if by_value.get(&number) == Some(object) {
            by_value.remove(&number);
        }
    }

    /// The object was deleted.
    pub(in crate::target::udm) fn forget(&self, object: &TargetId) {
        for kind in [Unique::name(""), Unique::mail("")] {
            self.give_up(object, &kind);
        }
    }

    /// The other owner of a value.
    pub(in crate::target::udm) fn other(&self, value: &Unique, but: Option<&TargetId>) -> Option<TargetId> {
        let by_value = self.by_value.borrow();
        let holder = by_value.get(&self.number(value));
        holder.filter(|holder| Some(*holder) != but).cloned()
    }

    fn number(&self, value: &Unique) -> Number {
        Number::MIN | self.numbers.number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_holder() {
        let (holders, [a, b]) = (Holders::default(), ["a", "b"].map(TargetId::new));
        holders.take(&a, &Unique::name("Ada"));
        holders.take(&a, &Unique::mail("ada@b.org"));
        assert_eq!(holders.other(&Unique::name("ada"), Some(&b)), Some(a.clone()));
        assert_eq!(holders.other(&Unique::name("ada"), Some(&a)), None);
        holders.take(&a, &Unique::name("eve"));
        assert_eq!(holders.other(&Unique::name("ada"), None), None);
        assert_eq!(holders.other(&Unique::mail("ada@b.org"), None), Some(a.clone()));
        holders.take(&b, &Unique::name("ada"));
        holders.forget(&a);
        assert_eq!(holders.other(&Unique::mail("ada@b.org"), None), None);
        assert_eq!(holders.other(&Unique::name("ada"), None), Some(b));
    }
}
