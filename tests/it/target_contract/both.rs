//! Behaviours that need nothing but a Zitadel: each is shown against the double and, when `DIRECTORY_SYNC_LIVE_ZITADEL` names
//! the configuration of an installation, against the real one. What needs faults or a look inside is shown by the double alone.

mod stage;

use directory_sync::model::{Account, Action, Expected, Identity, Lifecycle, Value};
use directory_sync::target::{Hidden, Target, TargetErrorKind as Kind};
use testkit::zitadel::{Options, Version};

use self::stage::{Stage, on_configured, on_double, on_live, unprepared};
use super::support::{World, ada, at, create, delete, disable, edit, edit_of, read_all, update};

macro_rules! behaviours {
    ($($behaviour:ident)*) => {
        mod double {
            $(#[tokio::test] async fn $behaviour() { super::on_double(super::$behaviour).await })*
        }
        mod live {
            $(#[tokio::test] async fn $behaviour() { super::on_live(super::$behaviour).await })*
        }

        /// All of them, one after the other, on the Zitadel of a configuration.
        async fn all_on(file: &std::path::Path) {
            $(on_configured(file, $behaviour).await;)*
        }
    };
}

behaviours! {
    a_new_account_reads_back_as_it_was_written
    a_listed_account_is_listed_once
    a_taken_name_is_a_conflict_with_a_holder
    a_refused_phone_is_left_out
    values_change_and_go
    metadata_changes_and_goes
    disabling_and_enabling_twice_is_fine
    removing_twice_is_fine
    the_role_is_taken_and_given
    a_rename_to_a_taken_name_names_the_holder
    a_name_can_be_set_aside
    a_taken_link_is_told_from_a_taken_name
    a_wrong_role_or_organization_is_refused
}

const LISTED: [&str; 4] = ["first_name", "last_name", "email", "phone"];

/// What the list shows of a person, and what it shows of the account.
fn assert_shown(target: &impl Target, account: &Account, who: &Identity) {
    let schema = target.schema();
    for name in LISTED {
        let attribute = schema.index(name).unwrap();
        assert_eq!(
            account.attributes.get(attribute),
            who.attributes.get(attribute),
            "{name}"
        );
    }
    assert_eq!(account.id.as_ref(), Some(&who.id));
}

async fn a_new_account_reads_back_as_it_was_written(stage: &Stage) {
    let target = stage.target().await;
    let phone = [("phone", "+4930901820"), ("preferred_username", "ådå")];
    let ada = stage.somebody(&target, &phone);
    let id = stage.make(&target, &ada).await;
    let account = stage.account(&target, &ada).await.unwrap();
    assert_shown(&target, &account, &ada);
    assert_eq!(account.target_id, id);
    assert_eq!(
        (account.lifecycle, account.email_verified),
        (Lifecycle::Active, true)
    );
    assert_eq!(account.entitlements, ada.entitlements);
    let (localpart, name) = (at(&target, "localpart"), at(&target, "preferred_username"));
    let held = [
        Expected::Present(localpart),
        Expected::Value(name, &Value::text("ådå")),
        Expected::NotDisabledByUs,
    ];
    stage.holds(&target, &id, &held).await;
}

async fn a_listed_account_is_listed_once(stage: &Stage) {
    let target = stage.target().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let somebody = stage.somebody(&target, &[]);
        made.push(stage.make(&target, &somebody).await);
        stage.account(&target, &somebody).await.unwrap();
    }
    let listed = read_all(&target).await;
    for id in made {
        let times = listed.iter().filter(|account| account.target_id == id).count();
        assert_eq!(times, 1);
    }
}

async fn a_taken_name_is_a_conflict_with_a_holder(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let email = at(&target, "email");
    let mut same = stage.somebody(&target, &[]);
    let loud = ada.attributes.text(email).unwrap().to_uppercase();
    same.attributes.set(email, Some(Value::text(loud)));
    let error = create(&target, &same).await.unwrap_err();
    assert_eq!(error.error_id.as_deref(), Some("V3-DKcYh"));
    assert_eq!(error.kind, Kind::Conflict);
    let holder = stage.account(&target, &same).await.unwrap();
    assert_eq!((holder.target_id, holder.id), (id, Some(ada.id)));
    // Somebody hidden is waited for, and nobody is here.
    assert!(target.catch_up(Hidden::Somebody).await.unwrap());
    let nobody = stage.somebody(&target, &[]);
    assert_eq!(target.holders(&nobody).await.unwrap(), []);
}

async fn a_refused_phone_is_left_out(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[]);
    let phone = at(&target, "phone");
    // What this tool would not even send.
    ada.attributes.set(phone, Some(Value::text("+1")));
    let id = stage.make(&target, &ada).await;
    let account = stage.account(&target, &ada).await.unwrap();
    assert_eq!(
        (account.attributes.get(phone), account.entitlements.len()),
        (None, 1)
    );
    let again = update(&target, edit_of(&target, id.as_str(), ada, &["phone"])).await;
    assert_eq!(again.unwrap().warnings.len(), 1);
}

