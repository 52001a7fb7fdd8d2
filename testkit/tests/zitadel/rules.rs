//! Permissions, unique names, updates, filters.

use serde_json::{Value, json};
use testkit::zitadel::{Access, Channel, UserSeed};

use crate::{call, create_body, error_id, list, seed, start, total};

/// Without `user.read` lists are empty, without `user.write` creates are refused.
#[test]
fn missing_permissions() {
    let zitadel = start();
    let id = zitadel.add_user(seed("ada"));
    assert_eq!(total(&list(&zitadel)), "1");
    zitadel.revoke(&["user.read", "user.write", "user.delete"]);
    assert_eq!(total(&list(&zitadel)), "0");
    let create = call(&zitadel, "POST", "/v2/users/human", &create_body(&zitadel, "bob"));
    assert_eq!((create.status, error_id(&create).as_str()), (403, "AUTH-5mWD2"));
    let delete = call(&zitadel, "DELETE", &format!("/v2/users/{id}"), &Value::Null);
    assert_eq!((delete.status, error_id(&delete).as_str()), (403, "AUTH-AWfge"));
    zitadel.set_access(&Access::Permissions(vec!["events.read".to_owned()]));
    let events = call(
        &zitadel,
        "POST",
        "/admin/v1/events/_search",
        &json!({"aggregateId": id}),
    )
    .json();
    assert_eq!(events["events"].as_array().map(Vec::len), Some(3));
}

/// A name of a user in another organization, or of a machine user, is taken although no owner is visible.
#[test]
fn invisible_holders_of_names() {
    let zitadel = start();
    let organization = Some(zitadel.other_organization_id());
    zitadel.add_user(UserSeed {
        organization,
        ..seed("ada")
    });
    zitadel.add_user(UserSeed {
        machine: true,
        username: "bob@example.org".to_owned(),
        ..UserSeed::default()
    });
    for name in ["ada", "ADA", "bob"] {
        let reply = call(&zitadel, "POST", "/v2/users/human", &create_body(&zitadel, name));
        assert_eq!(
            (reply.status, error_id(&reply).as_str()),
            (409, "V3-DKcYh"),
            "{name}"
        );
    }
    assert_eq!(total(&list(&zitadel)), "0");
    assert!(zitadel.users().is_empty());
    assert_eq!(zitadel.all_users().len(), 4);
}

/// Codes are queued unless the address is verified or, on create, said to be unverified.
#[test]
fn verification_codes() {
    let zitadel = start();
    let create = |name: &str, email: Value| {
        let mut body = create_body(&zitadel, name);
        body["email"] = email;
        call(&zitadel, "POST", "/v2/users/human", &body).json()
    };
    create("a", json!({"email": "a@example.org", "isVerified": true}));
    create("b", json!({"email": "b@example.org", "isVerified": false}));
    create("c", json!({"email": "c@example.org"}));
    let returned = create("d", json!({"email": "d@example.org", "returnCode": {}}));
    let codes: Vec<_> = zitadel
        .codes()
        .into_iter()
        .map(|code| (code.channel, code.recipient))
        .collect();
    assert_eq!(
        codes,
        [
            (Channel::Mail, "c@example.org".into()),
            (Channel::Reply, "d@example.org".into())
        ]
    );
    assert_eq!(returned["emailCode"].as_str().map(str::len), Some(6));
    let b = zitadel.user_named("b@example.org").expect("b").id;
    let change = json!({"email": {"email": "b2@example.org", "isVerified": false}});
    call(&zitadel, "PUT", &format!("/v2/users/human/{b}"), &change);
    assert_eq!(zitadel.codes().len(), 3);
}

/// A refused part of an update leaves all parts as they were.
#[test]
fn updates_are_all_or_nothing() {
    let zitadel = start();
    let ids = zitadel.add_users([seed("ada"), seed("bob")]);
    let before = zitadel.users();
    let path = format!("/v2/users/human/{}", ids[0]);
    let profile = json!({"givenName": "Zoe", "familyName": "Z"});
    for body in [
        json!({"profile": profile, "phone": {"phone": "abc", "isVerified": true}}),
        json!({"profile": profile, "username": "BOB@example.org"}),
    ] {
        assert!(call(&zitadel, "PUT", &path, &body).status >= 400);
    }
    assert_eq!(zitadel.users(), before);
    assert_eq!(
        zitadel.event_counts(&ids[0]).get("user.human.profile.changed"),
        None
    );
}

