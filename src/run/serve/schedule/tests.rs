use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A schedule with a request for its first run.
fn started(every: Option<Duration>) -> Schedule {
    let mut schedule = Schedule::new(every, Duration::ZERO, 0.0);
    schedule.ask(Verb::Sync);
    assert_eq!(schedule.start(Duration::ZERO), Some(Verb::Sync));
    schedule
}

#[test]
fn the_timer_counts_from_the_start_of_a_run() {
    let mut schedule = started(Some(15 * MINUTE));
    assert_eq!(schedule.next(5 * MINUTE), None);
    schedule.finish(5 * MINUTE, Ending::Fine, 0.0);
    assert_eq!(schedule.next(5 * MINUTE), Some(15 * MINUTE));
    assert_eq!(schedule.start(14 * MINUTE), None);
    assert_eq!(schedule.start(15 * MINUTE), Some(Verb::Sync));
    // The next tick came during this run.
    schedule.finish(40 * MINUTE, Ending::Fine, 1.0);
    assert_eq!(schedule.next(40 * MINUTE), Some(31 * MINUTE + seconds(30)));
    assert_eq!(schedule.start(40 * MINUTE), Some(Verb::Sync));
}

#[test]
fn pauses_after_failures_double_up_to_the_period() {
    let mut schedule = started(Some(5 * MINUTE));
    let mut now = Duration::ZERO;
    for pause in [60, 120, 240, 300, 300] {
        schedule.finish(now, Ending::Failed, 0.0);
        assert_eq!(schedule.next(now), Some(now + seconds(pause)));
        now += seconds(pause);
        assert_eq!(schedule.start(now), Some(Verb::Sync));
    }
    schedule.finish(now, Ending::Fine, 0.0);
    assert_eq!(schedule.next(now), Some(now + 5 * MINUTE));
    assert_eq!(schedule.start(now + 5 * MINUTE), Some(Verb::Sync));
    schedule.finish(now + 5 * MINUTE, Ending::Failed, 0.0);
    assert_eq!(
        schedule.next(Duration::ZERO),
        Some(now + 6 * MINUTE),
        "counted anew"
    );
}

/// A period below a minute only applies while runs succeed.
#[test]
fn a_failed_run_is_followed_by_a_minute_at_least() {
    for (ending, next) in [(Ending::Fine, 10), (Ending::Left, 60), (Ending::Failed, 60)] {
        let mut schedule = started(Some(seconds(10)));
        schedule.finish(Duration::ZERO, ending, 0.0);
        assert_eq!(schedule.next(Duration::ZERO), Some(seconds(next)), "{ending:?}");
    }
}

#[test]
fn without_a_period_only_a_failure_has_a_next_run() {
    let mut schedule = started(None);
    for (ending, next) in [
        (Ending::Fine, None),
        (Ending::Left, None),
        (Ending::Failed, Some(MINUTE)),
    ] {
        schedule.finish(Duration::ZERO, ending, 0.5);
        assert_eq!(schedule.next(Duration::ZERO), next, "{ending:?}");
    }
}

/// A new configuration counts from the moment it is read. A request does not wait for a pause after failures.
#[test]
fn a_wish_is_fulfilled_at_once_and_once() {
    let mut schedule = started(Some(15 * MINUTE));
    schedule.ask(Verb::Plan);
    schedule.ask(Verb::Sync);
    schedule.ask(Verb::Plan);
    schedule.finish(MINUTE, Ending::Failed, 0.0);
    assert_eq!(schedule.start(MINUTE), Some(Verb::Sync));
    schedule.finish(MINUTE, Ending::Fine, 0.0);
    assert_eq!(schedule.start(2 * MINUTE), None);
    schedule.reconfigure(Some(3 * MINUTE), 2 * MINUTE, 0.0);
    assert_eq!(schedule.next(2 * MINUTE), Some(5 * MINUTE));
    schedule.reconfigure(None, 2 * MINUTE, 0.0);
    assert_eq!(schedule.next(2 * MINUTE), None);
}

/// What happens to a schedule.
#[derive(Clone, Debug)]
enum Event {
    Pass(u64),
    Ask(Verb),
    /// The current run, if any, ends.
    End(Ending),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0u64..2000).prop_map(Event::Pass),
        2 => prop::sample::select(vec![Verb::Plan, Verb::Sync]).prop_map(Event::Ask),
        3 => prop::sample::select(vec![Ending::Fine, Ending::Left, Ending::Failed]).prop_map(Event::End),
    ]
}

/// A start: when, whether it was requested, and the end before it.
type Start = (Clock, bool, Option<(Clock, Clock, Ending)>);

/// Plays events, with a start as soon as it is due, and returns the starts.
fn play(every: Option<Duration>, events: &[Event], jitter: f64) -> Vec<Start> {
    let mut schedule = Schedule::new(every, Duration::ZERO, jitter);
    let (mut now, mut asked, mut running) = (Duration::ZERO, None::<Verb>, None);
    let (mut starts, mut last_end) = (Vec::new(), None);
    for event in events {
        match event {
            Event::Pass(passing) => {
                let until = now + seconds(*passing);
                if let Some(due) = schedule.next(now).filter(|due| *due <= until) {
                    now = now.max(due);
                } else {
                    now = until;
                }
            }
            Event::Ask(verb) => {
                schedule.ask(*verb);
                asked = asked.max(Some(*verb));
            }
            Event::End(ending) => {
                if let Some(start) = running.take() {
                    schedule.finish(now, *ending, jitter);
                    last_end = Some((start, now, *ending));
                }
            }
        }
        if let Some(verb) = schedule.start(now) {
            assert_eq!(running, None, "never two at once");
            assert_eq!(verb, asked.unwrap_or(Verb::Sync));
            starts.push((now, asked.take().is_some(), last_end));
            running = Some(now);
        } else {
            assert!(
                asked.is_none() || running.is_some(),
                "a wish waits for a run alone"
            );
        }
        if running.is_none() {
            let is_last = every.is_none() && !is_tried_again(last_end);
            assert_eq!(schedule.next(now).is_none(), is_last);
        }
    }
    starts
}

/// Returns whether the run before is retried without a timer.
fn is_tried_again(last_end: Option<(Clock, Clock, Ending)>) -> bool {
    matches!(last_end, Some((.., Ending::Failed)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// Never two runs at once. A request starts one run, at once or after the current one. The timer keeps its
    /// period, and its pauses after failures.
    #[test]
    fn runs_start_when_they_should(
        every in prop::option::of(1u64..3000),
        events in prop::collection::vec(any_event(), 0..60),
        jitter in 0.0..=1.0f64,
    ) {
        let every = every.map(seconds);
        for (at, is_asked, before) in play(every, &events, jitter) {
            let Some((started, ended, ending)) = before else { continue };
            if is_asked { continue }
            let after_end = at.checked_sub(ended).expect("after the end");
            if ending != Ending::Fine {
                prop_assert!(after_end >= MINUTE, "{after_end:?} after {ending:?}");
            }
            if ending == Ending::Failed {
                prop_assert!(after_end <= every.unwrap_or(LONGEST_PAUSE).max(MINUTE));
            } else {
                let every = every.expect("a timer");
                prop_assert!(at >= started + every);
                let latest = (started + every.mul_f64(1.1) + seconds(1)).max(ended + MINUTE);
                prop_assert!(at <= latest, "{at:?} is after {latest:?}");
            }
        }
    }
}