async fn values_change_and_go(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[("phone", "+4930901820")]);
    let id = stage.make(&target, &ada).await;
    let renamed = stage.somebody(&target, &[]);
    for (name, value) in [
        ("last_name", Some("King")),
        ("phone", Some("+4930901821")),
        ("email", renamed.attributes.text(at(&target, "email"))),
        ("phone", None),
    ] {
        ada.attributes.set(at(&target, name), value.map(Value::text));
        // What is gone already may go again.
        for _ in 0..2 {
            let edit = edit_of(&target, id.as_str(), ada.clone(), &[name]);
            update(&target, edit).await.unwrap();
        }
        let account = stage.account(&target, &ada).await.unwrap();
        assert_eq!(account.target_id, id);
        assert_shown(&target, &account, &ada);
    }
}

async fn metadata_changes_and_goes(stage: &Stage) {
    let target = stage.target().await;
    let mut ada = stage.somebody(&target, &[("preferred_username", "ada")]);
    let id = stage.make(&target, &ada).await;
    let name = at(&target, "preferred_username");
    for value in [Some("ådå"), None, None] {
        ada.attributes.set(name, value.map(Value::text));
        let edit = edit_of(&target, id.as_str(), ada.clone(), &["preferred_username"]);
        update(&target, edit).await.unwrap();
        let wanted = value.map(Value::text);
        let wanted = wanted
            .as_ref()
            .map_or(Expected::Absent(name), |value| Expected::Value(name, value));
        stage.holds(&target, &id, &[wanted]).await;
    }
}

async fn disabling_and_enabling_twice_is_fine(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    for _ in 0..2 {
        disable(&target, id.as_str()).await.unwrap();
        let account = stage.account(&target, &ada).await.unwrap();
        assert_eq!(account.lifecycle, Lifecycle::Disabled);
        stage.holds(&target, &id, &[Expected::DisabledByUs]).await;
    }
    for _ in 0..2 {
        let mut enable = edit(id.as_str(), ada.clone());
        enable.enable = true;
        let action = Action::Enable(enable);
        target.apply(&action.into()).await.unwrap();
        let account = stage.account(&target, &ada).await.unwrap();
        assert_eq!(account.lifecycle, Lifecycle::Active);
        stage.holds(&target, &id, &[Expected::NotDisabledByUs]).await;
    }
}

async fn removing_twice_is_fine(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    for _ in 0..2 {
        delete(&target, id.as_str()).await.unwrap();
        assert_eq!(stage.account(&target, &ada).await, None);
    }
    disable(&target, id.as_str()).await.unwrap();
    let edit = edit_of(&target, id.as_str(), ada, &["last_name"]);
    let error = update(&target, edit).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
}

async fn the_role_is_taken_and_given(stage: &Stage) {
    let target = stage.target().await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let role = || vec![Box::from(stage.settings.role.as_str())];
    for given in [false, false, true, true] {
        let mut change = edit(id.as_str(), ada.clone());
        let side = if given {
            &mut change.grant
        } else {
            &mut change.revoke
        };
        *side = role();
        update(&target, change).await.unwrap();
        let account = stage.account(&target, &ada).await.unwrap();
        assert_eq!(account.entitlements.len(), usize::from(given));
    }
}

