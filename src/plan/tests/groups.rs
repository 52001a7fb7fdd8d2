//! People and groups with any references: one run reaches the desired state, and so does the run after an interrupted
//! one.

mod objects;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use self::objects::{Objects, Sent, Wanted, object, writes};
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

/// An object: whether it exists, its name, and its references.
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

/// The managed members.
fn managed_members(attributes: &Attributes) -> Vec<Reference> {
    let members = attributes.get(MEMBERS).map_or(&[][..], Value::as_references);
    let managed = members.iter().filter(|one| matches!(one, Reference::Managed(..)));
    managed.cloned().collect()
}

fn is_as_wanted(objects: &Objects, wanted: &Wanted) -> bool {
    let people = wanted.iter().flat_map(|desired| {
        let kind = desired.resource;
        desired.objects.iter().map(move |person| (kind, person))
    });
    let is_right = |(resource, person): (TypeId, &Desired)| {
        objects.holder_of(resource, &person.id).is_some_and(|managed| {
            managed.attributes.text(OBJECT_LOGIN) == person.attributes.text(OBJECT_LOGIN)
                && managed_members(&managed.attributes) == managed_members(&person.attributes)
        })
    };
    let count = wanted.iter().map(|desired| desired.objects.len()).sum::<usize>();
    people.clone().all(is_right) && objects.0.len() == count
}

fn both() -> impl Strategy<Value = [Vec<Draft>; 2]> {
    (drafts(), drafts()).prop_map(|(users, groups)| [users, groups])
}

fn apply_plan(objects: &mut Objects, wanted: &Wanted, stop: usize) -> Result<(), TestCaseError> {
    let plan = objects.plan(wanted);
    prop_assert_eq!(&plan.unresolved, &[]);
    for sent in writes(&plan.changes).iter().take(stop) {
        prop_assert_eq!(objects.apply_write(&plan.changes, sent), Ok(()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(random_cases())]

    /// Nested, in circles, renamed, deleted, with other members, all at once: the target refuses nothing, a second
    /// run finds nothing to do, and foreign members stay.
    #[test]
    fn one_run_reaches_what_is_wanted(before in both(), after in both()) {
        let (mut objects, wanted) = (existing(&before), wanted(&after));
        apply_plan(&mut objects, &wanted, usize::MAX)?;
        prop_assert!(is_as_wanted(&objects, &wanted), "{:?}", objects);
        prop_assert_eq!(objects.plan(&wanted).changes, []);
        for (number, draft) in (0u8..).zip(&before[1]).filter(|(_, draft)| draft.is_there && draft.is_foreign) {
            if let Some(managed) = objects.holder_of(GROUP, &id(number)) {
                let members = managed.attributes.get(MEMBERS).map_or(&[][..], Value::as_references);
                prop_assert!(members.contains(&Reference::Foreign("cn=other".into())), "{:?} {:?}", draft, managed);
            }
        }
    }

    /// The run after one that was interrupted at any point reaches the desired state.
    #[test]
    fn a_run_that_stopped_anywhere_is_completed(before in both(), after in both(), stop in 0usize..25) {
        let (mut objects, wanted) = (existing(&before), wanted(&after));
        apply_plan(&mut objects, &wanted, stop)?;
        apply_plan(&mut objects, &wanted, usize::MAX)?;
        prop_assert!(is_as_wanted(&objects, &wanted), "{:?}", objects);
        prop_assert_eq!(objects.plan(&wanted).changes, []);
    }

    /// The order of the input does not matter, and each change is applied once.
    #[test]
    fn every_change_is_sent_once(before in both(), after in both()) {
        let plan = existing(&before).plan(&wanted(&after));
        let changes = writes(&plan.changes).into_iter().filter_map(|sent| match sent {
            Sent::Change(index) => Some(index),
            Sent::TemporaryLogin(_) | Sent::Links(_) => None,
        });
        let indexes: Vec<usize> = changes.collect();
        // A plan is shown in the order in which it is applied.
        prop_assert_eq!(indexes, (0..plan.changes.len()).collect::<Vec<_>>());
    }
}

/// Emptying a group is not a removal, but is limited too.
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
            "{lost} of 5 members ({}.0 %) would leave a group; `guard.max_memberships_removed` is 20 %, which \
             allows 1",
            lost * 20
        );
        assert_eq!(reasons, if passes { vec![] } else { vec![told] }, "{left:?}");
    }
}
