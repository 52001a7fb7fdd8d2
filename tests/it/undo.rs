//! `--undo-file` and `undo`: a run and its undo leave everything as it was.

mod disturbed;
mod random;

use std::fs;

use testkit::zitadel::ZitadelDouble;

use crate::crash::world::{Before, everything};
use crate::program::{Installation, Ran};

fn diff(before: &std::collections::BTreeMap<String, String>, zitadel: &ZitadelDouble) -> Vec<String> {
    let after = everything(zitadel);
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = names
        .into_iter()
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

/// Every kind of change at once.
#[test]
fn a_run_and_its_undo_leave_everything_as_it_was() {
    let world = Before::new(3);
    let (zitadel, installation) = world.start();
    let before = everything(&zitadel);
    let path = undo_path(&installation);
    exits(&installation.run(&["sync", "--undo-file", &path]), 0);
    assert_ne!(everything(&zitadel), before);
    let ran = installation.run(&["undo", &path, "--show-values"]);
    println!("{}", ran.out);
    println!("{}", fs::read_to_string(&path).unwrap().len());
    exits(&ran, 0);
    let wrong = diff(&before, &zitadel);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let writes = zitadel.writes().len();
    let again = installation.run(&["undo", &path]);
    exits(&again, 0);
    assert_eq!(zitadel.writes().len(), writes, "{again:?}");
}
