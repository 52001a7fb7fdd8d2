//! What every request passes: counts, the log of writes, faults and hooks.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::zitadel::control::faults::{Fault, FaultKind, Matches, Moment};
use crate::zitadel::control::views::WriteRecord;

type HookFn = Box<dyn FnOnce() + Send>;

/// A call that somebody makes at a moment of their choice.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// Counts requests, keeps the log of writes, hands out faults and hooks.
#[derive(Default)]
pub(crate) struct Gate {
    counts: BTreeMap<String, u64>,
    requests: u64,
    writes: Vec<WriteRecord>,
    /// Places of the writes that are not answered yet, and of some that are by now.
    open: Vec<usize>,
    faults: Vec<Fault>,
    hooks: Vec<(u64, Moment, HookFn)>,
    at_once: AtOnce,
    /// What others do before a request of a method and start of path, after so many of them.
    acts: Vec<(String, String, u64, Act)>,
}

/// Writes that arrived while others were not answered yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtOnce {
    /// The most that were under way together.
    pub most: usize,
    /// Paths of those that met another write for the same user.
    pub for_one_user: Vec<String>,
}

impl AtOnce {
    fn take_in<'a>(&mut self, under_way: impl Iterator<Item = &'a WriteRecord> + Clone, new: &WriteRecord) {
        self.most = self.most.max(under_way.clone().count() + 1);
        let user = user_of(&new.path);
        if user.is_some() && { under_way }.any(|record| user_of(&record.path) == user) {
            self.for_one_user.push(new.path.clone());
        }
    }
}

/// The user that a path is about.
fn user_of(path: &str) -> Option<&str> {
    let (_, after) = path.split_once("/users/")?;
    let after = after.strip_prefix("human/").unwrap_or(after);
    let user = after.split('/').next()?;
    (!user.is_empty() && user != "human").then_some(user)
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
            let writes = &self.writes;
            self.open
                .retain(|place| writes.get(*place).is_some_and(|record| record.status == 0));
            let under_way = self.open.iter().map(|place| &writes[*place]);
            self.at_once.take_in(under_way, &record);
            self.open.push(self.writes.len());
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
            Matches::Reads(wanted) => number.is_none() && path == wanted,
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

    pub(crate) fn act_before(&mut self, (method, prefix, skip): (&str, &str, u64), act: Act) {
        self.acts.push((method.to_owned(), prefix.to_owned(), skip, act));
    }

    /// What others do before this request, in their order; each once.
    pub(crate) fn acts(&mut self, method: &str, path: &str) -> Vec<Act> {
        let is_due = |(wanted, prefix, skip, _): &mut (String, String, u64, Act)| {
            let is_meant = *wanted == method && path.starts_with(&**prefix);
            let is_due = is_meant && *skip == 0;
            *skip -= u64::from(is_meant && !is_due);
            is_due
        };
        self.acts.extract_if(.., is_due).map(|(.., act)| act).collect()
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

    pub(crate) fn at_once(&self) -> AtOnce {
        self.at_once.clone()
    }

    pub(crate) fn reset(&mut self) {
        self.at_once = AtOnce::default();
        self.counts.clear();
        self.requests = 0;
        self.writes.clear();
        self.open.clear();
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

    /// Two writes for one user are under way together until the first is answered.
    #[test]
    fn writes_at_once() {
        let mut gate = Gate::default();
        let enter = |gate: &mut Gate, path: &str| {
            let record = WriteRecord {
                operation: path.to_owned(),
                path: path.to_owned(),
                body: serde_json::Value::Null,
                status: 0,
            };
            gate.enter(path, "POST", path, Some(record)).write
        };
        let first = enter(&mut gate, "/v2/users/human/1");
        enter(&mut gate, "/v2/users/human");
        enter(&mut gate, "/management/v1/users/2/grants");
        assert_eq!(
            gate.at_once(),
            AtOnce {
                most: 3,
                for_one_user: vec![]
            }
        );
        enter(&mut gate, "/v2/users/1/deactivate");
        gate.answered(first, 200);
        enter(&mut gate, "/v2/users/human/3");
        let wanted = AtOnce {
            most: 4,
            for_one_user: vec!["/v2/users/1/deactivate".to_owned()],
        };
        assert_eq!(gate.at_once(), wanted);
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
