//! What a run noted of somebody's absence, one run back.

use super::{Now, Past, Undone, Unheld};
use crate::model::{Absence, AbsenceNote, Action, Change, Expected, Note, Schema, Value};

/// What has to be known to undo a note.
pub(super) const QUESTIONS: [Expected<'static>; 2] = [
    Expected::NotNoted(AbsenceNote::Since),
    Expected::NotNoted(AbsenceNote::Runs),
];

/// Takes a note back, if it is still the one that was written: a later run has its own reasons.
pub(super) fn take_back(
    schema: &Schema,
    past: &Past,
    note: &Note,
    now: &Now<'_>,
    unheld: &[Unheld<'_>],
) -> Result<Undone, &'static str> {
    let Some(account) = now.account else {
        return Ok(Undone::Already);
    };
    let held = |which| {
        let found = unheld
            .iter()
            .find(|(expected, _)| *expected == Expected::NotNoted(which));
        found.and_then(|(_, value)| value.as_ref().map(Value::as_text))
    };
    let Absence { since, runs } = note.absence;
    let is_written = held(AbsenceNote::Since) == Some(&*since.to_string())
        && held(AbsenceNote::Runs) == Some(&*runs.to_string());
    if !is_written {
        return Ok(Undone::Already);
    }
    // The note of an undo was one run back itself.
    let before = match past.change.restore {
        Some(_) => runs.checked_add(1),
        None => runs.checked_sub(1),
    };
    let mut reversal = super::edit::Reversal::of(schema, past, account, &[])?;
    let Some(runs) = before.filter(|runs| *runs > 0) else {
        reversal.edit.returned = true;
        return Ok(reversal.updated());
    };
    let note = Note {
        account: account.clone(),
        absence: Absence { since, runs },
    };
    Ok(Undone::Change(Box::new(Change {
        action: Action::Note(note),
        restore: Some(Box::new(reversal.restore)),
    })))
}
