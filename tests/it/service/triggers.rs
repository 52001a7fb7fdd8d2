//! What starts a run, and what ends the process.

use std::time::Duration;

use testkit::zitadel::{Fault, FaultKind};

use super::stay::Stay;
use crate::safety::lab::{Lab, staff};

#[test]
fn it_runs_at_its_start_and_at_each_hangup_and_ends_when_it_is_asked() {
    let lab = Lab::csv(&staff(2));
    let mut stay = Stay::start(&lab, "");
    stay.until("only SIGHUP starts a run");
    stay.run_ends("applied", 0);
    assert_eq!(lab.names().len(), 2);
    lab.people(&staff(3));
    stay.send("-HUP");
    stay.run_ends("applied", 0);
    assert_eq!(lab.names().len(), 3);
    stay.send("-HUP");
    let line = stay.run_ends("in_sync", 0);
    assert!(line.contains("next=no run planned"), "{line}");
    let (exit, said) = stay.end();
    assert_eq!(exit, 0, "{said}");

    let mut stay = Stay::start(&lab, "");
    stay.until("only SIGHUP starts a run");
    stay.send("-INT");
    // Whether it was idle by then or not: nothing was left to do.
    assert!([0, 1].contains(&stay.ended().0));
}

#[test]
fn a_timer_starts_runs_and_the_start_need_not() {
    let lab = Lab::csv(&staff(2));
    lab.configure("run: {every: 200ms, at_start: false}\n");
    let mut stay = Stay::start(&lab, "");
    stay.run_ends("applied", 0);
    for _ in 0..2 {
        stay.run_ends("in_sync", 0);
    }
    lab.people(&staff(3));
    stay.until("outcome=\"applied\"");
    let (exit, said) = stay.end();
    assert_eq!(exit, 0, "{said}");
}

#[test]
fn a_new_configuration_counts_from_the_next_run_and_a_broken_one_does_not() {
    let lab = Lab::csv(&staff(4));
    let mut stay = Stay::start(&lab, "");
    stay.run_ends("applied", 0);
    lab.people(&staff(3));
    lab.configure("policy: {absent: delete}\nguard: {max_removals: 5}\n");
    stay.send("-HUP");
    stay.until("the configuration was read again");
    stay.run_ends("applied", 0);
    assert_eq!(lab.names().len(), 3);

    lab.people(&staff(2));
    lab.configure("policy: {absent: delete, nonsense: 1}\nrun: {every: 0}\n");
    stay.send("-HUP");
    stay.until("unknown key `policy.nonsense`");
    stay.until("`run.every` must be");
    stay.until("The configuration that was read before stays in use.");
    stay.run_ends("applied", 0);
    assert_eq!(lab.names().len(), 2);
    assert_eq!(stay.end().0, 0);

    let (exit, said) = Stay::start(&lab, "").ended();
    assert_eq!(exit, 2, "{said}");
}

/// However many triggers come during a run, one more run follows.
#[test]
fn triggers_during_a_run_are_one_more_run() {
    let lab = Lab::csv(&staff(3));
    let slow = || {
        Fault::once(
            "POST",
            "/v2/users/human",
            FaultKind::Delay(Duration::from_millis(900)),
        )
    };
    lab.zitadel.inject(slow());
    let mut stay = Stay::start(&lab, "");
    lab.zitadel.wait_for_a_write();
    for _ in 0..3 {
        stay.send("-HUP");
    }
    stay.run_ends("applied", 0);
    stay.run_ends("in_sync", 0);
    lab.people(&staff(4));
    stay.send("-HUP");
    stay.run_ends("applied", 0);
    let (exit, said) = stay.end();
    assert_eq!((exit, said.matches("run finished").count()), (0, 3), "{said}");
}

#[test]
fn a_signal_during_a_run_ends_it_as_a_sync_and_then_the_process() {
    let lab = Lab::csv(&staff(12));
    lab.configure("apply: {concurrency: {max: 2}}\nrun: {every: 1s}\n");
    let slow = FaultKind::Delay(Duration::from_millis(700));
    lab.zitadel
        .inject(Fault::once("POST", "/v2/users/human", slow).times(2));
    let stay = Stay::start(&lab, "--report report.json");
    lab.zitadel.wait_for_a_write();
    let (exit, said) = stay.end();
    assert_eq!(exit, 1, "{said}");
    let report = lab.json("report.json");
    assert_eq!(report["outcome"], "partial", "{report}");
    let users = lab.zitadel.users();
    assert!(!users.is_empty() && users.len() < 12, "{}", users.len());
    assert!(users.iter().all(|user| user.grants.len() == 1));
}

/// A run that fails keeps the process, and a later one is as good as any.
#[test]
fn a_failed_run_is_followed_by_another_one() {
    let lab = Lab::csv(&staff(2));
    lab.configure("run: {every: 1s}\n");
    std::fs::rename(lab.path("users.csv"), lab.path("away")).unwrap();
    let mut stay = Stay::start(&lab, "");
    let line = stay.run_ends("failed", 3);
    assert!(line.contains("next run "), "{line}");
    std::fs::rename(lab.path("away"), lab.path("users.csv")).unwrap();
    stay.send("-HUP");
    stay.run_ends("applied", 0);
    stay.run_ends("in_sync", 0);
    assert_eq!(stay.end().0, 0);
}

#[test]
fn a_process_that_may_only_plan_writes_nothing_but_its_heartbeat() {
    let lab = Lab::csv(&staff(2));
    let mut stay = Stay::start(&lab, "--dry-run");
    stay.run_ends("planned", 0);
    assert_eq!(stay.end().0, 0);
    assert_eq!(lab.names(), Vec::<String>::new());
    let paths: Vec<String> = lab.zitadel.writes().into_iter().map(|write| write.path).collect();
    assert_eq!(
        paths,
        [format!("/v2/users/{}/metadata", lab.zitadel.service_user_id())]
    );
}
