//! A target with people and groups, in memory.

use super::*;

/// A target that refuses what real ones refuse: two objects with one name, a reference to a missing object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Objects(pub(super) BTreeMap<(TypeId, TargetId), Existing>);

/// The desired objects of both kinds, in order of the kinds.
pub(super) type Wanted = [DesiredState; 2];

/// One write of a plan.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    TemporaryLogin(usize),
    Change(usize),
    Links(usize),
}

impl Objects {
    pub(super) fn holder_of(&self, resource: TypeId, id: &ExternalId) -> Option<&Existing> {
        let mut objects = self.0.iter().filter(|((kind, _), _)| *kind == resource);
        objects
            .find(|(_, account)| account.id.as_ref() == Some(id))
            .map(|(_, account)| account)
    }

    /// Applies one write of these changes. A refusal of the target is an error.
    pub(super) fn apply_write(&mut self, changes: &[Change], sent: &Sent) -> Result<(), String> {
        let (Sent::TemporaryLogin(index) | Sent::Change(index) | Sent::Links(index)) = sent;
        let change = &changes[*index];
        match (sent, &change.write) {
            (Sent::TemporaryLogin(_), Write::Edit(edit)) => {
                let name = edit.temporary_login.clone().map(Value::text);
                self.get(change.resource, &edit.target_id)
                    .attributes
                    .set(OBJECT_LOGIN, name);
            }
            (Sent::Change(_), Write::Create(creation)) => {
                let mut attributes = creation.attributes.clone();
                if change.links_later {
                    attributes.set(MEMBERS, self.without_missing(creation.attributes.get(MEMBERS)));
                }
                let id = &creation.desired.id;
                let target_id = TargetId::new(format!("{}-{}", change.resource.0, id.hex()));
                self.0.insert(
                    (change.resource, target_id.clone()),
                    object(change.resource, target_id, id, attributes),
                );
            }
            (Sent::Change(_), Write::Edit(edit)) => {
                for one in &edit.changes {
                    let later = change.links_later && one.attribute == MEMBERS;
                    let value = if later {
                        self.without_missing(one.after.as_ref())
                    } else {
                        one.after.clone()
                    };
                    self.get(change.resource, &edit.target_id)
                        .attributes
                        .set(one.attribute, value);
                }
            }
            (Sent::Change(_), Write::Delete(account)) => self.delete(changes, change, account)?,
            (Sent::Links(_), Write::Create(creation)) => {
                let id = &creation.desired.id;
                let target_id = TargetId::new(format!("{}-{}", change.resource.0, id.hex()));
                let members = creation.attributes.get(MEMBERS).cloned();
                self.get(change.resource, &target_id)
                    .attributes
                    .set(MEMBERS, members);
            }
            (Sent::Links(_), Write::Edit(edit)) => {
                let members = edit.change(MEMBERS).expect("members").after.clone();
                self.get(change.resource, &edit.target_id)
                    .attributes
                    .set(MEMBERS, members);
            }
            (sent, write) => return Err(format!("{sent:?} of {write:?}")),
        }
        self.refusal()
            .map_or(Ok(()), |what| Err(format!("{what} after {change:?}")))
    }

    /// References to existing objects.
    pub(super) fn without_missing(&self, references: Option<&Value>) -> Option<Value> {
        let references = references.map_or(&[][..], Value::as_references).iter();
        let is_there = |reference: &&Reference| match reference {
            Reference::Managed(resource, id) => self.holder_of(*resource, id).is_some(),
            Reference::Foreign(_) => true,
        };
        Value::references(references.filter(is_there).cloned())
    }

    pub(super) fn get(&mut self, resource: TypeId, account: &TargetId) -> &mut Existing {
        let key = (resource, account.clone());
        self.0.get_mut(&key).expect("the object is there")
    }

