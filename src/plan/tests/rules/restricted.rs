//! Restricted runs.

use super::*;

#[test]
fn a_restricted_run_does_only_what_it_is_restricted_to() {
    let mut leaver = person(1);
    leaver.lifecycle = Lifecycle::Disabled;
    let mut legacy = managed(3);
    legacy.set(EXTERNAL_ID, Some(Value::text("p3")));
    let desired = sources(vec![leaver, person(2), person(3)]);
    let model = Model::of([managed(1), legacy, managed(4)]);
    let scoped = |restrict_to| {
        only(
            &desired,
            &model,
            Policy {
                restrict_to,
                ..DELETE_ABSENT
            },
        )
    };
    assert_eq!(scoped(Restriction::RemovalsOnly), ["delete t1"]);
    assert_eq!(scoped(Restriction::ExternalIdsOnly), ["update t3"]);
    assert_eq!(
        scoped(Restriction::None),
        ["delete t1", "delete t4", "create 7032", "update t3"]
    );
}

/// A target may have to write a name together with the id. It must not be the new name then.
#[test]
fn a_restricted_run_leaves_the_person_as_the_account_has_them() {
    let mut legacy = managed(3);
    legacy.set(EXTERNAL_ID, Some(Value::text("p3")));
    legacy.set(NAME, Some(Value::text("Before")));
    let desired = sources(vec![person(3)]);
    let policy = Policy {
        restrict_to: Restriction::ExternalIdsOnly,
        ..Policy::default()
    };
    let plan = plan(&desired, &Model::of([legacy]), policy);
    let edit = plan.changes[0].edit().unwrap();
    let changed: Vec<_> = edit.changes.iter().map(|change| change.attribute).collect();
    assert_eq!(changed, [EXTERNAL_ID]);
    assert_eq!(edit.desired.attributes.text(NAME), Some("Before"));
}

/// An id that belongs to no known person may be wrong. Replacing it is more than a link.
#[test]
fn a_run_for_links_reports_an_account_that_carries_another_id() {
    let mut other = managed(9);
    other.set(LOGIN, Some(Value::text("p3@example.org")));
    other.set(ADDRESS, Some(Value::text("p3@example.org")));
    let desired = sources(vec![person(3)]);
    let policy = Policy {
        restrict_to: Restriction::LinksOnly,
        ..Policy::default()
    };
    let plan = plan(&desired, &Model::of([other]), policy);
    assert_eq!(plan.changes, []);
    assert_eq!(plan.unresolved.len(), 1);
    assert!(
        plan.unresolved[0].reason.contains("another id"),
        "{}",
        plan.unresolved[0].reason
    );
}
