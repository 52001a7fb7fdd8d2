//! Nested groups at a target that refuses circles: it never gets one, but gets everything else.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const GROUP: TypeId = TypeId(0);
const MEMBERS: AttributeIndex = AttributeIndex(1);
const MANY: u8 = 5;

type Links = BTreeSet<(u8, u8)>;

fn catalog() -> Catalog {
    let of = |name, purpose| AttributeSpec {
        purpose,
        ..AttributeSpec::text(name)
    };
    let members = AttributeSpec {
        cardinality: Cardinality::Many,
        acyclic: true,
        ..of("members", Purpose::Members)
    };
    Catalog::new([ResourceType {
        name: "group",
        losses: Losses::default(),
        schema: Schema::new([of("external_id", Purpose::ExternalId), members]),
    }])
}

fn members(links: &Links, of: u8) -> Option<Value> {
    let nested = links.iter().filter(|(outer, _)| *outer == of);
    Value::references(nested.map(|(_, inner)| Reference::Managed(GROUP, id(*inner))))
}

fn existing(links: &Links, number: u8) -> Existing {
    let mut attributes = Attributes::default();
    attributes.set(MEMBERS, members(links, number));
    Existing {
        resource: GROUP,
        target_id: TargetId::new(format!("g{number}")),
        id: Some(id(number)),
        claims: Box::default(),
        lifecycle: Lifecycle::Active,
        not_fetched: AttributeSet::default(),
        attributes,
        ownership: Ownership::Ours,
    }
}

/// The plan for these links.
fn plan(now: &Links, wanted: &Links) -> Plan {
    let (catalog, mut ids, mut plan) = (catalog(), Ids::default(), Plan::default());
    for number in 0..MANY {
        let account = existing(now, number);
        ids.add(&account);
        let after = members(wanted, number);
        let before = account.attributes.get(MEMBERS).cloned();
        if before != after {
            let mut edit = Edit::of_account(&account, catalog.schema(GROUP), "test");
            edit.desired.origin = at(number);
            edit.changes = vec![AttributeChange {
                attribute: MEMBERS,
                before,
                after,
            }];
            plan.changes.push(Change::edit_as(ActionKind::Update, edit));
        }
    }
    arrange_saved(&catalog, &mut plan, &Protected::default(), &ids);
    plan
}

/// Writes the links of one step.
fn write(change: &Change, links: &mut Links, is_first: bool) {
    let number = |id: &ExternalId| (0..MANY).find(|number| super::id(*number) == *id).unwrap();
    let own = number(change.id().unwrap());
    let of = |reference: &Reference| match reference {
        Reference::Managed(_, id) => (own, number(id)),
        Reference::Foreign(_) => unreachable!(),
    };
    let schema = catalog();
    for gone in change.unlinked(schema.schema(GROUP)) {
        links.remove(&of(gone));
    }
    if !(is_first && change.nests_last) {
        links.extend(change.linked(schema.schema(GROUP)).into_iter().map(of));
    }
}

fn has_circle(links: &Links) -> bool {
    let mut reached = links.clone();
    loop {
        let further: Links = reached
            .iter()
            .flat_map(|(a, b)| {
                let next = links.iter().filter(move |(from, _)| from == b);
                next.map(move |(_, c)| (*a, *c))
            })
            .collect();
        let before = reached.len();
        reached.extend(further);
        if reached.len() == before {
            return reached.iter().any(|(a, b)| a == b);
        }
    }
}

fn links() -> impl Strategy<Value = Links> {
    prop::collection::btree_set((0..MANY, 0..MANY), 0..9)
}

/// The same without circles, as targets store it.
fn without_circles(links: Links) -> Links {
    let numbered: Vec<u8> = (0..MANY).collect();
    let ordered = links
        .into_iter()
        .filter(|(a, b)| numbered[usize::from(*a)] < numbered[usize::from(*b)]);
    ordered.map(|(a, b)| ((a * 3) % MANY, (b * 3) % MANY)).collect()
}

proptest! {
    #![proptest_config(random_cases())]

    #[test]
    fn the_target_never_sees_a_circle(now in links(), wanted in links()) {
        let mut nested = without_circles(now);
        let plan = plan(&nested, &wanted);
        for stage in Schedule::of(&catalog(), &plan.changes).stages {
            let (indexes, is_first) = match stage {
                Stage::Links(indexes) => (indexes, false),
                Stage::Changes(indexes) | Stage::TemporaryLogin(indexes) => (indexes, true),
            };
            for index in indexes {
                write(&plan.changes[index], &mut nested, is_first);
                prop_assert!(!has_circle(&nested), "{nested:?} {wanted:?}");
            }
        }
        prop_assert!(nested.is_subset(&wanted));
        let left_out: Vec<_> = wanted.difference(&nested).collect();
        prop_assert_eq!(plan.warnings.len(), left_out.len());
        for link in left_out {
            let mut more = nested.clone();
            more.insert(*link);
            prop_assert!(has_circle(&more), "{link:?} of {wanted:?} is missing");
        }
        let again = super::nesting::plan(&nested, &wanted);
        prop_assert_eq!(again.changes, []);
        prop_assert_eq!(again.warnings.len(), plan.warnings.len());
    }
}

/// The link of the smaller ids is written. The other one is reported, in this run and in the next one.
#[test]
fn the_last_link_of_a_circle_is_left_out() {
    let wanted = Links::from([(0, 1), (1, 2), (2, 0)]);
    let plan = plan(&Links::new(), &wanted);
    let told: Vec<(RecordRef, &str)> = plan
        .warnings
        .iter()
        .map(|warning| (warning.at.clone(), &*warning.reason))
        .collect();
    let name = crate::model::Personal("p0");
    let reason =
        format!("member `{name}` is left out: it contains this group, directly or through other groups");
    assert_eq!(told, [(at(2), &*reason)]);
    assert_eq!(plan.changes.len(), 2);
}
