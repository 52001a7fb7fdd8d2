//! Each change is as few requests as it can be, and leaves what it says.

use directory_sync::config::ApplySettings;
use directory_sync::model::{Action, Change, Lifecycle, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Target, TargetErrorKind as Kind};
use proptest::prop_assert_eq;
use proptest::test_runner::TestRunner;
use serde_json::json;
use testkit::zitadel::{Channel, Options, UserSeed, UserState, Version, normalise_phone};

use super::support::{
    World, ada, at, create, delete, disable, edit, edit_of, nth, offline, person, read_all, update,
};

const CREATE: &str = "POST /v2/users/human";
const UPDATE: &str = "PUT /v2/users/human/{userId}";
const GRANT: &str = "POST /management/v1/users/{userId}/grants";

/// A new account is one request with everything in it, and one for the role.
#[tokio::test]
async fn create_is_one_call_and_a_grant() {
    let mut world = World::new();
    world.settings.sso_login = true;
    let target = world.prepared().await;
    let ada = person(
        &target,
        &[("phone", "+4930901820"), ("preferred_username", "ada")],
    );

    let applied = create(&target, &ada).await.unwrap();

    assert_eq!(world.writes(), [CREATE, GRANT]);
    assert_eq!(applied.warnings, [""; 0]);
    let user = world.zitadel.user(applied.target_id.unwrap().as_str()).unwrap();
    assert_eq!(
        serde_json::to_value(user).unwrap(),
        json!({
            "organization": "Example Org", "state": "Active", "username": "ada@example.org",
            "given_name": "Ada", "family_name": "Lovelace", "nick_name": "616461",
            "display_name": "Lovelace, Ada", "language": "und",
            "email": "ada@example.org", "email_verified": true, "phone": "+4930901820", "phone_verified": true,
            "metadata": {"localpart": "4d3f729c-f6a8-5955-bde4-1acf8d54265f", "preferred_username": "ada"},
            "links": [{"user_id": "ada", "user_name": "ada@example.org"}],
            "grants": [{"project": "Messenger", "roles": ["User"], "active": true}],
        })
    );
}

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

/// A disabled person's account is marked and inactive.
#[tokio::test]
async fn a_disabled_person_is_created_inactive() {
    let world = World::new();
    let target = world.prepared().await;
    let mut ada = person(&target, &[]);
    ada.lifecycle = Lifecycle::Disabled;
    let id = create(&target, &ada).await.unwrap().target_id.unwrap();

    assert_eq!(
        world.writes(),
        [CREATE, "POST /v2/users/{userId}/deactivate", GRANT]
    );
    let user = world.zitadel.user(id.as_str()).unwrap();
    assert_eq!(user.state, UserState::Inactive);
    assert_eq!(user.metadata["directory-sync.disabled_by"], "directory-sync");
}

/// A phone number that Zitadel refuses keeps nobody from an account or a role.
#[tokio::test]
async fn create_goes_on_without_a_refused_phone() {
    let world = World::new();
    let target = world.prepared().await;
    let applied = create(&target, &person(&target, &[("phone", "n/a")]))
        .await
        .unwrap();

    assert_eq!(world.writes(), [CREATE, CREATE, GRANT]);
    assert_eq!(applied.warnings.len(), 1);
    let user = world.zitadel.user_named("ada@example.org").unwrap();
    assert_eq!((user.phone.as_str(), user.grants.len()), ("", 1));
}

/// Names, address and number change in one request, and the user name follows the address.
#[tokio::test]
async fn update_is_one_call() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let after = person(
        &target,
        &[
            ("first_name", "Augusta"),
            ("email", "augusta@example.org"),
            ("phone", "+4930901821"),
        ],
    );
    update(
        &target,
        edit_of(&target, &id, after, &["first_name", "email", "phone"]),
    )
    .await
    .unwrap();

    assert_eq!(world.writes(), [UPDATE]);
    let user = world.zitadel.user(&id).unwrap();
    assert_eq!(
        [
            &*user.username,
            &user.email,
            &user.given_name,
            &user.family_name,
            &user.display_name,
            &user.phone
        ],
        [
            "augusta@example.org",
            "augusta@example.org",
            "Augusta",
            "Lovelace",
            "Lovelace, Augusta",
            "+4930901821"
        ]
    );
    assert_eq!((user.nick_name.as_str(), user.email_verified), ("616461", true));
}

