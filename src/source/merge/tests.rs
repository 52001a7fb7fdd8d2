use std::collections::BTreeSet;

use proptest::prelude::*;

use super::contradictions::same_data;
use super::*;
use crate::model::{ExternalId, Lifecycle};
use crate::source::fixture::{origin, person, schema};

fn people(records: Vec<Record>) -> DesiredState {
    of_users(vec![collected("test", true, records)])
}

fn of_users(sources: Vec<Collected>) -> DesiredState {
    merge(&Catalog::of_users(schema()), sources).remove(0)
}

fn collected(name: &str, proves_absence: bool, records: Vec<Record>) -> Collected {
    let mut source = Collected::new(name, "csv");
    source.proves_absence = proves_absence;
    for record in records {
        source.push(record);
    }
    source
}

fn rejected(at: &str, id: Option<&str>) -> Record {
    let id = id.map(|id| ExternalId::new(id.as_bytes()));
    Record::Rejected(Rejected::new(origin(at), id, "broken"))
}

fn reasons(desired: &DesiredState) -> Vec<(&str, Option<&[u8]>, &str)> {
    desired
        .rejected
        .iter()
        .map(|one| {
            (
                &*one.at.at,
                one.id.as_ref().map(ExternalId::as_bytes),
                &*one.reason,
            )
        })
        .collect()
}

#[test]
fn identical_records_are_one_person() {
    let ada = person("ada", "a@b", "1");
    let desired = people(vec![
        Record::Person(person("ada", "a@b", "2")),
        Record::Person(ada.clone()),
    ]);
    assert_eq!(desired.objects, [ada]);
    assert_eq!(desired.rejected, []);
    assert!(desired.complete);
}

#[test]
fn one_id_with_different_data_rejects_all_of_its_records() {
    let desired = people(vec![
        Record::Person(person("ada", "a@b", "1")),
        Record::Person(person("ada", "other@b", "2")),
        Record::Person(person("bob", "b@b", "3")),
    ]);
    assert_eq!(
        reasons(&desired),
        [
            ("1", Some(&b"ada"[..]), "another record has the same id: 2 (test)"),
            ("2", Some(&b"ada"[..]), "another record has the same id: 1 (test)"),
        ]
    );
    assert_eq!(desired.objects, [person("bob", "b@b", "3")]);
    assert!(desired.complete, "both could be tied to a person");
    assert_eq!((desired.sources[0].read, desired.sources[0].rejected), (3, 2));
}

/// Groups of two directories, or a source without groups: it is not known which roles are correct, and the difference
/// is reported.
#[test]
fn one_person_with_other_roles_is_rejected_for_the_roles() {
    let mut admin = person("ada", "a@b", "2");
    admin.set_roles(&schema(), [Box::from("Admin")].into());
    let desired = people(vec![
        Record::Person(person("ada", "a@b", "1")),
        Record::Person(admin),
    ]);
    let expected = [
        ("1", "another record has the same id and other roles: 2 (test)"),
        ("2", "another record has the same id and other roles: 1 (test)"),
    ];
    assert_eq!(
        reasons(&desired),
        expected.map(|(at, reason)| (at, Some(&b"ada"[..]), reason))
    );
}

/// A record that could not be read may contain other data about the same person.
#[test]
fn a_broken_record_with_the_same_id_takes_the_good_one_along() {
    let desired = people(vec![
        Record::Person(person("ada", "a@b", "1")),
        rejected("2", Some("ada")),
    ]);
    assert_eq!(
        reasons(&desired),
        [
            ("1", Some(&b"ada"[..]), "another record has the same id: 2 (test)"),
            ("2", Some(&b"ada"[..]), "broken"),
        ]
    );
    assert_eq!(desired.objects, []);
}

#[test]
fn one_address_of_two_active_people_rejects_both_without_telling_it() {
    let desired = people(vec![
        Record::Person(person("ada", "Ada@b", "1")),
        Record::Person(person("bob", "aDA@b", "2")),
    ]);
    assert_eq!(
        reasons(&desired),
        [
            (
                "1",
                Some(&b"ada"[..]),
                "another record has the same login name and another id: 2 (test)"
            ),
            (
                "2",
                Some(&b"bob"[..]),
                "another record has the same login name and another id: 1 (test)"
            ),
        ]
    );
}

