//! A server in trouble: nothing is lost, nothing is made twice, and one message says what is wrong.

use testkit::udm::{Fault, FaultKind, Options};

use super::stage::{PEOPLE, Stage, id, row};

/// The answer to a create is lost, whether the user was made or not.
#[test]
fn a_lost_answer_is_looked_up() {
    for kind in [FaultKind::LoseReply, FaultKind::Reset, FaultKind::CutBody] {
        let stage = Stage::new(&row(1, "ada"));
        stage.udm.add_ou(PEOPLE);
        stage.udm.inject(Fault::once("POST", "users/user/", kind.clone()));
        stage.sync();
        assert_eq!(
            stage.usernames().into_values().collect::<Vec<_>>(),
            ["ada"],
            "{kind:?}"
        );
        assert!(stage.udm.locks().is_empty(), "{kind:?}");
        stage.sync_is_empty();
    }
}

/// A rename whose answer is lost has given the user another name.
#[test]
fn a_lost_rename_is_found_again() {
    for kind in [FaultKind::LoseReply, FaultKind::Reset] {
        let stage = Stage::new(&format!("{},ada.new,First,Last,,,new\n", id(1)));
        stage.add(1, "ada");
        stage
            .udm
            .inject(Fault::once("PATCH", "users/user/", kind.clone()));
        stage.sync();
        assert_eq!(stage.usernames()[&id(1)], "ada.new", "{kind:?}");
        stage.sync_is_empty();
    }
}

/// The run waits for a worker that starts. A refused creation leaves a lock, which is not a conflict with another
/// object.
#[test]
fn a_busy_server_is_waited_for() {
    let stage = Stage::new(&row(1, "ada"));
    let fault = Fault::once(
        "",
        "",
        FaultKind::Answer {
            status: 503,
            headers: vec![
                ("content-type".into(), "text/html; charset=UTF-8".into()),
                ("retry-after".into(), "0".into()),
            ],
            body: "\"The service could not be reached. Please retry.\"".into(),
        },
    );
    stage.udm.inject(fault.times(2));
    stage.sync();
    assert_eq!(stage.usernames().len(), 1);
}

/// A name that is locked although no object has it is free in five minutes.
#[test]
fn a_killed_worker_leaves_a_lock() {
    let stage = Stage::new(&row(1, "ada"));
    stage.udm.add_ou(PEOPLE);
    let kind = FaultKind::Killed(testkit::udm::Locked::Username, "ada".into());
    stage.udm.inject(Fault::once("POST", "users/user/", kind));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(told.contains("again in 5 minutes"), "{told}");
    stage.udm.advance_clock(std::time::Duration::from_secs(301));
    stage.sync();
}

/// If a password that was accepted before is refused, it is an outage: the run stops, and no one is deleted.
#[test]
fn a_401_in_the_middle_is_an_outage() {
    let stage = Stage::new(&(row(1, "ada.new") + &row(2, "bob.new")));
    stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
    for (n, name) in [(1, "ada"), (2, "bob"), (3, "gone")] {
        stage.add(n, name);
    }
    stage
        .udm
        .inject(Fault::always(FaultKind::directory_away()).after(4));
    let ran = stage.run(&["sync"]);
    assert_ne!(ran.exit, 0);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(
        told.contains("the server no longer accepts the password"),
        "{told}"
    );
    assert_eq!(stage.usernames().len(), 3);
    stage.udm.clear_faults();
    stage.sync();
    assert_eq!(
        stage.usernames().into_values().collect::<Vec<_>>(),
        ["ada.new", "bob.new"]
    );
}

/// More header lines than HTTP clients take by themselves.
#[test]
fn many_headers_are_read() {
    let options = Options {
        more_headers: 300,
        ..Options::default()
    };
    Stage::with(options, &row(1, "ada")).sync();
}

