//! What goes wrong between the tool and the target.

use crate::model::random::Random;
use crate::zitadel::{Fault, FaultKind, Matches, ZitadelDouble};

/// Puts in some faults; gives them in words.
pub(crate) fn inject(zitadel: &ZitadelDouble, random: &mut Random) -> Vec<String> {
    let faults: Vec<Fault> = (0..random.between(1..=4)).map(|_| any_fault(random)).collect();
    let words = faults.iter().map(|fault| format!("fault: {fault:?}")).collect();
    for fault in faults {
        zitadel.inject(fault);
    }
    words
}

fn any_fault(random: &mut Random) -> Fault {
    let matches = match random.below(6) {
        0 => Matches::NthRequest(random.between(1..=30) as u64),
        1..=3 => Matches::NthWrite(random.between(1..=12) as u64),
        4 => Matches::Writes,
        _ => Matches::Any,
    };
    let burst = matches!(matches, Matches::Writes | Matches::Any);
    Fault {
        matches,
        skip: if burst { random.between(0..=25) as u64 } else { 0 },
        times: if burst { random.between(1..=8) as u64 } else { 1 },
        kind: any_kind(random),
    }
}

fn any_kind(random: &mut Random) -> FaultKind {
    match random.below(14) {
        0 => FaultKind::Reset,
        1 | 2 => FaultKind::LoseReply,
        3 => FaultKind::Late(random.between(1..=9) as u64),
        4 => FaultKind::Late(u64::MAX),
        5 => FaultKind::Garbage,
        6 => FaultKind::html(*random.pick(&[200, 404, 502])),
        7 => FaultKind::not_found_without_id(),
        8 => FaultKind::too_many_requests(*random.pick(&[None, Some(0)])),
        9 => FaultKind::status(*random.pick(&[400, 401, 403, 404, 409, 412])),
        _ => FaultKind::status(*random.pick(&[500, 502, 503, 504])),
    }
}