async fn a_rename_to_a_taken_name_names_the_holder(stage: &Stage) {
    let target = stage.target().await;
    let (mut ada, ben) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let holder = stage.make(&target, &ben).await;
    stage.account(&target, &ben).await.unwrap();
    let email = at(&target, "email");
    ada.attributes.set(email, ben.attributes.get(email).cloned());
    let edit = edit_of(&target, id.as_str(), ada, &["email"]);
    let error = update(&target, edit).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert!(error.what.contains(&format!("account {holder} has")), "{error}");
}

async fn a_name_can_be_set_aside(stage: &Stage) {
    let target = stage.target().await;
    let (ada, spare) = (stage.somebody(&target, &[]), stage.somebody(&target, &[]));
    let id = stage.make(&target, &ada).await;
    let email = at(&target, "email");
    let name = spare.attributes.text(email).unwrap();
    target.set_login(&id, name).await.unwrap();
    let account = stage.account(&target, &spare).await.unwrap();
    assert_eq!((&*account.login, &account.target_id), (name, &id));
    assert_eq!(account.attributes.get(email), ada.attributes.get(email));
    assert_eq!(stage.account(&target, &ada).await, None);
}

async fn a_taken_link_is_told_from_a_taken_name(stage: &Stage) {
    let mut settings = stage.settings.clone();
    if settings.idp_id.is_none() {
        println!("not shown: `zitadel.idp_id` is not set");
        return;
    }
    settings.sso_login = true;
    let target = stage.target_with(&settings).await;
    let ada = stage.somebody(&target, &[]);
    let id = stage.make(&target, &ada).await;
    let (link, email) = (at(&target, "idp_link"), at(&target, "email"));
    stage
        .holds(
            &target,
            &id,
            &[Expected::Value(link, ada.attributes.get(link).unwrap())],
        )
        .await;
    let mut ben = stage.somebody(&target, &[]);
    ben.attributes.set(link, ada.attributes.get(link).cloned());
    let error = create(&target, &ben).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(stage.account(&target, &ben).await, None);
    let error = target.nobody_seen(error);
    assert!(
        error.what.contains("the link to the identity provider"),
        "{error}"
    );
    ben.attributes.set(email, ada.attributes.get(email).cloned());
    assert_eq!(create(&target, &ben).await.unwrap_err().kind, Kind::Conflict);
    assert_eq!(stage.account(&target, &ben).await.unwrap().target_id, id);
}

async fn a_wrong_role_or_organization_is_refused(stage: &Stage) {
    let mut settings = stage.settings.clone();
    settings.role = "nobody has heard of it".into();
    let error = unprepared(&settings).prepare().await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured, "{error}");
    let mut settings = stage.settings.clone();
    settings.organization_id = "1".into();
    assert!(unprepared(&settings).prepare().await.is_err());
}

/// What a maintainer with a real Zitadel runs, on a double: the configuration is read, everything holds, and nobody is left
/// behind.
#[tokio::test]
async fn the_way_to_a_real_one_works() {
    for version in [Version::V2_64, Version::V4_2, Version::V4] {
        let world = World::with(Options {
            version,
            ..Options::default()
        });
        let stranger = world.zitadel.add_user(ada());
        let key = world.file("key.json", &world.zitadel.key_file_json());
        let people = world.file("users.csv", "email,first_name,last_name,phone\n");
        let config = world.file(
            "config.yaml",
            &format!(
                "zitadel:\n  url: {}\n  key_file: {}\n  organization_id: '{}'\n  project_id: '{}'\n  idp_id: '{}'\n\
                 sources:\n  csv:\n    file_path: {}\n",
                world.zitadel.url(),
                key.display(),
                world.zitadel.organization_id(),
                world.zitadel.project_id(),
                world.zitadel.idp_id(),
                people.display(),
            ),
        );
        all_on(&config).await;
        let left: Vec<String> = world.zitadel.users().into_iter().map(|user| user.id).collect();
        assert_eq!(left, [stranger]);
    }
}
