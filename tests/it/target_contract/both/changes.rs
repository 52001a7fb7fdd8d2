//! Values of accounts change, each with as few requests as can be.

use directory_sync::model::{
    ActionKind, AttributeIndex, Change, Desired, Detail, Edit, Expected, Ids, Purpose, TargetId, Value,
};
use directory_sync::target::Target;
use directory_sync::target::zitadel::ZitadelTarget;

use super::super::support::{at, change_of, cost_of, edit, edit_of, update};
use super::stage::Stage;
use super::whole::as_made;

/// The account becomes another person's.
pub(super) async fn adopt(target: &ZitadelTarget, id: &TargetId, before: &Desired, after: &Desired) {
    let adopt = Edit {
        changes: vec![change_of(
            target,
            Purpose::ExternalId,
            Some(&before.id.hex()),
            Some(&after.id.hex()),
        )],
        ..edit(id.as_str(), after.clone())
    };
    let adopt = Change::edit_as(ActionKind::Adopt, adopt);
    let (adopted, cost) = cost_of(target, target.apply(&adopt, &Ids::default())).await;
    adopted.unwrap();
    assert_eq!(cost, [("update_user", 1)]);
}

fn set(who: &mut Desired, attribute: AttributeIndex, value: Option<&str>) {
    who.attributes.set(attribute, value.map(Value::text));
}

/// Brings an account to these values of the person: it then holds them and nothing else. The requests that it takes.
async fn bring(
    stage: &Stage,
    target: &ZitadelTarget,
    (id, who): (&TargetId, &Desired),
    names: &[&str],
) -> Vec<(&'static str, u64)> {
    let edit = edit_of(target, id.as_str(), who.clone(), names);
    let (updated, cost) = cost_of(target, update(target, edit)).await;
    assert_eq!(updated.unwrap().warnings, [""; 0]);
    let lines = as_made(&stage.settings, target, who);
    stage.is_whole(target, who, &lines).await;
    cost
}

/// Names, address and number change in one request, and the user name follows the address. What stays is not sent.
pub(super) async fn a_profile_changes_in_one_request(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(
        &target,
        &[("phone", "+4930901820"), ("preferred_username", "ada")],
    );
    let id = stage.make(&target, &ada).await;
    let renamed = stage.somebody(&target, &[]);
    let email = at(&target, "email");
    set(&mut ada, at(&target, "first_name"), Some("Augusta"));
    set(&mut ada, at(&target, "phone"), Some("+4930901821"));
    ada.attributes.set(email, renamed.attributes.get(email).cloned());
    let names = ["first_name", "email", "phone"];
    assert_eq!(
        bring(stage, &target, (&id, &ada), &names).await,
        [("update_user", 1)]
    );
    assert_eq!(bring(stage, &target, (&id, &ada), &[]).await, []);
}

/// A value comes, changes and goes; what is gone already may go again.
pub(super) async fn a_number_changes_and_goes(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    for (number, operation) in [
        (Some("+4930901820"), "update_user"),
        (Some("+4930901821"), "update_user"),
        (None, "remove_phone"),
        (None, "remove_phone"),
    ] {
        set(&mut ada, at(&target, "phone"), number);
        let cost = bring(stage, &target, (&id, &ada), &["phone"]).await;
        assert_eq!(cost, [(operation, 1)]);
    }
}

/// All metadata that changes is one request.
pub(super) async fn metadata_changes_and_goes(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let (name, localpart) = (at(&target, "preferred_username"), at(&target, "localpart"));
    for (value, operation) in [
        (Some("ådå"), "set_metadata"),
        (Some("ada"), "set_metadata"),
        (None, "remove_metadata"),
        (None, "remove_metadata"),
    ] {
        set(&mut ada, name, value);
        let cost = bring(stage, &target, (&id, &ada), &["preferred_username"]).await;
        assert_eq!(cost, [(operation, 1)]);
        let value = value.map(Value::text);
        let named = value
            .as_ref()
            .map_or(Expected::Absent(name), |value| Expected::Value(name, value));
        stage
            .holds(&target, &id, &[named, Expected::Present(localpart)])
            .await;
    }
}

/// A `localpart` is looked for before it is written, and one that is there stays, whatever the plan took to be there.
pub(super) async fn a_localpart_stays(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let lines = as_made(&stage.settings, &target, &ada);
    let mut other = ada.clone();
    set(&mut other, at(&target, "localpart"), Some("other"));
    for before in [None, Some("before")] {
        let mut edit = edit_of(&target, id.as_str(), other.clone(), &["localpart"]);
        edit.changes[0].before = before.map(Value::text);
        let (updated, cost) = cost_of(&target, update(&target, edit)).await;
        assert_eq!(updated.unwrap().warnings.len(), 1);
        assert_eq!(cost, [("read_metadata", 1)]);
        stage.is_whole(&target, &ada, &lines).await;
    }
}

/// An account without our id gets it, together with the names that Zitadel wants beside it.
pub(super) async fn adoption_writes_the_id(stage: &Stage) {
    let target = stage.target().await;
    let (before, mut ada) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &before).await;
    let email = at(&target, "email");
    ada.attributes.set(email, before.attributes.get(email).cloned());
    // It is the account's, and stays.
    let localpart = at(&target, "localpart");
    let kept = super::super::support::filled(&target, &before);
    ada.attributes.set(localpart, kept.get(localpart).cloned());
    adopt(&target, &id, &before, &ada).await;
    let lines = as_made(&stage.settings, &target, &ada);
    stage.is_whole(&target, &ada, &lines).await;
}

/// The display name was chosen by a person, and stays while the names do.
pub(super) async fn the_shown_name_follows_the_names_alone(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let chosen = Detail {
        name: "display_name".into(),
        texts: vec!["Countess".into()],
    };
    let names = edit_of(&target, id.as_str(), ada.clone(), &["first_name"]);
    let choose = Change {
        restore: Some([chosen].into()),
        ..Change::edit_as(ActionKind::Update, names)
    };
    target.apply(&choose, &Ids::default()).await.unwrap();
    adopt(&target, &id, &ada, &ada).await;
    let mut lines = as_made(&stage.settings, &target, &ada);
    for line in &mut lines {
        if line.starts_with("display_name ") {
            *line = "display_name Countess".into();
        }
    }
    stage.is_whole(&target, &ada, &lines).await;

    set(&mut ada, at(&target, "last_name"), Some("King"));
    bring(stage, &target, (&id, &ada), &["last_name"]).await;
}
