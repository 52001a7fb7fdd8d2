//! Which members of groups are written, once the plans of all types are known.

use super::*;

const USER: TypeId = TypeId(0);
const GROUP: TypeId = TypeId(1);
const MEMBERS: AttributeIndex = AttributeIndex(1);

fn catalog() -> Catalog {
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    };
    let id = of("external_id", Purpose::ExternalId);
    let members = AttributeSpec {
        cardinality: Cardinality::Many,
        removes: Removes::Only([].into()),
        ..of("members", Purpose::Members)
    };
    let of_type = |name, specs: Vec<AttributeSpec>| ResourceType {
        name,
        losses: Losses::default(),
        schema: Schema::new(specs),
    };
    Catalog::new([
        of_type("user", vec![id.clone()]),
        of_type("group", vec![id, members]),
    ])
}

fn user(number: u8) -> Reference {
    Reference::Managed(USER, id(number))
}

fn group(number: u8) -> Reference {
    Reference::Managed(GROUP, id(number))
}

fn foreign(text: &str) -> Reference {
    Reference::Foreign(text.into())
}

fn wanted(resource: TypeId, number: u8, members: &[Reference]) -> Desired {
    let mut attributes = Attributes::default();
    attributes.set(MEMBERS, Value::references(members.iter().cloned()));
    Desired {
        resource,
        id: id(number),
        lifecycle: Lifecycle::Active,
        attributes,
        unknown: AttributeSet::default(),
        origin: at(number),
    }
}

fn there(resource: TypeId, number: u8) -> Existing {
    Existing {
        resource,
        target_id: TargetId::new(format!("{}-{number}", resource.0)),
        id: Some(id(number)),
        claims: Box::default(),
        lifecycle: Lifecycle::Active,
        attributes: Attributes::default(),
        not_fetched: AttributeSet::default(),
        ownership: Ownership::Ours,
    }
}

fn of_type(resource: TypeId, numbers: &[u8]) -> DesiredState {
    DesiredState {
        resource,
        ..sources(
            numbers
                .iter()
                .map(|number| wanted(resource, *number, &[]))
                .collect(),
        )
    }
}

/// Group 1 has some members and is to have others.
fn edit(before: &[Reference], after: &[Reference]) -> Change {
    let references = |members: &[Reference]| Value::references(members.iter().cloned());
    let edit = Edit {
        changes: vec![AttributeChange {
            attribute: MEMBERS,
            before: references(before),
            after: references(after),
        }],
        desired: wanted(GROUP, 1, after),
        ..Edit::of_account(&there(GROUP, 1), catalog().schema(GROUP), "model")
    };
    Change::edit_as(ActionKind::Update, edit)
}

/// What a run knows: users 1 to 3 are desired; users 1, 2 and 4 and group 1 exist.
struct World {
    desired: [DesiredState; 2],
    ids: Ids,
    aliases: Vec<Alias>,
}

impl World {
    fn new() -> Self {
        let mut ids = Ids::default();
        for number in [1, 2, 4] {
            ids.add(&there(USER, number));
        }
        ids.add(&there(GROUP, 1));
        Self {
            desired: [of_type(USER, &[1, 2, 3]), of_type(GROUP, &[1])],
            ids,
            aliases: Vec::new(),
        }
    }

    fn resolve(&self, changes: Vec<Change>) -> Plan {
        let mut plan = Plan {
            changes,
            ..Plan::default()
        };
        let objects = Objects {
            desired: &self.desired,
            ids: &self.ids,
            aliases: &self.aliases,
        };
        resolve_references(&catalog(), &mut plan, objects);
        plan
    }

    /// The members of the group at the end, if the plan changes them.
    fn after(
        &self,
        before: &[Reference],
        after: &[Reference],
        others: Vec<Change>,
    ) -> Option<Vec<Reference>> {
        let changes = others.into_iter().chain([edit(before, after)]).collect();
        let plan = self.resolve(changes);
        let edit = plan.changes.iter().find_map(Change::edit)?;
        let after = edit.change(MEMBERS).expect("members").after.clone();
        assert_eq!(edit.desired.attributes.get(MEMBERS), after.as_ref());
        Some(after.as_ref().map_or(&[][..], Value::as_references).to_vec())
    }
}

