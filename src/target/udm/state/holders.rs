//! Owners of names, mail addresses and identifiers.

use super::memory::Memory;
use super::objects::KINDS;
use crate::model::TargetId;

/// A unique value. If the server refuses one, it locks it for five minutes, so a value is never requested while
/// another object has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::target::udm) enum Unique {
    /// The name of a user or group. They share one namespace.
    Name(String),
    /// A primary mail address.
    Mail(String),
    /// A UUID, unique among objects of all types.
    Identifier(String),
}

impl Unique {
    pub(in crate::target::udm) fn name(text: &str) -> Self {
        Self::Name(text.to_lowercase())
    }

    pub(in crate::target::udm) fn mail(text: &str) -> Self {
        Self::Mail(text.to_lowercase())
    }

    pub(in crate::target::udm) fn identifier(text: &str) -> Self {
        Self::Identifier(text.to_lowercase())
    }

    /// An object has one value of each kind.
    fn kind(&self) -> usize {
        match self {
            Self::Name(_) => 0,
            Self::Mail(_) => 1,
            Self::Identifier(_) => 2,
        }
    }
}

/// The known owners.
impl Memory {
    /// The object now has this value, and no other one of the same kind.
    pub(in crate::target::udm) fn take(&self, object: &TargetId, value: &Unique) {
        let number = self.numbers.halves(value);
        let mut objects = self.objects.borrow_mut();
        let index = objects.index(object);
        objects.take(index, value.kind(), number);
    }

    /// The object no longer has a value of this kind.
    pub(in crate::target::udm) fn give_up(&self, object: &TargetId, kind: &Unique) {
        self.give_up_kind(object, kind.kind());
    }

    /// The object was deleted.
    pub(in crate::target::udm) fn give_up_all(&self, object: &TargetId) {
        for kind in 0..KINDS {
            self.give_up_kind(object, kind);
        }
    }

    fn give_up_kind(&self, object: &TargetId, kind: usize) {
        let mut objects = self.objects.borrow_mut();
        if let Some(index) = objects.find(object) {
            objects.give_up(index, kind);
        }
    }

    /// The other owner of a value.
    pub(in crate::target::udm) fn other_holder(
        &self,
        value: &Unique,
        but: Option<&TargetId>,
    ) -> Option<TargetId> {
        let objects = self.objects.borrow();
        let holder = objects.holder(value.kind(), self.numbers.halves(value))?;
        Some(holder.target_id.clone()).filter(|holder| Some(holder) != but)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_holder() {
        let (memory, [a, b]) = (Memory::default(), ["a", "b"].map(TargetId::new));
        memory.take(&a, &Unique::name("Ada"));
        memory.take(&a, &Unique::mail("ada@b.org"));
        assert_eq!(
            memory.other_holder(&Unique::name("ada"), Some(&b)),
            Some(a.clone())
        );
        assert_eq!(memory.other_holder(&Unique::name("ada"), Some(&a)), None);
        memory.take(&a, &Unique::name("eve"));
        assert_eq!(memory.other_holder(&Unique::name("ada"), None), None);
        assert_eq!(
            memory.other_holder(&Unique::mail("ada@b.org"), None),
            Some(a.clone())
        );
        memory.take(&b, &Unique::name("ada"));
        memory.give_up_all(&a);
        assert_eq!(memory.other_holder(&Unique::mail("ada@b.org"), None), None);
        assert_eq!(memory.other_holder(&Unique::name("ada"), None), Some(b));
    }

    /// An object that lost a value to another one cannot give it up later.
    #[test]
    fn a_lost_value_is_not_given_up() {
        let (memory, [a, b]) = (Memory::default(), ["a", "b"].map(TargetId::new));
        memory.take(&a, &Unique::name("ada"));
        memory.take(&b, &Unique::name("ada"));
        memory.take(&a, &Unique::name("eve"));
        assert_eq!(memory.other_holder(&Unique::name("ada"), None), Some(b));
        assert_eq!(memory.other_holder(&Unique::name("eve"), None), Some(a));
    }

    /// Enough that the tables grow several times.
    #[test]
    fn thousands_have_names() {
        let memory = Memory::default();
        let object = |number: usize| TargetId::new(format!("object {number}"));
        for number in 0..5_000 {
            memory.take(&object(number), &Unique::name(&format!("Name {number}")));
        }
        let wrong = (0..5_000).filter(|number| {
            memory.other_holder(&Unique::name(&format!("name {number}")), None) != Some(object(*number))
        });
        assert_eq!(wrong.count(), 0);
    }
}