/// What does not change is not sent.
#[tokio::test]
async fn only_what_changes_is_sent() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;

    update(&target, edit(&id, person(&target, &[]))).await.unwrap();
    assert_eq!(world.zitadel.requests(), 0);

    let after = person(&target, &[("phone", "+4930901821")]);
    update(&target, edit_of(&target, &id, after, &["phone"]))
        .await
        .unwrap();
    assert_eq!(
        world.zitadel.writes()[0].body,
        json!({"phone": {"phone": "+4930901821", "isVerified": true}})
    );
}

/// An account without our id gets it, together with the names that Zitadel wants beside it.
#[tokio::test]
async fn adoption_writes_the_id() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        nick_name: "Adi".into(),
        ..ada()
    });
    let target = world.prepared().await;
    let mut adopt = edit(&id, person(&target, &[]));
    adopt.id_before = Some("Adi".into());
    let action = Action::Adopt(adopt);
    target.apply(&Change::from(action)).await.unwrap();

    assert_eq!(world.writes(), [UPDATE]);
    assert_eq!(world.zitadel.user(&id).unwrap().nick_name, "616461");
}

/// What is shown of a name was chosen by somebody, and stays while the names do.
#[tokio::test]
async fn the_shown_name_follows_the_names_alone() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        nick_name: "Adi".into(),
        display_name: "Countess".into(),
        ..ada()
    });
    let target = world.prepared().await;
    let mut adopt = edit(&id, person(&target, &[]));
    adopt.id_before = Some("Adi".into());
    let action = Action::Adopt(adopt);
    target.apply(&Change::from(action)).await.unwrap();
    assert_eq!(world.zitadel.user(&id).unwrap().display_name, "Countess");

    let renamed = person(&target, &[("last_name", "King")]);
    update(&target, edit_of(&target, &id, renamed, &["last_name"]))
        .await
        .unwrap();
    assert_eq!(world.zitadel.user(&id).unwrap().display_name, "King, Ada");
}

/// A link is written when the plan says so, once; one that is another account's fails the change, not the rest of it.
#[tokio::test]
async fn an_account_is_linked() {
    let mut world = World::new();
    world.settings.sso_login = true;
    let id = world.zitadel.add_user(ada());
    let other = world.zitadel.add_user(nth(1));
    let target = world.prepared().await;
    let link = async |id: &str| {
        let ada = person(&target, &[("email", "other@example.org")]);
        let change = Change::from(Action::Adopt(edit_of(&target, id, ada, &["idp_link"])));
        target.apply(&change).await
    };
    for _ in 0..2 {
        assert!(link(&id).await.unwrap().warnings.is_empty());
        let links = world.zitadel.user(&id).unwrap().links;
        assert_eq!(
            links.iter().map(|link| &*link.user_id).collect::<Vec<_>>(),
            ["ada"]
        );
    }
    let names = person(&target, &[("last_name", "King")]);
    let error = update(
        &target,
        edit_of(&target, &other, names, &["last_name", "idp_link"]),
    )
    .await
    .unwrap_err();
    assert_eq!((error.kind, error.stops_run()), (Kind::Conflict, false));
    assert!(
        error
            .what
            .ends_with("the link to the identity provider is another account's"),
        "{error}"
    );
    let left = world.zitadel.user(&other).unwrap();
    assert_eq!((&*left.family_name, left.links.len()), ("King", 0));
}

