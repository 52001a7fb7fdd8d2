//! A grace period depends on clocks. If the target's and ours differ, one of them is wrong.

use jiff::Timestamp;

use crate::model::{RecordRef, Warning};
use crate::plan::{AbsentPolicy, Clocks, Policy, Restriction};
use crate::target::TargetName;

/// Warning that a grace period is not counted because of the clocks.
pub(in crate::run) fn doubt(clocks: Clocks, policy: Policy, target: &TargetName) -> Option<Warning> {
    let counts = policy.grace.is_some()
        && policy.absent != AbsentPolicy::Keep
        && policy.restrict_to == Restriction::None;
    if !counts || clocks.agree() {
        return None;
    }
    let theirs = match clocks.ahead {
        Some(ahead) => time(clocks.now.saturating_add(ahead)),
        None => "nothing".to_owned(),
    };
    Some(Warning::new(
        RecordRef::new(target.kind, "clock"),
        format!(
            "the clock of {} says {theirs} and the clock of this machine {}; until they agree within 5 minutes, \
             `policy.grace` is not counted: no absence is recorded, and no account is removed as absent; correct \
             the wrong one",
            target.product,
            time(clocks.now)
        ),
    ))
}

fn time(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| format!("{second} s since 1970"), |time| time.to_string())
}
