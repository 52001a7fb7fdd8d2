//! Who has which name and which mail address.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::model::TargetId;

/// A value that only one object can have. The server locks it for five minutes if it refuses it, so it is never asked for
/// while somebody has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::target::udm) enum Unique {
    /// The name of a user or group: they share them.
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

    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// As far as this run knows.
#[derive(Default)]
pub(in crate::target::udm) struct Holders {
    by_value: RefCell<HashMap<Unique, TargetId>>,
    by_object: RefCell<HashMap<TargetId, Vec<Unique>>>,
}

impl Holders {
    /// The object has this value, and no other one of the same kind.
    pub(in crate::target::udm) fn take(&self, object: &TargetId, value: Unique) {
        self.give_up(object, &value);
        self.by_value.borrow_mut().insert(value.clone(), object.clone());
        let mut by_object = self.by_object.borrow_mut();
        by_object.entry(object.clone()).or_default().push(value);
    }

    /// The object has no value of this kind any more.
    pub(in crate::target::udm) fn give_up(&self, object: &TargetId, kind: &Unique) {
        let mut by_object = self.by_object.borrow_mut();
        let mut by_value = self.by_value.borrow_mut();
        for held in by_object
            .get_mut(object)
            .into_iter()
            .flat_map(|held| held.extract_if(.., |held| held.is_like(kind)))
        {
            if by_value.get(&held) == Some(object) {
                by_value.remove(&held);
            }
        }
    }

    /// The object is gone.
    pub(in crate::target::udm) fn forget(&self, object: &TargetId) {
        for kind in [Unique::name(""), Unique::mail("")] {
            self.give_up(object, &kind);
        }
    }

    /// Who else has a value.
    pub(in crate::target::udm) fn other(&self, value: &Unique, but: Option<&TargetId>) -> Option<TargetId> {
        let by_value = self.by_value.borrow();
        by_value.get(value).filter(|holder| Some(*holder) != but).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_holder() {
        let (holders, [a, b]) = (Holders::default(), ["a", "b"].map(TargetId::new));
        holders.take(&a, Unique::name("Ada"));
        holders.take(&a, Unique::mail("ada@b.org"));
        assert_eq!(holders.other(&Unique::name("ada"), Some(&b)), Some(a.clone()));
        assert_eq!(holders.other(&Unique::name("ada"), Some(&a)), None);
        holders.take(&a, Unique::name("eve"));
        assert_eq!(holders.other(&Unique::name("ada"), None), None);
        assert_eq!(holders.other(&Unique::mail("ada@b.org"), None), Some(a.clone()));
        holders.take(&b, Unique::name("ada"));
        holders.forget(&a);
        assert_eq!(holders.other(&Unique::mail("ada@b.org"), None), None);
        assert_eq!(holders.other(&Unique::name("ada"), None), Some(b));
    }
}
