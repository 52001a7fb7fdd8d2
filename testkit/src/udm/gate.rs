//! What every request passes: counts, records, faults and hooks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::faults::{Fault, FaultKind, Matches, Moment};

type HookFn = Box<dyn FnOnce() + Send>;

/// One request as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    /// `GET`, …
    pub method: String,
    /// Method and kind of path: `PATCH users/user/{dn}`.
    pub pattern: String,
    /// The path without its percent-escapes.
    pub path: String,
    /// The query as it was sent.
    pub query: String,
    /// The body as JSON, null where it is none.
    pub body: Value,
    /// `If-Match` of the request.
    pub if_match: Option<String>,
    /// The status that was sent; 0 where none was.
    pub status: u16,
}

impl RequestRecord {
    /// Whether it changes something if it succeeds.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// Counts requests, keeps them, hands out faults and hooks.
#[derive(Default)]
pub(crate) struct Gate {
    records: Vec<RequestRecord>,
    writes: u64,
    under_way: usize,
    most_under_way: usize,
    /// When the first write came in, and when the last one was answered.
    first_write: Option<Instant>,
    last_answer: Option<Instant>,
    /// Of each connection that a request came by, whether it is to be cut.
    connections: Vec<Arc<AtomicBool>>,
    faults: Vec<Fault>,
    hooks: Vec<(u64, Moment, HookFn)>,
}

/// A request that has passed the gate.
pub(crate) struct Ticket {
    /// Its place among all requests, from 0.
    place: usize,
    /// Its place among the writes, from 1.
    pub(crate) write: Option<u64>,
    pub(crate) faults: Vec<FaultKind>,
}

impl Gate {
    /// Counts a request and finds the faults that hit it.
    pub(crate) fn enter(&mut self, record: RequestRecord) -> Ticket {
        let write = record.is_write().then(|| {
            self.writes += 1;
            self.first_write.get_or_insert_with(Instant::now);
            self.writes
        });
        let request = self.records.len() as u64 + 1;
        let hits = |fault: &Fault| match &fault.matches {
            Matches::Any => true,
            Matches::Writes => write.is_some(),
            Matches::NthRequest(n) => request == *n,
            Matches::NthWrite(n) => write == Some(*n),
            Matches::PathHolds(text) => record.path.contains(text),
            Matches::Pattern { method, prefix } => {
                let (own, pattern) = record.pattern.split_once(' ').unwrap_or_default();
                (method.is_empty() || method == own) && pattern.starts_with(prefix.as_str())
            }
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
        self.under_way += 1;
        self.most_under_way = self.most_under_way.max(self.under_way);
        self.records.push(record);
        Ticket {
            place: self.records.len() - 1,
            write,
            faults,
        }
    }

    /// A request leaves, with the status that it got.
    pub(crate) fn leave(&mut self, ticket: &Ticket, status: u16) {
        self.under_way = self.under_way.saturating_sub(1);
        if ticket.write.is_some() {
            self.last_answer = Some(Instant::now());
        }
        if let Some(record) = self.records.get_mut(ticket.place) {
            record.status = status;
        }
    }

    /// The hooks that are due for this write.
    pub(crate) fn due(&mut self, write: Option<u64>, moment: Moment) -> Vec<HookFn> {
        let due = self
            .hooks
            .extract_if(.., |(at, when, _)| Some(*at) == write && *when == moment);
        due.map(|(_, _, run)| run).collect()
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

    pub(crate) fn records(&self) -> &[RequestRecord] {
        &self.records
    }

    /// Notes by which connection a request comes.
    pub(crate) fn comes_by(&mut self, connection: &Arc<AtomicBool>) {
        if !self
            .connections
            .iter()
            .any(|known| Arc::ptr_eq(known, connection))
        {
            self.connections.push(Arc::clone(connection));
        }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.len()
    }

    pub(crate) fn most_under_way(&self) -> usize {
        self.most_under_way
    }

    pub(crate) fn time_of_writes(&self) -> Duration {
        let span = self.first_write.zip(self.last_answer);
        span.map_or(Duration::ZERO, |(first, last)| last - first)
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for record in &self.records {
            *counts.entry(record.pattern.clone()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn reset(&mut self) {
        self.records.clear();
        self.writes = 0;
        self.most_under_way = 0;
        self.first_write = None;
        self.last_answer = None;
        self.connections.clear();
    }
}
