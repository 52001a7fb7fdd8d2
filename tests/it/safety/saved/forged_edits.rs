//! Manipulated plan files: the owner of accounts, written values, and kinds of removal.

use serde_json::{Value as Json, json};
use testkit::people::Person;
use testkit::zitadel::UserSeed;

use super::forged::{also, deactivated};
use crate::program::write_private;
use crate::safety::lab::{Lab, Run, finish, staff};

const WHOSE: &str = "it changes the owner of the account without showing it";
const OTHER: &str = "it writes another value than its person has";
const OTHERWISE: &str = "its changes are not the differences between person and account";
const KEPT: &str = "it replaces a value that is written once and never changed";
const WAY: &str = "it removes an account in another way than `policy` says";

fn configure(lab: &Lab, policy: &str) {
    lab.configure(&format!(
        "feature_flags: [sso_login]\npolicy: {{{policy}}}\nguard: {{max_removals: 5, max_missing: 50%}}\n"
    ));
}

fn run(lab: &Lab, arguments: &str) -> Run {
    let mut command = lab.command(arguments);
    command.env("DIRECTORY_SYNC__ZITADEL__IDP_ID", lab.zitadel.idp_id());
    command.env("DIRECTORY_SYNC__ZITADEL__LINK", "existing");
    finish(command)
}

/// Twelve people have accounts with links. Since then, Ada and Cleo have other names, Dora's account has her id as a
/// plain text, Emil's has lost its link, Ben has left, the second Ada is disabled, and Zoe and Yan are new, of whom
/// Yan has an account that was made by hand.
fn changed() -> Lab {
    let lab = Lab::ldap(&staff(12));
    configure(&lab, "absent: delete");
    run(&lab, "sync").exits(0);
    let dn = |uid| Person::new(uid, "", "").dn();
    lab.slapd().replace(&dn("ada"), "sn", &["Lovelace"]);
    lab.slapd().replace(&dn("cleo"), "displayName", &["Cleo C."]);
    lab.slapd().delete(&dn("ben"));
    lab.disable("ada1");
    lab.slapd().add(&Person::new("zoe", "Zoe", "Test"));
    lab.slapd().add(&Person::new("yan", "Yan", "Test"));
    let act = |method, path: String, body| {
        let (status, reply) = lab.zitadel.act(method, &path, &body);
        assert_eq!(status, 200, "{reply}");
    };
    let dora = json!({"profile": {"givenName": "Dora", "familyName": "Test", "nickName": "dora"}});
    act("PUT", format!("/v2/users/human/{}", lab.account("dora").id), dora);
    let (emil, idp) = (lab.account("emil").id, lab.zitadel.idp_id());
    act("DELETE", format!("/v2/users/{emil}/links/{idp}/emil"), json!({}));
    lab.zitadel.add_user(UserSeed {
        email: "yan@example.com".into(),
        email_verified: true,
        given_name: "Yan".into(),
        family_name: "Test".into(),
        ..UserSeed::default()
    });
    lab
}

/// The place of the change that concerns a person, from 1.
fn place(plan: &Json, uid: &str) -> usize {
    let hex = json!(hex::encode(uid));
    let changes = plan["changes"].as_array().unwrap();
    let found = changes.iter().position(|change| {
        let person = |what: &str| change[what]["person"]["id"] == hex;
        person("create") || person("edit") || change["delete"]["values"]["external_id"][0] == hex
    });
    1 + found.unwrap_or_else(|| panic!("nothing of {uid} in {plan:#}"))
}

type Forge = fn(&mut Json);

/// The change of whose account it is.
fn id_change(change: &mut Json) -> &mut Json {
    let changes = change["edit"]["changes"].as_array_mut().unwrap();
    let mut changes = changes.iter_mut();
    changes.find(|change| change["name"] == "external_id").unwrap()
}

