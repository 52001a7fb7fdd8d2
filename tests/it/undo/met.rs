//! What an undo meets that the run did not leave: accounts of other runs, lists that are behind, roles that are gone.

use testkit::zitadel::{Fault, FaultKind, ReadSide};

use crate::crash::world::everything;
use crate::safety::lab::{Lab, staff};

/// A run that could not make an account, since it was there, has nothing to delete.
#[test]
fn an_account_that_the_run_was_refused_stays() {
    let lab = Lab::csv(&staff(3));
    lab.zitadel.freeze_projection(ReadSide::Users);
    lab.run("sync").exits(0);
    // Its list shows nobody, and so it wants to make them all once more.
    lab.run("sync --undo-file undo.json").exits(1).says("3 failed");
    lab.zitadel.thaw_projection(ReadSide::Users);
    lab.configure("guard: {max_removals: 5}\n");
    let before = everything(&lab.zitadel);
    assert_eq!(lab.names().len(), 3);
    lab.run("undo undo.json").exits(0).says("nothing to change");
    assert_eq!(everything(&lab.zitadel), before);
}

/// An answer that was lost says nothing: the account may be the run's.
#[test]
fn an_account_whose_making_got_no_answer_is_deleted() {
    let lab = Lab::csv(&staff(1));
    lab.zitadel.freeze_projection(ReadSide::Users);
    lab.zitadel
        .inject(Fault::once("POST", "/v2/users/human", FaultKind::LoseReply));
    lab.run("sync --undo-file undo.json")
        .exits(1)
        .says("create_user_again: 409");
    lab.zitadel.thaw_projection(ReadSide::Users);
    lab.configure("guard: {max_removals: 5}\n");
    lab.run("undo undo.json").exits(0).says("1 deleted");
}
