//! People and groups: whatever refers to whatever, one run reaches what is wanted, and so does the one after a run that
//! stopped anywhere.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const USER: TypeId = TypeId(0);
const GROUP: TypeId = TypeId(1);

const OBJECT_LOGIN: AttributeIndex = AttributeIndex(0);
const OBJECT_ID: AttributeIndex = AttributeIndex(1);
const MEMBERS: AttributeIndex = AttributeIndex(2);

/// Objects of each kind.
const MANY: u8 = 5;

fn catalog() -> Catalog {
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    };
    let object = [of("name", Purpose::Login), of("external_id", Purpose::ExternalId)];
    let members = AttributeSpec {
        cardinality: Cardinality::Many,
        removes: Removes::Only([].into()),
        ..of("members", Purpose::Members)
    };
    let group: Vec<AttributeSpec> = object.iter().cloned().chain([members]).collect();
    Catalog::new([
        ResourceType {
            name: "user",
            losses: Losses::default(),
            schema: Schema::new(object),
        },
        ResourceType {
            name: "group",
            losses: Losses::default(),
            schema: Schema::new(group),
        },
    ])
}

/// A target that refuses what real ones refuse: two objects of one name, a reference to nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Objects(BTreeMap<(TypeId, TargetId), Existing>);

/// What is wanted of both kinds, in order of the kinds.
type Wanted = [DesiredState; 2];

/// One write of a plan.
#[derive(Clone, Debug)]
enum Sent {
    TemporaryLogin(usize),
    Change(usize),
    Links(usize),
}

impl Objects {
    fn holder_of(&self, resource: TypeId, id: &ExternalId) -> Option<&Existing> {
        let mut objects = self.0.iter().filter(|((kind, _), _)| *kind == resource);
        objects
            .find(|(_, account)| account.id.as_ref() == Some(id))
            .map(|(_, account)| account)
    }

    /// Carries out one write of these changes; what the target would refuse is an error.
    fn carry_out(&mut self, changes: &[Change], sent: &Sent) -> Result<(), String> {
        let (Sent::TemporaryLogin(place) | Sent::Change(place) | Sent::Links(place)) = sent;
        let change = &changes[*place];
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
                let id = &creation.identity.id;
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
                let id = &creation.identity.id;
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

    /// References to what is there.
    fn without_missing(&self, references: Option<&Value>) -> Option<Value> {
        let references = references.map_or(&[][..], Value::as_references).iter();
        let is_there = |reference: &&Reference| match reference {
            Reference::Managed(resource, id) => self.holder_of(*resource, id).is_some(),
            Reference::Foreign(_) => true,
        };
        Value::references(references.filter(is_there).cloned())
    }

    fn get(&mut self, resource: TypeId, account: &TargetId) -> &mut Existing {
        let key = (resource, account.clone());
        self.0.get_mut(&key).expect("the object is there")
    }

    /// Whatever is to drop its reference to the object has done so; what is left is deleted itself.
    fn delete(&mut self, changes: &[Change], change: &Change, account: &Existing) -> Result<(), String> {
        let key = (change.resource, account.target_id.clone());
        self.0.remove(&key).expect("the object is there");
        let gone = account
            .id
            .clone()
            .map(|id| Reference::Managed(change.resource, id));
        for ((resource, holder), held) in &mut self.0 {
            let members = held.attributes.get(MEMBERS).map_or(&[][..], Value::as_references);
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
            held.attributes.set(MEMBERS, Value::references(left));
        }
        Ok(())
    }

    /// What a target would not let stand.
    fn refusal(&self) -> Option<String> {
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
    fn plan(&self, wanted: &Wanted) -> Plan {
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
            correlation.settle();
            let proofs = correlation.proofs();
            let questions = correlation.questions(&proofs);
            assert_eq!(questions.checks(), []);
            let clocks = Clocks {
                now: NOW,
                ahead: Some(0),
            };
            decide(&correlation, &questions, Vec::new(), "model", clocks)
        };
        combine(&catalog, wanted.iter().map(of_type).collect())
    }
}

/// The writes of a plan in the order in which they are sent.
fn writes(changes: &[Change]) -> Vec<Sent> {
    let each = |step: Step| -> Vec<Sent> {
        match step {
            Step::TemporaryLogin(places) => places.into_iter().map(Sent::TemporaryLogin).collect(),
            Step::Changes(places) => places.into_iter().map(Sent::Change).collect(),
            Step::Links(places) => places.into_iter().map(Sent::Links).collect(),
        }
    };
    steps(&catalog(), changes).into_iter().flat_map(each).collect()
}

fn object(resource: TypeId, target_id: TargetId, id: &ExternalId, mut attributes: Attributes) -> Existing {
    attributes.set(OBJECT_ID, Some(Value::text(id.hex())));
    Existing {
        resource,
        target_id,
        id: Some(id.clone()),
        claims: Box::default(),
        lifecycle: Lifecycle::Active,
        unread: catalog().schema(resource).not_listed(),
        attributes,
        ownership: Ownership::Ours,
    }
}

/// What one object is like: whether it is there, its name, and whom it refers to.
#[derive(Clone, Debug)]
struct Draft {
    is_there: bool,
    name: u8,
    members: Vec<(bool, u8)>,
    is_foreign: bool,
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let names = Just((0..MANY).collect::<Vec<_>>()).prop_shuffle();
    let rest = (
        prop::bool::weighted(0.75),
        prop::collection::vec((any::<bool>(), 0..MANY), 0..4),
        prop::bool::weighted(0.2),
    );
    (names, prop::collection::vec(rest, usize::from(MANY))).prop_map(|(names, rests)| {
        let all = names.into_iter().zip(rests);
        all.map(|(name, (is_there, members, is_foreign))| Draft {
            is_there,
            name,
            members,
            is_foreign,
        })
        .collect()
    })
}

fn attributes(resource: TypeId, own: u8, draft: &Draft, there: &[Vec<Draft>; 2]) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.set(OBJECT_LOGIN, Some(Value::text(format!("name-{}", draft.name))));
    if resource == GROUP {
        let members = draft.members.iter().filter_map(|(is_group, number)| {
            let kind = if *is_group { GROUP } else { USER };
            let is_there = there[usize::from(kind.0)][usize::from(*number)].is_there;
            let is_self = *is_group && *number == own;
            (is_there && !is_self).then(|| Reference::Managed(kind, id(*number)))
        });
        let foreign = draft.is_foreign.then(|| Reference::Foreign("cn=other".into()));
        attributes.set(MEMBERS, Value::references(members.chain(foreign)));
    }
    attributes
}

