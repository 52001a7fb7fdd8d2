//! What a plan announces is what the run sends.

use std::path::Path;

/// What a run came to.
pub(super) struct Run {
    pub(super) transcript: String,
    pub(super) exit: i32,
    /// To the target.
    pub(super) requests: u64,
    pub(super) writes: usize,
}

/// How a run that did all it planned differs from what its plan announced.
pub(super) fn differs(plan: &Run, sync: &Run, place: &Path) -> Option<String> {
    let announced = announced(&plan.transcript)?;
    let sent = sync.requests.checked_sub(plan.requests)?;
    let did_all = sync.exit == 0 && sync.transcript.contains("\nDone: ");
    (did_all && sent != announced).then(|| {
        format!(
            "{}: announced {announced} requests and sent {sent}",
            place.display()
        )
    })
}

fn announced(transcript: &str) -> Option<u64> {
    let (_, text) = transcript.split_once("\nIt takes ")?;
    text.split_once(' ')?.0.replace(',', "").parse().ok()
}
