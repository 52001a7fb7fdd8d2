//! Names are given up before they are taken.

use proptest::prelude::*;

use super::*;

fn login(number: u8) -> String {
    format!("p{number}@example.org")
}

fn wants(number: u8, name: &str) -> Desired {
    let mut person = person(number);
    person.attributes.set(ADDRESS, Some(Value::text(name)));
    person
}

/// One write, as `apply` would send it.
#[derive(Clone, Debug)]
enum Sent {
    TemporaryLogin(TargetId, Box<str>),
    Change(Box<Change>),
}

/// The writes of a plan, each as early as possible.
fn writes(plan: &Plan) -> Vec<Sent> {
    let write = |stage: Stage| -> Vec<Sent> {
        match stage {
            Stage::TemporaryLogin(indexes) => {
                let edits = indexes.into_iter().filter_map(|index| plan.changes[index].edit());
                edits
                    .map(|edit| {
                        Sent::TemporaryLogin(edit.target_id.clone(), edit.temporary_login.clone().unwrap())
                    })
                    .collect()
            }
            Stage::Changes(indexes) => indexes
                .into_iter()
                .map(|index| Sent::Change(Box::new(plan.changes[index].clone())))
                .collect(),
            Stage::Links(indexes) => panic!("nothing refers to anything: {indexes:?}"),
        }
    };
    Schedule::of(&catalog(), &plan.changes)
        .stages
        .into_iter()
        .flat_map(write)
        .collect()
}

/// Applies one write. A refusal of the target is an error.
fn apply_write(model: &mut Model, write: &Sent) -> Result<(), String> {
    match write {
        Sent::TemporaryLogin(account, name) => {
            model.get_mut(account).set(LOGIN, Some(Value::text(name.clone())));
        }
        Sent::Change(change) => model.apply(change),
    }
    let mut names: Vec<String> = model
        .0
        .values()
        .map(|managed| managed.account.login(&schema()).to_lowercase())
        .collect();
    names.sort();
    let all = names.len();
    names.dedup();
    if names.len() == all {
        Ok(())
    } else {
        Err(format!("two accounts with one name after {write:?}"))
    }
}

fn names(model: &Model) -> Vec<String> {
    let accounts = model.0.values().map(|managed| &managed.account);
    accounts
        .map(|account| format!("{} {}", account.target_id, account.login(&schema())))
        .collect()
}

#[test]
fn a_chain_is_undone_from_its_free_end() {
    let people = vec![
        wants(1, &login(2)),
        wants(2, &login(3)),
        wants(3, "free@example.org"),
    ];
    let plan = plan(
        &sources(people),
        &Model::of([managed(1), managed(2), managed(3)]),
        Policy::default(),
    );
    assert_eq!(lines(&plan), ["update t3", "update t2", "update t1"]);
    assert!(
        plan.changes
            .iter()
            .all(|change| change.edit().unwrap().temporary_login.is_none())
    );
}

#[test]
fn two_people_who_swap_names_need_one_detour() {
    let people = vec![wants(1, &login(2)), wants(2, "P1@Example.org")];
    let mut model = Model::of([managed(1), managed(2)]);
    let plan = plan(&sources(people), &model, Policy::default());
    assert_eq!(lines(&plan), ["update t2", "update t1"]);
    let writes = writes(&plan);
    assert!(
        matches!(&writes[..], [Sent::TemporaryLogin(account, _), Sent::Change(_), Sent::Change(_)] if account.as_str() == "t1")
    );
    for write in &writes {
        apply_write(&mut model, write).unwrap();
    }
    assert_eq!(names(&model), ["t1 p2@example.org", "t2 P1@Example.org"]);
}

#[test]
fn a_new_person_waits_for_the_rename_and_for_the_delete() {
    let mut leaver = person(2);
    leaver.lifecycle = Lifecycle::Disabled;
    let people = vec![
        wants(1, "free@example.org"),
        leaver,
        wants(3, &login(1)),
        wants(4, &login(2)),
    ];
    let plan = plan(
        &sources(people),
        &Model::of([managed(1), managed(2)]),
        Policy::default(),
    );
    assert_eq!(
        lines(&plan),
        ["delete t2", "update t1", "create 7033", "create 7034"]
    );
    assert_eq!(
        Schedule::of(&catalog(), &plan.changes).dependencies,
        [
            vec![],
            vec![],
            vec![Dependency::Name(1)],
            vec![Dependency::Name(0)]
        ]
    );
}