/// A link that is replaced goes, whatever is in its id; a server that cannot be told so is named in a warning.
#[tokio::test]
async fn the_link_of_a_former_id_goes() {
    for (version, former, warnings) in [
        (Version::V4, "plain", 0),
        (Version::V4, "a/b+c==", 0),
        (Version::V2_64, "plain", 0),
        (Version::V2_64, "a/b+c==", 1),
    ] {
        let mut world = World::with(Options {
            version,
            ..Options::default()
        });
        world.settings.sso_login = true;
        let id = world.zitadel.add_user(UserSeed {
            links: vec![(world.zitadel.idp_id(), former.into(), String::new())],
            ..ada()
        });
        let target = world.prepared().await;
        let mut adopt = edit_of(&target, &id, person(&target, &[]), &["idp_link"]);
        adopt.attributes[0].before = Some(Value::text(former));
        for _ in 0..2 {
            let action = Action::Adopt(adopt.clone());
            let applied = target.apply(&Change::from(action)).await.unwrap();
            assert_eq!(applied.warnings.len(), warnings, "{version:?} {former}");
            let links = world.zitadel.user(&id).unwrap().links;
            assert_eq!(links.len(), 1 + warnings, "{version:?} {former}");
            assert_eq!(links[warnings].user_id, "ada");
        }
    }
}

/// A refused number leaves the stored one; without it there may be nothing left to send.
#[tokio::test]
async fn update_keeps_the_phone_when_the_new_one_is_refused() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let after = person(&target, &[("phone", "n/a")]);
    let applied = update(&target, edit_of(&target, &id, after, &["phone"]))
        .await
        .unwrap();
    assert_eq!((world.writes().len(), applied.warnings.len()), (1, 1));

    let after = person(&target, &[("phone", "n/a"), ("last_name", "King")]);
    update(&target, edit_of(&target, &id, after, &["last_name", "phone"]))
        .await
        .unwrap();
    let user = world.zitadel.user(&id).unwrap();
    assert_eq!(
        (user.family_name.as_str(), user.phone.as_str()),
        ("King", "+4930901820")
    );
}

/// A number and a preferred user name that the source no longer has go; that they are gone already is fine.
#[tokio::test]
async fn lost_values_are_removed() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    let lost = || {
        edit_of(
            &target,
            &id,
            person(&target, &[]),
            &["phone", "preferred_username"],
        )
    };
    for _ in 0..2 {
        update(&target, lost()).await.unwrap();
        let user = world.zitadel.user(&id).unwrap();
        assert_eq!(user.phone, "");
        assert_eq!(user.metadata.keys().collect::<Vec<_>>(), ["localpart"]);
    }
}

/// Several metadata entries are one request.
#[tokio::test]
async fn metadata_is_set_in_one_call() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        metadata: vec![],
        ..ada()
    });
    let target = world.prepared().await;
    let after = person(&target, &[("preferred_username", "ådå"), ("localpart", "lp")]);
    update(
        &target,
        edit_of(&target, &id, after, &["preferred_username", "localpart"]),
    )
    .await
    .unwrap();

    assert_eq!(
        world.writes(),
        ["POST /management/v1/users/{userId}/metadata/_bulk".to_owned()]
    );
    let metadata = world.zitadel.user(&id).unwrap().metadata;
    assert_eq!(
        (&*metadata["preferred_username"], &*metadata["localpart"]),
        ("ådå", "lp")
    );
}

/// A disabled account is marked as ours; enabling it takes the mark away. Doing either twice is fine.
#[tokio::test]
async fn disable_and_enable_are_repeatable() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    for _ in 0..2 {
        disable(&target, &id).await.unwrap();
        let user = world.zitadel.user(&id).unwrap();
        assert_eq!(user.state, UserState::Inactive);
        assert_eq!(user.metadata["directory-sync.disabled_by"], "directory-sync");
    }
    for _ in 0..2 {
        let mut enable = edit(&id, person(&target, &[]));
        enable.enable = true;
        let action = Action::Enable(enable);
        target.apply(&Change::from(action)).await.unwrap();
        let user = world.zitadel.user(&id).unwrap();
        assert_eq!(user.state, UserState::Active);
        assert!(!user.metadata.contains_key("directory-sync.disabled_by"));
    }
}

