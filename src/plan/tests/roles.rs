//! Roles that are added and removed.

use super::*;

fn entitled(roles: &[&str]) -> Desired {
    let mut person = person(1);
    person.attributes.set(ROLES, set(roles));
    person
}

fn holding(roles: &[&str]) -> Model {
    let mut managed = managed(1);
    managed.set(ROLES, set(roles));
    Model::of([managed])
}

/// A plan of a target that manages these roles.
pub(super) fn plan_owning(owned: &[&str], desired: &DesiredState, model: &Model, policy: Policy) -> Plan {
    plan_by(&schema_owning(owned), NOW, desired, model, policy, false)
}

/// Plan for one person: which roles are added, which are removed, and whether it counts as a removal.
fn outcome(wanted: &[&str], holds: &[&str], owned: &[&str]) -> Option<(String, String, bool)> {
    let desired = sources(vec![entitled(wanted)]);
    let plan = plan_owning(owned, &desired, &holding(holds), Policy::default());
    let change = plan.changes.first()?;
    let roles = change.edit()?.change(ROLES)?;
    let removal = change.is_removal(&schema());
    Some((roles.added().join(" "), roles.removed().join(" "), removal))
}

#[test]
fn roles_are_given_and_only_owned_ones_are_taken() {
    let change = |give: &str, take: &str, removal| Some((give.to_owned(), take.to_owned(), removal));
    for (wanted, holds, owned, expected) in [
        (
            &["Admin", "User"][..],
            &["User"][..],
            &[][..],
            change("Admin", "", false),
        ),
        (&["User"], &["Admin", "User"], &[], None),
        (
            &["User"],
            &["Admin", "User"],
            &["Admin"],
            change("", "Admin", false),
        ),
        (&["User"], &["Admin"], &["Admin"], change("User", "Admin", false)),
        (&[], &["User"], &[], None),
        (&[], &["User"], &["User"], change("", "User", true)),
        (&[], &["Admin", "User"], &["User"], change("", "User", false)),
        (
            &[],
            &["Admin", "User"],
            &["Admin", "User"],
            change("", "Admin User", true),
        ),
        (&[], &[], &["User"], None),
        (&["User"], &[], &["User"], change("User", "", false)),
    ] {
        assert_eq!(
            outcome(wanted, holds, owned),
            expected,
            "{wanted:?} {holds:?} {owned:?}"
        );
    }
}

/// The account stays the person's without a role, is updated, and gets the role back.
#[test]
fn a_person_who_lost_the_last_role_is_known_again() {
    let desired = |roles: &[&str]| sources(vec![entitled(roles)]);
    let mut model = holding(&["User"]);
    for (wanted, expected) in [
        (&[][..], vec!["update t1"]),
        (&[], vec![]),
        (&["User"], vec!["update t1"]),
    ] {
        let plan = plan_owning(&["User"], &desired(wanted), &model, Policy::default());
        assert_eq!(lines(&plan), expected, "{wanted:?}");
        plan.changes.iter().for_each(|change| model.apply(change));
    }
    assert_eq!(model, holding(&["User"]));
}

/// Even if nothing else on it is from this tool, as after an interrupted run.
#[test]
fn an_account_of_the_name_is_the_persons_without_a_role() {
    let mut model = holding(&[]);
    let account = model.0.values_mut().next().expect("the account");
    account.set(MARK, None);
    let desired = sources(vec![entitled(&[])]);
    let first = plan(&desired, &model, Policy::default());
    assert_eq!(
        (lines(&first), &first.unresolved[..]),
        (vec!["update t1".to_owned()], &[][..])
    );
    first.changes.iter().for_each(|change| model.apply(change));
    assert_eq!(only(&desired, &model, Policy::default()), Vec::<String>::new());
}

/// No account is created or adopted for them, and they are counted.
#[test]
fn a_person_without_a_role_gets_no_account() {
    let no_account = plan(
        &sources(vec![entitled(&[])]),
        &Model::default(),
        Policy::default(),
    );
    assert_eq!((lines(&no_account), no_account.without_role), (vec![], 1));
    let by_hand = managed(1).without(EXTERNAL_ID);
    let model = Model::of([by_hand]);
    let kept = plan(&sources(vec![entitled(&[])]), &model, Policy::default());
    assert_eq!((lines(&kept), kept.without_role), (vec![], 1));
    let adopted = plan(&sources(vec![entitled(&["User"])]), &model, Policy::default());
    assert_eq!(lines(&adopted), ["adopt t1"]);
}

/// Without `policy.update`, no roles change, and links are only links.
#[test]
fn a_restricted_run_takes_no_role() {
    let desired = sources(vec![entitled(&["User"])]);
    let model = holding(&["Admin", "User"]);
    let policies = [
        Policy {
            update: false,
            ..Policy::default()
        },
        Policy {
            restrict_to: Restriction::LinksOnly,
            ..Policy::default()
        },
        Policy {
            restrict_to: Restriction::ExternalIdsOnly,
            ..Policy::default()
        },
    ];
    for policy in policies {
        let plan = plan_owning(&["Admin"], &desired, &model, policy);
        assert_eq!(lines(&plan), Vec::<String>::new(), "{policy:?}");
    }
    let mut by_hand = managed(1).without(EXTERNAL_ID);
    by_hand.set(ROLES, set(&["Admin"]));
    let links = plan_owning(&["Admin"], &desired, &Model::of([by_hand]), policies[1]);
    let edit = links.changes[0].edit().expect("an adoption");
    let roles = edit.change(ROLES).expect("a role");
    assert_eq!(
        (roles.added().join(" "), roles.removed().len()),
        ("User".to_owned(), 0)
    );
}
