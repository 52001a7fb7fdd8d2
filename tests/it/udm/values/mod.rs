//! Unique names and mail addresses: they are passed on in one run, and a taken one is never requested.

mod elsewhere;
mod forms;
mod lists;
mod photos;

use serde_json::json;
use testkit::udm::{Fault, FaultKind, GroupSeed, UserSeed};

use super::stage::{BASE, PEOPLE, Stage, id, row};

fn with_mail(n: u32, name: &str, mail: &str) -> String {
    format!("{},{name},First,Last,{mail},,\n", id(n))
}

fn mail_of(stage: &Stage, name: &str) -> String {
    let user = stage.udm.object(&format!("uid={name},{PEOPLE}")).unwrap();
    user.get("mailPrimaryAddress")
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Two users exchange addresses, a third one passes its on: one run, no lock, and the next run is empty.
#[test]
fn addresses_are_exchanged_in_one_run() {
    let rows = |a: &str, b: &str, c: &str| {
        with_mail(1, "ada", a) + &with_mail(2, "bob", b) + &with_mail(3, "eve", c)
    };
    let [x, y, z, new] = [
        "x@example.org",
        "y@example.org",
        "z@example.org",
        "new@example.org",
    ];
    let stage = Stage::new(&rows(x, y, z));
    stage.sync();
    stage.people(&(rows("Y@Example.org", x, new) + &with_mail(4, "dan", z)));
    let planned = stage.run(&["plan"]);
    stage.sync();
    assert!(stage.udm.locks().is_empty());
    let mails = ["ada", "bob", "eve", "dan"].map(|name| mail_of(&stage, name));
    assert_eq!(mails, [y, x, new, z]);
    // One of the two gives its address up before.
    assert_eq!(stage.writes().len(), 5);
    assert!(planned.out.contains("It takes 5 requests"), "{}", planned.out);
    stage.sync_is_empty();
}

/// Names and addresses go round at once, in circles that share users.
#[test]
fn names_and_addresses_go_round_together() {
    let [x, y] = ["x@example.org", "y@example.org"];
    let stage = Stage::new(&(with_mail(1, "ada", x) + &with_mail(2, "bob", y)));
    stage.sync();
    stage.people(&(with_mail(1, "bob", y) + &with_mail(2, "ada", x)));
    stage.sync();
    assert!(stage.udm.locks().is_empty());
    assert_eq!(
        stage.usernames().into_values().collect::<Vec<_>>(),
        ["bob", "ada"]
    );
    assert_eq!([mail_of(&stage, "bob"), mail_of(&stage, "ada")], [y, x]);
    stage.sync_is_empty();
}

/// An address that stays taken is found before anything is sent.
#[test]
fn an_address_that_is_kept_is_reported_in_the_plan() {
    let stage = Stage::new(&with_mail(1, "ada", "x@example.org"));
    stage.sync();
    let keeper = stage.add(9, "keeper");
    let mail = json!({"mailPrimaryAddress": "y@example.org"});
    stage.udm.set(&keeper, mail.as_object().unwrap());
    stage.reconfigure("guard:", "policy: {absent: keep}\nguard:");
    stage.people(&(with_mail(1, "ada", "y@example.org") + &row(2, "bob")));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("has this `mailPrimaryAddress`"), "{}", ran.out);
    assert_eq!(stage.writes(), ["POST users/user/"]);
    assert!(stage.udm.locks().is_empty());
}

/// A group in the container has the name of a new user: it is reported in the plan, and the server is not asked.
#[test]
fn a_username_that_a_group_has_is_reported_in_the_plan() {
    let stage = Stage::new(&(row(1, "staff") + &row(2, "bob")));
    let teams = format!("ou=teams,{BASE}");
    stage.udm.add_ou(&teams);
    let group = GroupSeed::new("Staff", &teams).with("univentionObjectIdentifier", id(11));
    stage.udm.add_group(group);
    stage.reconfigure(
        "  users:\n",
        "  groups: {ou: ou=teams, properties: [univentionObjectIdentifier, name, users]}\n  users:\n",
    );
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("a user and a group cannot have one name"),
        "{}",
        ran.out
    );
    assert_eq!(stage.usernames().into_values().collect::<Vec<_>>(), ["bob"]);
    assert!(stage.udm.locks().is_empty());
}

/// Who was stopped after giving an address up gets its new one in the next run.
#[test]
fn an_interrupted_exchange_is_completed() {
    let rows = |a: &str, b: &str| with_mail(1, "ada", a) + &with_mail(2, "bob", b);
    let [x, y] = ["x@example.org", "y@example.org"];
    let stage = Stage::new(&rows(x, y));
    stage.sync();
    stage.people(&rows(y, x));
    // Only the first write passes, by which an address is given up.
    let fault = Fault::once("PATCH", "users/user/", FaultKind::directory_away());
    stage.udm.inject(fault.times(u64::MAX).after(1));
    let ran = stage.run(&["sync"]);
    assert_ne!(ran.exit, 0);
    stage.udm.clear_faults();
    stage.sync();
    assert_eq!([mail_of(&stage, "ada"), mail_of(&stage, "bob")], [y, x]);
    stage.sync_is_empty();
}

/// What a user outside of the container gets after the plan was made is known by the server alone.
#[test]
fn a_name_that_is_taken_elsewhere_meanwhile_is_reported() {
    let stage = Stage::new(&(row(1, "ada") + &row(2, "bob")));
    let plan = stage.installation.path("plan.json").display().to_string();
    let planned = stage.run(&["plan", "--out", &plan]);
    assert_eq!(planned.exit, 0, "{}{}", planned.out, planned.err);
    stage
        .udm
        .add_user(UserSeed::new("ada", &format!("cn=users,{BASE}")));
    let ran = stage.run(&["apply", &plan]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("has the login name: "), "{}{}", ran.out, ran.err);
    assert_eq!(stage.usernames().into_values().collect::<Vec<_>>(), ["bob"]);
}