/// A person who returned with a new id has the same address as the former, disabled entry.
#[test]
fn someone_disabled_claims_no_address() {
    let mut before = person("old", "a@b", "1");
    before.lifecycle = Lifecycle::Disabled;
    let now = person("new", "a@b", "2");
    let desired = people(vec![Record::Person(before.clone()), Record::Person(now.clone())]);
    assert_eq!(desired.objects, [now, before]);
    assert_eq!(desired.rejected, []);
}

#[test]
fn a_record_without_a_known_person_proves_no_person_absent() {
    for (records, complete) in [
        (vec![rejected("1", Some("ada"))], true),
        (vec![rejected("1", None)], false),
    ] {
        let desired = people(records);
        assert_eq!(desired.complete, complete);
        assert_eq!(desired.sources[0].complete, complete);
    }
}

#[test]
fn a_list_of_leavers_proves_no_person_absent_and_names_each_once() {
    let leaver = |email: &str, at| {
        Record::Leaver(Leaver {
            email: email.into(),
            origin: origin(at),
        })
    };
    let list = collected(
        "ukt",
        false,
        vec![leaver("B@b", "2"), leaver("a@b", "3"), leaver("b@B", "1")],
    );
    let desired = of_users(vec![list]);
    assert!(!desired.complete);
    let emails: Vec<&str> = desired.leavers.iter().map(|leaver| &*leaver.email).collect();
    assert_eq!(emails, ["a@b", "b@B"]);
}

fn any_record() -> impl Strategy<Value = Record> {
    (0..5_u8, 0..5_u8, 0..9_u8, 0..30_u8).prop_map(|(id, email, kind, at)| {
        let mut one = person(&format!("id{id}"), &format!("M{email}@b"), &at.to_string());
        match kind {
            0 => rejected(&at.to_string(), None),
            1 => rejected(&at.to_string(), Some(&format!("id{id}"))),
            2 => Record::Leaver(Leaver {
                email: format!("l{at}@b").into(),
                origin: origin(&at.to_string()),
            }),
            3 => {
                one.lifecycle = Lifecycle::Disabled;
                Record::Person(one)
            }
            _ => Record::Person(one),
        }
    })
}

proptest! {
    #[test]
    fn the_order_of_records_and_sources_makes_no_difference(
        (records, shuffled) in proptest::collection::vec(any_record(), 0..20)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        cut in 0..20_usize,
    ) {
        let cut = cut.min(records.len());
        let one = people(records);
        let mut first = shuffled;
        let second = first.split_off(cut);
        let other = of_users(vec![collected("x", true, first), collected("y", false, second)]);
        prop_assert_eq!(one.objects, other.objects);
        prop_assert_eq!(one.rejected, other.rejected);
        prop_assert_eq!(one.leavers, other.leavers);
        prop_assert_eq!(one.complete, other.complete);
    }

    /// Each record is a person, an exact repetition of one, or rejected. No id is both desired and rejected.
    #[test]
    fn every_record_is_accounted_for(records in proptest::collection::vec(any_record(), 0..20)) {
        let desired = people(records.clone());
        let lost: BTreeSet<_> = desired.rejected.iter().map(|one| &one.id).collect();
        for record in &records {
            match record {
                Record::Person(person) => {
                    let found = desired.objects.iter().find(|one| one.id == person.id);
                    prop_assert!(found.is_some() != lost.contains(&Some(person.id.clone())));
                    prop_assert!(found.is_none_or(|found| same_data(&schema(), found, person)));
                }
                Record::Rejected(one) => prop_assert!(desired.rejected.contains(one)),
                Record::Leaver(leaver) => {
                    prop_assert!(desired.leavers.iter().any(|one| one.email == leaver.email));
                }
                Record::Warning(_) | Record::Partial(..) | Record::Server(_) | Record::CertificateEnds(_) => {}
            }
        }
        let mut names: Vec<_> = desired.objects.iter().map(|one| &one.id).collect();
        names.dedup();
        prop_assert_eq!(names.len(), desired.objects.len());
        prop_assert!(desired.objects.is_sorted_by_key(|one| &one.id));
    }
}