fn create(resource: TypeId, number: u8, members: &[Reference]) -> Change {
    let wanted = wanted(resource, number, members);
    let attributes = wanted.attributes.clone();
    Change::create(wanted, attributes)
}

fn delete(resource: TypeId, number: u8) -> Change {
    Change::delete(
        there(resource, number),
        Removal {
            reason: RemovalReason::Absent,
            requires: Vec::new(),
        },
    )
}

/// A person without an account, for whatever reason, cannot be a member, and does not appear in the plan of each run.
#[test]
fn who_is_neither_there_nor_made_is_left_out() {
    let world = World::new();
    assert_eq!(world.after(&[user(1)], &[user(1), user(3)], vec![]), None);
    assert_eq!(
        world
            .resolve(vec![edit(&[user(1)], &[user(1), user(3)])])
            .unchanged,
        1
    );
    assert_eq!(
        world.after(&[user(1)], &[user(1), user(3)], vec![create(USER, 3, &[])]),
        Some(vec![user(1), user(3)])
    );
    let plan = world.resolve(vec![create(GROUP, 2, &[user(1), user(3), group(1), group(3)])]);
    assert_eq!(plan.changes, [create(GROUP, 2, &[user(1), group(1)])]);
}

/// Account 4 stays although no source contains its person. It keeps its memberships too, unless it is deleted.
#[test]
fn who_is_named_by_no_source_stays_a_member() {
    let world = World::new();
    assert_eq!(world.after(&[user(1), user(4)], &[user(1)], vec![]), None);
    assert_eq!(
        world.after(&[user(1), user(2)], &[user(1)], vec![]),
        Some(vec![user(1)])
    );
    assert_eq!(
        world.after(&[user(1), user(4)], &[user(1), user(2)], vec![]),
        Some(vec![user(1), user(2), user(4)])
    );
}

/// The record of user 4 was rejected, and the group no longer contains that person.
#[test]
fn a_record_that_could_not_be_used_says_who_is_named() {
    let mut world = World::new();
    let rejected = Rejected::new(at(4), Some(id(4)), "no name");
    world.desired[0].rejected.push(rejected);
    assert_eq!(
        world.after(&[user(1), user(4)], &[user(1)], vec![]),
        Some(vec![user(1)])
    );
    assert_eq!(
        world.after(&[user(1), user(4)], &[user(1), user(4)], vec![]),
        None
    );
}

/// A delete takes the references with it: no write is needed for them, whether a source still names the user (2) or not (4).
#[test]
fn who_is_deleted_needs_no_change_of_the_group() {
    let world = World::new();
    for deleted in [2, 4] {
        let [one, both] = [&[user(1)][..], &[user(1), user(deleted)]];
        for (before, after) in [(both, one), (both, both), (one, both)] {
            let after = world.after(before, after, vec![delete(USER, deleted)]);
            assert_eq!(after, None, "{deleted}");
        }
    }
}

/// An account that is adopted has another id, or none, while everything is read.
#[test]
fn who_gets_another_id_stays_where_they_are() {
    let alias = |former: Option<ExternalId>| Alias {
        resource: USER,
        id: id(3),
        former,
        target_id: TargetId::new("0-4"),
    };
    let mut world = World::new();
    world.aliases.push(alias(Some(id(4))));
    assert_eq!(
        world.after(&[user(1), user(4)], &[user(1), user(3)], vec![]),
        None
    );
    assert_eq!(
        world.after(&[user(1), user(4)], &[user(1), user(2), user(3)], vec![]),
        Some(vec![user(1), user(2), user(4)])
    );
    assert_eq!(
        world.after(&[user(1), user(4)], &[user(1)], vec![]),
        Some(vec![user(1)]),
        "the source says that the person is no member"
    );
    world.aliases = vec![alias(None)];
    let before = [user(1), foreign("0-4")];
    assert_eq!(
        world.after(&before, &[user(1), user(3), foreign("0-4")], vec![]),
        None
    );
}
