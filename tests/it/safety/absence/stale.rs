//! No one gets a second account because a list is empty, short or stale, or another host was faster.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind, Moment, ReadSide, UserSeed};

use crate::safety::lab::{Lab, ended, staff};

const LIST: &str = "/zitadel.user.v2.UserService/ListUsers";
const EMPTY: &str = r#"{"details":{"timestamp":"2026-11-24T06:00:00Z"}}"#;

/// Waits no longer than a test can.
fn hasty(lab: &Lab) {
    let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let config = config.replacen("zitadel:\n", "zitadel:\n  lag_wait: 300ms\n", 1);
    std::fs::write(lab.path("config.yaml"), config).unwrap();
}

/// People with accounts, and with another address by now.
fn renamed(count: usize) -> (Lab, Vec<Person>) {
    let people = staff(count);
    let lab = Lab::ldap(&people);
    lab.configure("guard:\n  max_logins_changed: 100\n");
    hasty(&lab);
    (lab, people)
}

fn rename(lab: &Lab, people: &[Person]) {
    for person in people {
        lab.address(&person.uid, &format!("{}.new@example.org", person.uid));
    }
}

/// Each person has one account, which has the new address.
fn assert_one_each(lab: &Lab, count: usize) {
    let names = lab.names();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!((names.len(), distinct.len()), (count, count), "{names:?}");
    assert!(
        names.iter().all(|name| name.ends_with(".new@example.org")),
        "{names:?}"
    );
}

/// A run right after the first one, with a corrected mapping: the list does not show the new accounts yet, but their
/// roles are visible.
#[test]
fn no_person_gets_a_second_account_while_the_list_is_stale() {
    let (lab, people) = renamed(8);
    lab.zitadel.freeze_projection(ReadSide::Users);
    lab.run("sync").exits(0);
    rename(&lab, &people);
    lab.run("sync")
        .exits(0)
        .says("the target does not list all of its accounts")
        .says("Plan: 8 to update; 0 unchanged (8 accounts, 8 managed).");
    lab.zitadel.thaw_projection(ReadSide::Users);
    assert_one_each(&lab, 8);
}

/// An empty list, once or for good, and accounts without any role: their ids are looked for.
#[test]
fn no_person_gets_a_second_account_because_a_list_is_empty() {
    for (times, with_role) in [(1, true), (1, false), (u64::MAX, true)] {
        let (lab, people) = renamed(8);
        if with_role {
            lab.run("sync").exits(0);
        } else {
            for person in &people {
                lab.zitadel.add_user(UserSeed {
                    email: person.email.clone(),
                    email_verified: true,
                    given_name: person.first_name.clone(),
                    family_name: person.last_name.clone(),
                    nick_name: hex::encode(&person.uid),
                    metadata: vec![("localpart".into(), person.uid.clone().into_bytes())],
                    ..UserSeed::default()
                });
            }
        }
        rename(&lab, &people);
        let empty = Fault::once("POST", LIST, FaultKind::json(200, EMPTY)).times(times);
        lab.zitadel.inject(empty);
        lab.run("sync").exits(0);
        assert_one_each(&lab, 8);
    }
}

/// An error that passes for a list ends the run before anything is written, on whichever page it comes.
#[test]
fn an_error_instead_of_a_list_creates_no_person() {
    let (lab, people) = renamed(8);
    lab.run("sync").exits(0);
    rename(&lab, &people);
    let body = r#"{"code":13,"message":"internal error"}"#;
    let error = Fault::once("POST", LIST, FaultKind::json(200, body)).times(u64::MAX);
    lab.zitadel.inject(error);
    lab.zitadel.reset_counts();
    lab.run("sync").exits(3).says("list_users: 500 internal error");
    assert_eq!(lab.zitadel.writes(), []);
}

