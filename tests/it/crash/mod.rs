//! A run that is disturbed at any of its writes: the next one ends where an undisturbed run ends.
//!
//! With `CRASH_PEOPLE=20` there are so many people for each kind of work.

pub(crate) mod accounts;
mod behind;
mod links;
mod pace;
mod policies;
mod work;
pub(crate) mod world;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use testkit::zitadel::{Fault, FaultKind, Matches, Moment, ZitadelDouble};

use crate::program::{Installation, side_by_side};
use accounts::everything_with_sessions;
use world::Before;

/// Half of them wait for the disk or for a process.
const THREADS: usize = 6;

/// A world that is swept, what an undisturbed run makes of it, and with how many writes.
struct Sweep {
    before: Before,
    wanted: BTreeMap<String, String>,
    writes: usize,
}

impl Sweep {
    fn new(each: usize) -> Self {
        Self::of(Before::new(each))
    }

    fn of(before: Before) -> Self {
        let (zitadel, installation) = before.start();
        let ran = installation.run(&["sync"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        before.lost_or_doubled(&zitadel).expect("an undisturbed run");
        before.linked_otherwise(&zitadel).expect("an undisturbed run");
        let writes = zitadel.writes().len();
        let wanted = everything_with_sessions(&zitadel);
        let again = installation.run(&["sync"]);
        assert_eq!((again.exit, zitadel.writes().len()), (0, writes), "{again:?}");
        Self {
            before,
            wanted,
            writes,
        }
    }

    /// Disturbs one write after the other; `disturb` gives whether the run claims that everything holds.
    fn at_every_write(&self, disturb: impl Fn(&ZitadelDouble, &Installation, u64) -> bool + Sync) {
        let wrong = side_by_side(1..self.writes + 1, THREADS, |k| {
            let (zitadel, installation) = self.before.start();
            let is_done = disturb(&zitadel, &installation, k as u64);
            zitadel.clear_faults();
            zitadel.process_late();
            let what = |reason: String| format!("write {k} ({}): {reason}", disturbed(&zitadel, k));
            self.before.lost_or_doubled(&zitadel).map_err(what)?;
            if is_done {
                return self.compare(&zitadel).map_err(what);
            }
            let ran = installation.run(&["sync"]);
            if ran.exit != 0 {
                return Err(what(format!("the next run failed: {ran:?}")));
            }
            self.before.lost_or_doubled(&zitadel).map_err(what)?;
            self.compare(&zitadel).map_err(what)
        });
        assert!(
            wrong.is_empty(),
            "{} of {} are wrong:\n{}",
            wrong.len(),
            self.writes,
            wrong.join("\n")
        );
    }

    fn compare(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        let held = everything_with_sessions(zitadel);
        for name in self.wanted.keys().chain(held.keys()) {
            let (wanted, held) = (self.wanted.get(name), held.get(name));
            if wanted != held {
                return Err(format!("{name} is\n  {held:?} instead of\n  {wanted:?}"));
            }
        }
        Ok(())
    }

    /// The same answer, or none, to each write in turn.
    fn with_fault(kind: &FaultKind) {
        let processed_afterwards = *kind == FaultKind::Late(u64::MAX);
        Self::new(people_each(3)).at_every_write(|zitadel, installation, k| {
            zitadel.inject(Fault::nth_write(k, kind.clone()));
            let ran = installation.run(&["sync"]);
            assert!(ran.exit <= 1, "{ran:?}");
            ran.exit == 0 && !processed_afterwards
        });
    }
}

/// `CRASH_PEOPLE=20` makes the world larger.
fn people_each(usual: usize) -> usize {
    let wanted = std::env::var("CRASH_PEOPLE").ok();
    wanted.and_then(|wanted| wanted.parse().ok()).unwrap_or(usual)
}

fn disturbed(zitadel: &ZitadelDouble, k: usize) -> String {
    zitadel
        .writes()
        .get(k - 1)
        .map_or_else(String::new, |write| write.operation.clone())
}

/// Starts the real program and kills it at the k-th write.
pub(crate) fn kill_at(
    zitadel: &ZitadelDouble,
    installation: &Installation,
    words: &[&str],
    k: u64,
    moment: Moment,
) {
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    // Locked until the child is in its place, should its write come first.
    let mut place = child.lock().expect("no panic");
    let victim = child.clone();
    zitadel.on_write(k, moment, move || {
        if let Some(child) = victim.lock().expect("no panic").as_mut() {
            child.kill().expect("SIGKILL");
        }
    });
    let mut started = installation.command(words).spawn().expect("the program starts");
    let mut out = started.stdout.take().expect("a pipe");
    *place = Some(started);
    drop(place);
    // Ends with the program.
    out.read_to_end(&mut Vec::new()).expect("a pipe");
    let ended = child
        .lock()
        .expect("no panic")
        .take()
        .map(|mut child| child.wait());
    let status = ended.expect("still there").expect("it was started");
    // The number of writes depends on their order by one or two, and the last one may be followed by the end.
    assert!(status.code().is_none_or(|code| code == 0), "{status}");
}

#[test]
fn killed_before_a_write_is_processed() {
    Sweep::new(people_each(5)).at_every_write(|zitadel, installation, k| {
        zitadel.inject(Fault::nth_write(k, FaultKind::Reset));
        kill_at(zitadel, installation, &["sync", "-q"], k, Moment::Received);
        false
    });
}

#[test]
fn killed_before_the_reply() {
    Sweep::new(people_each(5)).at_every_write(|zitadel, installation, k| {
        kill_at(zitadel, installation, &["sync", "-q"], k, Moment::Processed);
        false
    });
}

#[test]
fn reply_lost() {
    Sweep::with_fault(&FaultKind::LoseReply);
}

#[test]
fn connection_reset() {
    Sweep::with_fault(&FaultKind::Reset);
}

/// The client gives up waiting and asks again, and only then is the first request processed.
#[test]
fn reply_later_than_the_client_waits() {
    Sweep::with_fault(&FaultKind::Late(1));
    Sweep::with_fault(&FaultKind::Late(2));
}

/// … after the run, even.
#[test]
fn processed_when_the_run_is_over() {
    Sweep::with_fault(&FaultKind::Late(u64::MAX));
}

#[test]
fn too_many_requests() {
    Sweep::with_fault(&FaultKind::too_many_requests(None));
    Sweep::with_fault(&FaultKind::too_many_requests(Some(0)));
    Sweep::with_fault(&FaultKind::too_many_requests(Some(1)));
}

#[test]
fn internal_error() {
    Sweep::with_fault(&FaultKind::status(500));
}

#[test]
fn bad_gateway() {
    Sweep::with_fault(&FaultKind::status(502));
}

#[test]
fn unavailable() {
    Sweep::with_fault(&FaultKind::status(503));
}

#[test]
fn gateway_timeout() {
    Sweep::with_fault(&FaultKind::status(504));
}

#[test]
fn page_of_a_proxy() {
    Sweep::with_fault(&FaultKind::html(502));
    Sweep::with_fault(&FaultKind::html(200));
}

#[test]
fn not_found_by_a_server_that_is_too_slow() {
    Sweep::with_fault(&FaultKind::not_found_without_id());
}

#[test]
fn garbage() {
    Sweep::with_fault(&FaultKind::Garbage);
}

/// Many accounts are written at once, each by one write at a time, whatever has to be done about it.
#[test]
fn writes_for_one_user_never_overlap() {
    let before = Before::new(6);
    let (zitadel, installation) = before.start();
    installation.set_rest("apply: {concurrency: {min: 8}}\n");
    zitadel.inject(Fault {
        matches: Matches::Writes,
        ..Fault::always(FaultKind::Delay(Duration::from_millis(5)))
    });
    zitadel.reset_counts();
    let ran = installation.run(&["sync"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    let at_once = zitadel.at_once();
    assert_eq!(at_once.for_one_user, Vec::<String>::new());
    assert_eq!(at_once.most, 8);
}
