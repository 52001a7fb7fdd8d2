//! What tests do with the double of UDM, with anything in front of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use testkit::udm::{Moment, Options, UdmDouble};

use crate::program::Installation;

pub(crate) const PASSWORD: &str = "Sekret.4711";

pub(crate) fn start() -> UdmDouble {
    start_with(Options::default())
}

/// The password is that of the configurations.
pub(crate) fn start_with(options: Options) -> UdmDouble {
    UdmDouble::start(Options {
        password: PASSWORD.to_owned(),
        ..options
    })
}

/// Requests that may have changed something, as method and kind of path.
pub(crate) fn writes(udm: &UdmDouble) -> Vec<String> {
    let writes = udm.writes().into_iter();
    writes.map(|record| record.pattern).collect()
}

/// Runs `sync`, which is killed at a write; whether there was that write.
pub(crate) fn kill_at(udm: &UdmDouble, installation: &Installation, write: u64, moment: Moment) -> bool {
    let was_hit = Arc::new(AtomicBool::new(false));
    udm.reset_counts();
    let mut child = installation.command(&["sync"]).spawn().unwrap();
    let (pid, hit) = (child.id(), Arc::clone(&was_hit));
    udm.on_write(write, moment, move || {
        hit.store(true, Ordering::SeqCst);
        // The server would answer otherwise before the signal arrives.
        let _ = std::process::Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status();
    });
    child.wait().unwrap();
    was_hit.load(Ordering::SeqCst)
}