/// Metadata filters look at one entry at a time and mix up two methods like the real server.
#[test]
fn metadata_filters() {
    let zitadel = start();
    zitadel.add_user(seed("ada"));
    zitadel.add_user(UserSeed {
        metadata: Vec::new(),
        ..seed("bare")
    });
    let count = |queries: Value| {
        total(&call(&zitadel, "POST", "/v2/users", &json!({"queries": queries})).json()).to_owned()
    };
    let key = |key: &str, method: &str| json!([{"metadataKeyFilter": {"key": key, "method": method}}]);
    assert_eq!(count(key("localpart", "TEXT_FILTER_METHOD_EQUALS")), "1");
    assert_eq!(count(key("calpa", "TEXT_FILTER_METHOD_CONTAINS")), "0");
    assert_eq!(count(key("calpa", "TEXT_FILTER_METHOD_ENDS_WITH")), "1");
    assert_eq!(
        count(json!([{"notQuery": {"query": {"metadataKeyFilter": {"key": "x"}}}}])),
        "1"
    );
    let both =
        json!([{"metadataKeyFilter": {"key": "localpart"}}, {"metadataValueFilter": {"value": "bHAtYWRh"}}]);
    assert_eq!(count(both), "1");
}

/// With two faults in one create the recorded one is reported.
#[test]
fn order_of_checks() {
    let zitadel = start();
    let idp = zitadel.idp_id();
    let link = (idp.clone(), "taken".to_owned(), "x".to_owned());
    zitadel.add_user(UserSeed {
        id: Some("known-id".to_owned()),
        links: vec![link],
        ..seed("min")
    });
    let blank_name = ("/profile/givenName", json!(" "));
    let named_mail = ("/email/email", json!("A B <a@example.org>"));
    let bad_phone = ("/phone", json!({"phone": "abc", "isVerified": true}));
    let blank_key = ("/metadata", json!([{"key": " ", "value": "eA=="}]));
    let known_id = ("/userId", json!("known-id"));
    let reserved = ("/username", json!("x@other-org.localhost"));
    let links = |idp: &str| json!([{"idpId": idp, "userId": "TAKEN", "userName": "x"}]);
    let unknown_idp = ("/idpLinks", links("1"));
    let taken_link = ("/idpLinks", links(&idp));
    let (taken, blank_user) = (
        ("/username", json!("MIN@example.org")),
        ("/username", json!("  ")),
    );
    let recorded = [
        ([&blank_user, &blank_name], "V2-zzad3"),
        ([&blank_user, &bad_phone], "V2-zzad3"),
        ([&blank_name, &named_mail], "EMAIL-599GV"),
        ([&named_mail, &bad_phone], "EMAIL-599GV"),
        ([&blank_name, &unknown_idp], "USER-UCej2"),
        ([&blank_key, &bad_phone], "PHONE-so0wa"),
        ([&bad_phone, &known_id], "PHONE-so0wa"),
        ([&reserved, &bad_phone], "PHONE-so0wa"),
        ([&blank_key, &unknown_idp], "USER-Drght"),
        ([&blank_key, &known_id], "USER-Drght"),
        ([&known_id, &unknown_idp], "COMMAND-7yiox1isql"),
        ([&known_id, &reserved], "COMMAND-7yiox1isql"),
        ([&reserved, &unknown_idp], "COMMAND-SFd21"),
        ([&unknown_idp, &taken], "COMMAND-39nf2"),
        ([&taken, &taken_link], "V3-DKcYh"),
    ];
    for (faults, id) in recorded {
        let mut body = create_body(&zitadel, "new");
        for (pointer, value) in faults {
            let (parent, field) = pointer.rsplit_once('/').unwrap_or(("", pointer));
            body.pointer_mut(parent).expect("the parent")[field] = value.clone();
        }
        let reply = call(&zitadel, "POST", "/v2/users/human", &body);
        assert_eq!(error_id(&reply), id, "{body}");
    }
    assert_eq!(zitadel.users().len(), 1);
}

/// What an administrator does by hand is neither counted nor logged.
#[test]
fn administrators_act_unseen() {
    let zitadel = start();
    let ada = zitadel.add_user(seed("ada"));
    let (status, _) = zitadel.act(
        "DELETE",
        &format!("/v2/users/{ada}/metadata?keys=localpart"),
        &json!({}),
    );
    assert_eq!(status, 200);
    let (status, body) = zitadel.act("POST", &format!("/v2/users/{ada}/reactivate"), &json!({}));
    assert_eq!(
        (status, body["details"][0]["id"].as_str()),
        (400, Some("COMMAND-s5qqcz97hf"))
    );
    assert!(zitadel.user(&ada).is_some_and(|user| user.metadata.is_empty()));
    assert_eq!((zitadel.requests(), zitadel.writes().len()), (0, 0));
}
