//! Every attribute of a schema that a source may provide is written, read, changed, removed, stored before a delete, and undone.

mod udm;
mod zitadel;

use directory_sync::model::{
    ActionKind, AttributeIndex, AttributeSpec, Change, Check, Desired, Existing, Expected, Mutability,
    TargetId, Value, Write,
};
use directory_sync::plan::{Past, Undone};
use directory_sync::target::Target;

use super::support::{apply, deletion, plan_of, read_all, undo_of};

/// Values of one attribute.
pub(super) enum Samples {
    /// The value, and another one that replaces it.
    Two(Value, Value),
    /// A value that never changes.
    One(Value),
}

/// Walks the whole schema. `person` is a person with the required attributes, another one at each call.
pub(super) async fn walk<T: Target>(
    target: &T,
    mut person: impl FnMut() -> Desired,
    samples: impl Fn(&str, &Desired) -> Option<Samples>,
) {
    let specs: Vec<(AttributeIndex, AttributeSpec)> = target
        .schema()
        .iter()
        .filter(|(_, spec)| spec.comes_from_sources())
        .map(|(index, spec)| (index, spec.clone()))
        .collect();
    for (attribute, spec) in specs {
        let somebody = person();
        let samples = samples(&spec.name, &somebody)
            .unwrap_or_else(|| panic!("no sample value for `{}`: add one to this test", spec.name));
        let life = Life {
            target,
            attribute,
            spec: &spec,
        };
        Box::pin(life.through(somebody, samples)).await;
    }
}

/// One attribute in the life of one account.
struct Life<'t, T> {
    target: &'t T,
    attribute: AttributeIndex,
    spec: &'t AttributeSpec,
}

