//! Links to the identity provider, where the configuration names one.

use directory_sync::model::{ActionKind, Attributes, Change, Desired, Expected, Ids, Purpose, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Target, TargetErrorKind as Kind};

use super::super::support::{at, change_of, cost_of, create, edit_of, update};
use super::stage::Stage;
use super::whole::as_made;

/// The same person for a target that links people.
fn linked(linking: &ZitadelTarget, plain: &ZitadelTarget, who: &Desired) -> Desired {
    let mut attributes = Attributes::default();
    for (index, spec) in plain.schema().iter() {
        attributes.set(at(linking, &spec.name), who.attributes.get(index).cloned());
    }
    let link = String::from_utf8(who.id.as_bytes().to_vec()).unwrap();
    attributes.set(at(linking, "idp_link"), Some(Value::text(link)));
    Desired {
        attributes,
        ..who.clone()
    }
}

/// What an account holds whose link names the person so.
fn lines_with_link(stage: &Stage, target: &ZitadelTarget, who: &Desired, name: &str) -> Vec<String> {
    let mut lines = as_made(&stage.settings, target, who);
    let provider = stage.settings.idp_id.as_ref().unwrap();
    let email = who.attributes.text(at(target, "email")).unwrap();
    lines.push(format!("link {provider} {name} {email}"));
    lines
}

/// The link of a new account is made with it.
pub(super) async fn a_new_account_is_linked(stage: &Stage) {
    let Some(target) = stage.linking_target().await else {
        return;
    };
    let ada = stage.somebody(&target, &[]);
    let (made, cost) = cost_of(&target, create(&target, &ada)).await;
    let id = stage.made(made.unwrap());
    assert_eq!(cost, [("add_grant", 1), ("create_user", 1)]);
    let link = ada.attributes.get(at(&target, "idp_link")).unwrap();
    let expected = Expected::Value(at(&target, "idp_link"), link);
    stage.holds(&target, &id, &[expected]).await;
    let lines = lines_with_link(stage, &target, &ada, link.as_text());
    stage.is_whole(&target, &ada, &lines).await;
}

/// An account that is there is linked when the plan says so, once; a link that is another account's fails the change,
/// not the rest of it.
pub(super) async fn an_existing_account_is_linked(stage: &Stage) {
    let (plain, Some(target)) = (stage.target().await, stage.linking_target().await) else {
        return;
    };
    let (ada, ben) = (stage.somebody(&plain, &[]), stage.somebody(&plain, &[]));
    let id = stage.make(&plain, &ada).await;
    let other = stage.make(&plain, &ben).await;
    let (ada, mut ben) = (linked(&target, &plain, &ada), linked(&target, &plain, &ben));
    let link = at(&target, "idp_link");
    let name = ada.attributes.text(link).unwrap();
    for _ in 0..2 {
        let edit = edit_of(&target, id.as_str(), ada.clone(), &["idp_link"]);
        let adopt = Change::edit_as(ActionKind::Adopt, edit);
        let linked = target.apply(&adopt, &Ids::default()).await.unwrap();
        assert_eq!(linked.warnings, [""; 0]);
        let lines = lines_with_link(stage, &target, &ada, name);
        stage.is_whole(&target, &ada, &lines).await;
    }
    ben.attributes.set(link, Some(Value::text(name)));
    ben.attributes
        .set(at(&target, "last_name"), Some(Value::text("King")));
    let edit = edit_of(&target, other.as_str(), ben.clone(), &["last_name", "idp_link"]);
    let error = update(&target, edit).await.unwrap_err();
    assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
    let said = "another account has the link to the identity provider";
    assert!(error.what.ends_with(said), "{error}");
    let lines = as_made(&stage.settings, &target, &ben);
    stage.is_whole(&target, &ben, &lines).await;
}

/// With a new id the link of the former one goes, and that it is gone already is fine.
pub(super) async fn the_link_of_a_former_id_goes(stage: &Stage) {
    let Some(target) = stage.linking_target().await else {
        return;
    };
    let (before, mut ada) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &before).await;
    for name in ["email", "localpart"] {
        let filled = super::super::support::filled(&target, &before);
        ada.attributes
            .set(at(&target, name), filled.get(at(&target, name)).cloned());
    }
    let link = at(&target, "idp_link");
    let mut adopt = edit_of(&target, id.as_str(), ada.clone(), &["idp_link"]);
    adopt.changes[0].before = before.attributes.get(link).cloned();
    let (former, new) = (before.id.hex(), ada.id.hex());
    let id_change = change_of(&target, Purpose::ExternalId, Some(&former), Some(&new));
    adopt.changes.insert(0, id_change);
    for _ in 0..2 {
        let change = Change::edit_as(ActionKind::Adopt, adopt.clone());
        assert_eq!(
            target.apply(&change, &Ids::default()).await.unwrap().warnings,
            [""; 0]
        );
        let lines = lines_with_link(stage, &target, &ada, ada.attributes.text(link).unwrap());
        stage.is_whole(&target, &ada, &lines).await;
    }
}

/// Two people never get one link; the error tells the link from the login name.
pub(super) async fn a_taken_link_is_told_from_a_taken_name(stage: &Stage) {
    let Some(target) = stage.linking_target().await else {
        return;
    };
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let (link, email) = (at(&target, "idp_link"), at(&target, "email"));
    let mut ben = stage.somebody(&target, &[]);
    let loud = ada.attributes.text(link).unwrap().to_uppercase();
    ben.attributes.set(link, Some(Value::text(loud)));
    let error = create(&target, &ben).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(stage.account(&target, &ben).await, None);
    let error = target.explain_conflict(error);
    let said = "another account has the link to the identity provider";
    assert!(error.what.contains(said), "{error}");
    assert!(error.hint.unwrap().contains("remove the link"));

    ben.attributes.set(email, ada.attributes.get(email).cloned());
    let error = create(&target, &ben).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert!(!error.what.contains("link"), "{error}");
    assert_eq!(stage.account(&target, &ben).await.unwrap().target_id, id);
}

/// A wrong identity provider stops the run instead of failing once a person.
pub(super) async fn an_unknown_identity_provider_stops_the_run(stage: &Stage) {
    let mut settings = stage.settings.clone();
    (settings.sso_login, settings.idp_id) = (true, Some("1".into()));
    let target = stage.target_with(&settings).await;
    let ada = stage.somebody(&target, &[]);
    let error = create(&target, &ada).await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.stops_run());
    assert!(error.hint.unwrap().contains("zitadel.idp_id"));
    assert_eq!(stage.account(&target, &ada).await, None);
}
