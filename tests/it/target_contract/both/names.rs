//! Login names that are taken.

use directory_sync::model::{TypeId, Value};
use directory_sync::target::{Target, TargetErrorKind as Kind, Wait};

use super::super::support::{at, cost_of, create, edit_of, update};
use super::stage::Stage;

/// A taken name is a conflict after one request, and its owner is found in any letter case.
pub(super) async fn a_taken_name_is_a_conflict_with_a_holder(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let email = at(&target, "email");
    let mut same = stage.somebody(&target, &[]);
    let loud = ada.attributes.text(email).unwrap().to_uppercase();
    same.attributes.set(email, Some(Value::text(loud)));
    let (refused, cost) = cost_of(&target, create(&target, &same)).await;
    let error = refused.unwrap_err();
    assert_eq!(error.error_id.as_deref(), Some("V3-DKcYh"));
    assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
    assert_eq!(cost, [("create_user", 1)]);
    let holder = stage.account(&target, &same).await.unwrap();
    let holder_roles = holder.roles(target.schema()).to_vec();
    assert_eq!((holder.target_id, holder.id), (id, Some(ada.id.clone())));
    assert_eq!(holder_roles, ada.roles(target.schema()));
    // It waits for a hidden account, and there is none.
    assert!(target.catch_up(Wait::ForHiddenAccount).await.unwrap());
    let nobody = stage.somebody(&target, &[]);
    assert_eq!(target.accounts_with_login(&nobody).await.unwrap(), []);
}

/// The owner of a name that an account is to get is named.
pub(super) async fn a_rename_to_a_taken_name_names_the_holder(stage: &Stage) {
    let target = stage.target().await;
    let (mut ada, ben) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let holder = stage.make(&target, &ben).await;
    stage.account(&target, &ben).await.unwrap();
    let email = at(&target, "email");
    ada.attributes.set(email, ben.attributes.get(email).cloned());
    let edit = edit_of(&target, id.as_str(), ada, &["email"]);
    let error = update(&target, edit).await.unwrap_err();
    assert_eq!(error.error_id.as_deref(), Some("V3-DKcYh"));
    assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
    let named = format!("; account {holder} has the login name");
    assert!(error.what.contains(&named), "{error}");
    assert!(error.hint.unwrap().contains("rename that account"));
}

/// On the way of an exchange of names, the login name changes alone.
pub(super) async fn a_name_can_be_set_aside(stage: &Stage) {
    let target = stage.target().await;
    let (ada, spare) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let email = at(&target, "email");
    let name = spare.attributes.text(email).unwrap();
    let (renamed, cost) = cost_of(&target, target.set_login(TypeId::default(), &id, name)).await;
    renamed.unwrap();
    assert_eq!(cost, [("rename_user", 1)]);
    let account = stage.account(&target, &spare).await.unwrap();
    assert_eq!((account.login(target.schema()), &account.target_id), (name, &id));
    assert_eq!(account.attributes.get(email), ada.attributes.get(email));
    assert_eq!(stage.account(&target, &ada).await, None);
}
