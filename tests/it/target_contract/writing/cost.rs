//! The announced cost of a change is the real one.

use directory_sync::model::{
    ActionKind, Change, Desired, Edit, Existing, ExternalId, Ids, Lifecycle, Purpose, Value, Write,
};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Cost, Target};
use testkit::zitadel::{Channel, UserSeed};

use crate::target_contract::support::{
    World, account_now, ada, at, deactivation, deletion, edit_of, filled, mark_absent, mark_goes,
    marker_goes, person, roles_change, unseen,
};

const SINCE: i64 = 1_700_000_000;

/// A person whose link follows from the id.
fn linked(target: &ZitadelTarget, mut desired: Desired) -> Desired {
    let link = Value::text(String::from_utf8(desired.id.as_bytes().to_vec()).unwrap());
    desired.attributes.set(at(target, "idp_link"), Some(link));
    desired
}

/// As a plan has them.
fn sorted(mut edit: Edit) -> Edit {
    edit.changes.sort_by_key(|change| change.attribute);
    edit
}

/// One change of each kind, for this account without a role and for new people, in an order in which each can be carried out.
fn one_of_each_kind(target: &ZitadelTarget, id: &str) -> Vec<Change> {
    let new = person(
        target,
        &[
            ("email", "new@example.org"),
            ("phone", "+49301234567"),
            ("preferred_username", "new"),
        ],
    );
    let gone = person(
        target,
        &[("email", "other@example.org"), ("preferred_username", "")],
    );
    let disabled = Desired {
        lifecycle: Lifecycle::Disabled,
        id: ExternalId::new(*b"third"),
        ..person(target, &[("email", "third@example.org")])
    };
    let newcomer = Desired {
        id: ExternalId::new(*b"new"),
        ..new.clone()
    };
    let create = |desired: Desired| {
        let desired = linked(target, desired);
        let attributes = filled(target, &desired);
        Change::create(desired, attributes)
    };
    let mut adopted = edit_of(target, id, new, &["first_name", "preferred_username", "idp_link"]);
    adopted.changes.push(roles_change(target, &[], &["User"]));
    let mut edit = edit_of(
        target,
        id,
        gone.clone(),
        &["email", "phone", "preferred_username"],
    );
    edit.changes.push(roles_change(target, &["User"], &[]));
    let edit = sorted(edit);
    assert_eq!(edit.changes[1].attribute, at(target, "phone"));
    let mut enabled = edit_of(target, id, gone, &[]);
    enabled.lifecycle = Some(Lifecycle::Active);
    enabled.changes.push(mark_goes(target));
    enabled.changes.extend(marker_goes(target, SINCE));
    let mut back_but_disabled = deactivation(target, &unseen(id));
    let returned = back_but_disabled.edit_mut().unwrap();
    returned.changes.extend(marker_goes(target, SINCE));
    let note = || mark_absent(target, &unseen(id), SINCE, 2);
    vec![
        create(disabled),
        Change::edit_as(ActionKind::Adopt, sorted(adopted)),
        Change::edit_as(ActionKind::Update, edit),
        create(newcomer),
        note(),
        back_but_disabled,
        note(),
        Change::edit_as(ActionKind::Reactivate, enabled),
        deactivation(target, &unseen(id)),
        deletion(unseen(id)),
    ]
}

/// The account that a change takes out of use.
fn removed(change: &mut Change) -> Option<&mut Existing> {
    match (&mut change.write, change.kind) {
        (Write::Edit(edit), ActionKind::Deactivate) => edit.before.as_deref_mut(),
        (Write::Delete(account), _) => Some(account),
        _ => None,
    }
}

/// The change with its account as the list shows it by now: it is looked at before it is written to.
async fn as_listed(world: &World, target: &ZitadelTarget, id: &str, mut change: Change) -> Change {
    if let (Some(account), Some(user)) = (removed(&mut change), world.zitadel.user(id)) {
        for (purpose, text) in [
            (Purpose::ExternalId, user.nick_name),
            (Purpose::Login, user.username),
            (Purpose::Address, user.email),
        ] {
            let attribute = target.schema().find(purpose).unwrap();
            account.attributes.set(attribute, Some(Value::text(text)));
        }
    } else if let Some(edit) = change.edit_mut() {
        edit.before = Some(Box::new(account_now(target, id).await));
    }
    change
}

/// Requests and messages are foreseen to the last one, for every kind of change.
#[tokio::test]
async fn a_change_costs_what_is_foreseen() {
    let mut world = World::new();
    (world.settings.verify_email, world.settings.verify_phone) = (true, true);
    world.settings.sso_login = true;
    let bare = UserSeed {
        roles: vec![],
        ..ada()
    };
    let id = world.zitadel.add_user(bare);
    let target = world.prepared().await;
    for change in one_of_each_kind(&target, &id) {
        let change = as_listed(&world, &target, &id, change).await;
        let foreseen = target.cost(&change);
        let (requests, codes) = (world.zitadel.requests(), world.zitadel.codes().len());
        target.apply(&change, &Ids::default()).await.unwrap();
        let sent = &world.zitadel.codes()[codes..];
        let by = |channel| sent.iter().filter(|code| code.channel == channel).count() as u64;
        let cost = Cost {
            requests: world.zitadel.requests() - requests,
            mails: by(Channel::Mail),
            texts: by(Channel::Sms),
        };
        assert_eq!(foreseen, cost, "{}", change.kind.name());
    }
}
