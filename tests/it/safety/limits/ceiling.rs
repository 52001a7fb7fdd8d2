//! Limits that the server sets, and a file of the machine: what they take away, and that nothing gives it back.

use serde_json::{Value as Json, json};
use testkit::people::Person;
use testkit::zitadel::{UserSeed, UserState};

use crate::program::write_private;
use crate::safety::lab::{Lab, Run, staff};

pub(in crate::safety) const KEY: &str = "directory-sync.policy";
const ORIGIN: &str = "organization metadata `directory-sync.policy`";

/// Twelve people have accounts; since then two have left, one has another name, and one is new.
pub(in crate::safety) fn changed() -> Lab {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    for uid in ["ben", "cleo"] {
        lab.slapd().delete(&Person::new(uid, "", "").dn());
    }
    lab.slapd()
        .replace(&Person::new("ada", "", "").dn(), "sn", &["Lovelace"]);
    lab.slapd().add(&Person::new("zoe", "Zoe", "Test"));
    lab.configure("guard: {max_removals: 5}\npolicy: {absent: delete}\n");
    lab.zitadel.reset_counts();
    lab
}

fn under(policy: &str) -> Lab {
    let lab = changed();
    lab.zitadel.set_organization_metadata(KEY, policy);
    lab
}

/// Each switch takes its actions away and says where it comes from, in the plan, its head and the report.
#[test]
fn the_server_takes_actions_away() {
    for (policy, setting, value, done) in [
        (
            "no-create: true",
            "policy.create",
            "false",
            "Done: 1 updated, 2 deleted",
        ),
        (
            "no-update: true",
            "policy.update",
            "false",
            "Done: 1 created, 2 deleted",
        ),
        (
            "no-delete: true",
            "policy.remove",
            "false",
            "Done: 1 created, 1 updated",
        ),
        (
            "{\"delete-disables\": true}",
            "policy.delete_deactivates",
            "true",
            "Done: 1 created, 1 updated, 2 deactivated",
        ),
        (
            "create-as-disabled: true",
            "policy.create_deactivated",
            "true",
            "Done: 1 created, 1 updated, 2 deleted",
        ),
    ] {
        let lab = under(policy);
        let switch = policy.trim_matches(['{', '"']).split(['"', ':']).next().unwrap();
        let by = format!("`{switch}` of {ORIGIN}");
        let configured = if value == "true" { "false" } else { "true" };
        lab.run("sync --report report.json")
            .exits(0)
            .says(&format!(
                "Policy: `{setting}` is {value} by {ORIGIN} (configured: {configured})"
            ))
            .says(&by)
            .says(done);
        let report = lab.json("report.json");
        assert_eq!(
            report["policy"],
            json!([{"setting": setting, "value": value, "configured": configured, "origin": ORIGIN}])
        );
        let all = report["withheld"].as_array().unwrap();
        assert!(
            !all.is_empty() && all.iter().all(|one| one["setting"] == by),
            "{all:?}"
        );
        assert_eq!(report["requests"]["by_operation"]["read_policy"], 1, "{policy}");
    }
}

/// Accounts that others look after, or that were made by hand, stay as they are.
#[test]
fn the_server_lets_no_person_touch_accounts_of_others() {
    let lab = under("no-update-provider-mismatch: true");
    lab.zitadel.add_user(UserSeed {
        email: "zoe@example.com".into(),
        email_verified: true,
        given_name: "Zoe".into(),
        family_name: "Test".into(),
        ..UserSeed::default()
    });
    lab.run("sync")
        .exits(0)
        .says(&format!(
            "Policy: `policy.update_provider_mismatch` is false by {ORIGIN} (configured: true)"
        ))
        .says(&format!(
            "`no-update-provider-mismatch` of {ORIGIN}: the account names no provider"
        ))
        .says("Done: 1 updated, 2 deleted");
}

/// What the configuration forbids as well is its own doing; what it allows gives nothing back.
#[test]
fn the_configuration_lifts_nothing() {
    let lab = under("no-delete: true\nno-create: false");
    lab.configure("guard: {max_removals: 5}\npolicy: {absent: delete, remove: true, create: false}\n");
    lab.run("sync --format json")
        .exits(0)
        .says("`policy.create` is false")
        .says("\"policy\":[{\"setting\":\"policy.remove\"");
    assert_eq!(lab.names().len(), 12);
}

fn token(run: &Run) -> Option<String> {
    let (_, rest) = run.err.split_once("--approve ")?;
    Some(rest.split('`').next().unwrap().to_owned())
}

/// The smaller limit counts, and no token lifts the server's.
#[test]
fn the_servers_limit_of_removals_is_firm() {
    let lab = under("max_removals: 1");
    let refused = lab.run("sync --report report.json").exits(4).says(
        "2 of 12 accounts (16.7 %) would be removed; `max_removals of organization metadata directory-sync.policy` is 1; no token lifts it",
    );
    assert_eq!(token(&refused), None);
    assert_eq!(
        lab.json("report.json")["policy"][0]["setting"],
        "guard.max_removals"
    );
    // A token that fits the configuration's own limit does not help either.
    lab.zitadel.remove_organization_metadata(KEY);
    lab.configure("guard: {max_removals: 1}\npolicy: {absent: delete}\n");
    let token = token(&lab.run("sync").exits(4)).unwrap();
    lab.zitadel.set_organization_metadata(KEY, "max_removals: 1");
    lab.run(&format!("sync --approve {token}")).exits(4);
    assert_eq!(lab.zitadel.writes(), []);
    // Beyond it nothing is refused that the configuration refuses.
    lab.zitadel.set_organization_metadata(KEY, "max_removals: 2");
    lab.run("sync").exits(4).says("`guard.max_removals` is 1");
    lab.run(&format!("sync --approve {token}")).exits(0);
}

