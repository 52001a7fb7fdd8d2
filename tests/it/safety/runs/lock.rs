//! One run at a time.

use std::fs;
use std::time::Duration;

use testkit::zitadel::{Fault, FaultKind};

use crate::safety::lab::{Lab, staff};

/// The first run is held up by its first write; the second one ends at once, and a plan needs no lock.
#[test]
fn a_second_run_exits_with_5_and_names_the_first() {
    let lab = Lab::csv(&staff(2));
    let slow = FaultKind::Delay(Duration::from_secs(2));
    lab.zitadel.inject(Fault::nth_write(1, slow));
    let mut first = lab.command("sync").spawn().unwrap();
    lab.zitadel.wait_for_a_write();
    lab.run("sync --report report.json")
        .exits(5)
        .says(&format!(
            "another run against organization {} at http",
            lab.zitadel.organization_id()
        ))
        .says(" is under way: ")
        .says(&format!("locked by process {} since 20", first.id()));
    lab.run("link-ids").exits(5);
    lab.run("plan").exits(0);
    assert_eq!(lab.json("report.json")["exit_code"], 5);
    assert!(first.wait().unwrap().success());
    lab.run("sync").exits(0);
}

#[test]
fn a_lock_folder_that_cannot_be_written_is_a_warning() {
    let lab = Lab::csv(&staff(1));
    // No file can be created there, not even by root.
    lab.configure("lock: {dir: /proc}\n");
    lab.run("sync").exits(0).says("no lock could be taken");
}

#[test]
fn a_lock_folder_that_does_not_exist_is_a_mistake() {
    let lab = Lab::csv(&staff(1));
    let folder = lab.path("nowhere");
    lab.configure(&format!("lock: {{dir: {}}}\n", folder.display()));
    let what = format!("`lock.dir`: `{}` does not exist", folder.display());
    for command in ["sync", "plan", "check"] {
        lab.run(command).exits(2).says(&what);
    }
    fs::write(&folder, "").unwrap();
    lab.run("sync").exits(2).says("is not a folder");
    fs::remove_file(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    lab.run("sync").exits(0).does_not_say("no lock could be taken");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

/// As a run by hand and one by a timer; the one cannot write what it says about itself.
#[cfg(unix)]
#[test]
fn a_lock_of_another_user_counts() {
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65534;
    let lab = Lab::csv(&staff(1));
    let folder = lab.path("locks");
    fs::create_dir(&folder).unwrap();
    lab.configure(&format!("lock: {{dir: {}}}\n", folder.display()));
    let entries = || {
        fs::read_dir(lab.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    let all = entries().chain([lab.path("")]);
    if all
        .map(|path| std::os::unix::fs::chown(path, Some(NOBODY), None))
        .any(|done| done.is_err())
    {
        eprintln!("NOT RUN, because only root can be two users");
        return;
    }
    lab.run("sync").exits(0);
    let lock = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let as_nobody = || {
        let mut command = lab.command("sync");
        command.uid(NOBODY).gid(NOBODY);
        crate::safety::lab::finish(command)
    };
    let held = fs::File::open(lock).unwrap();
    held.lock().unwrap();
    as_nobody().exits(5);
    drop(held);
    as_nobody().exits(0).does_not_say("no lock could be taken");
}
