//! Values of accounts change, each with as few requests as can be.

use directory_sync::model::{ActionKind, Change, Desired, Edit, Ids, Purpose, TargetId};
use directory_sync::target::Target as _;
use directory_sync::target::udm::UdmTarget;

use super::super::support::{
    at, change_of, cost_of, create, deactivation, deletion, edit, edit_of, filled, mark_absent, update,
};
use super::stage::{PEOPLE, Stage, value};

/// Brings an account to these values of the person: it then holds them and nothing else. The requests that it takes.
async fn bring(
    stage: &Stage,
    target: &UdmTarget,
    (id, who): (&TargetId, &Desired),
    names: &[&str],
) -> Vec<(&'static str, u64)> {
    let edit = edit_of(target, id.as_str(), who.clone(), names);
    let (updated, cost) = cost_of(target, update(target, edit)).await;
    assert_eq!(updated.unwrap().warnings, [""; 0]);
    let account = stage.account_of(who).await;
    assert_eq!(&account.target_id, id);
    for (index, spec) in target
        .schema()
        .iter()
        .filter(|(_, spec)| spec.comes_from_sources())
    {
        assert_eq!(
            account.attributes.get(index),
            who.attributes.get(index),
            "{}",
            spec.name
        );
    }
    cost
}

/// Names, address and number change in one request, the login name among them. What stays is not sent.
pub(super) async fn a_profile_changes_in_one_request(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[("phone", "+49 421 1")]);
    let id = stage.make(&target, &ada).await;
    for (property, text) in [
        ("username", "augusta"),
        ("firstname", "Augusta"),
        ("mailPrimaryAddress", "augusta@example.org"),
        ("phone", "+49 421 2"),
    ] {
        ada.attributes
            .set(at(&target, property), value(&target, property, text));
    }
    let names = ["username", "firstname", "mailPrimaryAddress", "phone"];
    assert_eq!(
        bring(stage, &target, (&id, &ada), &names).await,
        [("update_user", 1)]
    );
    assert_eq!(bring(stage, &target, (&id, &ada), &[]).await, []);
}

/// A value comes, changes and goes; what is gone already may go again. Whether it is a list makes no difference.
pub(super) async fn a_number_changes_and_goes(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    for property in ["phone", "description", "mailPrimaryAddress"] {
        for text in ["1@example.org", "2@example.org", "", ""] {
            let text = if property == "phone" {
                &text[..text.len().min(1)]
            } else {
                text
            };
            ada.attributes
                .set(at(&target, property), value(&target, property, text));
            let cost = bring(stage, &target, (&id, &ada), &[property]).await;
            assert_eq!(cost, [("update_user", 1)], "{property} {text}");
        }
    }
}

/// What the plan announces is what is sent: for a create, a change, one that moves the account back, a marker, a deactivation
/// and a delete.
pub(super) async fn a_change_costs_what_is_foreseen(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let change = Change::create(ada.clone(), filled(&target, &ada));
    as_foreseen(&target, &change).await;

    let sub = format!("ou=sub,{PEOPLE}");
    stage.udm.add_ou(&sub);
    stage
        .udm
        .relocate(&stage.stored(&target, &ada).dn, &format!("uid=contract-1,{sub}"));
    // A target that has read where the account is now.
    let target = stage.target().await;
    super::super::support::read_all(&target).await;
    let account = stage.account_of(&ada).await;
    ada.attributes
        .set(at(&target, "lastname"), value(&target, "lastname", "King"));
    let back = Edit {
        before: Some(Box::new(account.clone())),
        ..edit_of(
            &target,
            account.target_id.as_str(),
            ada.clone(),
            &["lastname", "position"],
        )
    };
    let foreseen = as_foreseen(&target, &Change::edit_as(ActionKind::Update, back)).await;
    assert_eq!(foreseen, 2);

    let account = stage.account_of(&ada).await;
    for change in [
        mark_absent(&target, &account, 1_700_000_000, 1),
        deactivation(&target, &account),
        deletion(account.clone()),
    ] {
        assert_eq!(as_foreseen(&target, &change).await, 1, "{:?}", change.kind);
    }
}

async fn as_foreseen(target: &UdmTarget, change: &Change) -> u64 {
    let foreseen = target.cost(change).requests;
    let (applied, cost) = cost_of(target, target.apply(change, &Ids::default())).await;
    applied.unwrap();
    let sent: u64 = cost.iter().map(|(_, requests)| requests).sum();
    assert_eq!(sent, foreseen, "{:?}: {cost:?}", change.kind);
    foreseen
}

/// An account without our id, or with another one, gets it.
pub(super) async fn adoption_writes_the_id(stage: &Stage) {
    let target = stage.target().await;
    let (before, mut ada) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = create(&target, &before).await.unwrap().target_id.unwrap();
    let login = at(&target, "username");
    ada.attributes.set(login, before.attributes.get(login).cloned());
    let adopt = Edit {
        changes: vec![change_of(
            &target,
            Purpose::ExternalId,
            Some(&before.id.hex()),
            Some(&ada.id.hex()),
        )],
        ..edit(id.as_str(), ada.clone())
    };
    let adopt = Change::edit_as(ActionKind::Adopt, adopt);
    let (adopted, cost) = cost_of(&target, target.apply(&adopt, &Ids::default())).await;
    adopted.unwrap();
    assert_eq!(cost, [("update_user", 1)]);
    let account = stage.account_of(&ada).await;
    assert_eq!((account.target_id, account.id), (id, Some(ada.id.clone())));
}