/// The sources were corrected after the interrupted run: only the login name has to be repaired.
#[test]
fn a_temporary_name_is_mended_even_if_nothing_else_differs() {
    let people = sources(vec![wants(1, &login(2)), wants(2, &login(1))]);
    let mut model = Model::of([managed(1), managed(2)]);
    let first = plan(&people, &model, Policy::default());
    apply_write(&mut model, &writes(&first)[0]).unwrap();
    let back = plan(&sources(vec![person(1), person(2)]), &model, Policy::default());
    assert_eq!(lines(&back), ["update t1"]);
    for write in writes(&back) {
        apply_write(&mut model, &write).unwrap();
    }
    assert_eq!(model, Model::of([managed(1), managed(2)]));
}

/// Some people have accounts, some are new, some leave. Each of the others wants one of the names, each name once.
fn any_renames() -> impl Strategy<Value = (DesiredState, Model)> {
    let names = Just((1u8..=8).collect::<Vec<_>>()).prop_shuffle();
    let roles = prop::collection::vec(0u8..4, 8);
    (names, roles).prop_map(|(names, roles)| {
        let mut people = Vec::new();
        let mut accounts = Vec::new();
        for (index, (name, role)) in names.into_iter().zip(roles).enumerate() {
            let number = u8::try_from(index + 1).unwrap();
            let mut person = wants(number, &login(name));
            if role == 0 {
                person = self::person(number);
                person.lifecycle = Lifecycle::Disabled;
            }
            if role != 1 {
                accounts.push(managed(number));
            }
            people.push(person);
        }
        (sources(people), Model::of(accounts))
    })
}

proptest! {
    #![proptest_config(random_cases())]

    /// Every person ends with the name from the source, and the target never refuses a write.
    #[test]
    fn renames_reach_the_wanted_state_without_a_conflict((desired, model) in any_renames()) {
        let mut model = model;
        let first = plan(&desired, &model, Policy::default());
        for write in writes(&first) {
            prop_assert_eq!(apply_write(&mut model, &write), Ok(()));
        }
        prop_assert_eq!(only(&desired, &model, Policy::default()), Vec::<String>::new());
        for person in desired.objects.iter().filter(|person| person.lifecycle == Lifecycle::Active) {
            let managed = model.0.values().find(|managed| managed.account.id.as_ref() == Some(&person.id));
            let login = managed.and_then(|managed| managed.account.attributes.text(LOGIN));
            prop_assert_eq!(login, person.attributes.text(ADDRESS));
        }
    }

    /// The run after one that was interrupted at any point reaches the desired state, also without a conflict.
    #[test]
    fn a_run_that_stopped_anywhere_converges((desired, model) in any_renames(), stop in 0usize..20) {
        let mut model = model;
        let first = plan(&desired, &model, Policy::default());
        for write in writes(&first).iter().take(stop) {
            prop_assert_eq!(apply_write(&mut model, write), Ok(()));
        }
        let second = plan(&desired, &model, Policy::default());
        for write in writes(&second) {
            prop_assert_eq!(apply_write(&mut model, &write), Ok(()));
        }
        prop_assert_eq!(only(&desired, &model, Policy::default()), Vec::<String>::new());
    }

    /// No account is deleted to make room for another.
    #[test]
    fn nothing_is_deleted_to_make_room((desired, model) in any_renames()) {
        for change in plan(&desired, &model, Policy::default()).changes {
            let Write::Delete(account) = &change.write else { continue };
            let person = desired.objects.iter().find(|person| Some(&person.id) == account.id.as_ref());
            prop_assert_eq!(person.map(|person| person.lifecycle), Some(Lifecycle::Disabled));
        }
    }
}