/// Who is gone needs no removal, but cannot be updated either.
#[tokio::test]
async fn gone_is_fine_for_removals_only() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let target = world.prepared().await;
    delete(&target, &id).await.unwrap();
    assert_eq!(world.zitadel.users(), []);
    delete(&target, &id).await.unwrap();
    disable(&target, &id).await.unwrap();

    let after = person(&target, &[("last_name", "King")]);
    let error = update(&target, edit_of(&target, &id, after, &["last_name"]))
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    let after = person(&target, &[]);
    let error = update(&target, edit_of(&target, &id, after, &["phone"]))
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

/// A grant with other roles is widened, and narrowed again without touching those.
#[tokio::test]
async fn roles_of_others_stay() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        roles: vec!["Admin".into()],
        ..ada()
    });
    let target = world.prepared().await;
    let roles = || {
        world
            .zitadel
            .user(&id)
            .unwrap()
            .grants
            .iter()
            .map(|grant| grant.roles.clone())
            .collect::<Vec<_>>()
    };

    let mut grant = edit(&id, person(&target, &[]));
    grant.grant = vec!["User".into()];
    update(&target, grant.clone()).await.unwrap();
    assert_eq!(roles(), [["Admin", "User"]]);
    world.zitadel.reset_counts();
    update(&target, grant).await.unwrap();
    assert_eq!(roles(), [["Admin", "User"]]);
    // A grant that holds the role already is left alone.
    assert_eq!(world.writes(), [GRANT]);

    let mut revoke = edit(&id, person(&target, &[]));
    revoke.revoke = vec!["User".into()];
    update(&target, revoke.clone()).await.unwrap();
    assert_eq!(roles(), [["Admin"]]);
    revoke.revoke = vec!["Admin".into()];
    update(&target, revoke).await.unwrap();
    assert_eq!(roles().len(), 0);
}

/// A user who has a role is not without any while it is exchanged for another one, and roles of others stay.
#[tokio::test]
async fn roles_are_exchanged_in_one_write() {
    let mut world = World::with(Options {
        roles: ["Admin", "Foreign", "User"].map(str::to_owned).to_vec(),
        ..Options::default()
    });
    world.settings.further_roles = vec!["Admin".into()];
    world.settings.owned_roles = vec!["User".into()];
    let id = world.zitadel.add_user(UserSeed {
        roles: vec!["Foreign".into(), "User".into()],
        ..ada()
    });
    let target = world.prepared().await;
    let account = read_all(&target).await.remove(0);
    assert_eq!(
        *account.entitlements,
        [Box::from("User")],
        "others are not looked at"
    );
    let mut exchange = edit(&id, person(&target, &[]));
    exchange.before = Some(Box::new(account));
    (exchange.grant, exchange.revoke) = (vec!["Admin".into()], vec!["User".into()]);
    update(&target, exchange).await.unwrap();
    assert_eq!(world.writes().len(), 1);
    let grants = world.zitadel.user(&id).unwrap().grants;
    assert_eq!(
        (grants.len(), grants[0].roles.clone()),
        (1, vec!["Foreign".to_owned(), "Admin".to_owned()])
    );
    let target = world.prepared().await;
    let account = read_all(&target).await.remove(0);
    assert_eq!(*account.entitlements, [Box::from("Admin")]);
}

/// A grant that an administrator deactivated is not activated, and that is said.
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
    assert_eq!(target.warnings().len(), 1);

    let mut again = edit(&id, person(&target, &[]));
    again.grant = vec!["User".into()];
    let applied = update(&target, again).await.unwrap();
    assert_eq!(applied.warnings.len(), 1);
    assert!(!world.zitadel.user(&id).unwrap().grants[0].active);
}

