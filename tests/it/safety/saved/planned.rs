//! Plans that wait in a file.

use std::fs;

use testkit::people::Person;

use crate::safety::lab::{Lab, finish, mode, staff};

/// Twelve people have accounts; since then one is new, one has another name, and one has left.
fn changed() -> Lab {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    lab.configure("policy: {absent: delete}\n");
    lab.slapd()
        .replace(&Person::new("ada", "", "").dn(), "sn", &["Lovelace"]);
    lab.slapd()
        .replace(&Person::new("cleo", "", "").dn(), "displayName", &["Cleo C."]);
    lab.slapd().delete(&Person::new("ben", "", "").dn());
    lab.slapd().add(&Person::new("zoe", "Zoe", "Test"));
    lab.zitadel.reset_counts();
    lab
}

#[test]
fn a_plan_is_applied_later_as_it_was_shown() {
    let lab = changed();
    lab.run("plan --out plan.json").exits(0);
    assert_eq!(lab.zitadel.writes(), []);
    assert_eq!(mode(&lab.path("plan.json")), 0o600);
    assert_eq!(lab.json("plan.json")["schema"], "directory-sync/plan/2");
    lab.run("apply plan.json --dry-run").exits(0).says("delete");
    assert_eq!(lab.zitadel.writes(), []);
    lab.run("apply plan.json --report report.json")
        .exits(0)
        .says("1 created, 2 updated, 1 deleted");
    assert_eq!(lab.json("report.json")["outcome"], "applied");
    lab.run("plan --detailed-exit-code").exits(0);
    // Everything in it has happened, so nothing of it is true any more.
    lab.zitadel.reset_counts();
    lab.run("apply plan.json").exits(1);
    assert_eq!(lab.zitadel.writes(), []);
}

#[test]
fn an_account_that_has_moved_is_refused_alone() {
    let lab = changed();
    lab.run("plan --out plan.json").exits(0);
    // An administrator renames Ada, sets Cleo's name, and creates Zoe's account.
    lab.run("plan --out other.json").exits(0);
    let only = |names: [&str; 2]| {
        let mut plan = lab.json("other.json");
        let changes = plan["changes"].as_array_mut().unwrap();
        changes.retain(|change| {
            let is_of = |name: &str, what: &str| change[what]["person"]["id"] == hex::encode(name);
            let is_kept = |name: &&str| is_of(name, "create") || is_of(name, "edit");
            names.iter().any(is_kept)
        });
        fs::write(lab.path("other.json"), plan.to_string()).unwrap();
    };
    only(["cleo", "zoe"]);
    lab.run("apply other.json").exits(0);
    lab.zitadel.reset_counts();
    lab.run("apply plan.json")
        .exits(1)
        .says("the account has changed since the plan was made")
        .says("the person got an account after the plan was made")
        .says("1 updated, 1 deleted");
    assert_eq!(lab.account("ada").family_name, "Lovelace");
    lab.run("plan --detailed-exit-code").exits(0);
}

#[test]
fn a_plan_passes_the_guard_and_is_bound_to_its_configuration() {
    let lab = changed();
    lab.run("plan --out plan.json").exits(0);
    let with = |more: &str| lab.configure(&format!("policy: {{absent: delete}}\n{more}"));
    with("guard: {max_per_kind: {delete: 0}}\n");
    lab.run("apply plan.json")
        .exits(4)
        .says("`guard.max_per_kind.delete` is 0");
    with("guard: {protected: [ben@example.com], max_missing: 30%}\n");
    lab.run("apply plan.json")
        .exits(0)
        .says("skipped 1: `guard.protected` names it");
    assert!(lab.names().contains(&"ben@example.com".to_owned()));
    lab.configure("policy: {absent: deactivate}\n");
    lab.run("apply plan.json")
        .exits(2)
        .says("it was made with another configuration");
    fs::write(lab.path("nonsense.json"), "{}").unwrap();
    lab.run("apply nonsense.json")
        .exits(2)
        .says("it is no plan of `plan --out`");
    lab.run("apply missing.json")
        .exits(2)
        .says("cannot use the plan missing.json");
}

/// Incomplete sources lead to no plan that could be applied later.
#[test]
fn a_plan_without_proof_is_not_kept() {
    let lab = Lab::csv(&staff(3));
    lab.configure("guard: {min_users: 4}\n");
    lab.run("plan --out plan.json").exits(4);
    assert!(!lab.path("plan.json").exists());
}

/// Roles that are taken away are part of a plan, and of what the guard counts, also when it comes from a file.
#[test]
fn roles_in_a_plan_are_taken_later_and_pass_the_guard() {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    let ada = Person::new("ada", "", "").dn();
    lab.slapd().change(&format!(
        "dn: cn=chat,dc=example,dc=com\nobjectClass: groupOfNames\ncn: chat\nmember: {ada}\n"
    ));
    lab.configure_source(
        "    entitlements: [{role: User, group: 'cn=chat,dc=example,dc=com'}]\n",
        "",
    );
    let run = |arguments: &str| {
        let mut command = lab.command(arguments);
        command.env("DIRECTORY_SYNC__ZITADEL__OWNED_ROLES", "User");
        finish(command)
    };
    let refused = run("plan --out plan.json").exits(4).says("11 of 12 accounts");
    let (_, token) = refused.err.split_once("--approve ").expect("a token is offered");
    let token = token.split('`').next().unwrap_or_default();
    lab.zitadel.reset_counts();
    run("apply plan.json").exits(4).says("role -User, no role left");
    assert_eq!(lab.zitadel.writes(), []);
    run(&format!("apply plan.json --approve {token}"))
        .exits(0)
        .says("11 updated");
    let holders = lab
        .zitadel
        .users()
        .into_iter()
        .filter(|user| !user.grants.is_empty());
    assert_eq!(
        holders.map(|user| user.email).collect::<Vec<_>>(),
        ["ada@example.com"]
    );
    run("plan --detailed-exit-code").exits(0);
}
