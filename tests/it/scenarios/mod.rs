//! Whole runs of the program against doubles of its world, each told by a folder of files.
//!
//! A folder `tests/scenarios/NAME/` holds what an administrator would have, and what must come of it:
//!
//! | file | what it is |
//! |---|---|
//! | `scenario.yaml` | the rule as one sentence, the command, the expected exit codes; see [`folder::Step`] |
//! | `config.yaml`, `users.csv`, … | copied into the working folder, with `{{url}}` and its like filled in |
//! | `people.ldif` | entries of a real directory (slapd), which is started if the file is there |
//! | `leavers.json` | what the UKT endpoint answers with, which is started if the file is there |
//! | `accounts-before.json` | accounts that Zitadel has already |
//! | `objects-before.json` | users and groups that UDM has already |
//! | `check.txt` | **expected** output of `check`, if `scenario.yaml` says `check: true` |
//! | `plan.txt`, `sync.txt` | **expected** output of the dry run and of the run |
//! | `accounts-after.json` | **expected** accounts, with metadata, links, grants and codes sent |
//! | `objects-after.json` | the same of users and groups, if `config.yaml` speaks of `{{udm}}` |
//!
//! With several steps, all but `scenario.yaml` stand in folders `1`, `2`, …: each lays its files over the ones before,
//! a `changes.ldif` changes the directory, and `step.yaml` adds to `scenario.yaml`. What no step changes may stand beside
//! `scenario.yaml`.
//!
//! Beyond the files, every step checks that the dry run sent no write request, that a refused run wrote nothing, that
//! another run has nothing left to do, and that accounts which look like managed ones but are not stay untouched.
//!
//! A new scenario is a folder and a line in `scenarios/list.rs`. If it is about the server, a line in `scenarios/main.rs`
//! plays it on the other generations too.
//!
//! `UPDATE_GOLDEN=1 cargo nextest run --test it scenarios` writes the expected files; read the difference before you
//! keep it.

mod accounts;
mod cost;
mod decoys;
mod folder;
mod golden;
mod ids;
mod nameless;
mod objects;
mod play;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

/// One test for each folder, so that the runner shows them by name and plays them side by side.
macro_rules! scenarios {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                play::play(&root().join(stringify!($name)));
            }
        )*
        /// The same runs with hidden names: no output and no report identifies a person.
        mod hidden {
            $(
                #[test]
                fn $name() {
                    super::nameless::play(&super::root().join(stringify!($name)));
                }
            )*
        }
    };
}

include!("list.rs");

/// The same folders on other generations of the server: `v2.64` cuts pages short, knows neither Connect nor the filter for
/// metadata, and `v4.2` counts more than there is. They are asked other questions, and everything else is the same.
macro_rules! on_each_server {
    ($($name:ident)*) => {
        mod on_v2_64 {
            $(#[test] fn $name() { super::on(stringify!($name), super::folder::Server::V2_64); })*
        }
        mod on_v4_2 {
            $(#[test] fn $name() { super::on(stringify!($name), super::folder::Server::V4_2); })*
        }
    };
}

include!("main.rs");

fn on(name: &str, server: folder::Server) {
    play::play_on(&root().join(name), Some(server));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// A folder without a line in the list would never be played.
#[test]
fn every_folder_is_listed() {
    let entries = std::fs::read_dir(root()).expect("the folder of scenarios");
    let folders: BTreeSet<String> = entries
        .map(|entry| entry.expect("a folder").file_name().into_string().expect("UTF-8"))
        .collect();
    let listed: BTreeSet<String> = NAMES.iter().map(ToString::to_string).collect();
    assert_eq!(
        folders, listed,
        "tests/it/scenarios/list.rs names the folders of tests/scenarios"
    );
}
