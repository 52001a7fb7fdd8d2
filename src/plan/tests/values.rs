//! Names and addresses that are exchanged among objects of two types: no change asks for a value that is taken.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const OBJECT_LOGIN: AttributeIndex = AttributeIndex(0);
const OBJECT_ID: AttributeIndex = AttributeIndex(1);
const MAIL: AttributeIndex = AttributeIndex(2);
const MANY: u8 = 6;

fn catalog() -> Catalog {
    let of_type = |name| {
        let of = |name, purpose, unique| AttributeSpec {
            purpose,
            unique,
            ..AttributeSpec::text(name)
        };
        let specs = [
            of("name", Purpose::Login, Some("names")),
            of("external_id", Purpose::ExternalId, None),
            of("mail", Purpose::Plain, Some("mails")),
        ];
        ResourceType {
            name,
            losses: Losses::default(),
            schema: Schema::new(specs),
        }
    };
    Catalog::new([of_type("user"), of_type("group")])
}

/// The name of an object, and its address if it has one.
type Objects = BTreeMap<u8, (u8, Option<u8>)>;

/// Odd ones are groups.
fn type_of(number: u8) -> TypeId {
    TypeId(number % 2)
}

fn attributes(name: u8, mail: Option<u8>) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.set(OBJECT_LOGIN, Some(Value::text(format!("n{name}"))));
    attributes.set(MAIL, mail.map(|mail| Value::text(format!("m{mail}"))));
    attributes
}

fn account(number: u8, mut attributes: Attributes) -> Existing {
    attributes.set(OBJECT_ID, Some(Value::text(id(number).hex())));
    Existing {
        resource: type_of(number),
        target_id: TargetId::new(format!("t{number}")),
        id: Some(id(number)),
        claims: Box::default(),
        lifecycle: Lifecycle::Active,
        not_fetched: AttributeSet::default(),
        attributes,
        ownership: Ownership::Ours,
    }
}

fn objects() -> impl Strategy<Value = Objects> {
    let names = Just((0..MANY).collect::<Vec<u8>>()).prop_shuffle();
    let mails = Just((0..MANY).collect::<Vec<u8>>()).prop_shuffle();
    let there = prop::collection::vec(
        (prop::bool::weighted(0.8), prop::bool::weighted(0.8)),
        usize::from(MANY),
    );
    (names, mails, there).prop_map(|(names, mails, there)| {
        let all = (0..MANY).zip(names).zip(mails).zip(there);
        let there = all.filter(|(_, (is_there, _))| *is_there);
        there
            .map(|(((number, name), mail), (_, has_mail))| (number, (name, has_mail.then_some(mail))))
            .collect()
    })
}

fn plan(now: &BTreeMap<u8, Existing>, wanted: &Objects) -> Plan {
    let catalog = catalog();
    let of_type = |resource: TypeId| {
        let people = wanted.iter().filter(|(number, _)| type_of(**number) == resource);
        let people = people.map(|(number, (name, mail))| Desired {
            resource,
            id: id(*number),
            lifecycle: Lifecycle::Active,
            attributes: attributes(*name, *mail),
            unknown: AttributeSet::default(),
            origin: at(*number),
        });
        let desired = DesiredState {
            resource,
            ..sources(people.collect())
        };
        let policy = Policy {
            absent: AbsentPolicy::Delete,
            ..Policy::default()
        };
        let mut correlation = Correlation::new(&catalog, &desired, policy);
        for account in now.values().filter(|account| account.resource == resource) {
            correlation.observe(account.clone());
        }
        correlation.match_unpaired();
        let checks = correlation.proofs();
        let checks = correlation.checks(&checks);
        let clocks = Clocks {
            now: 1_800_000_000,
            ahead: Some(0),
        };
        decide(&correlation, &checks, Vec::new(), "model", clocks)
    };
    let mut plan = combine(
        &catalog,
        [TypeId(0), TypeId(1)].map(of_type).into(),
        &Protected::default(),
    );
    reject_taken(&catalog, &mut plan, |_, attribute, value, but| {
        let mut others = now.values().filter(|account| Some(&account.target_id) != but);
        let holder = others.find(|account| account.attributes.get(attribute) == Some(value))?;
        Some(Holder {
            resource: holder.resource,
            target_id: holder.target_id.clone(),
            elsewhere: None,
        })
    });
    arrange(&catalog, &mut plan);
    plan
}

