//! People and groups are applied: with any references and any failing call, the outcomes describe each change, and
//! the next run does the rest.

mod conflicts;
mod drafts;
mod memory;
mod reported;
mod server;

use std::cell::RefCell;
use std::num::NonZeroUsize;

use proptest::prelude::*;

use self::drafts::{Drafts, Wanted, drafts, existing, expected, plan, policy, wanted};
use self::memory::Memory;
use self::reported::{Reported, foreseen, reported, unlike};
use self::server::{Fault, Verb};
use super::*;
use crate::model::{TargetId, TypeId};
use crate::plan::{Approval, GuardLimits, Limit, Proof, approve};

/// A run: the changes and their outcomes.
struct Ran {
    changes: Vec<Change>,
    reported: Vec<Reported>,
    /// Created objects whose references were not added.
    unlinked: Vec<(usize, Option<TargetId>)>,
    /// In the order of completion.
    done: Vec<usize>,
}

/// Plans, approves and applies.
fn run(memory: &Memory, wanted: &Wanted, at_once: usize) -> Ran {
    let (plan, ids) = plan(memory, wanted);
    assert_eq!(plan.unresolved, []);
    let all = Limit::Percent(100.0);
    let limits = GuardLimits {
        max_removals: all,
        max_logins_changed: all,
        max_adoptions_renaming: all,
        max_memberships_removed: all,
        ..GuardLimits::default()
    };
    let approval = Approval {
        target_key: "memory",
        token: None,
    };
    let approved = approve(plan, &Proof::default(), memory.catalog(), &limits, approval).expect("approved");
    let at_once = NonZeroUsize::new(at_once).expect("at least one");
    let context = Context {
        known: &Known::new(&wanted[0]),
        policy: policy(),
        protected: &Protected::default(),
        ids: RefCell::new(ids),
        signals: &Signals::of_process(),
        settings: ApplySettings {
            concurrency_min: at_once,
            concurrency_max: at_once,
            ..ApplySettings::default()
        },
        takes_over: true,
        looks_first: true,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let mut done = Vec::new();
    let outcomes = runtime.block_on(apply(memory, &approved, &context, |_, outcome| {
        done.push(outcome.index);
    }));
    let changes = approved.plan().changes.clone();
    let each_once: Vec<usize> = (0..changes.len()).collect();
    let indexes: Vec<usize> = outcomes.iter().map(|outcome| outcome.index).collect();
    assert_eq!(indexes, each_once);
    let unlinked = outcomes.iter().filter(|outcome| outcome.result.is_err());
    let unlinked = unlinked.filter_map(|outcome| Some((outcome.index, outcome.applied()?.target_id.clone())));
    Ran {
        unlinked: unlinked.collect(),
        reported: outcomes
            .into_iter()
            .map(|outcome| reported(outcome.result))
            .collect(),
        changes,
        done,
    }
}

/// One run completes everything, and leaves nothing to do.
fn completes(memory: &Memory, before: &Drafts, after: &Drafts, at_once: usize) -> Result<(), TestCaseError> {
    let wanted = wanted(after);
    let ran = run(memory, &wanted, at_once);
    prop_assert_eq!(&ran.reported, &vec![Reported::done(); ran.changes.len()]);
    prop_assert_eq!(memory.stored(), expected(before, after));
    prop_assert_eq!(plan(memory, &wanted).0.changes, []);
    Ok(())
}

fn at_once() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), Just(8)]
}

fn fault(kind: impl Strategy<Value = TargetErrorKind>) -> impl Strategy<Value = Fault> {
    (0usize..20, kind, any::<bool>()).prop_map(|(call, kind, writes)| Fault { call, kind, writes })
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(500)
    }
}

proptest! {
    #![proptest_config(cases())]

    /// Nested, in circles, renamed, with exchanged names, adopted, deleted, with other members, all at once.
    #[test]
    fn one_run_does_everything(before in drafts(), after in drafts(), at_once in at_once(), looks_before: bool) {
        let memory = Memory { looks_before, ..Memory::new(existing(&before, &after)) };
        completes(&memory, &before, &after, at_once)?;
    }

    /// For any failing call, carried out or not: that change failed, changes that wait for it are not started, all
    /// others are complete, and a second run completes the rest.
    #[test]
    fn a_call_that_fails_stops_what_waits_for_it_and_nothing_else(
        before in drafts(), after in drafts(), at_once in at_once(), looks_before: bool,
        fault in fault(prop_oneof![Just(TargetErrorKind::Unreachable), Just(TargetErrorKind::Conflict)]),
    ) {
        let mut memory = Memory { looks_before, fault: Some(fault), ..Memory::new(existing(&before, &after)) };
        let listed = memory.list();
        let ran = run(&memory, &wanted(&after), at_once);
        let failed = memory.failed.borrow().clone();
        prop_assert_eq!(&ran.reported, &foreseen(&ran.changes, failed.as_ref(), fault));
        let mut done = ran.done.clone();
        done.sort_unstable();
        prop_assert_eq!(done, (0..ran.changes.len()).collect::<Vec<_>>());
        prop_assert_eq!(unlike(&memory, &listed, &ran.changes, &ran.reported), Vec::<String>::new());
        memory.fault = None;
        completes(&memory, &before, &after, at_once)?;
    }

    /// After a failure that stops the run, the outcomes say how far each change is.
    #[test]
    fn a_run_that_stops_says_how_far_it_came(
        before in drafts(), after in drafts(), at_once in at_once(), fault in fault(Just(TargetErrorKind::Unauthorized)),
    ) {
        let mut memory = Memory { fault: Some(fault), ..Memory::new(existing(&before, &after)) };
        let listed = memory.list();
        let ran = run(&memory, &wanted(&after), at_once);
        let count = |reported: fn(&Reported) -> bool| ran.reported.iter().filter(|one| reported(one)).count();
        let failed = memory.failed.borrow().clone();
        prop_assert_eq!(count(|reported| matches!(reported, Reported::Failed(_))), usize::from(failed.is_some()));
        if failed.is_none() {
            prop_assert_eq!(count(|reported| *reported == Reported::done()), ran.changes.len());
        }
        if at_once == 1 {
            // Only the reversal of temporary names follows the failed call.
            let more = memory.sent.borrow().iter().skip(fault.call + 1).filter(|who| who.0 != Verb::Back).count();
            prop_assert_eq!(more, 0);
        }
        prop_assert_eq!(unlike(&memory, &listed, &ran.changes, &ran.reported), Vec::<String>::new());
        memory.fault = None;
        completes(&memory, &before, &after, at_once)?;
    }
}
