//! A run right after a first load that was killed, while Zitadel's account list is stale.

use testkit::people::{Person, to_csv};
use testkit::zitadel::{Moment, Options, ReadSide, ZitadelDouble};

use super::kill_at;
use crate::program::{Installation, Ran};

const PEOPLE: usize = 60;

/// The write at which the first load is killed: half of the people are there, with their role or without.
const KILLED_AT: u64 = 60;

struct Load {
    zitadel: ZitadelDouble,
    installation: Installation,
}

impl Load {
    /// Loads until it is killed, while the list stays empty; for this many more reads than two runs need.
    fn killed(more_reads: Option<u64>) -> Self {
        let zitadel = ZitadelDouble::start(Options::default());
        let installation = Installation::new(&zitadel, "sources:\n  csv:\n    file_path: FOLDER/users.csv\n");
        installation.set("lag_wait: 1s");
        installation.write("users.csv", to_csv(&staff(PEOPLE)));
        zitadel.reset_counts();
        assert_eq!(installation.run(&["plan"]).exit, 0);
        let reads = lists(&zitadel);
        match more_reads {
            Some(more) => zitadel.freeze_projection_for(ReadSide::Users, 2 * reads + more),
            None => zitadel.freeze_projection(ReadSide::Users),
        }
        // Else they would show who is there.
        zitadel.freeze_projection(ReadSide::Grants);
        zitadel.reset_counts();
        kill_at(
            &zitadel,
            &installation,
            &["sync", "-q"],
            KILLED_AT,
            Moment::Processed,
        );
        assert_eq!(lists(&zitadel), reads + 1, "new people are looked for together");
        Self {
            zitadel,
            installation,
        }
    }

    fn sync(&self) -> Ran {
        self.zitadel.reset_counts();
        let sync = self.installation.command(&["sync"]).output().expect("it starts");
        Ran {
            exit: u8::try_from(sync.status.code().expect("no signal")).expect("a code"),
            out: String::from_utf8_lossy(&sync.stdout).into_owned(),
            err: String::from_utf8_lossy(&sync.stderr).into_owned(),
        }
    }

    /// Lists show everything again.
    fn thaw(&self) {
        self.zitadel.thaw_projection(ReadSide::Users);
        self.zitadel.thaw_projection(ReadSide::Grants);
    }

    fn names(&self) -> usize {
        let mut names: Vec<_> = self
            .zitadel
            .users()
            .into_iter()
            .map(|user| user.username)
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), self.zitadel.users().len(), "somebody is there twice");
        names.len()
    }

    /// How many accounts the server made since the counts were reset.
    fn made(&self) -> usize {
        let writes = self.zitadel.writes();
        let made = writes
            .iter()
            .filter(|write| write.operation == "POST /v2/users/human" && write.status == 200);
        made.count()
    }

    fn assert_complete(&self) {
        self.thaw();
        assert_eq!(self.names(), PEOPLE);
        assert!(self.zitadel.users().iter().all(|user| user.grants.len() == 1));
        let again = self.sync();
        assert_eq!((again.exit, self.zitadel.writes().len()), (0, 0), "{again:?}");
    }
}

fn lists(zitadel: &ZitadelDouble) -> u64 {
    zitadel.request_counts()["POST /zitadel.user.v2.UserService/ListUsers"]
}

/// The list catches up during the run: accounts that it did not show are found, none is created twice, and no change
/// fails.
#[test]
fn a_list_that_was_stale_catches_up() {
    let load = Load::killed(Some(5));
    let there = load.names();
    let ran = load.sync();
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert_eq!(load.made(), PEOPLE - there);
    let behind =
        format!("warning: the account list (zitadel): did not show {there} accounts that already existed");
    assert_eq!(ran.out.matches(&behind).count(), 1, "{ran:?}");
    assert!(ran.out.lines().count() < PEOPLE + 20, "{ran:?}");
    load.assert_complete();
}

/// It does not within the time there is: the others get their account, a few lines say why these have not been met, and
/// the next run completes them.
#[test]
fn a_list_that_stays_stale_is_reported_in_a_few_lines() {
    let load = Load::killed(None);
    let there = load.names();
    let ran = load.sync();
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert_eq!((load.made(), load.names()), (PEOPLE - there, PEOPLE));
    let (_, report) = ran.out.split_once("\nfailed:").expect("failures");
    assert!(report.lines().count() < 25, "{ran:?}");
    let more = format!("failed: create {} more", there - 10);
    assert!(report.contains(&more), "{ran:?}");
    assert!(report.contains("the account list is stale"), "{ran:?}");

    load.thaw();
    assert_eq!(load.sync().exit, 0);
    load.assert_complete();
}

/// Who was deleted and is still listed is gone all the same.
#[test]
fn a_deleted_account_that_is_still_listed_is_no_failure() {
    let load = Load::killed(None);
    load.thaw();
    assert_eq!(load.sync().exit, 0);
    load.zitadel.freeze_projection(ReadSide::Users);
    load.installation
        .set_rest("policy: {absent: delete}\nguard: {max_removals: 100%}\n");
    load.installation.write("users.csv", to_csv(&staff(PEOPLE - 3)));
    let deleting = load.sync();
    assert_eq!((deleting.exit, load.names()), (0, PEOPLE - 3), "{deleting:?}");
    let again = load.sync();
    assert_eq!((again.exit, load.names()), (0, PEOPLE - 3), "{again:?}");
}

fn staff(count: usize) -> Vec<Person> {
    let person = |n: usize| Person::new(&format!("p{n}"), "Ada", &format!("Nr{n}"));
    (0..count).map(person).collect()
}
