//! Other names of keys do the same as the keys.

use crate::safety::lab::{Lab, finish, staff};

/// Twelve people have accounts, two of them are missing now.
fn shrunk(more: &str) -> Lab {
    let lab = Lab::csv(&staff(12));
    lab.run("sync").exits(0);
    lab.people(&staff(10));
    lab.configure(&format!("{more}guard: {{max_removals: 5, max_per_kind: {{}}}}\n"));
    lab
}

fn limited(lab: &Lab, policy: &str, kinds: &str) {
    lab.configure(&format!(
        "{policy}guard: {{max_removals: 5, max_per_kind: {{{kinds}}}}}\n"
    ));
}

#[test]
fn a_limit_of_deactivations_has_two_names() {
    let policy = "policy: {absent: deactivate}\n";
    let lab = shrunk(policy);
    for name in ["disable", "deactivate"] {
        limited(&lab, policy, &format!("{name}: 1"));
        lab.run("sync")
            .exits(4)
            .says("2 of 12 accounts (16.7 %) would be deactivated; `guard.max_per_kind.disable` is 1");
    }
    limited(&lab, policy, "deactivate: 2");
    lab.run("sync").exits(0).says("Done: 2 deactivated");

    lab.people(&staff(12));
    for name in ["enable", "reactivate"] {
        limited(&lab, policy, &format!("{name}: 1"));
        lab.run("sync")
            .exits(4)
            .says("2 of 10 accounts (20.0 %) would be reactivated; `guard.max_per_kind.enable` is 1");
    }
    limited(&lab, policy, "reactivate: 2");
    lab.run("sync").exits(0).says("Done: 2 reactivated");
}

#[test]
fn a_limit_of_absence_markers_has_two_names() {
    let policy = "policy: {absent: delete, grace: {runs: 3}}\n";
    let lab = shrunk(policy);
    for name in ["note", "mark_absent"] {
        limited(&lab, policy, &format!("{name}: 0"));
        lab.run("sync")
            .exits(4)
            .says("2 of 12 accounts (16.7 %) would be marked as absent; `guard.max_per_kind.note` is 0");
    }
    limited(&lab, policy, "mark_absent: 2");
    lab.run("sync").exits(0).says("Done: 2 marked as absent");
}

#[test]
fn a_limit_of_new_accounts_says_what_would_happen() {
    let lab = Lab::csv(&staff(3));
    lab.configure("guard: {max_per_kind: {create: 0}}\n");
    lab.run("sync").exits(4).says(
        "3 accounts (none is managed and active so far) would be created; `guard.max_per_kind.create` is 0",
    );
}

#[test]
fn the_policy_for_leavers_has_two_names() {
    let lab = Lab::csv(&staff(1));
    for name in ["listed", "leavers"] {
        lab.configure(&format!("policy: {{{name}: deactivate}}\n"));
        lab.run("config show").exits(0).says("  listed: deactivate");
    }
    lab.configure("policy: {leavers: keep}\n");
    let line = std::fs::read_to_string(lab.path("config.yaml"))
        .unwrap()
        .lines()
        .position(|line| line.contains("leavers"))
        .unwrap();
    lab.run("plan")
        .exits(2)
        .says("`policy.listed` must be `delete` or `deactivate`, not `keep`")
        .says(&format!("config.yaml:{}", line + 1));
    lab.configure("");
    let mut command = lab.command("config show");
    command.env("DIRECTORY_SYNC__POLICY__LEAVERS", "deactivate");
    finish(command)
        .exits(0)
        .says("  listed: deactivate")
        .says("# variable DIRECTORY_SYNC__POLICY__LEAVERS");
}

#[test]
fn both_names_are_a_mistake() {
    let lab = Lab::csv(&staff(1));
    lab.configure(
        "policy:\n  listed: delete\n  Leavers: delete\nguard:\n  max_per_kind: {note: 1, mark_absent: 1}\n",
    );
    lab.run("sync")
        .exits(2)
        .says("error: `policy.leavers` is another name of `policy.listed`, and both are given")
        .says("`guard.max_per_kind.mark_absent` is another name of `guard.max_per_kind.note`, and both are given")
        .says("hint: remove one of them");
    assert_eq!(lab.names().len(), 0);
}

#[test]
fn a_misspelt_name_has_a_suggestion() {
    let lab = Lab::csv(&staff(1));
    for (wrong, meant) in [
        ("policy: {leaver: delete}\n", "policy.leavers"),
        (
            "guard: {max_per_kind: {deactivat: 1}}\n",
            "guard.max_per_kind.deactivate",
        ),
    ] {
        lab.configure(wrong);
        lab.run("plan").exits(2).says(&format!("did you mean `{meant}`?"));
    }
}
