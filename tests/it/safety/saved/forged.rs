//! Manipulated plan and undo files: changes that no run writes are refused.

use serde_json::{Value as Json, json};
use testkit::people::Person;

use crate::program::write_private;
use crate::safety::lab::{Lab, staff};

/// Twelve people have accounts; since then Ada is called otherwise in every way, Zoe is new, and Ben has left.
fn changed(policy: &str) -> Lab {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    lab.configure(policy);
    let ada = Person::new("ada", "", "").dn();
    lab.slapd().replace(&ada, "sn", &["Lovelace"]);
    lab.slapd().replace(&ada, "displayName", &["Ada L."]);
    lab.slapd().delete(&Person::new("ben", "", "").dn());
    lab.slapd().add(&Person::new("zoe", "Zoe", "Test"));
    lab.zitadel.reset_counts();
    lab
}

/// The place of the first change of a kind, from 1.
fn place(plan: &Json, action: &str) -> usize {
    let changes = plan["changes"].as_array().unwrap().iter();
    1 + changes
        .map(|change| change["action"].as_str().unwrap())
        .position(|found| found == action)
        .unwrap_or_else(|| panic!("no {action} in {plan}"))
}

type Forge = fn(&mut Json);

/// The account that is deleted is deactivated instead, in every word of it.
pub(in crate::safety) fn deactivated(change: &mut Json) {
    let account = change.as_object_mut().unwrap().remove("delete").unwrap();
    change["action"] = json!("disable");
    change["edit"] = json!({
        "account": account["id"],
        "person": {
            "id": account["values"]["external_id"][0],
            "state": "disabled",
            "values": account["values"],
            "unknown": [],
            "source": "zitadel",
            "at": account["id"],
        },
        "changes": [{"name": "disabled_by", "before": null, "after": ["directory-sync"]}],
        "state": "disabled",
        "before": account,
    });
}

/// One more attribute of an account is changed.
pub(in crate::safety) fn also(change: &mut Json, name: &str, before: &Json, after: &Json) {
    let attribute = json!({"name": name, "before": before, "after": after});
    change["edit"]["changes"].as_array_mut().unwrap().push(attribute);
}

fn remove(values: &mut Json, name: &str) {
    values.as_object_mut().unwrap().remove(name).unwrap();
}

/// Forged creations and removals: the change, the forgery, and the message.
const REMOVALS: [(&str, Forge, &str); 8] = [
    (
        "delete",
        |change| change["reason"] = json!("undone"),
        "it removes an account as `undone`, which only an undo does",
    ),
    (
        "delete",
        |change| change["action"] = json!("disable"),
        "it contains no `disable` and nothing else",
    ),
    (
        "delete",
        deactivated,
        "it removes an account in another way than `policy` says",
    ),
    (
        "delete",
        |change| {
            deactivated(change);
            change["reason"] = json!("disabled");
        },
        "it removes an account in another way than `policy` says",
    ),
    (
        "delete",
        |change| remove(&mut change["delete"]["values"], "external_id"),
        "it removes as absent an account that shows no person",
    ),
    (
        "delete",
        |change| remove(&mut change["delete"]["values"], "roles"),
        "it removes as absent an account that shows no person",
    ),
    (
        "create",
        |change| change["create"]["values"]["last_name"] = json!(["Other"]),
        "it creates an account with other values than its person has",
    ),
    (
        "create",
        |change| change["create"]["person"]["state"] = json!("disabled"),
        "it creates an account that `policy` does not allow",
    ),
];

/// Of roles.
const ROLES: [(&str, Forge, &str); 4] = [
    (
        "create",
        |change| {
            change["create"]["person"]["values"]["roles"] = json!(["User", "Admin"]);
            change["create"]["values"]["roles"] = json!(["User", "Admin"]);
        },
        "it is about the role \"Admin\", which the configuration does not give or take away",
    ),
    (
        "update",
        |change| {
            change["edit"]["person"]["values"]["roles"] = json!(["User", "Admin"]);
            also(change, "roles", &json!(["User"]), &json!(["User", "Admin"]));
        },
        "it is about the role \"Admin\", which the configuration does not give or take away",
    ),
    (
        "update",
        |change| also(change, "roles", &json!(["User"]), &json!(["User", "Admin"])),
        "its changes are not the differences between person and account",
    ),
    (
        "update",
        |change| {
            remove(&mut change["edit"]["person"]["values"], "roles");
            also(change, "roles", &json!(["User"]), &Json::Null);
        },
        "its changes are not the differences between person and account",
    ),
];

