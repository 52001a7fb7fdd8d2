//! Faults on demand: wrong answers, lost answers, late answers, and hooks around writes.

use std::collections::BTreeMap;
use std::time::Duration;

use super::views::WriteRecord;

/// Which requests a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matches {
    /// Every request.
    Any,
    /// Every request that changes something if it succeeds.
    Writes,
    /// Requests with this method (any where empty) whose path starts like this.
    Path {
        /// `POST`, …; empty for any.
        method: String,
        /// Start of the path as sent, without the query.
        prefix: String,
    },
    /// The n-th request since the start or the last reset of the counts, from 1.
    NthRequest(u64),
    /// The n-th write since the start or the last reset of the counts, from 1.
    NthWrite(u64),
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Another answer; the request is not processed.
    Answer {
        /// HTTP status.
        status: u16,
        /// Headers, `content-type` among them.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// The connection is reset, nothing is processed.
    Reset,
    /// The request is processed, then the connection is reset.
    LoseReply,
    /// The request is processed after a while.
    Delay(Duration),
    /// The request is processed, but the body of the answer is cut in the middle, with the status kept.
    Garbage,
}

/// A fault: hits `times` requests that match, after letting `skip` of them pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which requests.
    pub matches: Matches,
    /// How many of them pass first.
    pub skip: u64,
    /// How many of them are hit.
    pub times: u64,
    /// What happens to them.
    pub kind: FaultKind,
}

impl Fault {
    /// Hits one request of this method and path.
    pub fn once(method: &str, prefix: &str, kind: FaultKind) -> Self {
        let matches = Matches::Path {
            method: method.to_owned(),
            prefix: prefix.to_owned(),
        };
        Self {
            matches,
            skip: 0,
            times: 1,
            kind,
        }
    }

    /// Hits the n-th write, from 1.
    pub fn nth_write(n: u64, kind: FaultKind) -> Self {
        Self {
            matches: Matches::NthWrite(n),
            skip: 0,
            times: 1,
            kind,
        }
    }

