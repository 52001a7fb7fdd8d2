//! What turns out while changes are applied: unlisted accounts, taken names, an early end.

use std::collections::BTreeMap;

use super::drafts::{ADDRESS, Draft, EXTERNAL_ID, GROUP, LOGIN, NAME, USER, id};
use super::server::{Key, Stored};
use super::*;
use crate::model::{AttributeIndex, TargetId, Value};

fn draft(name: u8, members: &[(TypeId, u8)]) -> Draft {
    Draft {
        is_there: true,
        name,
        members: members.to_vec(),
        has_other: false,
        is_by_hand: false,
    }
}

fn nothing() -> Drafts {
    [Vec::new(), Vec::new()]
}

fn stored(values: &[(AttributeIndex, &str)]) -> Stored {
    let mut stored = Stored::default();
    for (attribute, text) in values {
        stored.attributes.set(*attribute, Some(Value::text(*text)));
    }
    stored
}

fn key(kind: TypeId) -> Key {
    (kind, TargetId::new("late"))
}

/// A target with objects that no list shows.
fn not_listed(objects: impl IntoIterator<Item = (Key, Stored)>) -> Memory {
    let objects: BTreeMap<Key, Stored> = objects.into_iter().collect();
    Memory {
        not_listed: objects.keys().cloned().collect(),
        ..Memory::new(objects)
    }
}

/// The account of the person with the number 0.
fn account(id_text: Option<String>) -> (Key, Stored) {
    let mut account = stored(&[(ADDRESS, "p0@example.org"), (LOGIN, "p0@example.org")]);
    account.attributes.set(EXTERNAL_ID, id_text.map(Value::text));
    (key(USER), account)
}

/// One person, in a group.
fn person_in_group() -> Drafts {
    [vec![draft(0, &[])], vec![draft(0, &[(USER, 0)])]]
}

/// A found account becomes a member, whether it is the person's or made by hand, and however it was found.
#[test]
fn a_group_refers_to_an_account_that_is_met() {
    let stale_before = Reported::Done {
        warnings: Vec::new(),
        list_was_stale: true,
    };
    let adopted = Reported::Done {
        warnings: vec!["account late had the login name and was adopted".to_owned()],
        list_was_stale: false,
    };
    let after = person_in_group();
    for (id_text, looks_before, met) in [
        (Some(id(0).hex()), false, &stale_before),
        (Some(id(0).hex()), true, &stale_before),
        (None, false, &adopted),
    ] {
        let memory = Memory {
            looks_before,
            ..not_listed([account(id_text)])
        };
        let ran = run(&memory, &wanted(&after), 8);
        assert_eq!(ran.reported, [met.clone(), Reported::done()]);
        assert_eq!(memory.stored(), expected(&nothing(), &after));
    }
}

/// An account that is only found at the end cannot be referred to before. The outcomes report it, and the next run
/// adds the references.
#[test]
fn what_refers_to_an_account_that_is_found_late_waits_for_the_next_run() {
    let groups = vec![
        draft(0, &[(GROUP, 1), (USER, 0)]),
        draft(1, &[(GROUP, 0)]),
        draft(2, &[(USER, 0)]),
    ];
    let after = [vec![draft(0, &[])], groups];
    let mut memory = not_listed([account(Some(id(0).hex()))]);
    memory.is_behind.set(true);
    let ran = run(&memory, &wanted(&after), 1);
    let ids: Vec<_> = ran
        .changes
        .iter()
        .map(|change| (change.resource, change.id().cloned()))
        .collect();
    assert_eq!(
        ids,
        [
            (USER, Some(id(0))),
            (GROUP, Some(id(0))),
            (GROUP, Some(id(1))),
            (GROUP, Some(id(2))),
        ]
    );
    let met = Reported::Done {
        warnings: Vec::new(),
        list_was_stale: true,
    };
    let without = Reported::Done {
        warnings: vec![
            "1 of what it refers to is not there yet; the next run adds the references".to_owned(),
        ],
        list_was_stale: false,
    };
    assert_eq!(ran.reported, [met, without.clone(), Reported::done(), without]);
    assert_eq!(ran.done, [2, 3, 1, 0]);
    memory.not_listed.clear();
    completes(&memory, &nothing(), &after, 1).expect("the rest is done");
}

/// A new group whose name another group has fails. A user with that name is not adopted instead.
#[test]
fn a_group_does_not_take_over_the_account_of_a_person() {
    let user = stored(&[(ADDRESS, "Group 0"), (LOGIN, "Group 0")]);
    let group = stored(&[(NAME, "group 0")]);
    let before = BTreeMap::from([(key(USER), user), (key(GROUP), group)]);
    for looks_before in [false, true] {
        let memory = Memory {
            looks_before,
            ..not_listed(before.clone())
        };
        let ran = run(&memory, &wanted(&[Vec::new(), vec![draft(0, &[])]]), 1);
        assert_eq!(ran.reported, [Reported::Failed("the name is taken".to_owned())]);
        assert_eq!(memory.server.borrow().objects, before);
    }
}

/// The first of two groups that refer to each other exists when the run stops. It only lacks the reference.
#[test]
fn a_group_that_is_made_is_not_called_not_started() {
    let after = [Vec::new(), vec![draft(0, &[(GROUP, 1)]), draft(1, &[(GROUP, 0)])]];
    let mut memory = Memory::new(existing(&nothing(), &nothing()));
    memory.fault = Some(Fault {
        call: 1,
        kind: TargetErrorKind::Unauthorized,
        writes: false,
    });
    let ran = run(&memory, &wanted(&after), 1);
    assert_eq!(
        ran.reported,
        [Reported::Unlinked, Reported::Failed("told to fail".to_owned())]
    );
    memory.fault = None;
    completes(&memory, &nothing(), &after, 1).expect("the rest is done");
}

/// If a reference cannot be added, the object still exists, and the report and an undo must know it.
#[test]
fn a_reference_that_fails_loses_nothing_of_what_was_made() {
    let after = [Vec::new(), vec![draft(0, &[(GROUP, 1)]), draft(1, &[(GROUP, 0)])]];
    let memory = Memory {
        fault: Some(Fault {
            call: 2,
            kind: TargetErrorKind::Unreachable,
            writes: false,
        }),
        ..Memory::new(existing(&nothing(), &nothing()))
    };
    let ran = run(&memory, &wanted(&after), 1);
    assert_eq!(
        ran.reported,
        [Reported::Failed("told to fail".to_owned()), Reported::done()]
    );
    let of_first = TargetId::new("made-0");
    assert_eq!(ran.unlinked, [(0, Some(of_first))]);
}

/// Otherwise errors between two calls would not be found.
#[test]
fn calls_run_at_once() {
    for at_once in [1, 8] {
        let memory = Memory::new(existing(&nothing(), &nothing()));
        let after = [(0..8).map(|name| draft(name, &[])).collect(), Vec::new()];
        completes(&memory, &nothing(), &after, at_once).expect("all are made");
        assert_eq!(memory.most.get(), at_once);
    }
}
