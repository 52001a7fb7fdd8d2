//! Login names that are taken.

use directory_sync::model::{TypeId, Value};
use directory_sync::target::{Target as _, TargetErrorKind as Kind, Wait};

use super::super::support::{at, cost_of, create, edit_of, update};
use super::stage::Stage;

/// A taken name is a conflict after one request, and its owner is found in any letter case. If the run knows the
/// owner, the server is not asked, because it would lock the name.
pub(super) async fn a_taken_name_is_a_conflict_with_a_holder(stage: &Stage) {
    let knows = stage.target().await;
    let ada = stage.somebody(&knows, &[]);
    let id = stage.make(&knows, &ada).await;
    let login = at(&knows, "username");
    let mut same = stage.somebody(&knows, &[]);
    let loud = ada.attributes.text(login).unwrap().to_uppercase();
    same.attributes.set(login, Some(Value::text(loud)));
    let knows_nothing = stage.target().await;
    for (target, requests) in [(&knows, &[][..]), (&knows_nothing, &[("create_user", 1)])] {
        let (refused, cost) = cost_of(target, create(target, &same)).await;
        let error = refused.unwrap_err();
        assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
        assert_eq!(cost, requests);
        let holders = target.accounts_with_login(&same).await.unwrap();
        let holders: Vec<_> = holders
            .into_iter()
            .map(|holder| (holder.target_id, holder.id))
            .collect();
        assert_eq!(holders, [(id.clone(), Some(ada.id.clone()))]);
    }
    assert!(knows.catch_up(Wait::ForHiddenAccount).await.unwrap());
    let nobody = stage.somebody(&knows, &[]);
    assert_eq!(knows.accounts_with_login(&nobody).await.unwrap(), []);
}

/// The owner of a name that an account is to get is named.
pub(super) async fn a_rename_to_a_taken_name_names_the_holder(stage: &Stage) {
    let target = stage.target().await;
    let (mut ada, ben) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let holder = stage.make(&target, &ben).await;
    let login = at(&target, "username");
    ada.attributes.set(login, ben.attributes.get(login).cloned());
    let edit = edit_of(&target, id.as_str(), ada, &["username"]);
    let (refused, cost) = cost_of(&target, update(&target, edit)).await;
    let error = refused.unwrap_err();
    assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
    assert!(
        error.what.contains(&format!("object {holder} has the name")),
        "{error}"
    );
    assert_eq!(cost, []);
    assert_eq!(stage.udm.locks(), []);
}

/// On the way of an exchange of names, the login name changes alone.
pub(super) async fn a_name_can_be_set_aside(stage: &Stage) {
    let target = stage.target().await;
    let (ada, spare) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let login = at(&target, "username");
    let name = spare.attributes.text(login).unwrap();
    let (renamed, cost) = cost_of(&target, target.set_login(TypeId::default(), &id, name)).await;
    renamed.unwrap();
    assert_eq!(cost, [("update_user", 1)]);
    let account = stage.account_of(&spare).await;
    assert_eq!((account.login(target.schema()), &account.target_id), (name, &id));
    let lastname = at(&target, "lastname");
    assert_eq!(account.attributes.get(lastname), ada.attributes.get(lastname));
    assert_eq!(stage.account(&ada).await, None);
}
