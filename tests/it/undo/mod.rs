//! `--undo-file` and `undo`: a run and its undo leave everything as it was.

mod accounts;
mod disturbed;
mod file;
mod later_changes;
mod program;
mod random;

use testkit::zitadel::ZitadelDouble;

use crate::crash::accounts::everything;
use crate::crash::world::Before;
use crate::program::{Installation, Ran};

fn diff(before: &std::collections::BTreeMap<String, String>, zitadel: &ZitadelDouble) -> Vec<String> {
    let after = everything(zitadel);
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = names
        .into_iter()
        // A former absence is not restored, as the file says.
        .filter(|name| !name.starts_with("return."))
        .filter(|name| before.get(*name) != after.get(*name));
    differs
        .map(|name| format!("{name}:\n  {:?}\n  {:?}", before.get(name), after.get(name)))
        .collect()
}

#[track_caller]
fn exits(ran: &Ran, exit: u8) {
    assert_eq!(ran.exit, exit, "\n{}\n{}", ran.out, ran.err);
}

fn undo_path(installation: &Installation) -> String {
    installation.path("undo.json").display().to_string()
}

/// What a run says that its plan takes.
#[track_caller]
fn said(ran: &Ran) -> u64 {
    let (_, rest) = ran.out.split_once("It takes ").expect("something to do");
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    number.parse().expect("a number")
}

/// Every kind of change at once.
#[test]
fn a_run_and_its_undo_leave_everything_as_it_was() {
    let world = Before::new(3);
    let (zitadel, installation) = world.start();
    let before = everything(&zitadel);
    let path = undo_path(&installation);
    exits(&installation.run(&["sync", "--undo-file", &path]), 0);
    assert_ne!(everything(&zitadel), before);
    exits(&installation.run(&["undo", &path]), 0);
    let wrong = diff(&before, &zitadel);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let writes = zitadel.writes().len();
    let again = installation.run(&["undo", &path]);
    exits(&again, 0);
    assert_eq!(zitadel.writes().len(), writes, "{again:?}");
}

/// The announced cost of an undo file and of an undo is exact.
#[test]
fn an_undo_file_and_an_undo_cost_what_is_announced() {
    let world = Before::new(3);
    let run = |words: &[&str]| {
        let (zitadel, installation) = world.start();
        let path = undo_path(&installation);
        let mut words = words.to_vec();
        words
            .iter_mut()
            .filter(|word| **word == "FILE")
            .for_each(|word| *word = &path);
        let ran = installation.run(&words);
        exits(&ran, 0);
        (zitadel.requests(), said(&ran), zitadel, installation)
    };
    let (without, said_without, ..) = run(&["sync"]);
    let (with, said_with, zitadel, installation) = run(&["sync", "--undo-file", "FILE"]);
    assert_eq!(with - without, said_with - said_without);
    // Three reads of each of three accounts that are deleted, one of each of three whose link is replaced, and one list.
    assert_eq!(with - without, 3 * 3 + 3 + 1);
    let path = undo_path(&installation);
    let count = |words: &[&str]| {
        let before = zitadel.requests();
        let ran = installation.run(words);
        exits(&ran, 0);
        (zitadel.requests() - before, ran)
    };
    let (dry, _) = count(&["undo", &path, "--dry-run"]);
    let (wet, ran) = count(&["undo", &path]);
    assert_eq!(wet - dry, said(&ran), "{ran:?}");
}
