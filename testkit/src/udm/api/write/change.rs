//! Changing and renaming objects (recorded: modify, rename, group-members, group-rename).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::{Call, body, links, object};
use super::parts::Parts;
use super::plan::{Change, Members, Plan};
use super::{groups, unique, users};
use crate::udm::answer::Answer;
use crate::udm::directory::dn::{Dn, join, parent_text};
use crate::udm::directory::{Entry, Id};
use crate::udm::errors::{Failure, Problem};
use crate::udm::schema::{Kind, Property, Shape};
use crate::udm::state::State;

/// Reads the entry and works out what is to be written.
pub(super) fn plan(
    state: &mut State,
    dn: &str,
    sent: &Map<String, Value>,
    warnings: Vec<String>,
) -> Result<Plan, Failure> {
    let entry = state.directory.find(dn).ok_or_else(Failure::not_found)?.clone();
    let kind = entry.kind;
    let wanted = body::properties(state, kind, sent, false)?;
    refuse_nulls(&wanted)?;
    refuse_fixed(state, &entry, &wanted)?;
    let parts = Parts::sort(kind, wanted);
    parts.refuse_empty()?;
    let name = parts
        .text(kind.naming().1)
        .filter(|name| *name != entry.text(kind.naming().1))
        .map(str::to_owned);
    if kind == Kind::Group {
        let new_name = name.as_deref().unwrap_or_else(|| entry.text("name"));
        groups::check_nesting(state, &parts, (dn, new_name), Some(&entry))?;
    }
    users::check_mail_domains(state, &parts)?;
    let primary = users::primary_group(state, &parts)?.filter(|group| entry.primary != Some(*group));
    let claims = users::claims(kind, &parts, Some(&entry));
    unique::claim(state, &claims, Some(entry.id))?;
    let mut change = Change {
        id: entry.id,
        dn: dn.to_owned(),
        name,
        primary,
        claims,
        warnings,
        ..Change::default()
    };
    let complete = complete(state, &entry, parts, &mut change);
    if let Err(failure) = complete {
        unique::release(state, &change.claims);
        return Err(failure);
    }
    Ok(Plan::Change(Box::new(change)))
}

/// Everything after the locks.
fn complete(state: &State, entry: &Entry, parts: Parts, change: &mut Change) -> Result<(), Failure> {
    users::check_password(&parts, &entry.passwords)?;
    parts.refuse_equal_values()?;
    if let Some(name) = &change.name {
        refuse_taken_place(state, entry, &change.dn, name)?;
    }
    change.members = groups::members(state, &parts, Some(entry));
    let memberships = parts.groups.as_ref().or(parts.member_of.as_ref());
    if let Some(wanted) = memberships {
        let wanted: BTreeSet<Id> = users::groups(state, wanted)?.into_iter().collect();
        let current: BTreeSet<Id> = state.directory.groups_of(&entry.key).into_iter().collect();
        change.joins = wanted.difference(&current).copied().collect();
        // The primary group is not left (recorded: group-members/a user's groups property without the primary group).
        let left = current
            .difference(&wanted)
            .filter(|group| entry.primary != Some(**group));
        change.leaves = left.copied().collect();
    }
    for (property, value) in parts.values {
        let new = cleared_to_default(property, value);
        let old = entry.values.get(property.name).cloned().unwrap_or_default();
        if !same(&old, &new) {
            change.values.push((property.name, new));
        }
    }
    if entry.kind == Kind::User {
        users::follow_names(entry, &mut change.values);
    }
    change.password = parts.password;
    Ok(())
}

/// Null for a list is refused (recorded: modify/clear a list with null).
fn refuse_nulls(wanted: &[body::Wanted]) -> Result<(), Failure> {
    let null = wanted
        .iter()
        .find(|(property, value)| property.list && value.is_null());
    null.map_or(Ok(()), |(property, _)| {
        let (name, label) = (property.name, property.label);
        let message =
            format!("The property {name} has an invalid value: The property {label} must be a list.");
        Err(Problem::object(name, message).into())
    })
}

/// What can be given once only keeps its value (recorded: modify/read-only property, other value).
fn refuse_fixed(state: &State, entry: &Entry, wanted: &[body::Wanted]) -> Result<(), Failure> {
    let changed = wanted
        .iter()
        .find(|(property, value)| property.fixed && state.directory.value(entry, property) != *value);
    changed.map_or(Ok(()), |(property, _)| {
        let message = format!("The property {} has an invalid value: ", property.name);
        Err(Problem::object(property.name, message).into())
    })
}

/// Another entry is where this one would come.
fn refuse_taken_place(state: &State, entry: &Entry, dn: &str, name: &str) -> Result<(), Failure> {
    let new = join(entry.kind.naming().0, name, parent_text(dn));
    let there = state
        .directory
        .find(&new)
        .is_some_and(|other| other.id != entry.id);
    if there {
        Err(Failure::exists(&format!("dn: {new}: Object exists: {new}")))
    } else {
        Ok(())
    }
}

/// Truth values have no third state.
fn cleared_to_default(property: &Property, value: Value) -> Value {
    match value {
        Value::Null if property.shape == Shape::Boolean => property.default_value(),
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Array(list) if list.is_empty() => Value::Null,
        value => value,
    }
}

