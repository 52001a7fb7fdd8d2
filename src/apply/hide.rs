//! Marks what identifies the person of a change in the message of its failure. The target cannot tell a surname from a
//! usual word of a message.

use super::{NotApplied, Unlinked};
use crate::model::{Attributes, Change, Purpose, Schema, Value, hide_known};
use crate::target::{Target, TargetError};

/// Shorter values of other attributes than names and logins are too frequent in messages: `1`, `de`.
const SHORTEST: usize = 3;

/// The failure with marked values of the person.
pub(super) fn names(failure: NotApplied, change: &Change, target: &impl Target) -> NotApplied {
    match failure {
        NotApplied::Failed(error) => NotApplied::Failed(in_error(error, change, target)),
        NotApplied::Unlinked(applied, Unlinked::Failed(error)) => {
            NotApplied::Unlinked(applied, Unlinked::Failed(in_error(error, change, target)))
        }
        other => other,
    }
}

/// The error with marked values of the person.
pub(super) fn in_error(error: TargetError, change: &Change, target: &impl Target) -> TargetError {
    hide_values(error, std::slice::from_ref(change), target)
}

/// The error of a request about one of these changes, with marked values of all their people.
pub fn hide_values(error: TargetError, changes: &[Change], target: &impl Target) -> TargetError {
    let known: Vec<String> = changes.iter().flat_map(|change| known(change, target)).collect();
    TargetError {
        what: hide_known(&error.what, &known),
        hint: error.hint.map(|hint| hide_known(&hint, &known)),
        ..error
    }
}

/// What identifies the person, before and after the change.
fn known(change: &Change, target: &impl Target) -> Vec<String> {
    let schema = target.catalog().schema(change.resource);
    let (before, person) = (change.before(), change.person());
    let attributes = before
        .map(|account| &account.attributes)
        .into_iter()
        .chain(person.map(|person| &person.attributes));
    let mut known: Vec<String> = attributes
        .flat_map(|attributes| values(attributes, schema))
        .collect();
    let before = before.and_then(|account| account.id.as_ref());
    for id in change.id().into_iter().chain(before) {
        known.extend(id.as_text().map(str::to_owned));
        known.push(id.hex());
    }
    let entry = change.target_id().and_then(|account| target.entry_name(account));
    let record = person.filter(|person| person.origin.names_person());
    let entries = entry.iter().chain(record.map(|person| &person.origin.at));
    known.extend(entries.flat_map(|entry| entry_parts(entry)));
    known
}

fn values(attributes: &Attributes, schema: &Schema) -> Vec<String> {
    let personal = attributes
        .iter()
        .filter(|(index, _)| schema.spec(*index).personal);
    personal
        .flat_map(|(index, value)| texts(schema.purpose(index), value))
        .collect()
}

/// The texts of a value. A name or a login also has parts.
fn texts(purpose: Purpose, value: &Value) -> Vec<String> {
    let texts = value.texts().into_iter();
    match purpose {
        Purpose::Name | Purpose::Login | Purpose::Address => texts.flat_map(name_parts).collect(),
        _ => texts
            .filter(|text| text.chars().count() >= SHORTEST)
            .map(str::to_owned)
            .collect(),
    }
}

/// A name, and each of its words. The domain of an address does not identify a person.
fn name_parts(name: &str) -> Vec<String> {
    let local = name.rsplit_once('@').map_or(name, |(local, _)| local);
    let words = local
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1);
    [name, local]
        .into_iter()
        .chain(words)
        .map(str::to_owned)
        .collect()
}

/// The name of an entry, and the parts of its own name. The entries above it do not identify a person.
fn entry_parts(entry: &str) -> Vec<String> {
    let own = entry.split_once('=').map_or(entry, |(_, rest)| rest);
    let own = own.split([',', '+']).next().unwrap_or_default();
    std::iter::once(entry.to_owned()).chain(name_parts(own)).collect()
}
