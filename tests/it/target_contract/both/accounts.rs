//! Accounts are made, switched off and on, removed and made again.

use directory_sync::model::{
    ActionKind, Change, Desired, Expected, Ids, Lifecycle, Purpose, TargetId, Value,
};
use directory_sync::target::{Target, TargetErrorKind as Kind};

use super::super::support::{
    at, cost_of, create, deactivation, deletion, edit, edit_of, mark_absent, mark_goes, marker_goes, update,
};
use super::stage::Stage;
use super::whole::as_made;

/// A new account is one request with everything in it, and one for the role.
pub(super) async fn a_new_account_is_two_requests_and_reads_back_as_written(stage: &Stage) {
    let target = stage.target().await;
    let values = [("phone", "+4930901820"), ("preferred_username", "ådå")];
    let ada = stage.somebody(&target, &values);
    let (made, cost) = cost_of(&target, create(&target, &ada)).await;
    let made = made.unwrap();
    assert_eq!(made.warnings, [""; 0]);
    let id = stage.made(made);
    assert_eq!(cost, [("add_grant", 1), ("create_user", 1)]);
    let account = stage.account(&target, &ada).await.unwrap();
    assert_eq!(account.target_id, id);
    let schema = target.schema();
    let verified = account.attributes.of(schema, Purpose::VerifiedAddress);
    assert!(verified.is_some() && !account.is_protected());
    assert_eq!(account.id, Some(ada.id.clone()));
    assert_eq!(account.roles(target.schema()), ada.roles(target.schema()));
    for (index, spec) in target.schema().iter() {
        assert_eq!(
            account.not_fetched.contains(index),
            !spec.is_listed(),
            "{}",
            spec.name
        );
    }
    let lines = as_made(&stage.settings, &target, &ada);
    stage.is_whole(&target, &ada, &lines).await;
}

/// A disabled person's account is marked and inactive.
pub(super) async fn a_disabled_person_is_created_inactive(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    ada.lifecycle = Lifecycle::Disabled;
    let (made, cost) = cost_of(&target, create(&target, &ada)).await;
    let id = stage.made(made.unwrap());
    assert_eq!(
        cost,
        [("add_grant", 1), ("create_user", 1), ("deactivate_user", 1)]
    );
    let lines = as_made(&stage.settings, &target, &ada);
    stage.is_whole(&target, &ada, &lines).await;
    stage
        .holds(&target, &id, &[Expected::Present(at(&target, "disabled_by"))])
        .await;
}

/// A phone number that Zitadel refuses prevents neither an account, a role or another change, and the stored number
/// stays.
pub(super) async fn a_refused_phone_is_left_out(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let (phone, name) = (at(&target, "phone"), at(&target, "last_name"));
    let set = |who: &mut Desired, number: &str| who.attributes.set(phone, Some(Value::text(number)));
    // What this tool would not even send.
    set(&mut ada, "+1");
    let (made, cost) = cost_of(&target, create(&target, &ada)).await;
    let made = made.unwrap();
    assert_eq!(made.warnings.len(), 1);
    let id = stage.made(made);
    assert_eq!(cost, [("add_grant", 1), ("create_user", 2)]);
    let account = stage.account(&target, &ada).await.unwrap();
    assert_eq!(account.attributes.get(phone), None);
    assert_eq!(account.roles(target.schema()), ada.roles(target.schema()));

    set(&mut ada, "+4930901820");
    let edit = |who: &Desired, names: &[&str]| edit_of(&target, id.as_str(), who.clone(), names);
    update(&target, edit(&ada, &["phone"])).await.unwrap();
    let stored = ada.attributes.get(phone).cloned();
    set(&mut ada, "+1");
    ada.attributes.set(name, Some(Value::text("King")));
    for (names, requests) in [(&["phone"][..], 1), (&["last_name", "phone"], 2)] {
        let (updated, cost) = cost_of(&target, update(&target, edit(&ada, names))).await;
        assert_eq!(updated.unwrap().warnings.len(), 1);
        assert_eq!(cost, [("update_user", requests)]);
    }
    let account = stage.account(&target, &ada).await.unwrap();
    assert_eq!(account.attributes.get(name), Some(&Value::text("King")));
    assert_eq!(account.attributes.get(phone), stored.as_ref());
}

/// A disabled account is marked as this tool's doing; enabling it takes the mark away.
pub(super) async fn disabling_and_enabling_twice_is_fine(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    for _ in 0..2 {
        let disable = deactivation(&target, &stage.account_of(&target, &ada).await);
        target.apply(&disable, &Ids::default()).await.unwrap();
        let account = stage.account(&target, &ada).await.unwrap();
        assert_eq!(account.lifecycle, Lifecycle::Disabled);
        stage
            .holds(&target, &id, &[Expected::Present(at(&target, "disabled_by"))])
            .await;
    }
    for _ in 0..2 {
        let mut enable = edit(id.as_str(), ada.clone());
        enable.lifecycle = Some(Lifecycle::Active);
        enable.changes.push(mark_goes(&target));
        let enable = Change::edit_as(ActionKind::Reactivate, enable);
        target.apply(&enable, &Ids::default()).await.unwrap();
        let account = stage.account(&target, &ada).await.unwrap();
        assert_eq!(account.lifecycle, Lifecycle::Active);
        stage
            .holds(&target, &id, &[Expected::Absent(at(&target, "disabled_by"))])
            .await;
    }
    let lines = as_made(&stage.settings, &target, &ada);
    stage.is_whole(&target, &ada, &lines).await;
}