impl<T: Target> Life<'_, T> {
    async fn through(&self, mut somebody: Desired, samples: Samples) {
        let (first, second) = match samples {
            Samples::Two(first, second) => (first, Some(second)),
            Samples::One(only) => (only, None),
        };
        self.give(&mut somebody, Some(&first));
        let id = self.create(&somebody).await;
        let first = somebody.attributes.get(self.attribute).cloned();
        assert!(first.is_some(), "`{}` is refused", self.spec.name);
        self.has(&id, first.as_ref()).await;
        if let Some(second) = second {
            self.give(&mut somebody, Some(&second));
            assert_ne!(somebody.attributes.get(self.attribute), first.as_ref());
            self.change_and_undo(&somebody, &id, first.as_ref()).await;
            if !self.spec.required && self.spec.mutability == Mutability::ReadWrite {
                self.give(&mut somebody, None);
                self.change_and_undo(&somebody, &id, first.as_ref()).await;
            }
        }
        self.delete_and_undo(&id, first.as_ref()).await;
    }

    fn give(&self, somebody: &mut Desired, value: Option<&Value>) {
        somebody.attributes.set(self.attribute, value.cloned());
        self.target.normalize(somebody).unwrap();
    }

    /// The only change for this person.
    async fn planned(&self, somebody: &Desired) -> Option<Change> {
        let plan = plan_of(self.target, std::slice::from_ref(somebody)).await;
        assert_eq!(plan.unresolved, [], "`{}`", self.spec.name);
        let theirs = |change: &Change| change.kind != ActionKind::MarkAbsent;
        let mut changes = plan.changes.into_iter().filter(theirs);
        let change = changes.next();
        assert_eq!(changes.next(), None, "`{}`", self.spec.name);
        change
    }

    async fn create(&self, somebody: &Desired) -> TargetId {
        let change = self.planned(somebody).await.expect("an account is created");
        let made = apply(self.target, change).await.made.expect("an id");
        assert_eq!(self.planned(somebody).await, None, "`{}`", self.spec.name);
        made
    }

    /// The account follows the person, and an undo gives it back everything that it had.
    async fn change_and_undo(&self, somebody: &Desired, id: &TargetId, first: Option<&Value>) {
        let before = self.whole(id).await;
        let change = self.planned(somebody).await;
        if self.spec.mutability == Mutability::SetOnce {
            assert_eq!(change, None, "`{}` is replaced", self.spec.name);
            return;
        }
        let change = change.unwrap_or_else(|| panic!("`{}` stays", self.spec.name));
        let foreseen = self.target.cost(&change).requests;
        let sent = self.target.requests().total;
        let past = apply(self.target, change).await;
        assert!(
            self.target.requests().total - sent >= foreseen,
            "`{}`",
            self.spec.name
        );
        self.has(id, somebody.attributes.get(self.attribute)).await;
        assert_eq!(self.planned(somebody).await, None, "`{}`", self.spec.name);
        let Undone::Change(undo) = undo_of(self.target, &past).await else {
            panic!("`{}` is not undone", self.spec.name);
        };
        apply(self.target, *undo).await;
        self.has(id, first).await;
        assert_eq!(self.whole(id).await, before, "`{}`", self.spec.name);
        assert_eq!(undo_of(self.target, &past).await, Undone::Already);
    }

    /// The snapshot before a delete contains the value, so that an undo can give it to the account that it creates.
    async fn delete_and_undo(&self, id: &TargetId, first: Option<&Value>) {
        let before = self.whole(id).await;
        let gone = deletion(self.account(id).await);
        let past = apply(self.target, gone).await;
        self.is_stored(&past, first);
        let Undone::Change(undo) = undo_of(self.target, &past).await else {
            panic!("`{}` is not undone", self.spec.name);
        };
        let made = apply(self.target, *undo).await.made.expect("an id");
        self.has(&made, first).await;
        assert_eq!(self.whole(&made).await, before, "`{}`", self.spec.name);
    }

    /// A link is a detail, which only the target understands.
    fn is_stored(&self, past: &Past, value: Option<&Value>) {
        let Write::Delete(account) = &past.change.write else {
            panic!("no delete");
        };
        if self.spec.mutability == Mutability::WithId {
            let text = value.map_or("", Value::as_text);
            let mut texts = past.details.iter().flat_map(|detail| &detail.texts);
            assert!(texts.any(|stored| **stored == *text), "`{}`", self.spec.name);
        } else {
            let stored = account.attributes.get(self.attribute);
            assert_eq!(stored, value, "`{}` is not in the snapshot", self.spec.name);
        }
    }

    async fn account(&self, id: &TargetId) -> Existing {
        self.target.prepare().await.unwrap();
        let mut accounts = read_all(self.target).await.into_iter();
        accounts
            .find(|account| account.target_id == *id)
            .expect("an account")
    }

    async fn has(&self, id: &TargetId, value: Option<&Value>) {
        let (attribute, name) = (self.attribute, &self.spec.name);
        let account = self.account(id).await;
        if self.spec.is_listed() {
            assert_eq!(account.attributes.get(attribute), value, "`{name}`");
            return;
        }
        let is_there = value.map_or(Expected::Absent(attribute), |value| {
            Expected::Value(attribute, value)
        });
        let is_not_there = match value {
            Some(_) => Expected::Absent(attribute),
            None => Expected::Present(attribute),
        };
        let checks = [is_there, is_not_there].map(|expected| Check {
            target_id: id,
            expected,
        });
        let mismatches = self.target.confirm(&checks).await.unwrap();
        let failed: Vec<_> = mismatches.iter().map(|mismatch| mismatch.index).collect();
        assert_eq!(failed, [1], "`{name}` is not {value:?}");
    }

    /// Everything that the account has, a line each.
    async fn whole(&self, id: &TargetId) -> Vec<String> {
        let account = self.account(id).await;
        let schema = self.target.schema();
        let values = account.attributes.iter();
        let mut lines: Vec<String> = values
            .map(|(index, value)| format!("{} {value:?}", schema.spec(index).name))
            .collect();
        lines.push(format!("{:?} {:?}", account.id, account.lifecycle));
        let snapshot = self
            .target
            .snapshot(&[deletion(account)])
            .await
            .unwrap()
            .remove(0);
        lines.extend(snapshot.details.iter().map(|detail| format!("{detail:?}")));
        lines.extend(snapshot.values.iter().map(|value| format!("{value:?}")));
        lines
    }
}
