//! Rules beyond the recordings: seeds, options, changes by others, many objects.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::udm::{GroupSeed, Kind, Options, UdmDouble, UserSeed};

use crate::{BASE, address, call, create_user, start};

fn get(udm: &UdmDouble, kind: &str, dn: &str) -> Value {
    call(udm, "GET", &address(kind, dn), &Value::Null).json()
}

/// What is put in looks like what the API creates.
#[test]
fn seeds_look_like_created_objects() {
    let udm = start();
    let position = format!("cn=users,{BASE}");
    let seed = UserSeed::new("seeded", &position)
        .with("firstname", "Ada")
        .with("mailPrimaryAddress", "a@example.org");
    let seeded = udm.add_user(seed);
    let more = json!({"firstname": "Ada", "mailPrimaryAddress": "b@example.org"});
    create_user(&udm, "created", &more);
    let created = format!("uid=created,{position}");
    let mut views = [seeded, created].map(|dn| get(&udm, "users/user", &dn)["properties"].take());
    for (view, name) in views.iter_mut().zip(["seeded", "created"]) {
        let text = view.to_string().replace(name, "NAME");
        *view = serde_json::from_str(&text).expect("JSON");
        for different in [
            "uidNumber",
            "sambaRID",
            "univentionObjectIdentifier",
            "mailPrimaryAddress",
        ] {
            view[different].take();
        }
    }
    views[0]["lastname"].take();
    views[1]["lastname"].take();
    views[0]["displayName"].take();
    views[1]["displayName"].take();
    views[0]["gecos"].take();
    views[1]["gecos"].take();
    assert_eq!(views[0], views[1]);
}

/// Others change users, members and places; entity tags and references follow.
#[test]
fn changes_behind_the_clients_back() {
    let udm = start();
    let people = udm.add_ou(&format!("ou=a,ou=people,{BASE}"));
    let ada = udm.add_user(UserSeed::new("ada", &people));
    let team = udm.add_group(GroupSeed {
        users: vec![ada.clone()],
        ..GroupSeed::new("team", &people)
    });
    let etag =
        |kind: &str, dn: &str| call(&udm, "GET", &address(kind, dn), &Value::Null).headers["etag"].clone();
    let before = [etag("users/user", &ada), etag("groups/group", &team)];
    let change = json!({"description": "by hand"});
    udm.set(&ada, change.as_object().expect("an object"));
    udm.add_member(&team, &format!("uid=ghost,{people}"));
    assert_ne!([etag("users/user", &ada), etag("groups/group", &team)], before);
    let moved = format!("uid=ada-new,ou=people,{BASE}");
    udm.relocate(&ada, &moved);
    assert_eq!(udm.members(&team), [moved.clone(), format!("uid=ghost,{people}")]);
    assert_eq!(udm.object(&moved).expect("moved").get("username"), "ada-new");
    udm.remove_member(&team, &format!("UID=ghost, {people}"));
    udm.delete(&moved);
    assert_eq!(udm.members(&team), Vec::<String>::new());
    udm.delete(&people);
    assert_eq!(udm.object(&team), None);
}

/// Old servers have no identifier in templates; names of digits and short passwords can be allowed.
#[test]
fn options() {
    let udm = UdmDouble::start(Options {
        identifier_in_templates: false,
        names_of_digits: true,
        path_prefix: "/univention".to_owned(),
        ..Options::default()
    });
    let reply = call(&udm, "GET", "../univention/udm/users/user/add", &Value::Null);
    assert_eq!(reply.status, 404, "a path that is not normalised");
    udm.configure(|options| options.path_prefix.clear());
    let template = call(&udm, "GET", "users/user/add", &Value::Null).json();
    assert_eq!(template["properties"]["univentionObjectIdentifier"], Value::Null);
    assert_eq!(create_user(&udm, "1234", &json!({})).status, 201);
}

/// Without locks a value is free as soon as its holder leaves it.
#[test]
fn locks_can_be_off() {
    for (locks, status) in [(true, 422), (false, 201)] {
        let udm = UdmDouble::start(Options {
            locks,
            ..Options::default()
        });
        let identifier = json!({"univentionObjectIdentifier": "00000001-1111-4111-8111-111111111111"});
        assert_eq!(create_user(&udm, "a", &identifier).status, 201);
        assert_eq!(create_user(&udm, "b", &identifier).status, 422);
        udm.delete(&format!("uid=a,cn=users,{BASE}"));
        assert_eq!(create_user(&udm, "b", &identifier).status, status);
        udm.advance_clock(Duration::from_secs(301));
        assert_eq!(create_user(&udm, "c", &json!({})).status, 201);
    }
}

/// Lists and hits in another order with every request hold the same.
#[test]
fn shuffled() {
    let udm = UdmDouble::start(Options {
        shuffled: true,
        ..Options::default()
    });
    let people = udm.add_ou(&format!("ou=people,{BASE}"));
    let users =
        (0..7).map(|n| UserSeed::new(&format!("u{n}"), &people).with("phone", json!(["1", "2", "3"])));
    udm.add_users(users);
    let search = format!(
        "users/user/?position={}&properties=phone",
        crate::story::quoted(&people, "")
    );
    let (mut orders, mut contents) = (
        std::collections::BTreeSet::new(),
        std::collections::BTreeSet::new(),
    );
    for _ in 0..8 {
        let mut body = call(&udm, "GET", &search, &Value::Null).json();
        let list = body["_embedded"]["udm:object"].take();
        let mut names: Vec<String> = list
            .as_array()
            .expect("hits")
            .iter()
            .map(|hit| hit["id"].to_string())
            .collect();
        orders.insert(names.clone());
        names.sort();
        contents.insert(names);
    }
    assert!(orders.len() > 1 && contents.len() == 1, "{orders:?}");
}

/// Many users can be put in, found by name, and listed; `UDM_USERS=100000` makes it as many as a large domain has.
#[test]
fn many_users() {
    let many = std::env::var("UDM_USERS").map_or(20_000, |text| text.parse().expect("a number"));
    let udm = start();
    let people = udm.add_ou(&format!("ou=people,{BASE}"));
    udm.add_users((0..many).map(|n| UserSeed::new(&format!("u{n}"), &people)));
    let by_name = format!("users/user/?query[username]=U{}&properties=username", many - 1);
    let found = call(&udm, "GET", &by_name, &Value::Null).json();
    assert_eq!(found["results"], 1);
    let position = crate::story::quoted(&people, "");
    let page = format!(
        "users/user/?position={position}&properties=dn&limit=1000&page={}",
        many / 1000
    );
    let page = call(&udm, "GET", &page, &Value::Null).json();
    assert_eq!(
        (&page["results"], &page["_links"]["next"]),
        (&json!(1000), &Value::Null)
    );
    let list = call(
        &udm,
        "GET",
        &format!("users/user/?position={position}&properties=username"),
        &Value::Null,
    );
    let text = String::from_utf8_lossy(&list.body);
    assert!(text.ends_with(&format!("\"results\":{many}}}")));
    let group = udm
        .object(&format!("cn=Domain Users,cn=groups,{BASE}"))
        .expect("a group");
    assert_eq!(group.list("users").len(), many + 1);
    assert_eq!(udm.objects(Kind::Ou).len(), 1);
}
