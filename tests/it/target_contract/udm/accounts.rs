//! Accounts are made, switched off and on, removed and made again.

use directory_sync::model::{
    ActionKind, Change, Expected, Ids, Lifecycle, Removal, RemovalReason, Required, Value,
};
use directory_sync::target::{Target as _, TargetErrorKind as Kind};
use serde_json::json;
use testkit::udm::GroupSeed;

use super::super::support::{
    at, cost_of, create, deactivation, deletion, edit, edit_of, mark_absent, mark_goes, marker_goes, update,
};
use super::stage::{PEOPLE, Stage};

/// A new account is one request with everything in it.
pub(super) async fn a_new_account_is_one_request_and_reads_back_as_written(stage: &Stage) {
    let target = stage.target().await;
    let values = [
        ("phone", "+49 421 1"),
        ("mailPrimaryAddress", "Ada.L@Example.org"),
        ("description", "Countess"),
    ];
    let ada = stage.somebody(&target, &values);
    let (made, cost) = cost_of(&target, create(&target, &ada)).await;
    let made = made.unwrap();
    assert_eq!(made.warnings, [""; 0]);
    assert_eq!(cost, [("create_user", 1)]);
    let account = stage.account_of(&ada).await;
    assert_eq!(Some(&account.target_id), made.target_id.as_ref());
    assert!(!account.is_protected());
    assert_eq!(account.id, Some(ada.id.clone()));
    for (index, spec) in target.schema().iter() {
        assert_eq!(
            account.not_fetched.contains(index),
            !spec.is_listed(),
            "{}",
            spec.name
        );
        if spec.is_listed() && *spec.name != *"employeeNumber" {
            assert_eq!(
                account.attributes.get(index),
                ada.attributes.get(index),
                "{}",
                spec.name
            );
        }
    }
    // What the target reads may be wrong in the same way as what it wrote.
    let stored = stage.stored(&target, &ada);
    assert_eq!(stored.dn, format!("uid=contract-1,{PEOPLE}"));
    for (property, value) in [
        ("employeeNumber", json!("contract-1")),
        ("firstname", json!("Ada")),
        ("lastname", json!("Lovelace")),
        ("mailPrimaryAddress", json!("ada.l@example.org")),
        ("phone", json!(["+49 421 1"])),
        ("description", json!("Countess")),
        ("disabled", json!(false)),
    ] {
        assert_eq!(stored.get(property), &value, "{property}");
    }
}

/// A disabled person's account is marked and inactive.
pub(super) async fn a_disabled_person_is_created_inactive(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    ada.lifecycle = Lifecycle::Disabled;
    let (made, cost) = cost_of(&target, create(&target, &ada)).await;
    let id = made.unwrap().target_id.unwrap();
    assert_eq!(cost, [("create_user", 1)]);
    assert_eq!(stage.account_of(&ada).await.lifecycle, Lifecycle::Disabled);
    assert_eq!(stage.stored(&target, &ada).get("disabled"), &json!(true));
    stage
        .holds(&id, Expected::Present(at(&target, "disabled_by")))
        .await;
}

/// A disabled account is marked as this tool's doing; enabling it takes the mark away.
pub(super) async fn disabling_and_enabling_twice_is_fine(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let mark = at(&target, "disabled_by");
    for _ in 0..2 {
        let disable = deactivation(&target, &stage.account_of(&ada).await);
        target.apply(&disable, &Ids::default()).await.unwrap();
        assert_eq!(stage.account_of(&ada).await.lifecycle, Lifecycle::Disabled);
        stage.holds(&id, Expected::Present(mark)).await;
    }
    for _ in 0..2 {
        let mut enable = edit(id.as_str(), ada.clone());
        enable.lifecycle = Some(Lifecycle::Active);
        enable.changes.push(mark_goes(&target));
        let enable = Change::edit_as(ActionKind::Reactivate, enable);
        target.apply(&enable, &Ids::default()).await.unwrap();
        assert_eq!(stage.account_of(&ada).await.lifecycle, Lifecycle::Active);
        stage.holds(&id, Expected::Absent(mark)).await;
    }
}