fn kinds() -> [TypeId; 2] {
    [USER, GROUP]
}

fn existing(drafts: &[Vec<Draft>; 2]) -> Objects {
    let mut objects = Objects::default();
    for (resource, of_kind) in kinds().into_iter().zip(drafts) {
        for (number, draft) in (0u8..).zip(of_kind).filter(|(_, draft)| draft.is_there) {
            let target_id = TargetId::new(format!("{}-{}", resource.0, id(number).hex()));
            let attributes = attributes(resource, number, draft, drafts);
            let account = object(resource, target_id.clone(), &id(number), attributes);
            objects.0.insert((resource, target_id), account);
        }
    }
    objects
}

fn wanted(drafts: &[Vec<Draft>; 2]) -> Wanted {
    let of_kind = |resource: TypeId| {
        let drafts_of = (0u8..).zip(&drafts[usize::from(resource.0)]);
        let people = drafts_of
            .filter(|(_, draft)| draft.is_there)
            .map(|(number, draft)| {
                let draft = Draft {
                    is_foreign: false,
                    ..draft.clone()
                };
                Desired {
                    resource,
                    id: id(number),
                    lifecycle: Lifecycle::Active,
                    attributes: attributes(resource, number, &draft, drafts),
                    unknown: AttributeSet::default(),
                    origin: at(number),
                }
            });
        DesiredState {
            resource,
            ..sources(people.collect())
        }
    };
    kinds().map(of_kind)
}

/// The members that this tool looks after.
fn managed_members(attributes: &Attributes) -> Vec<Reference> {
    let members = attributes.get(MEMBERS).map_or(&[][..], Value::as_references);
    let managed = members.iter().filter(|one| matches!(one, Reference::Managed(..)));
    managed.cloned().collect()
}

fn is_as_wanted(objects: &Objects, wanted: &Wanted) -> bool {
    let people = wanted.iter().flat_map(|desired| {
        let kind = desired.resource;
        desired.identities.iter().map(move |person| (kind, person))
    });
    let is_right = |(resource, person): (TypeId, &Desired)| {
        objects.holder_of(resource, &person.id).is_some_and(|held| {
            held.attributes.text(OBJECT_LOGIN) == person.attributes.text(OBJECT_LOGIN)
                && managed_members(&held.attributes) == managed_members(&person.attributes)
        })
    };
    let count = wanted
        .iter()
        .map(|desired| desired.identities.len())
        .sum::<usize>();
    people.clone().all(is_right) && objects.0.len() == count
}

