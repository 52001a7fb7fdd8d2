//! A run that is asked to end.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::zitadel::{Fault, FaultKind};

use crate::safety::lab::{Lab, Run, ended, staff};

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// A run of twelve new people whose first write takes a while, and that has reached it.
fn in_flight(lab: &Lab, hold: Duration) -> Child {
    lab.configure("apply: {concurrency: {max: 2}}\n");
    lab.zitadel
        .inject(Fault::once("POST", "/v2/users/human", FaultKind::Delay(hold)).times(2));
    let child = lab
        .command("sync --report report.json --metrics-file last.prom --html page.html")
        .spawn()
        .unwrap();
    lab.zitadel.wait_for_a_write();
    child
}

/// Of many changes that were not started, ten are listed, and all are counted.
#[test]
fn many_changes_that_were_not_started_are_summed_up() {
    let lab = Lab::csv(&staff(30));
    let child = in_flight(&lab, Duration::from_millis(700));
    send("-TERM", &child);
    let run = ended(child).exits(1);
    let left = 30 - lab.zitadel.users().len();
    assert!((12..30).contains(&left), "{left}");
    assert_eq!(
        run.out.matches("\nnot started: create ").count(),
        11,
        "{}",
        run.out
    );
    let rest = format!(
        "\nnot started: create {} more (`--report FILE` has them all): stopped by a signal",
        left - 10
    );
    assert!(run.out.contains(&rest), "{}", run.out);
    let metrics = std::fs::read_to_string(lab.path("last.prom")).unwrap();
    for (result, count) in [("not_started", left), ("failed", 0), ("applied", 30 - left)] {
        let labels = format!("action=\"create\",result=\"{result}\"");
        let line = metrics.lines().find(|line| line.contains(&labels));
        assert!(
            line.is_some_and(|line| line.ends_with(&format!(" {count}"))),
            "{result} {count}: {metrics}"
        );
    }
    let page = std::fs::read_to_string(lab.path("page.html")).unwrap();
    let cells = format!(
        "<td class=\"number\">{}</td><td class=\"number\">0</td><td class=\"number\">{left}</td>",
        30 - left
    );
    assert!(
        page.contains(">Not started</th>") && page.contains(&cells),
        "{page}"
    );
    lab.zitadel.clear_faults();
    lab.run("sync --html page.html").exits(0);
    let page = std::fs::read_to_string(lab.path("page.html")).unwrap();
    assert!(!page.contains("Not started"), "{page}");
}

/// Nothing of an interrupted undo has to be fixed.
#[test]
fn an_interrupted_undo_is_run_again() {
    let lab = Lab::csv(&staff(12));
    lab.configure("guard: {max_removals: 100%}\napply: {concurrency: {max: 2}}\n");
    lab.run("sync --undo-file undo.json").exits(0);
    let hold = FaultKind::Delay(Duration::from_millis(700));
    lab.zitadel.inject(Fault::nth_write(1, hold).times(2));
    lab.zitadel.reset_counts();
    let child = lab.command("undo undo.json").spawn().unwrap();
    lab.zitadel.wait_for_a_write();
    send("-TERM", &child);
    let run = ended(child);
    run.says("Next: run the same command again: it makes the changes that were not started. Then ")
        .does_not_say("fix the failures");
}

/// What was in flight is complete, role included; the rest is named, and the next run does it.
#[test]
fn a_signal_finishes_what_is_in_flight_and_starts_nothing_new() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let lab = Lab::csv(&staff(12));
        let child = in_flight(&lab, Duration::from_millis(700));
        send(signal, &child);
        let run = ended(child)
            .exits(1)
            .says("not started: create")
            .says(": stopped by a signal");
        run.says("Next: run again: the next run makes the changes that were not started")
            .does_not_say("failed");
        let report = lab.json("report.json");
        assert_eq!(report["outcome"], "partial", "{report}");
        let users = lab.zitadel.users();
        assert!(!users.is_empty() && users.len() < 12, "{}", users.len());
        assert!(users.iter().all(|user| user.grants.len() == 1));
        let created = &report["changes"]["create"];
        assert_eq!(created["applied"], users.len());
        assert_eq!(
            (&created["failed"], &created["not_started"]),
            (&0.into(), &(12 - users.len()).into())
        );
        lab.zitadel.clear_faults();
        lab.run("sync").exits(0);
        assert_eq!(lab.names().len(), 12);
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    for (signal, exit) in [("-TERM", 143), ("-INT", 130)] {
        let lab = Lab::csv(&staff(2));
        let mut child = in_flight(&lab, Duration::from_secs(30));
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        send("-TERM", &child);
        // Two signals of one kind that arrive together are one, so the first has to be heard.
        let heard = said.any(|line| line.unwrap().contains("stopping; a second signal"));
        assert!(heard);
        send(signal, &child);
        ended(child).exits(exit);
    }
}

#[test]
fn a_signal_before_the_first_write_leaves_everything_as_it_is() {
    let lab = Lab::csv(&staff(2));
    for command in ["sync --report report.json", "plan", "check"] {
        lab.zitadel.reset_counts();
        lab.zitadel
            .inject(Fault::always(FaultKind::Delay(Duration::from_secs(30))));
        let child = lab.command(command).spawn().unwrap();
        lab.zitadel.wait_for_a_request();
        send("-TERM", &child);
        let run: Run = ended(child).exits(1);
        run.says("stopped by SIGTERM before anything was written");
        assert_eq!(lab.zitadel.writes(), []);
        lab.zitadel.clear_faults();
    }
    assert_eq!(lab.json("report.json")["outcome"], "failed");
}

/// A terminal that is closed says so twice: from the shell and from the system.
#[test]
fn a_terminal_that_is_closed_ends_no_run_at_once() {
    let lab = Lab::csv(&staff(12));
    let mut child = in_flight(&lab, Duration::from_millis(1500));
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    send("-HUP", &child);
    let heard = said.any(|line| line.unwrap().contains("stopping; a second signal"));
    assert!(heard);
    send("-HUP", &child);
    ended(child).exits(1);
    let users = lab.zitadel.users();
    assert!(!users.is_empty() && users.iter().all(|user| user.grants.len() == 1));
    assert_eq!(lab.json("report.json")["outcome"], "partial");
}

/// A run with `nohup` is to outlive the terminal.
#[test]
fn a_run_by_nohup_outlives_its_terminal() {
    let lab = Lab::csv(&staff(3));
    lab.zitadel.inject(Fault::once(
        "POST",
        "/v2/users/human",
        FaultKind::Delay(Duration::from_millis(700)),
    ));
    let plain = lab.command("sync");
    let mut command = Command::new("nohup");
    command.arg(plain.get_program()).args(plain.get_args());
    command.current_dir(lab.path(""));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    lab.zitadel.wait_for_a_write();
    send("-HUP", &child);
    ended(child).exits(0);
    assert_eq!(lab.names().len(), 3);
}
