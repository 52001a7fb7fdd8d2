//! Writes that need a look inside, a change by others, or a server of another age.

use directory_sync::config::ApplySettings;
use directory_sync::model::{ActionKind, Change, Ids, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Target, TargetErrorKind as Kind};
use proptest::prop_assert_eq;
use proptest::test_runner::TestRunner;
use serde_json::json;
use testkit::zitadel::{Channel, Options, UserSeed, Version, normalise_phone};

use crate::target_contract::support::{
    World, ada, at, create, edit, edit_of, nth, offline, person, roles_change, update,
};

/// With the flags that ask for verification, codes are on their way, for a new account as for a changed one.
#[tokio::test]
async fn verification_sends_codes() {
    let mut world = World::new();
    (world.settings.verify_email, world.settings.verify_phone) = (true, true);
    let target = world.prepared().await;
    let first = person(&target, &[("phone", "+4930901820")]);
    let id = create(&target, &first).await.unwrap().target_id.unwrap();
    let second = person(&target, &[("phone", "+4930901821"), ("email", "ada@example.com")]);
    update(
        &target,
        edit_of(&target, id.as_str(), second, &["email", "phone"]),
    )
    .await
    .unwrap();

    let codes: Vec<_> = world
        .zitadel
        .codes()
        .into_iter()
        .map(|code| (code.channel, code.recipient))
        .collect();
    let wanted = [
        (Channel::Mail, "ada@example.org"),
        (Channel::Sms, "+4930901820"),
        (Channel::Mail, "ada@example.com"),
        (Channel::Sms, "+4930901821"),
    ];
    assert_eq!(
        codes,
        wanted.map(|(channel, recipient)| (channel, recipient.to_owned()))
    );
    let user = world.zitadel.user(id.as_str()).unwrap();
    assert_eq!((user.email_verified, user.phone_verified), (false, false));
}

/// Only what changes is sent.
#[tokio::test]
async fn only_what_changes_is_sent() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let after = person(&target, &[("phone", "+4930901821")]);
    update(&target, edit_of(&target, &id, after, &["phone"]))
        .await
        .unwrap();
    assert_eq!(
        world.zitadel.writes()[0].body,
        json!({"phone": {"phone": "+4930901821", "isVerified": true}})
    );
}

/// The id of a link that goes may hold a slash; a server that cannot be told so is named in a warning.
#[tokio::test]
async fn a_link_goes_whatever_is_in_its_id() {
    const FORMER: &str = "a/b+c==";
    for (version, warnings) in [(Version::V4, 0), (Version::V2_64, 1)] {
        let mut world = World::with(Options {
            version,
            ..Options::default()
        });
        world.settings.sso_login = true;
        let id = world.zitadel.add_user(UserSeed {
            links: vec![(world.zitadel.idp_id(), FORMER.into(), String::new())],
            ..ada()
        });
        let target = world.prepared().await;
        let mut adopt = edit_of(&target, &id, person(&target, &[]), &["idp_link"]);
        adopt.changes[0].before = Some(Value::text(FORMER));
        for _ in 0..2 {
            let change = Change::edit_as(ActionKind::Adopt, adopt.clone());
            let applied = target.apply(&change, &Ids::default()).await.unwrap();
            assert_eq!(applied.warnings.len(), warnings, "{version:?}");
            let links = world.zitadel.user(&id).unwrap().links;
            assert_eq!(links.len(), 1 + warnings, "{version:?}");
            assert_eq!(links[warnings].user_id, "ada");
        }
    }
}

/// A grant that an administrator deactivated is not activated, and that is reported.
#[tokio::test]
async fn a_deactivated_grant_stays_so() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let grant = world.zitadel.user(&id).unwrap().grants[0].id.clone();
    world.meddle(
        "POST",
        &format!("/management/v1/users/{id}/grants/{grant}/_deactivate"),
    );
    let target = world.prepared().await;
    assert_eq!(target.warnings(&[]).len(), 1);

    let mut again = edit(&id, person(&target, &[]));
    again.changes.push(roles_change(&target, &[], &["User"]));
    let applied = update(&target, again).await.unwrap();
    assert_eq!(applied.warnings.len(), 1);
    assert!(!world.zitadel.user(&id).unwrap().grants[0].active);
}

/// A holder that can never become the person's account is described.
#[tokio::test]
async fn holders_of_another_kind_are_named() {
    let world = World::new();
    world.zitadel.add_user(UserSeed {
        machine: true,
        username: "ada@example.org".into(),
        ..UserSeed::default()
    });
    let target = world.prepared().await;
    let error = target
        .accounts_with_login(&person(&target, &[]))
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert!(error.what.contains("machine user"), "{error}");
}

/// It is reported if a machine user, or an invisible owner, has the name that an account is to get.
#[tokio::test]
async fn a_rename_names_holders_of_another_kind() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let machine_id = world.zitadel.add_user(UserSeed {
        machine: true,
        username: "n2@example.org".into(),
        ..UserSeed::default()
    });
    world.zitadel.add_user(UserSeed {
        organization: Some(world.zitadel.other_organization_id()),
        roles: vec![],
        ..nth(3)
    });
    let target = world.prepared().await;
    let machine = format!("; machine user {machine_id} has the login name");
    let hidden = "; no visible account has the login name, so an account of another organization";
    for (email, who) in [("N2@example.org", machine.as_str()), ("n3@example.org", hidden)] {
        let edit = edit_of(&target, &id, person(&target, &[("email", email)]), &["email"]);
        let error = update(&target, edit).await.unwrap_err();
        assert_eq!(
            (error.kind, error.error_id.as_deref()),
            (Kind::Conflict, Some("V3-DKcYh"))
        );
        assert!(error.what.contains(who), "{error}");
        assert!(error.hint.unwrap().contains("rename that account"));
    }
}

/// A number as the tool sends it is stored as it was sent, so that the next run finds nothing to do.
#[test]
fn a_normalized_phone_is_stored_as_sent() {
    let inputs = "\\+?[0-9 ()/.-]{1,20}|(\\+|00)(41|49|43|44|39|33|1|7|54|55|52|86|353)0?[0-9]{4,12}";
    let target = ZitadelTarget::new(&offline(), &ApplySettings::default()).unwrap();
    let stays = |input: String| {
        let mut ada = person(&target, &[("phone", &input)]);
        target.normalize(&mut ada).unwrap();
        if let Some(sent) = ada.attributes.text(at(&target, "phone")) {
            prop_assert_eq!(normalise_phone(sent), Some(sent.to_owned()));
        }
        Ok(())
    };
    TestRunner::default().run(&inputs, stays).unwrap();
}
