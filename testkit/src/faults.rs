//! Faults on demand, whatever the double.

/// A fault: hits `times` requests that match, after letting `skip` of them pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault<Matches, Kind> {
    /// Which requests.
    pub matches: Matches,
    /// How many of them pass first.
    pub skip: u64,
    /// How many of them are hit.
    pub times: u64,
    /// What happens to them.
    pub kind: Kind,
}

impl<Matches, Kind> Fault<Matches, Kind> {
    /// Hits one request of these.
    pub fn one(matches: Matches, kind: Kind) -> Self {
        Self {
            matches,
            skip: 0,
            times: 1,
            kind,
        }
    }

    /// The same fault, `times` times.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    /// The same fault, after `skip` requests that match.
    #[must_use]
    pub fn after(self, skip: u64) -> Self {
        Self { skip, ..self }
    }
}

/// When a hook on a write runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The request has arrived, nothing is changed yet.
    Received,
    /// The change is made, the answer is not sent yet.
    Processed,
}

/// Status, headers and body of a page of a proxy in between.
pub(crate) fn page(status: u16) -> (u16, Vec<(String, String)>, String) {
    let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    (
        status,
        headers,
        "<html><body><h1>Bad Gateway</h1></body></html>".to_owned(),
    )
}