fn number(change: &Change) -> u8 {
    (0..MANY)
        .find(|number| Some(&id(*number)) == change.id())
        .unwrap()
}

/// Applies one change, or its early release of values.
fn send(now: &mut BTreeMap<u8, Existing>, change: &Change, is_aside: bool) {
    match &change.write {
        Write::Create(creation) => {
            let number = number(change);
            now.insert(number, account(number, creation.attributes.clone()));
        }
        Write::Delete(_) => drop(now.remove(&number(change))),
        Write::Edit(edit) => {
            let account = now.get_mut(&number(change)).unwrap();
            if is_aside {
                let name = edit.temporary_login.clone().map(Value::text);
                if name.is_some() {
                    account.attributes.set(OBJECT_LOGIN, name);
                }
                if edit.emptied_first.contains(MAIL) {
                    account.attributes.set(MAIL, None);
                }
                return;
            }
            for one in &edit.changes {
                account.attributes.set(one.attribute, one.after.clone());
            }
        }
    }
}

fn are_unique(now: &BTreeMap<u8, Existing>) -> bool {
    [OBJECT_LOGIN, MAIL].into_iter().all(|attribute| {
        let values = now
            .values()
            .filter_map(|account| account.attributes.get(attribute));
        let values: Vec<&Value> = values.collect();
        values.iter().collect::<BTreeSet<_>>().len() == values.len()
    })
}

proptest! {
    #![proptest_config(random_cases())]

    /// Any exchange is done in one run, also after an interrupted one.
    #[test]
    fn values_pass_on_in_one_run(before in objects(), after in objects(), stop in 0usize..20) {
        let there = |(number, (name, mail)): (&u8, &(u8, Option<u8>))| (*number, account(*number, attributes(*name, *mail)));
        let mut now: BTreeMap<u8, Existing> = before.iter().map(there).collect();
        for stop in [stop, usize::MAX] {
            let plan = plan(&now, &after);
            prop_assert_eq!(&plan.unresolved, &[]);
            let mut sent = 0;
            for stage in Schedule::of(&catalog(), &plan.changes).stages {
                let (indexes, is_aside) = match stage {
                    Stage::TemporaryLogin(indexes) => (indexes, true),
                    Stage::Changes(indexes) | Stage::Links(indexes) => (indexes, false),
                };
                for index in indexes {
                    sent += 1;
                    if sent <= stop {
                        send(&mut now, &plan.changes[index], is_aside);
                        prop_assert!(are_unique(&now), "{:?}", now);
                    }
                }
            }
        }
        let wanted: BTreeMap<u8, Existing> = after.iter().map(there).collect();
        let attributes = |all: &BTreeMap<u8, Existing>| -> Vec<(u8, Attributes)> {
            all.iter().map(|(number, account)| (*number, account.attributes.clone())).collect()
        };
        prop_assert_eq!(attributes(&now), attributes(&wanted));
        prop_assert_eq!(plan(&now, &after).changes, []);
    }
}

/// A value that stays taken rejects others who need it. Of two people who are to get a value, the first one gets it.
#[test]
fn a_value_that_stays_taken_rejects_the_person_who_needs_it() {
    let now = BTreeMap::from([(0, account(0, attributes(0, Some(0))))]);
    let told = |wanted: &[(u8, (u8, Option<u8>))]| -> Vec<String> {
        let plan = plan(&now, &wanted.iter().copied().collect());
        assert_eq!(plan.changes.len(), wanted.len() - 1 - plan.unresolved.len());
        plan.unresolved
            .into_iter()
            .map(|rejected| rejected.reason)
            .collect()
    };
    let same = (0, (0, Some(0)));
    let group = ["user t0 has this `name`: a group and a user cannot have one name"];
    assert_eq!(told(&[same, (1, (0, None))]), group);
    let user = ["user t0 has this `mail`, and it has another external id"];
    assert_eq!(told(&[same, (2, (2, Some(0)))]), user);
    let both = [format!("another record gets the same `name`: {}", at(2))];
    assert_eq!(told(&[same, (2, (3, None)), (3, (3, None))]), both);
}
