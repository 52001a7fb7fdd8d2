//! Many runs in one process: each is right, and nothing is left of the ones before.

use std::fs;

use testkit::people::Person;
use testkit::zitadel::{Fault, FaultKind};

use super::stay::Stay;
use crate::safety::lab::{Lab, staff};

const RUNS: usize = 200;
/// After so many runs everything that is made once is there.
const WARM: usize = 40;
/// Runs after which it is looked, at the beginning and at the end.
const SAMPLES: usize = 10;

/// What the process holds, as Linux tells.
#[derive(Clone, Copy, Debug)]
struct Held {
    files: u64,
    threads: u64,
    /// Resident memory in KiB.
    memory: u64,
}

fn held(process: u32) -> Held {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    };
    Held {
        files: fs::read_dir(format!("/proc/{process}/fd")).unwrap().count() as u64,
        threads: number("Threads:"),
        memory: number("VmRSS:"),
    }
}

/// The most, or the least, of each over several runs.
fn of_each(samples: &[Held], pick: fn(u64, u64) -> u64) -> Held {
    let all = |of: fn(&Held) -> u64| samples.iter().map(of).reduce(pick).unwrap();
    Held {
        files: all(|held| held.files),
        threads: all(|held| held.threads),
        memory: all(|held| held.memory),
    }
}

fn without_rights() -> FaultKind {
    FaultKind::Answer {
        status: 403,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: r#"{"code": 7, "message": "No matching permissions found"}"#.to_owned(),
    }
}

/// How a run is disturbed, and the exit codes that it may end with.
fn disturb(lab: &Lab, round: usize) -> &'static [&'static str] {
    let fault = match round % 10 {
        3 => Fault::once("POST", "/v2/users", FaultKind::Reset),
        4 => Fault::once("POST", "/auth/v1/", FaultKind::status(500)),
        5 => Fault::once("PUT", "/v2/users/human", FaultKind::LoseReply),
        6 => Fault::once("POST", "/v2/users/human", FaultKind::Garbage),
        7 => Fault::once("POST", "/v2/users", without_rights()).times(20),
        8 => Fault::once("POST", "/auth/v1/", without_rights()).times(20),
        _ => return &["exit_code=0 "],
    };
    lab.zitadel.inject(fault);
    &["exit_code=0 ", "exit_code=1 ", "exit_code=3 "]
}

/// The people of a round: some come and go, and all are renamed from time to time.
fn people(round: usize) -> Vec<Person> {
    let mut people = staff(20 + round % 7);
    for (place, person) in people.iter_mut().enumerate() {
        if (place + round).is_multiple_of(3) {
            person.last_name = format!("Name{round}");
        }
    }
    people
}

/// Brings the directory from one round to the next.
fn change(lab: &Lab, before: &[Person], after: &[Person]) {
    for person in before
        .iter()
        .filter(|person| after.iter().all(|other| other.uid != person.uid))
    {
        lab.slapd().delete(&person.dn());
    }
    for person in after {
        match before.iter().find(|other| other.uid == person.uid) {
            None => lab.slapd().add(person),
            Some(other) if other.last_name != person.last_name => {
                lab.slapd().replace(&person.dn(), "sn", &[&person.last_name]);
            }
            Some(_) => {}
        }
    }
}

fn assert_in_line(lab: &Lab, people: &[Person], round: usize) {
    let mut expected: Vec<(String, String)> = people
        .iter()
        .map(|person| (person.email.clone(), person.last_name.clone()))
        .collect();
    expected.sort();
    let users = lab.zitadel.users().into_iter();
    let found: Vec<(String, String)> = users.map(|user| (user.username, user.family_name)).collect();
    assert_eq!(found, expected, "round {round}");
}

/// One run by SIGHUP; gives the line about its end.
fn run(stay: &mut Stay) -> String {
    stay.said.clear();
    stay.send("-HUP");
    stay.until("run finished")
}

/// A run that was disturbed either did its work all the same, or says that it did not; then the next one does it.
#[test]
fn two_hundred_runs_in_one_process_leave_nothing_behind() {
    let mut now = people(0);
    let lab = Lab::ldap(&now);
    lab.configure("policy: {absent: delete}\nguard: {max_removals: 100%}\n");
    let mut stay = Stay::start(&lab, "--report report.json");
    stay.until("exit_code=0 ");
    let (mut runs, mut healed) = (1, 0);
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for round in 1.. {
        let next = people(round);
        change(&lab, &now, &next);
        now = next;
        let may_end = disturb(&lab, round);
        let line = run(&mut stay);
        runs += 1;
        assert!(
            may_end.iter().any(|end| line.contains(end)),
            "round {round}: {line}"
        );
        lab.zitadel.clear_faults();
        if !line.contains("exit_code=0 ") {
            assert_ne!(lab.json("report.json")["exit_code"], 0, "round {round}");
            let line = run(&mut stay);
            assert!(line.contains("exit_code=0 "), "round {round}: {line}");
            (runs, healed) = (runs + 1, healed + 1);
        }
        assert_in_line(&lab, &now, round);
        if runs >= WARM && first.len() < SAMPLES {
            first.push(held(stay.id()));
        }
        if runs >= RUNS {
            last.push(held(stay.id()));
        }
        if last.len() == SAMPLES {
            break;
        }
    }
    // A connection that is about to close is one file more, now and then; what leaks is more each time.
    let before = of_each(&first, u64::max);
    let after = of_each(&last, u64::min);
    println!("{runs} runs, {healed} healed by the next; after {WARM} {before:?}, at the end {after:?}");
    assert!(healed >= 20, "{healed} runs were disturbed");
    assert!(after.files <= before.files, "{before:?} {after:?}");
    assert!(after.threads <= before.threads, "{before:?} {after:?}");
    assert!(after.memory <= before.memory + 4096, "{before:?} {after:?}");
    let (exit, said) = stay.end();
    assert_eq!(exit, 0, "{said}");
}