    /// Hits everything until the faults are cleared.
    pub fn always(kind: FaultKind) -> Self {
        Self {
            matches: Matches::Any,
            skip: 0,
            times: u64::MAX,
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

impl FaultKind {
    /// A JSON answer in the shape of the gateway, without details.
    pub fn status(status: u16) -> Self {
        let code = match status {
            400 => 3,
            401 => 16,
            403 => 7,
            404 => 5,
            409 => 6,
            429 => 8,
            501 => 12,
            503 => 14,
            504 => 4,
            _ => 13,
        };
        Self::json(status, format!(r#"{{"code":{code},"message":"injected"}}"#))
    }

    /// A JSON answer.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::Answer {
            status,
            headers,
            body: body.into(),
        }
    }

    /// 429 of a quota or rate limit; Zitadel itself never sends `Retry-After`, a proxy may.
    pub fn too_many_requests(retry_after: Option<u64>) -> Self {
        let body = r#"{"code":8,"message":"Quota.Access.Exhausted (QUOTA-vjAy8)","details":[{"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"QUOTA-vjAy8","message":"Quota.Access.Exhausted"}]}"#;
        let mut kind = Self::json(429, body);
        if let (Self::Answer { headers, .. }, Some(seconds)) = (&mut kind, retry_after) {
            headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        kind
    }

    /// The 404 of a server that is too slow or does not know its host: no details, nobody is gone.
    pub fn not_found_without_id() -> Self {
        let text = "unable to set instance using origin &{localhost:8080  http} (ExternalDomain is localhost): \
            ID=QUERY-d3fas Message=An internal error occurred";
        Self::json(404, format!(r#"{{"code":5,"message":"{text}"}}"#))
    }

    /// An answer of a proxy in between.
    pub fn html(status: u16) -> Self {
        Self::Answer {
            status,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: "<html><body><h1>Bad Gateway</h1></body></html>".to_owned(),
        }
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

type HookFn = Box<dyn FnOnce() + Send>;

/// Counts requests, keeps the log of writes, hands out faults and hooks.
#[derive(Default)]
pub(crate) struct Gate {
    counts: BTreeMap<String, u64>,
    requests: u64,
    writes: Vec<WriteRecord>,
    faults: Vec<Fault>,
    hooks: Vec<(u64, Moment, HookFn)>,
}

/// A request that has passed the gate.
pub(crate) struct Ticket {
    /// Its place among the writes, from 1.
    pub(crate) write: Option<u64>,
    pub(crate) faults: Vec<FaultKind>,
}

impl Gate {
    /// Counts a request and finds the faults that hit it; `write` is its log entry where it is one.
    pub(crate) fn enter(
        &mut self,
        operation: &str,
        method: &str,
        path: &str,
        write: Option<WriteRecord>,
    ) -> Ticket {
        *self.counts.entry(operation.to_owned()).or_default() += 1;
        self.requests += 1;
        let number = write.map(|record| {
            self.writes.push(record);
            self.writes.len() as u64
        });
        let requests = self.requests;
        let hits = |fault: &Fault| match &fault.matches {
            Matches::Any => true,
            Matches::Writes => number.is_some(),
            Matches::NthRequest(n) => requests == *n,
            Matches::NthWrite(n) => number == Some(*n),
            Matches::Path {
                method: wanted,
                prefix,
            } => (wanted.is_empty() || wanted == method) && path.starts_with(prefix),
        };
        let mut faults = Vec::new();
        for fault in self.faults.iter_mut().filter(|fault| hits(fault)) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 {
                fault.times -= 1;
                faults.push(fault.kind.clone());
            }
        }
        Ticket {
            write: number,
            faults,
        }
    }

    pub(crate) fn answered(&mut self, write: Option<u64>, status: u16) {
        let record = write.and_then(|n| self.writes.get_mut(usize::try_from(n).ok()?.checked_sub(1)?));
        if let Some(record) = record {
            record.status = status;
        }
    }

    /// The hooks that are due for this write.
    pub(crate) fn due(&mut self, write: Option<u64>, moment: Moment) -> Vec<HookFn> {
        let mut due = Vec::new();
        let mut at = 0;
        while at < self.hooks.len() {
            if Some(self.hooks[at].0) == write && self.hooks[at].1 == moment {
                due.push(self.hooks.remove(at).2);
            } else {
                at += 1;
            }
        }
        due
    }

    pub(crate) fn inject(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(crate) fn clear_faults(&mut self) {
        self.faults.clear();
    }

    pub(crate) fn hook(&mut self, write: u64, moment: Moment, run: HookFn) {
        self.hooks.push((write, moment, run));
    }

    pub(crate) fn counts(&self) -> (BTreeMap<String, u64>, u64) {
        (self.counts.clone(), self.requests)
    }

    pub(crate) fn writes(&self) -> Vec<WriteRecord> {
        self.writes.clone()
    }

    pub(crate) fn reset(&mut self) {
        self.counts.clear();
        self.requests = 0;
        self.writes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(gate: &mut Gate) -> usize {
        gate.enter("GET /x", "GET", "/x", None).faults.len()
    }

    /// A fault lets `skip` requests pass and then hits `times`.
    #[test]
    fn skip_and_times() {
        let mut gate = Gate::default();
        gate.inject(Fault::once("GET", "/x", FaultKind::Reset).after(1).times(2));
        assert_eq!(
            [
                enter(&mut gate),
                enter(&mut gate),
                enter(&mut gate),
                enter(&mut gate)
            ],
            [0, 1, 1, 0]
        );
    }

    /// Hooks run once, for their write and moment only.
    #[test]
    fn hooks_are_due_once() {
        let mut gate = Gate::default();
        gate.hook(2, Moment::Processed, Box::new(|| {}));
        assert_eq!(gate.due(Some(2), Moment::Received).len(), 0);
        assert_eq!(gate.due(Some(2), Moment::Processed).len(), 1);
        assert_eq!(gate.due(Some(2), Moment::Processed).len(), 0);
    }
}