/// Lists have no order (recorded: modify/same list, other order).
fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => {
            let set = |list: &[Value]| list.iter().map(Value::to_string).collect::<BTreeSet<String>>();
            set(old) == set(new)
        }
        (Value::String(old), Value::Null) => old.is_empty(),
        _ => old == new,
    }
}

/// Writes a change to whatever the entry is by now.
pub(super) fn carry_out(state: &mut State, call: &Call<'_>, change: Change) -> Result<Answer, Failure> {
    let written = write(state, &change);
    unique::release(state, &change.claims);
    written?;
    let renamed = change.name.as_ref().and_then(|name| {
        let entry = state.directory.get(change.id)?;
        Some(join(entry.kind.naming().0, name, parent_text(&change.dn)))
    });
    if let Some(new) = &renamed {
        rename(state, change.id, new)?;
    }
    let entry = state.directory.get(change.id).ok_or_else(Failure::not_found)?;
    let (etag, kind) = (entry.etag(), entry.kind);
    let answer = if change.warnings.is_empty() {
        Answer::empty(204)
    } else {
        let warnings: Vec<Value> = change
            .warnings
            .iter()
            .map(|text| json!({"message": text}))
            .collect();
        let links = json!({"curies": links::curies(&call.root)});
        Answer::json(
            200,
            &json!({"_embedded": {"udm:warning": warnings}, "_links": links}),
        )
    };
    let dn = renamed.unwrap_or(change.dn);
    let answer = answer.with_etag(&etag).with("location", call.object(kind, &dn));
    let answer = object::with_last_modified(state, answer, entry);
    if !change.members.is_empty() {
        // The tag in the answer is old already.
        let now = state.now();
        state.directory.touch(change.id, now);
    }
    Ok(answer)
}

fn write(state: &mut State, change: &Change) -> Result<(), Failure> {
    let now = state.now();
    let Some(entry) = state.directory.get(change.id) else {
        return Err(Failure::plain(400, format!("No such object: {}.", change.dn)));
    };
    refuse_members(entry, &change.members)?;
    for key in &change.members.removed {
        state.directory.leave_group(change.id, key);
    }
    for (key, spelled) in &change.members.added {
        state.directory.join_group(change.id, key, spelled);
    }
    for group in &change.joins {
        state.enrol(change.id, Some(*group));
        state.directory.touch(*group, now);
    }
    let key = state
        .directory
        .get(change.id)
        .map(|entry| entry.key.clone())
        .unwrap_or_default();
    for group in &change.leaves {
        state.directory.leave_group(*group, &key);
        state.directory.touch(*group, now);
    }
    if change.primary.is_some() {
        state.enrol(change.id, change.primary);
        change
            .primary
            .into_iter()
            .for_each(|group| state.directory.touch(group, now));
    }
    state.directory.change(change.id, |entry| apply(entry, change));
    if change.writes_entry() {
        state.directory.touch(change.id, now);
    }
    Ok(())
}

fn apply(entry: &mut Entry, change: &Change) {
    for (name, value) in &change.values {
        if value.is_null() {
            entry.values.remove(name);
        } else {
            entry.values.insert(name, value.clone());
        }
    }
    entry.primary = change.primary.or(entry.primary);
    entry.passwords.extend(change.password.clone());
}

/// What the directory server says to members that are there or not (recorded: group-members/the same member in two
/// spellings; udm-rest/concurrency: lists that were made from an old state).
fn refuse_members(group: &Entry, members: &Members) -> Result<(), Failure> {
    if members
        .removed
        .iter()
        .any(|key| group.members.spelling(key).is_none())
    {
        return Err(Failure::ldap(
            "No such attribute: modify/delete: uniqueMember: no such value.",
        ));
    }
    let mut there = BTreeSet::new();
    for (place, (key, _)) in members.added.iter().enumerate() {
        let stays = group.members.spelling(key).is_some() && !members.removed.contains(key);
        if stays || !there.insert(key) {
            return Err(Failure::ldap(&format!(
                "Type or value exists: modify/add: uniqueMember: value #{place} already exists."
            )));
        }
    }
    Ok(())
}

/// Renames an entry and updates all references.
///
/// If a nested group gets a name that the directory server spells differently from UDM, UDM writes the parents again
/// in its own spelling and is refused, although everything is done (recorded: group-rename/rename to a name with
/// comma).
fn rename(state: &mut State, id: Id, new: &str) -> Result<(), Failure> {
    let (Some(dn), now) = (Dn::parse(new), state.now()) else {
        return Err(Failure::crash("the new name is no DN"));
    };
    state.directory.relocate(id, &dn, now);
    let Some(entry) = state.directory.get(id).filter(|entry| entry.kind == Kind::Group) else {
        return Ok(());
    };
    let parent = state
        .directory
        .groups_of(&entry.key)
        .first()
        .and_then(|id| state.directory.get(*id));
    let Some(parent) = parent.filter(|_| entry.dn != new) else {
        return Ok(());
    };
    let place = parent
        .members
        .iter()
        .position(|(key, _)| key == entry.key)
        .unwrap_or_default();
    Err(Failure::ldap(&format!(
        "Type or value exists: uniqueMember: value #{place} provided more than once."
    )))
}