const FORGED: [(&str, Forge, &str); 12] = [
    (
        "dora",
        |change| id_change(change)["before"] = json!(["other"]),
        WHOSE,
    ),
    (
        "ada",
        |change| {
            let id = json!([hex::encode("ada")]);
            also(change, "external_id", &id, &id);
        },
        WHOSE,
    ),
    // Of an account that is not shown.
    (
        "cleo",
        |change| {
            let id = json!([hex::encode("cleo")]);
            also(change, "external_id", &json!(["cleo"]), &id);
        },
        WHOSE,
    ),
    // Links and metadata are not among what the list of accounts shows.
    (
        "emil",
        |change| change["edit"]["changes"][0]["after"] = json!(["eve"]),
        OTHER,
    ),
    (
        "emil",
        |change| change["edit"]["changes"][0]["before"] = json!(["eve"]),
        KEPT,
    ),
    (
        "cleo",
        |change| change["edit"]["changes"][0]["after"] = Json::Null,
        OTHER,
    ),
    // An attribute cannot be both unknown and provided by a source.
    (
        "cleo",
        |change| {
            change["edit"]["person"]["values"]["localpart"] = json!(["eve"]);
            also(change, "localpart", &Json::Null, &json!(["eve"]));
        },
        OTHER,
    ),
    (
        "zoe",
        |change| {
            change["create"]["values"]["idp_link"] = json!(["eve"]);
            change["create"]["person"]["values"]["idp_link"] = json!(["eve"]);
        },
        "it gives the person a `idp_link` that is not derived from the id",
    ),
    (
        "ada",
        |change| also(change, "roles", &json!(["User"]), &Json::Null),
        OTHERWISE,
    ),
    (
        "ada",
        |change| also(change, "roles", &json!(["User"]), &json!(["User", "Admin"])),
        OTHERWISE,
    ),
    ("ada1", deactivated, WAY),
    (
        "ben",
        |change| {
            deactivated(change);
            change["reason"] = json!("listed");
        },
        WAY,
    ),
];

#[test]
fn a_plan_says_whose_account_it_is_and_writes_what_the_id_gives() {
    let lab = changed();
    run(&lab, "plan --out plan.json").exits(0);
    let honest = lab.json("plan.json");
    lab.zitadel.reset_counts();
    for (uid, forge, said) in FORGED {
        let mut plan = honest.clone();
        let place = place(&plan, uid);
        forge(&mut plan["changes"][place - 1]);
        write_private(&lab.path("forged.json"), plan.to_string());
        run(&lab, "apply forged.json").exits(2).says(&format!(
            "cannot use the plan forged.json: change {place}: {said}"
        ));
        assert_eq!(lab.zitadel.requests(), 0, "{uid}: {said}");
    }
    // What was not touched is still good.
    run(&lab, "apply plan.json").exits(0);
    run(&lab, "plan --detailed-exit-code").exits(0);
}

/// Each change was planned once, by another policy.
#[test]
fn a_plan_adopts_rewrites_and_removes_only_what_the_policy_says() {
    let lab = changed();
    run(&lab, "plan --out all.json").exits(0);
    let all = lab.json("all.json");
    for (policy, uid, said) in [
        ("disabled: keep", "ada1", WAY),
        ("disabled: deactivate", "ada1", WAY),
        ("absent: deactivate", "ben", WAY),
        (
            "adopt: false",
            "yan",
            "it adopts an account, and `policy.adopt` is false",
        ),
        // Nothing but the id.
        (
            "update: false",
            "dora",
            "it changes an account, and `policy.update` is false",
        ),
    ] {
        configure(&lab, policy);
        run(&lab, "plan --out plan.json");
        let mut plan = lab.json("plan.json");
        plan["changes"] = json!([all["changes"][place(&all, uid) - 1]]);
        write_private(&lab.path("forged.json"), plan.to_string());
        lab.zitadel.reset_counts();
        run(&lab, "apply forged.json")
            .exits(2)
            .says(&format!("cannot use the plan forged.json: change 1: {said}"));
        assert_eq!(lab.zitadel.requests(), 0, "{policy}");
    }
}
