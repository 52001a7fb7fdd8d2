//! A run or an undo that stops anywhere in between: undoing (again) ends where everything was.

use testkit::zitadel::{Fault, FaultKind, Moment};

use super::{diff, exits, undo_path};
use crate::crash::accounts::everything;
use crate::crash::kill_at;
use crate::crash::world::Before;
use crate::program::side_by_side;

const THREADS: usize = 6;

fn swept(
    each: usize,
    undone: bool,
    disturb: impl Fn(&testkit::zitadel::ZitadelDouble, &crate::program::Installation, &[&str], u64) + Sync,
) {
    let world = Before::new(each);
    let (zitadel, installation) = world.start();
    let before = everything(&zitadel);
    let path = undo_path(&installation);
    exits(&installation.run(&["sync", "--undo-file", &path]), 0);
    let of_sync = zitadel.writes().len();
    exits(&installation.run(&["undo", &path]), 0);
    let writes = if undone {
        zitadel.writes().len() - of_sync
    } else {
        of_sync
    };
    let wrong = side_by_side(1..writes + 1, THREADS, |k| {
        let (zitadel, installation) = world.start();
        let path = undo_path(&installation);
        if undone {
            exits(&installation.run(&["sync", "--undo-file", &path]), 0);
            let skip = zitadel.writes().len();
            disturb(&zitadel, &installation, &["undo", &path, "-q"], (skip + k) as u64);
        } else {
            disturb(
                &zitadel,
                &installation,
                &["sync", "--undo-file", &path, "-q"],
                k as u64,
            );
        }
        zitadel.clear_faults();
        let ran = installation.run(&["undo", &path]);
        let wrong = diff(&before, &zitadel);
        if ran.exit == 0 && wrong.is_empty() {
            return Ok(());
        }
        Err(format!("write {k}: {ran:?}\n{}", wrong.join("\n")))
    });
    assert!(
        wrong.is_empty(),
        "{} of {writes} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_killed_run_can_be_undone() {
    swept(2, false, |zitadel, installation, words, k| {
        kill_at(zitadel, installation, words, k, Moment::Processed);
    });
}

#[test]
fn a_killed_undo_is_finished_by_the_next() {
    swept(2, true, |zitadel, installation, words, k| {
        kill_at(zitadel, installation, words, k, Moment::Processed);
    });
}

#[test]
fn a_run_with_a_failed_write_can_be_undone() {
    swept(3, false, |zitadel, installation, words, k| {
        zitadel.inject(Fault::nth_write(k, FaultKind::status(400)));
        installation.run(words);
    });
}

#[test]
fn an_undo_with_a_failed_write_is_finished_by_the_next() {
    swept(3, true, |zitadel, installation, words, k| {
        zitadel.inject(Fault::nth_write(k, FaultKind::status(400)));
        installation.run(words);
    });
}
