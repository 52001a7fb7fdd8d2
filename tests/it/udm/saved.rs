//! Plans that wait, undone runs, and runs that were killed.

use testkit::udm::Moment;

use super::double::kill_at;
use super::stage::{PEOPLE, Stage, id, row};

/// A plan is carried out later by a run that has read nothing of the target itself.
#[test]
fn a_plan_waits() {
    let stage = Stage::new(&(row(1, "ada.new") + &row(3, "eve")));
    stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
    stage.add(1, "ada");
    stage.add(2, "bob");
    let plan = stage.installation.path("plan.json").display().to_string();
    let planned = stage.run(&["plan", "--out", &plan]);
    assert_eq!(planned.exit, 0, "{}{}", planned.out, planned.err);
    let ran = stage.run(&["apply", &plan]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(
        stage.usernames().into_values().collect::<Vec<_>>(),
        ["ada.new", "eve"]
    );
    stage.sync_is_empty();
}

/// An undo restores what a run removed, as far as possible: deleted accounts are created again.
#[test]
fn a_run_is_undone() {
    let stage = Stage::new(&(format!("{},ada.new,First,Last,,+49 1,\n", id(1)) + &row(3, "eve")));
    stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
    stage.add(1, "ada");
    stage.add(2, "bob");
    let undo = stage.installation.path("undo.json").display().to_string();
    let ran = stage.run(&["sync", "--undo-file", &undo]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert_eq!(
        stage.usernames().into_values().collect::<Vec<_>>(),
        ["ada.new", "eve"]
    );
    let undone = stage.run(&["undo", &undo]);
    let told = format!("{}{}", undone.out, undone.err);
    let names: Vec<String> = stage.usernames().into_values().collect();
    assert!(
        names.contains(&"ada".to_owned()) && names.contains(&"bob".to_owned()),
        "{names:?} {told}"
    );
    let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.list("phone"), Vec::<String>::new());
}

/// A run that is stopped before or after any of its writes is completed by the next one, and the one after that is empty.
#[test]
fn whatever_write_a_run_ends_at_the_next_one_completes_it() {
    for moment in [Moment::Received, Moment::Processed] {
        for write in 1..=7 {
            let stage = Stage::new(&(row(1, "bob") + &row(2, "ada") + &row(4, "gone") + &row(5, "new")));
            stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
            for (n, name) in [(1, "ada"), (2, "bob"), (3, "gone")] {
                stage.add(n, name);
            }
            if !kill_at(&stage.udm, &stage.installation, write, moment) {
                assert!(write > 5, "a run has at least five writes");
                break;
            }
            stage.sync();
            assert!(stage.udm.locks().is_empty(), "{write} {moment:?}");
            let names: Vec<String> = stage.usernames().into_values().collect();
            assert_eq!(names, ["bob", "ada", "gone", "new"], "{write} {moment:?}");
            stage.sync_is_empty();
        }
    }
}