/// Another host creates the accounts between our plan and our first creation: existing accounts are not created
/// again, and those with another login name are left to the next run.
#[test]
fn no_person_gets_a_second_account_because_another_host_was_faster() {
    for same_names in [true, false] {
        let people = staff(6);
        let lab = Lab::ldap(&people[1..]);
        lab.configure(
            "policy:\n  absent: delete\nguard:\n  max_removals: 100%\n  max_logins_changed: 100%\n",
        );
        hasty(&lab);
        let seed = |person: &Person, suffix: &str| UserSeed {
            email: format!("{}{suffix}", person.uid),
            email_verified: true,
            given_name: person.first_name.clone(),
            family_name: person.last_name.clone(),
            nick_name: hex::encode(&person.uid),
            metadata: vec![("localpart".into(), person.uid.clone().into_bytes())],
            roles: vec!["User".into()],
            ..UserSeed::default()
        };
        // The first write removes an account.
        lab.zitadel.add_user(seed(&people[0], "@example.org"));
        let suffix = people[1].email.trim_start_matches(&*people[1].uid).to_owned();
        let suffix = if same_names { &*suffix } else { ".old@example.org" };
        let seeds: Vec<UserSeed> = people[1..].iter().map(|person| seed(person, suffix)).collect();
        let (arrived, wait) = (mpsc::channel(), mpsc::channel());
        lab.zitadel.reset_counts();
        lab.zitadel.on_write(1, Moment::Received, move || {
            arrived.0.send(()).unwrap();
            wait.1.recv().unwrap();
        });
        let child = lab.command("sync").spawn().unwrap();
        arrived.1.recv().unwrap();
        lab.zitadel.add_users(seeds);
        wait.0.send(()).unwrap();
        let run = ended(child);
        assert_eq!(lab.names().len(), 5, "{}\n{}", run.out, run.err);
        if same_names {
            run.exits(0)
                .says("did not show 5 accounts that already existed")
                .says("Done: 1 deleted, 5 were there already; 1 warning. ");
        } else {
            run.exits(1).says("no second account is created. Run again");
            lab.run("sync").exits(0);
            assert!(
                lab.names().iter().all(|name| !name.contains(".old@")),
                "{:?}",
                lab.names()
            );
        }
    }
}

/// A new person's account is there and the list does not show it, while it is known by one list alone that something has
/// happened lately: the list is waited for until it wakes, and the account becomes the person's in the same run.
fn waits_for_a_hidden_account(news: ReadSide) {
    const LONG_AGO: Duration = Duration::from_secs(600);
    let people = staff(1);
    let lab = Lab::csv(&people);
    let named = |email: &str| UserSeed {
        email: email.to_owned(),
        email_verified: true,
        given_name: "Ada".to_owned(),
        family_name: "Test".to_owned(),
        ..UserSeed::default()
    };
    lab.zitadel.add_user(UserSeed {
        roles: vec!["User".to_owned()],
        ..named("guest@example.org")
    });
    let others = lab.zitadel.users();
    let quiet = match news {
        ReadSide::Users => ReadSide::Grants,
        ReadSide::Grants => ReadSide::Users,
    };
    lab.zitadel.age_projection(quiet, LONG_AGO);
    lab.zitadel.reset_counts();
    lab.run("plan").exits(0);
    // The person and the holder of the name are looked for once more each, and two looks find the list asleep.
    let reads = lab.zitadel.request_counts()["POST /zitadel.user.v2.UserService/ListUsers"] + 2 + 2;
    lab.zitadel.freeze_projection_for(ReadSide::Users, reads);
    let hidden = lab.zitadel.add_user(named(&people[0].email));
    lab.run("sync --report report.json")
        .exits(0)
        .says("Zitadel has accounts that it does not list; waiting for its list")
        .says("had the login name and was adopted");
    assert_eq!(lab.account(&people[0].email).id, hidden);
    let mut left = lab.zitadel.users();
    left.retain(|user| user.id != hidden);
    assert_eq!(left, others);
    let looks = lab.json("report.json")["requests"]["by_operation"]["watch_users"].clone();
    // A list that has moved is through when it moves no more, which takes five seconds.
    assert!((3..15).contains(&looks.as_u64().unwrap()), "{looks}");
}

#[test]
fn a_hidden_account_is_waited_for_while_accounts_are_new() {
    waits_for_a_hidden_account(ReadSide::Users);
}

#[test]
fn a_hidden_account_is_waited_for_while_roles_are_new() {
    waits_for_a_hidden_account(ReadSide::Grants);
}