/// An absence is recorded on the account, and removed when the person returns.
pub(super) async fn an_absence_is_noted_and_ends(stage: &Stage) {
    const SINCE: i64 = 1_700_000_000;
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let noted = || {
        stage
            .stored(&target, &ada)
            .get("physicalDeliveryOfficeName")
            .clone()
    };
    for runs in [1, 2] {
        let note = mark_absent(&target, &stage.account_of(&ada).await, SINCE, runs);
        let (marked, cost) = cost_of(&target, target.apply(&note, &Ids::default())).await;
        marked.unwrap();
        assert_eq!(cost, [("update_user", 1)]);
        assert_eq!(
            noted(),
            format!("directory-sync: missing since {SINCE}, runs {runs}")
        );
        let since = Value::text(SINCE.to_string());
        stage
            .holds(&id, Expected::Value(at(&target, "missing_since"), &since))
            .await;
    }
    let mut back = edit(id.as_str(), ada.clone());
    back.changes.extend(marker_goes(&target, SINCE));
    update(&target, back).await.unwrap();
    assert_eq!(noted(), json!(null));
}

/// Who is gone needs no removal, but cannot be updated either.
pub(super) async fn removing_twice_is_fine(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let account = stage.account_of(&ada).await;
    let delete = deletion(account.clone());
    for requests in [
        &[("delete_user", 1)][..],
        &[("delete_user", 1), ("find_object", 1)],
    ] {
        let (deleted, cost) = cost_of(&target, target.apply(&delete, &Ids::default())).await;
        assert_eq!(deleted.unwrap().target_id.as_ref(), Some(&id));
        assert_eq!(cost, requests);
        assert_eq!(stage.account(&ada).await, None);
    }
    target
        .apply(&deactivation(&target, &account), &Ids::default())
        .await
        .unwrap();
    let edit = edit_of(&target, id.as_str(), ada.clone(), &["lastname"]);
    let error = update(&target, edit).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

/// An account that belongs to another person since it was listed is not removed, nor is one whose person returned.
pub(super) async fn an_account_that_has_changed_is_not_removed(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    stage.make(&target, &ada).await;
    let note = mark_absent(&target, &stage.account_of(&ada).await, 1_700_000_000, 1);
    target.apply(&note, &Ids::default()).await.unwrap();
    let account = stage.account_of(&ada).await;
    let removal = Removal {
        reason: RemovalReason::Absent,
        requires: vec![Required {
            attribute: at(&target, "missing_since"),
            value: Some(Value::text("1700000000")),
        }],
    };
    let delete = Change::delete(account.clone(), removal.clone());
    let mut deactivate = deactivation(&target, &account);
    deactivate.removal = Some(removal);
    let dn = stage.stored(&target, &ada).dn;
    for meanwhile in [
        json!({"employeeNumber": "somebody else"}),
        json!({"employeeNumber": "contract-1", "physicalDeliveryOfficeName": null}),
    ] {
        stage.udm.set(&dn, meanwhile.as_object().unwrap());
        for change in [&delete, &deactivate] {
            let error = target.apply(change, &Ids::default()).await.unwrap_err();
            assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
        }
    }
    assert_eq!(stage.account_of(&ada).await.lifecycle, Lifecycle::Active);
}

/// Errors contain no personal data, whatever the server repeats.
pub(super) async fn a_refusal_repeats_no_values(stage: &Stage) {
    let target = stage.target().await;
    let bad = stage.somebody(&target, &[("firstname", "Augusta"), ("phone", "lovelace?")]);
    let error = create(&target, &bad).await.unwrap_err();
    assert!(matches!(error.kind, Kind::InvalidAttribute { .. }), "{error:?}");
    let shown = format!("{error} {:?}", error.hint);
    for value in ["lovelace", "Augusta", "contract-1"] {
        assert!(!shown.contains(value), "{shown}");
    }
    assert!(shown.contains("phone"), "{shown}");
}

/// What is kept of an account before it is deleted is enough to make it again, also in its groups.
pub(super) async fn a_deleted_account_can_be_made_again(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[("phone", "+49 421 1")]);
    let id = stage.make(&target, &ada).await;
    let account = stage.account_of(&ada).await;
    let group = stage.udm.add_group(GroupSeed {
        users: vec![stage.stored(&target, &ada).dn],
        ..GroupSeed::new("staff", "cn=groups,dc=univention-organization,dc=intranet")
    });
    let delete = deletion(account.clone());
    let mut kept = target.snapshot(std::slice::from_ref(&delete)).await.unwrap();
    target.apply(&delete, &Ids::default()).await.unwrap();
    assert_eq!(stage.udm.members(&group), [""; 0]);

    let change = Change {
        restore: Some(kept.remove(0).details.into()),
        ..Change::create(ada.clone(), account.attributes.clone())
    };
    let again = target.apply(&change, &Ids::default()).await.unwrap();
    assert_ne!(again.target_id, Some(id));
    let back = stage.account_of(&ada).await;
    assert_eq!((back.id, back.attributes), (account.id, account.attributes));
    assert_eq!(stage.udm.members(&group), [stage.stored(&target, &ada).dn]);
}
