//! Required people, and values that too many records lack.

use super::limits::{approved, approved_for};
use crate::plan::tests::*;

fn demands(min_users: Option<usize>, canaries: &[&str]) -> Demands {
    Demands {
        min_users,
        canaries: canaries.iter().map(|canary| (*canary).to_owned()).collect(),
    }
}

/// Of all sources together and of each one: as many people as required, or one fewer; all canaries present, or not.
#[test]
fn people_who_must_be_there_are_demanded() {
    for (demands, passes) in [
        (demands(Some(0), &[]), true),
        (demands(Some(1), &[]), true),
        (demands(Some(2), &[]), false),
        (demands(None, &["7031", "P1@example.org"]), true),
        (demands(None, &["7032"]), false),
        (demands(None, &["7031", "7032"]), false),
    ] {
        let together = GuardLimits {
            demands: demands.clone(),
            ..GuardLimits::default()
        };
        let of_source = GuardLimits {
            demands_of: [("people".into(), demands.clone())].into(),
            ..GuardLimits::default()
        };
        for limits in [together, of_source] {
            assert_eq!(
                approved(Plan::default(), &limits, None).is_ok(),
                passes,
                "{limits:?}"
            );
        }
    }
}

#[test]
fn a_source_is_not_excused_by_another_one() {
    let mut desired = sources(vec![person(1)]);
    desired.sources.push(SourceRead {
        name: "guests".into(),
        ..desired.sources[0].clone()
    });
    let limits = GuardLimits {
        demands_of: [("guests".into(), demands(Some(1), &["7031"]))].into(),
        ..GuardLimits::default()
    };
    let refusal = approved_for(Plan::default(), &desired, &limits, None).unwrap_err();
    assert_eq!(
        (refusal.reasons.len(), refusal.token.as_deref()),
        (2, None),
        "{refusal:?}"
    );
}

/// Just below, at and above; and not at all for fewer than ten records.
#[test]
fn a_key_attribute_that_many_records_lack_is_a_fault() {
    for (read, missing, faults) in [
        (10, 1, 0),
        (10, 2, 0),
        (10, 3, 1),
        (9, 9, 0),
        (100, 20, 0),
        (100, 21, 1),
    ] {
        let mut desired = sources(vec![]);
        desired.sources[0].read = read;
        desired.rejected = (0..missing)
            .map(|_| Rejected {
                missing: vec!["mail".into()],
                ..Rejected::new(at(0), None, "no value for `mail`")
            })
            .collect();
        let found = mapping_faults(&desired, Limit::Percent(20.0));
        assert_eq!(found.len(), faults, "{missing} of {read}: {found:?}");
    }
}

/// Of one record it is not known whether it is the faulty one. A record that has an id proves the attribute.
#[test]
fn a_source_without_any_external_id_is_found() {
    let rejected = |id: Option<&str>, missing: &str| Rejected {
        missing: vec![missing.into()],
        ..Rejected::new(at(0), id.map(|id| ExternalId::new(id.as_bytes())), "no value")
    };
    let no_id = || rejected(None, "uuid");
    for (read, rejected, found) in [
        (1, vec![no_id()], 0),
        (2, vec![no_id(), no_id()], 1),
        (3, vec![no_id(), no_id()], 0),
        (2, vec![no_id(), rejected(Some("a"), "sn")], 0),
        (2, vec![rejected(Some("a"), "sn"), rejected(Some("b"), "sn")], 0),
    ] {
        let mut desired = sources(vec![]);
        desired.sources[0].read = read;
        desired.rejected = rejected;
        let sources = without_ids(&desired);
        assert_eq!(sources.len(), found, "{read}: {:?}", desired.rejected);
        assert!(
            sources
                .iter()
                .all(|source| (&*source.field, source.records) == ("uuid", read))
        );
    }
}

/// Just below, at and above; and not at all for fewer than five people. New people have not had the value.
#[test]
fn a_value_that_many_accounts_lose_is_a_fault() {
    for (had, lose, new, faults) in [
        (20, 4, 0, 0),
        (25, 5, 0, 0),
        (24, 5, 0, 1),
        (24, 5, 9, 1),
        (5, 5, 0, 1),
        (4, 4, 0, 0),
        (100, 20, 0, 0),
        (100, 21, 0, 1),
    ] {
        let without = |number| {
            let mut person = person(number);
            person.attributes.set(NAME, None);
            person
        };
        let people = (0..had + new).map(|number| {
            if number < lose {
                without(number)
            } else {
                person(number)
            }
        });
        let desired = sources(people.collect());
        let accounts = (0..had).map(managed);
        let plan = plan(&desired, &Model::of(accounts), Policy::default());
        let found = vanished_values(&desired, &plan, &schema(), Limit::Percent(20.0));
        assert_eq!(found.len(), faults, "{lose} of {had}: {found:?}");
        if faults > 0 {
            let what = format!(
                "`name` would be removed from {lose} of {had} accounts that have one; `guard.max_missing` is 20 %"
            );
            assert!(found[0].ends_with(&what), "{}", found[0]);
        }
    }
}