    /// All changes that remove a reference to the object are complete. What is left is deleted with it.
    pub(super) fn delete(
        &mut self,
        changes: &[Change],
        change: &Change,
        account: &Existing,
    ) -> Result<(), String> {
        let key = (change.resource, account.target_id.clone());
        self.0.remove(&key).expect("the object is there");
        let gone = account
            .id
            .clone()
            .map(|id| Reference::Managed(change.resource, id));
        for ((resource, holder), managed) in &mut self.0 {
            let members = managed
                .attributes
                .get(MEMBERS)
                .map_or(&[][..], Value::as_references);
            let left: Vec<Reference> = members
                .iter()
                .filter(|one| Some(*one) != gone.as_ref())
                .cloned()
                .collect();
            let goes_too = changes.iter().any(|other| {
                other.kind == ActionKind::Delete
                    && other.resource == *resource
                    && other.target_id() == Some(holder)
            });
            if left.len() < members.len() && !goes_too && !change.links_later {
                return Err(format!("{holder} still refers to {account:?}"));
            }
            managed.attributes.set(MEMBERS, Value::references(left));
        }
        Ok(())
    }

    /// What a target would refuse.
    pub(super) fn refusal(&self) -> Option<String> {
        let names = self.0.iter().map(|((resource, _), account)| {
            (
                *resource,
                account
                    .attributes
                    .text(OBJECT_LOGIN)
                    .unwrap_or_default()
                    .to_lowercase(),
            )
        });
        let different: BTreeSet<_> = names.collect();
        if different.len() < self.0.len() {
            return Some("two objects have one name".to_owned());
        }
        let mut members = self.0.values().flat_map(|account| {
            let members = account.attributes.get(MEMBERS);
            members.map_or(&[][..], Value::as_references)
        });
        let is_missing = |reference: &&Reference| match reference {
            Reference::Managed(resource, id) => self.holder_of(*resource, id).is_none(),
            Reference::Foreign(_) => false,
        };
        members
            .find(is_missing)
            .map(|missing| format!("{missing:?} is missing"))
    }

    /// Makes a plan of both kinds.
    pub(super) fn plan(&self, wanted: &Wanted) -> Plan {
        let catalog = catalog();
        let policy = Policy {
            absent: AbsentPolicy::Delete,
            ..Policy::default()
        };
        let of_type = |desired: &DesiredState| {
            let mut correlation = Correlation::new(&catalog, desired, policy);
            let objects = self
                .0
                .iter()
                .filter(|((resource, _), _)| *resource == desired.resource);
            objects.for_each(|(_, account)| correlation.observe(account.clone()));
            correlation.match_unpaired();
            let proofs = correlation.proofs();
            let checks = correlation.checks(&proofs);
            assert_eq!(checks.checks(), []);
            let clocks = Clocks {
                now: NOW,
                ahead: Some(0),
            };
            decide(&correlation, &checks, Vec::new(), "model", clocks)
        };
        let plans = wanted.iter().map(of_type).collect();
        let mut plan = combine(&catalog, plans, &Protected::default());
        arrange(&catalog, &mut plan);
        plan
    }
}

/// The writes of a plan in the order in which they are sent.
pub(super) fn writes(changes: &[Change]) -> Vec<Sent> {
    let each = |step: Stage| -> Vec<Sent> {
        match step {
            Stage::TemporaryLogin(indexes) => indexes.into_iter().map(Sent::TemporaryLogin).collect(),
            Stage::Changes(indexes) => indexes.into_iter().map(Sent::Change).collect(),
            Stage::Links(indexes) => indexes.into_iter().map(Sent::Links).collect(),
        }
    };
    Schedule::of(&catalog(), changes)
        .stages
        .into_iter()
        .flat_map(each)
        .collect()
}

pub(super) fn object(
    resource: TypeId,
    target_id: TargetId,
    id: &ExternalId,
    mut attributes: Attributes,
) -> Existing {
    attributes.set(OBJECT_ID, Some(Value::text(id.hex())));
    Existing {
        resource,
        target_id,
        id: Some(id.clone()),
        claims: Box::default(),
        lifecycle: Lifecycle::Active,
        not_fetched: catalog().schema(resource).not_listed(),
        attributes,
        ownership: Ownership::Ours,
    }
}
