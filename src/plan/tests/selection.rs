//! A run for some people only.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::properties::any::{any_policy, any_world};
use super::*;

/// The changes of a plan for these people, and those of a plan for all people.
fn both(desired: &DesiredState, model: &Model, policy: Policy, selection: Selection) -> (Plan, Plan) {
    let everyone = plan(desired, model, policy);
    let desired = DesiredState {
        selection: Some(selection),
        ..desired.clone()
    };
    (plan(&desired, model, policy), everyone)
}

#[test]
fn no_person_is_absent_and_no_other_person_is_changed() {
    let desired = sources(vec![person(1), person(2), person(4)]);
    let model = Model::of([
        managed(1).with(NAME, "Old"),
        managed(2).with(NAME, "Old"),
        managed(3),
    ]);
    let policy = Policy {
        absent: AbsentPolicy::Delete,
        ..Policy::default()
    };
    let selection = |indexes: &[usize]| Selection {
        people: indexes.iter().copied().collect(),
        leavers: BTreeSet::new(),
    };
    let (some, all) = both(&desired, &model, policy, selection(&[1]));
    assert_eq!(lines(&some), ["update t2"]);
    assert_eq!(
        lines(&all),
        ["delete t3", "create 7034", "update t1", "update t2"]
    );
    assert_eq!((some.skipped.len(), some.unchanged), (0, 0));
    assert_eq!(
        lines(&both(&desired, &model, policy, selection(&[])).0),
        Vec::<String>::new()
    );
}

proptest! {
    #![proptest_config(random_cases())]

    /// A run for a person does the same for them as a full run, except for absences.
    #[test]
    fn a_part_of_the_people_gets_their_part_of_the_plan(
        (desired, model) in any_world(),
        policy in any_policy(),
        chosen in prop::collection::btree_set(0usize..8, 0..4),
        leavers in any::<bool>(),
    ) {
        let selection = Selection {
            people: chosen.iter().copied().filter(|index| *index < desired.objects.len()).collect(),
            leavers: if leavers { (0..desired.leavers.len()).collect() } else { BTreeSet::new() },
        };
        let ids: Vec<&ExternalId> = selection.people.iter().map(|index| &desired.objects[*index].id).collect();
        let (some, all) = both(&desired, &model, policy, selection);
        let lines_of_all = lines(&all);
        for (line, change) in lines(&some).iter().zip(&some.changes) {
            prop_assert!(lines_of_all.contains(line), "{line} is not among {lines_of_all:?}");
            prop_assert!(change.reason() != Some(RemovalReason::Absent) && !is_for_now(change));
            let is_theirs = change.person().is_some_and(|person| ids.contains(&&person.id));
            let is_removal = matches!(change.reason(), Some(RemovalReason::Leaver | RemovalReason::Disabled));
            prop_assert!(is_theirs || is_removal, "{line}");
        }
        let of_some = lines(&some);
        for (line, change) in lines_of_all.iter().zip(&all.changes) {
            let is_theirs = change.person().is_some_and(|person| ids.contains(&&person.id));
            // The sessions of unpaired accounts are only ended by a full run.
            let signs_out = change.edit().is_some_and(|edit| edit.changes.iter().all(|change| change.attribute == SIGN_OUT));
            if is_theirs && change.reason().is_none() && !is_for_now(change) && !signs_out {
                prop_assert!(of_some.contains(line), "{line} is missing in {of_some:?}");
            }
        }
        prop_assert_eq!(some.all_totals().all, all.all_totals().all);
    }
}