/// Of what an account has.
const EDITS: [(&str, Forge, &str); 6] = [
    // The address would be written together with the name, without being shown.
    (
        "update",
        |change| change["edit"]["person"]["values"]["email"] = json!(["eve@example.com"]),
        "its changes are not the differences between person and account",
    ),
    (
        "update",
        |change| change["edit"]["changes"][0]["after"] = json!(["Evil"]),
        "its changes are not the differences between person and account",
    ),
    (
        "update",
        |change| change["edit"]["changes"][1]["after"] = json!(["Evil"]),
        "it writes another value than its person has",
    ),
    (
        "update",
        |change| change["edit"]["person"]["id"] = json!(hex::encode("eve")),
        "it changes the owner of the account without showing it",
    ),
    (
        "update",
        |change| {
            let id = json!([change["edit"]["person"]["id"]]);
            also(change, "external_id", &json!(["nothing"]), &id);
        },
        "it changes the owner of the account without showing it",
    ),
    (
        "update",
        |change| {
            change["edit"]["person"]["values"]["localpart"] = json!(["eve"]);
            change["edit"]["person"]["unknown"]
                .as_array_mut()
                .unwrap()
                .retain(|name| name != "localpart");
            also(change, "localpart", &json!(["chosen"]), &json!(["eve"]));
        },
        "it replaces a value that is written once and never changed",
    ),
];

#[test]
fn a_plan_that_no_run_makes_is_refused() {
    let lab = changed("policy: {absent: delete}\n");
    lab.run("plan --out plan.json").exits(0);
    let honest = lab.json("plan.json");
    lab.zitadel.reset_counts();
    for (action, forge, said) in REMOVALS.into_iter().chain(ROLES).chain(EDITS) {
        let mut plan = honest.clone();
        let place = place(&plan, action);
        forge(&mut plan["changes"][place - 1]);
        write_private(&lab.path("forged.json"), plan.to_string());
        lab.run("apply forged.json")
            .exits(2)
            .says(&format!(
                "cannot use the plan forged.json: change {place}: {said}"
            ))
            .says("hint: make a new one");
        assert_eq!(lab.zitadel.requests(), 0, "{said}");
    }
    // What was not touched is still good.
    write_private(&lab.path("forged.json"), honest.to_string());
    lab.run("apply forged.json").exits(0);
}

/// Whatever else is bound to the configuration: what it does to people is, too.
#[test]
fn a_plan_holds_no_change_that_the_policy_excludes() {
    let lab = changed("policy: {absent: delete}\n");
    lab.run("plan --out all.json").exits(0);
    let all = lab.json("all.json");
    for (policy, action, said) in [
        (
            "absent: keep",
            "delete",
            "it removes an account in another way than `policy` says",
        ),
        (
            "update: false",
            "update",
            "it changes an account, and `policy.update` is false",
        ),
        (
            "create: false",
            "create",
            "it creates an account that `policy` does not allow",
        ),
    ] {
        lab.configure(&format!("policy: {{{policy}}}\n"));
        lab.run("plan --out plan.json").exits(0);
        let mut plan = lab.json("plan.json");
        let place = place(&all, action);
        let honest = plan["changes"].as_array_mut().unwrap();
        assert!(honest.iter().all(|change| change["action"] != action), "{policy}");
        honest.insert(0, all["changes"][place - 1].clone());
        write_private(&lab.path("forged.json"), plan.to_string());
        lab.zitadel.reset_counts();
        lab.run("apply forged.json")
            .exits(2)
            .says(&format!("cannot use the plan forged.json: change 1: {said}"));
        assert_eq!(lab.zitadel.requests(), 0, "{policy}");
    }
}

/// Its own account, and the same role by every way in which an undo gives one: back to an account that lost it, and to
/// one that is made again.
#[test]
fn a_forged_undo_file_gives_no_role() {
    let lab = changed("policy: {absent: delete}\n");
    lab.run("sync --undo-file undo.json").exits(0);
    lab.zitadel.set_roles(&["Admin", "User"]);
    let mut file = lab.json("undo.json");
    file["binding"]["facts"]["roles"] = json!(["Admin", "User"]);
    for change in file["changes"].as_array_mut().unwrap() {
        match change["change"]["action"].as_str() {
            Some("update") => {
                let change = &mut change["change"];
                change["edit"]["before"]["values"]["roles"] = json!(["Admin", "User"]);
                also(change, "roles", &json!(["Admin", "User"]), &json!(["User"]));
            }
            // In the account, and among what was kept beside it.
            Some("delete") => {
                let text = change.to_string().replace("\"User\"]", "\"User\",\"Admin\"]");
                *change = serde_json::from_str(&text).unwrap();
            }
            _ => {}
        }
    }
    write_private(&lab.path("undo.json"), file.to_string());
    lab.configure("guard: {max_removals: 5}\n");
    lab.run("undo undo.json")
        .exits(0)
        .says("1 created, 1 updated, 1 deleted")
        .says("2 accounts: the role `Admin`, which the configuration does not name")
        .says("if it is right, name it in `zitadel.owned_roles`, and undo again");
    let users = lab.zitadel.users();
    assert_eq!(users.len(), 12);
    for user in users {
        let roles: Vec<_> = user.grants.iter().map(|grant| &grant.roles[..]).collect();
        assert_eq!(roles, [["User"]], "{}", user.username);
    }
}