/// What is wrong before anything is read, in one message each.
#[test]
fn wrong_credentials_and_addresses_are_reported() {
    let password = "password: Sekret.4711";
    for (from, to, exit, message) in [
        (password, "password: wrong", 3, "the server refuses the password"),
        (
            "user: Administrator",
            "user: plain",
            3,
            "put it into Domain Admins",
        ),
        ("/udm/\n", "/nothing/\n", 3, "check `udm.url`"),
    ] {
        let stage = Stage::new(&row(1, "ada"));
        stage.reconfigure(from, to);
        let ran = stage.installation.run(&["sync"]);
        let told = format!("{}{}", ran.out, ran.err);
        assert_eq!(ran.exit, exit, "{told}");
        assert!(told.contains(message), "{message}: {told}");
        assert_eq!(stage.writes(), Vec::<String>::new());
    }
    let stage = Stage::new(&row(1, "ada"));
    stage.udm.inject(Fault::always(FaultKind::html(200)));
    let ran = stage.run(&["sync"]);
    let told = format!("{}{}", ran.out, ran.err);
    assert_eq!(ran.exit, 3, "{told}");
    assert!(told.contains("answered with HTML"), "{told}");
}

/// One refused value fails one person; the others get what is theirs.
#[test]
fn a_refused_value_fails_one_person() {
    let bad = format!("{},ada,First,Last,ada@nowhere.test,,\n", id(1));
    let stage = Stage::new(&(bad + &row(2, "bob")));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(
        told.contains("configured mail domains") && !told.contains("ada@nowhere.test"),
        "{told}"
    );
    assert_eq!(stage.usernames().into_values().collect::<Vec<_>>(), ["bob"]);
}

/// One person changes, one is new, one is missing, and one was moved by hand.
fn troubled() -> Stage {
    let rows = format!("{},ada,First,Last,,,new\n", id(1)) + &row(2, "bob") + &row(4, "dan");
    let stage = Stage::new(&rows);
    stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
    stage.add(1, "ada");
    stage.add(3, "gone");
    let dan = stage.add(4, "dan");
    stage.udm.add_ou(&format!("ou=sub,{PEOPLE}"));
    stage.udm.relocate(&dan, &format!("uid=dan,ou=sub,{PEOPLE}"));
    stage
}

/// A proxy answers a write with a page and a success status, and the write never reaches UDM. It is sent again.
#[test]
fn a_page_of_a_proxy_is_no_written_change() {
    for (method, pattern) in [
        ("POST", "users/user/"),
        ("PATCH", "users/user/"),
        ("PUT", "users/user/"),
        ("DELETE", "users/user/"),
    ] {
        for status in [200, 201, 202] {
            let stage = troubled();
            stage
                .udm
                .inject(Fault::once(method, pattern, FaultKind::html(status)));
            stage.sync();
            let wanted = [(id(1), "ada"), (id(2), "bob"), (id(4), "dan")];
            let wanted = wanted.map(|(id, name)| (id, name.to_owned()));
            assert_eq!(stage.usernames(), wanted.into(), "{method} {pattern} {status}");
            stage.sync_is_empty();
        }
    }
    let stage = Stage::new(&row(1, "ada"));
    let page = Fault::once("POST", "container/ou/", FaultKind::html(201));
    stage.udm.inject(page);
    stage.sync();
    stage.sync_is_empty();
}

/// If the proxy never lets writes through, no change counts as done.
#[test]
fn a_proxy_that_swallows_writes_is_reported() {
    for (method, operation) in [
        ("PATCH", "update_user"),
        ("DELETE", "delete_user"),
        ("POST", "create_user"),
        ("PUT", "move_user"),
    ] {
        let stage = troubled();
        let page = Fault::once(method, "users/user/", FaultKind::html(200));
        stage.udm.inject(page.times(u64::MAX));
        let ran = stage.run(&["sync"]);
        let told = format!("{}{}", ran.out, ran.err);
        assert_eq!(ran.exit, 1, "{told}");
        let what = "answered with HTML, so it is not known whether this was written";
        assert!(told.contains(&format!("{operation}: 200 ")), "{told}");
        assert!(told.contains(what) && told.contains("check `udm.url`"), "{told}");
    }
}