fn both() -> impl Strategy<Value = [Vec<Draft>; 2]> {
    (drafts(), drafts()).prop_map(|(users, groups)| [users, groups])
}

fn carry_out(objects: &mut Objects, wanted: &Wanted, stop: usize) -> Result<(), TestCaseError> {
    let plan = objects.plan(wanted);
    prop_assert_eq!(&plan.unresolved, &[]);
    for sent in writes(&plan.changes).iter().take(stop) {
        prop_assert_eq!(objects.carry_out(&plan.changes, sent), Ok(()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3_000) })]

    /// Nested, in circles, renamed, deleted, with other members, all at once: the target refuses nothing, nothing is left
    /// to do, and what others put into a group is there still.
    #[test]
    fn one_run_reaches_what_is_wanted(before in both(), after in both()) {
        let (mut objects, wanted) = (existing(&before), wanted(&after));
        carry_out(&mut objects, &wanted, usize::MAX)?;
        prop_assert!(is_as_wanted(&objects, &wanted), "{:?}", objects);
        prop_assert_eq!(objects.plan(&wanted).changes, []);
        for (number, draft) in (0u8..).zip(&before[1]).filter(|(_, draft)| draft.is_there && draft.is_foreign) {
            if let Some(held) = objects.holder_of(GROUP, &id(number)) {
                let members = held.attributes.get(MEMBERS).map_or(&[][..], Value::as_references);
                prop_assert!(members.contains(&Reference::Foreign("cn=other".into())), "{:?} {:?}", draft, held);
            }
        }
    }

    /// A run may end anywhere: the next one gets there all the same.
    #[test]
    fn a_run_that_stopped_anywhere_is_completed(before in both(), after in both(), stop in 0usize..25) {
        let (mut objects, wanted) = (existing(&before), wanted(&after));
        carry_out(&mut objects, &wanted, stop)?;
        carry_out(&mut objects, &wanted, usize::MAX)?;
        prop_assert!(is_as_wanted(&objects, &wanted), "{:?}", objects);
        prop_assert_eq!(objects.plan(&wanted).changes, []);
    }

    /// The order in which objects are listed does not matter, and each change is carried out once.
    #[test]
    fn every_change_is_sent_once(before in both(), after in both()) {
        let plan = existing(&before).plan(&wanted(&after));
        let changes = writes(&plan.changes).into_iter().filter_map(|sent| match sent {
            Sent::Change(place) => Some(place),
            Sent::TemporaryLogin(_) | Sent::Links(_) => None,
        });
        let places: Vec<usize> = changes.collect();
        // A plan is shown in the order in which it is carried out.
        prop_assert_eq!(places, (0..plan.changes.len()).collect::<Vec<_>>());
    }
}

/// Emptying a group is no removal, and is noticed all the same.
#[test]
fn an_emptied_group_is_stopped() {
    let draft = |members: &[(bool, u8)]| Draft {
        is_there: true,
        name: 0,
        members: members.to_vec(),
        is_foreign: false,
    };
    let named = |name: u8| Draft { name, ..draft(&[]) };
    let users: Vec<Draft> = (0..MANY).map(named).collect();
    let group = |members| {
        let mut groups: Vec<Draft> = (0..MANY).map(named).collect();
        groups[0] = draft(members);
        [users.clone(), groups]
    };
    let full: Vec<(bool, u8)> = (0..MANY).map(|number| (false, number)).collect();
    for (left, passes) in [(&full[..4], true), (&full[..3], false), (&[], false)] {
        let plan = existing(&group(&full)).plan(&wanted(&group(left)));
        let approval = Approval {
            target_key: "target",
            token: None,
        };
        let limits = GuardLimits::default();
        let refused = approve(plan, &Proof::default(), &catalog(), &limits, approval).err();
        let reasons = refused.map_or_else(Vec::new, |refused| refused.0.reasons);
        let lost = usize::from(MANY) - left.len();
        let told = format!(
            "{lost} of 5 members ({}.0 %) would lose their place in a group; `guard.max_memberships_removed` is 20 %, which \
             allows 1",
            lost * 20
        );
        assert_eq!(reasons, if passes { vec![] } else { vec![told] }, "{left:?}");
    }
}