/// An absence is recorded on the account, and removed when the person returns.
pub(super) async fn an_absence_is_noted_and_ends(stage: &Stage) {
    const SINCE: i64 = 1_700_000_000;
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    for runs in [1, 2] {
        let account = stage.account(&target, &ada).await.unwrap();
        let note = mark_absent(&target, &account, SINCE, runs);
        let (noted, cost) = cost_of(&target, target.apply(&note, &Ids::default())).await;
        noted.unwrap();
        assert_eq!(cost, [("set_metadata", 1)]);
        let mut lines = as_made(&stage.settings, &target, &ada);
        lines.push("metadata directory-sync.missing_since 2023-11-14T22:13:20Z".into());
        lines.push(format!("metadata directory-sync.missing_runs {runs}"));
        stage.is_whole(&target, &ada, &lines).await;
        let since = Value::text(SINCE.to_string());
        let expected = Expected::Value(at(&target, "missing_since"), &since);
        stage.holds(&target, &id, &[expected]).await;
    }
    let mut back = edit(id.as_str(), ada.clone());
    back.changes.extend(marker_goes(&target, SINCE));
    update(&target, back).await.unwrap();
    let lines = as_made(&stage.settings, &target, &ada);
    stage.is_whole(&target, &ada, &lines).await;
}

/// Who is gone needs no removal, but cannot be updated either.
pub(super) async fn removing_twice_is_fine(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let account = stage.account_of(&target, &ada).await;
    let delete = deletion(account.clone());
    for requests in [
        &[("delete_user", 1), ("find_grant", 1), ("read_user", 1)][..],
        &[("read_user", 1)],
    ] {
        let (deleted, cost) = cost_of(&target, target.apply(&delete, &Ids::default())).await;
        assert_eq!(deleted.unwrap().target_id.as_ref(), Some(&id));
        assert_eq!(cost, requests);
        assert_eq!(stage.account(&target, &ada).await, None);
    }
    target
        .apply(&deactivation(&target, &account), &Ids::default())
        .await
        .unwrap();
    for attribute in ["last_name", "phone"] {
        let edit = edit_of(&target, id.as_str(), ada.clone(), &[attribute]);
        let error = update(&target, edit).await.unwrap_err();
        assert_eq!(error.kind, Kind::NotFound, "{attribute}");
    }
}

/// An account that belongs to another person since it was listed is not removed.
pub(super) async fn an_account_that_has_changed_is_not_removed(stage: &Stage) {
    let target = stage.target().await;
    let (mut ada, mut ben) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let account = stage.account_of(&target, &ada).await;
    let email = at(&target, "email");
    ben.attributes.set(email, ada.attributes.get(email).cloned());
    super::changes::adopt(&target, &id, &ada, &ben).await;
    for change in [deletion(account.clone()), deactivation(&target, &account)] {
        let error = target.apply(&change, &Ids::default()).await.unwrap_err();
        assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
    }
    std::mem::swap(&mut ada.id, &mut ben.id);
    let account = stage.account(&target, &ada).await.unwrap();
    assert_eq!((account.lifecycle, account.id), (Lifecycle::Active, Some(ada.id)));
}

/// What is kept of an account before it is deleted is enough to make it again.
pub(super) async fn a_deleted_account_can_be_made_again(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(
        &target,
        &[("phone", "+4930901820"), ("preferred_username", "ada")],
    );
    let id = stage.make(&target, &ada).await;
    let account = stage.account_of(&target, &ada).await;
    let delete = deletion(account.clone());
    let snapshot = target
        .snapshot(std::slice::from_ref(&delete))
        .await
        .unwrap()
        .remove(0);
    target.apply(&delete, &Ids::default()).await.unwrap();

    let mut attributes = ada.attributes.clone();
    for name in ["external_id", "login"] {
        let index = at(&target, name);
        attributes.set(index, account.attributes.get(index).cloned());
    }
    let again = target
        .apply(
            &Change {
                restore: Some(snapshot.details.into()),
                ..Change::create(ada.clone(), attributes)
            },
            &Ids::default(),
        )
        .await;
    let again: TargetId = stage.made(again.unwrap());
    assert_ne!(again, id);
    let lines = as_made(&stage.settings, &target, &ada);
    stage.is_whole(&target, &ada, &lines).await;
}

/// Errors contain no personal data, whatever the server repeats.
pub(super) async fn a_refusal_repeats_no_values(stage: &Stage) {
    let target = stage.target().await;
    let mut bad = stage.somebody(&target, &[("first_name", "Augusta")]);
    let email = Some(Value::text("lovelace@bad_host"));
    bad.attributes.set(at(&target, "email"), email);
    let error = create(&target, &bad).await.unwrap_err();
    assert!(matches!(error.kind, Kind::InvalidAttribute { .. }), "{error:?}");
    let shown = format!("{error} {:?}", error.hint);
    for value in ["lovelace", "Augusta", "bad_host"] {
        assert!(!shown.contains(value), "{shown}");
    }
}
