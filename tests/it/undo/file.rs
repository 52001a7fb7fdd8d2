//! Where an undo file is written, and how existing files are treated.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::process::Command;

use crate::safety::lab::{Lab, staff};

/// A run as root without an undo file must not replace `/dev/null`.
#[test]
fn a_device_is_no_undo_file() {
    let lab = Lab::csv(&staff(2));
    let made = Command::new("mkfifo").arg(lab.path("pipe")).status();
    assert!(made.unwrap().success());
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    for arguments in ["sync --undo-file pipe", "sync --undo-file /dev/null --dry-run"] {
        lab.run(arguments)
            .exits(2)
            .says("is no undo file")
            .says("hint: choose a file in a writable folder");
    }
    assert!(fs::metadata(lab.path("pipe")).unwrap().file_type().is_fifo());
    assert_eq!(lab.zitadel.requests(), 0);
    assert_eq!(fs::read_to_string(lab.path("config.yaml")).unwrap(), config);
}

/// A file of others with a number is neither moved nor lost.
#[test]
fn a_foreign_file_with_a_number_stays() {
    for number in [1, 9] {
        let lab = Lab::csv(&staff(2));
        lab.run("sync --undo-file undo.json").exits(0);
        let first = fs::read(lab.path("undo.json")).unwrap();
        let foreign = format!("undo.json.{number}");
        fs::write(lab.path(&foreign), "do not lose me").unwrap();
        lab.people(&staff(3));
        lab.zitadel.reset_counts();
        lab.run("sync --undo-file undo.json").exits(2).says(&format!(
            "cannot write the undo file undo.json: {foreign} is no undo file"
        ));
        assert_eq!(lab.zitadel.requests(), 0);
        assert_eq!(fs::read(lab.path("undo.json")).unwrap(), first);
        assert_eq!(fs::read_to_string(lab.path(&foreign)).unwrap(), "do not lose me");
    }
}

/// Repeating an undo, as recommended, must not undo the undo or another run.
#[test]
fn an_undo_does_not_rename_the_file_that_it_reads() {
    let lab = Lab::csv(&staff(2));
    lab.run("sync --undo-file undo.json").exits(0);
    lab.people(&staff(3));
    lab.run("sync --undo-file undo.json").exits(0);
    let first = fs::read(lab.path("undo.json")).unwrap();
    lab.configure("guard: {max_removals: 5}\n");
    lab.zitadel.reset_counts();
    for file in ["undo.json", "undo.json.1", "./undo.json"] {
        lab.run(&format!("undo {file} --undo-file undo.json"))
            .exits(2)
            .says(&format!("this would rename {file}, the file that is undone"));
    }
    assert_eq!(lab.zitadel.requests(), 0);
    assert_eq!(fs::read(lab.path("undo.json")).unwrap(), first);
    lab.run("undo undo.json --undo-file redo.json").exits(0);
}