/// A taken user name is a conflict, and whoever holds it is found whatever its letter case.
#[tokio::test]
async fn a_taken_name_is_a_conflict_with_a_holder() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        email: "ADA@example.org".into(),
        nick_name: String::new(),
        ..ada()
    });
    let target = world.prepared().await;
    let ada = person(&target, &[]);
    let error = create(&target, &ada).await.unwrap_err();
    assert_eq!(
        (error.kind, error.error_id.as_deref()),
        (Kind::Conflict, Some("V3-DKcYh"))
    );
    assert_eq!(world.writes(), [CREATE]);

    let holders = target.holders(&ada).await.unwrap();
    let [holder] = &holders[..] else {
        panic!("{holders:?}")
    };
    assert_eq!(
        (holder.target_id.as_str(), &*holder.login),
        (id.as_str(), "ADA@example.org")
    );
    assert_eq!(&*holder.entitlements, [Box::from("User")]);
    assert_eq!(
        target
            .holders(&person(&target, &[("email", "no@body.org")]))
            .await
            .unwrap(),
        []
    );
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
    let error = target.holders(&person(&target, &[])).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert!(error.what.contains("machine user"), "{error}");
}

/// Two people never get one link to the identity provider; the error tells the link from the login name.
#[tokio::test]
async fn a_taken_link_is_told_from_a_taken_name() {
    let mut world = World::new();
    world.settings.sso_login = true;
    world.zitadel.add_user(UserSeed {
        links: vec![(world.zitadel.idp_id(), "ADA".into(), String::new())],
        ..nth(1)
    });
    let target = world.prepared().await;
    let ada = person(&target, &[]);
    let link = create(&target, &ada).await.unwrap_err();
    assert_eq!(target.holders(&ada).await.unwrap(), []);
    let link = target.nobody_seen(link);
    let name = create(&target, &person(&target, &[("email", "n1@example.org")]))
        .await
        .unwrap_err();
    assert_eq!((link.kind, name.kind), (Kind::Conflict, Kind::Conflict));
    assert!(
        link.what
            .contains("the link to the identity provider is another account's"),
        "{link}"
    );
    assert!(link.hint.unwrap().contains("remove the link"));
    assert!(!name.what.contains("link"), "{name}");
}

/// Who has the name that an account is to get is said, as far as it can be seen.
#[tokio::test]
async fn a_rename_says_who_has_the_name() {
    let world = World::new();
    let id = world.zitadel.add_user(ada());
    let taken = |seed| world.zitadel.add_user(seed);
    let person_id = taken(nth(1));
    let machine_id = taken(UserSeed {
        machine: true,
        username: "n2@example.org".into(),
        ..UserSeed::default()
    });
    taken(UserSeed {
        organization: Some(world.zitadel.other_organization_id()),
        roles: vec![],
        ..nth(3)
    });
    let target = world.prepared().await;
    for (email, who) in [
        (
            "n1@example.org",
            format!("; account {person_id} has the login name"),
        ),
        (
            "N2@example.org",
            format!("; machine user {machine_id} has the login name"),
        ),
        (
            "n3@example.org",
            "; nobody who can be seen has the login name, so an account of another organization".into(),
        ),
    ] {
        let edit = edit_of(&target, &id, person(&target, &[("email", email)]), &["email"]);
        let error = update(&target, edit).await.unwrap_err();
        assert_eq!(
            (error.kind, error.error_id.as_deref()),
            (Kind::Conflict, Some("V3-DKcYh"))
        );
        assert!(error.what.contains(&who), "{error}");
        assert!(error.hint.unwrap().contains("rename that account"));
    }
}

/// A wrong identity provider stops the run instead of failing once a person.
#[tokio::test]
async fn an_unknown_identity_provider_stops_the_run() {
    let mut world = World::new();
    (world.settings.sso_login, world.settings.idp_id) = (true, Some("1".into()));
    let target = world.prepared().await;
    let error = create(&target, &person(&target, &[])).await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.stops_run());
    assert!(error.hint.unwrap().contains("zitadel.idp_id"));
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