/// An account that either of both protects is protected.
#[test]
fn protected_accounts_are_those_of_both() {
    let lab = under("protected: [ben@example.com, \"zz*\"]");
    lab.configure("guard: {max_removals: 5, protected: [cleo@example.com]}\npolicy: {absent: delete}\n");
    lab.run("sync")
        .exits(0)
        .says(&format!("Policy: `guard.protected` is 2 more by {ORIGIN}"))
        .says("skipped 2: `guard.protected` names it");
    assert_eq!(lab.names().len(), 13);
}

/// A paused server is not asked for anything more, and says why.
#[test]
fn a_pause_refuses_each_run() {
    let lab = under("paused: moving to another domain until Monday");
    lab.run("plan --out plan.json").exits(4);
    for command in ["sync", "plan", "sync --dry-run", "link-ids"] {
        lab.run(command)
            .exits(4)
            .says(&format!(
                "paused by {ORIGIN}: moving to another domain until Monday"
            ))
            .does_not_say("--approve");
    }
    assert_eq!(lab.zitadel.writes(), []);
}

/// Where the server allows dry runs alone, nothing is written, whatever is asked for.
#[test]
fn only_dry_runs_are_allowed() {
    let lab = under("dry-run: true");
    lab.run("plan --out plan.json").exits(0);
    for command in ["sync", "sync --verify", "apply plan.json"] {
        lab.run(command)
            .exits(0)
            .says(&format!("Policy: `feature_flags: dry_run` is true by {ORIGIN}"))
            .says("Dry run: nothing was written");
    }
    assert_eq!(lab.zitadel.writes(), []);
}

/// Limits of one configuration are no other one's.
#[test]
fn limits_may_be_of_one_configuration() {
    let lab = changed();
    lab.zitadel
        .set_organization_metadata("directory-sync.policy.students", "no-create: true");
    lab.zitadel
        .set_organization_metadata("directory-sync.policyx", "paused: no");
    lab.zitadel
        .set_organization_metadata("directory-sync.command", "nonsense");
    lab.zitadel
        .set_organization_metadata("directory-sync.policy.staff", "no-delete: true");
    lab.zitadel.set_organization_metadata(KEY, "no-update: true");
    lab.configure(
        "provider: staff\nguard: {max_removals: 5}\npolicy: {absent: delete, retired_providers: [\"ldap:dc=example,dc=com\"]}\n",
    );
    lab.run("sync")
        .exits(0)
        .says("`no-delete` of organization metadata `directory-sync.policy.staff`")
        .says(&format!("`no-update` of {ORIGIN}"))
        .says("Done: 1 created");
}

/// A plan that was made before the limits is applied under them, and so is an undo.
#[test]
fn limits_hold_for_plans_and_undoes() {
    let lab = changed();
    lab.run("plan --out plan.json").exits(0);
    lab.zitadel
        .set_organization_metadata(KEY, "delete-disables: true\nno-update: true");
    lab.run("apply plan.json --undo-file undo.json")
        .exits(0)
        .says("Done: 1 created, 2 deactivated");
    assert_eq!(lab.account("ben").state, UserState::Inactive);
    lab.zitadel.set_organization_metadata(KEY, "no-delete: true");
    lab.run("undo undo.json")
        .exits(0)
        .says("x delete")
        .says("2 reactivated");
    assert_eq!(lab.names().len(), 13);
    // A plan that was made under the limits holds deactivations, and is still good without them.
    lab.zitadel
        .set_organization_metadata(KEY, "delete-disables: true");
    lab.run("plan --out plan.json").exits(0);
    lab.zitadel.remove_organization_metadata(KEY);
    lab.run("apply plan.json").exits(0).says("2 deactivated");
    assert_eq!(lab.names().len(), 13);
}

/// The same limits in a file, for every kind of target; both count.
#[test]
fn a_file_of_the_machine_sets_limits() {
    let lab = under("no-create: true");
    let file = lab.path("policy.yaml");
    write_private(&file, "no-delete: true\n");
    lab.configure(&format!(
        "policy_file: {}\nguard: {{max_removals: 5}}\npolicy: {{absent: delete}}\n",
        file.display()
    ));
    lab.run("sync --report report.json")
        .exits(0)
        .says("Done: 1 updated");
    let origins: Vec<Json> = lab.json("report.json")["policy"]
        .as_array()
        .unwrap()
        .iter()
        .map(|effective| effective["origin"].clone())
        .collect();
    let of_file = format!("`policy_file` ({})", file.display());
    assert_eq!(origins, [json!(of_file), json!(ORIGIN)]);
}
