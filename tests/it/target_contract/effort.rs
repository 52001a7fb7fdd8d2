//! What a change is said to cost is what it costs.

use directory_sync::model::{Absence, Action, Change, ExternalId, Identity, Lifecycle, Note, Removal, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Effort, Target};
use testkit::zitadel::{Channel, UserSeed};

use super::support::{World, ada, at, edit_of, filled, person, removal, removal_now};

/// A person whose link follows from the id.
fn linked(target: &ZitadelTarget, mut identity: Identity) -> Identity {
    let link = Value::text(String::from_utf8(identity.id.as_bytes().to_vec()).unwrap());
    identity.attributes.set(at(target, "idp_link"), Some(link));
    identity
}

/// One change of each kind, for this account without a role and for new people, in an order in which each can be carried out.
fn one_of_each_kind(target: &ZitadelTarget, id: &str) -> Vec<Action> {
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
    let disabled = Identity {
        lifecycle: Lifecycle::Disabled,
        id: ExternalId::new(*b"third"),
        ..person(target, &[("email", "third@example.org")])
    };
    let newcomer = Identity {
        id: ExternalId::new(*b"new"),
        ..new.clone()
    };
    let create = |identity: Identity| {
        let identity = linked(target, identity);
        let attributes = filled(target, &identity);
        Action::Create { identity, attributes }
    };
    let mut adopted = edit_of(target, id, new, &["first_name", "preferred_username", "idp_link"]);
    adopted.grant = vec!["User".into()];
    let mut edit = edit_of(
        target,
        id,
        gone.clone(),
        &["email", "phone", "preferred_username"],
    );
    edit.revoke = vec!["User".into()];
    assert_eq!(edit.attributes[1].attribute, at(target, "phone"));
    let mut enabled = edit_of(target, id, gone, &[]);
    (enabled.enable, enabled.returned) = (true, true);
    let back_but_disabled = Removal {
        returned: true,
        ..removal(target, id)
    };
    vec![
        create(disabled),
        Action::Adopt(adopted),
        Action::Update(edit),
        create(newcomer),
        note(target, id),
        Action::Disable(back_but_disabled),
        note(target, id),
        Action::Enable(enabled),
        Action::Disable(removal(target, id)),
        Action::Delete(removal(target, id)),
    ]
}

fn note(target: &ZitadelTarget, id: &str) -> Action {
    Action::Note(Note {
        account: removal(target, id).account,
        absence: Absence {
            since: 1_700_000_000,
            runs: 2,
        },
    })
}

/// The change with its account as the list shows it by now: it is looked at before it is written to.
async fn as_listed(world: &World, target: &ZitadelTarget, id: &str, action: Action) -> Change {
    let mut change = Change::from(action);
    if let (Action::Disable(removal) | Action::Delete(removal), Some(user)) =
        (&mut change.action, world.zitadel.user(id))
    {
        removal.account.id_text = user.nick_name.into();
        removal.account.login = user.username.into();
        let address = Value::text(user.email);
        removal.account.attributes.set(at(target, "email"), Some(address));
    }
    if let Some(edit) = change.edit_mut() {
        edit.before = Some(Box::new(removal_now(target, id).await.account));
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
    for action in one_of_each_kind(&target, &id) {
        let change = as_listed(&world, &target, &id, action).await;
        let foreseen = target.effort(&change);
        let (requests, codes) = (world.zitadel.requests(), world.zitadel.codes().len());
        target.apply(&change).await.unwrap();
        let sent = &world.zitadel.codes()[codes..];
        let by = |channel| sent.iter().filter(|code| code.channel == channel).count() as u64;
        let cost = Effort {
            requests: world.zitadel.requests() - requests,
            mails: by(Channel::Mail),
            texts: by(Channel::Sms),
        };
        assert_eq!(foreseen, cost, "{}", change.action.name());
    }
}
