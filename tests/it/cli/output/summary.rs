//! `--summary` prints counts, and what went wrong.

use testkit::zitadel::{Fault, FaultKind};

use crate::cli::stage::Stage;

/// Rejected records and warnings are counted, and the next step does not refer to lines that are not there.
#[test]
fn records_are_counted_and_not_listed() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,no number\nbroken,A,B,\n");
    let run = stage.run("plan --summary");
    run.assert(
        1,
        "directory-sync 0.1.0, TIME UTC: plan (dry run), organization ORGANIZATION at ZITADEL\n\
         Source csv: 4 read, 1 rejected, incomplete: no person counts as absent\n\
         Plan: 1 to create; 2 unchanged (2 accounts, 2 managed).\n\
         It takes 3 requests.\n\
         Dry run: nothing was written, 1 change is pending; 1 rejected; 1 warning. N requests, T s (organization \
         ORGANIZATION at ZITADEL, 2 unchanged). Exit code 1.\n\
         Next: fix the rejected records (without `--summary`, the output lists them), then run again\n",
        "",
    );
}

/// Failed changes are listed all the same.
#[test]
fn failures_are_listed() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy,Clark,\nbroken,A,B,\n");
    stage
        .zitadel
        .inject(Fault::once("POST", "/v2/users/human", FaultKind::status(400)));
    let run = stage.run("sync --summary");
    assert_eq!(run.exit, 1, "{run:?}");
    assert!(
        run.out.contains("\nfailed: create Cy Clark (cy@example.org): ") && !run.out.contains("\nrejected: "),
        "{run:?}"
    );
    assert!(
        run.out.contains("Next: fix the failures listed above and the rejected records (without `--summary`, the output lists them), then run again\n"),
        "{run:?}"
    );
}

/// The hint of a refusal does not refer to a plan that is not there.
#[test]
fn a_refusal_says_how_the_plan_is_printed() {
    let stage = Stage::new();
    stage.reconfigure("sources:\n", "policy: {absent: delete}\nsources:\n");
    stage.write(
        "users.csv",
        "email,first_name,last_name,phone\ncy@example.org,Cy,Clark,\n",
    );
    let hint = |words| stage.run(words).err;
    let summary = hint("plan --summary");
    assert!(
        summary.contains("hint: look at the plan (without `--summary`, it is printed; "),
        "{summary}"
    );
    assert!(hint("plan").contains("hint: look at the plan above ("));
}
