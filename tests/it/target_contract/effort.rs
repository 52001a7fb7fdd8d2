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

/// Requests and messages are foreseen to the last one, for every kind of change.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one change of each kind")]
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
    let new = person(
        &target,
        &[
            ("email", "new@example.org"),
            ("phone", "+49301234567"),
            ("preferred_username", "new"),
        ],
    );
    let gone = person(
        &target,
        &[("email", "other@example.org"), ("preferred_username", "")],
    );
    let mut disabled = person(&target, &[("email", "third@example.org")]);
    disabled.lifecycle = Lifecycle::Disabled;
    disabled.id = ExternalId::new(*b"third");
    let create = |identity: &Identity| Action::Create {
        identity: identity.clone(),
        attributes: filled(&target, identity),
    };
    let mut adopted = edit_of(
        &target,
        &id,
        new.clone(),
        &["first_name", "preferred_username", "idp_link"],
    );
    adopted.grant = vec!["User".into()];
    let mut edit = edit_of(
        &target,
        &id,
        gone.clone(),
        &["email", "phone", "preferred_username"],
    );
    edit.revoke = vec!["User".into()];
    assert_eq!(edit.attributes[1].attribute, at(&target, "phone"));
    let mut enabled = edit_of(&target, &id, gone, &[]);
    (enabled.enable, enabled.returned) = (true, true);
    let note = || {
        Action::Note(Note {
            account: removal(&target, &id).account,
            absence: Absence {
                since: 1_700_000_000,
                runs: 2,
            },
        })
    };
    let back_but_disabled = Removal {
        returned: true,
        ..removal(&target, &id)
    };
    let newcomer = Identity {
        id: ExternalId::new(*b"new"),
        ..new.clone()
    };
    let newcomer = linked(&target, newcomer);
    let disabled = linked(&target, disabled);
    for action in [
        create(&disabled),
        Action::Adopt(adopted),
        Action::Update(edit),
        create(&newcomer),
        note(),
        Action::Disable(back_but_disabled),
        note(),
        Action::Enable(enabled),
        Action::Disable(removal(&target, &id)),
        Action::Delete(removal(&target, &id)),
    ] {
        let mut change = Change::from(action);
        if let (Action::Disable(removal) | Action::Delete(removal), Some(user)) =
            (&mut change.action, world.zitadel.user(&id))
        {
            // As the list shows it by now.
            removal.account.id_text = user.nick_name.into();
            removal.account.login = user.username.into();
            let address = Value::text(user.email);
            removal
                .account
                .attributes
                .set(at(&target, "email"), Some(address));
        }
        if let Some(edit) = change.edit_mut() {
            // It is looked at before it is written to.
            edit.before = Some(Box::new(removal_now(&target, &id).await.account));
        }
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
