//! Metadata of one user, v2: set, delete and list. Keys are neither trimmed nor checked for blanks.

use crate::zitadel::access::caller::Caller;
use crate::zitadel::protocol::call::{Api, Call, Transport};
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND, PRECONDITION};
use crate::zitadel::protocol::page::Pagination;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::{Writer, nested_size, text_size};
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::events::metadata_payload;
use crate::zitadel::state::{Entry, State};
use crate::zitadel::users::write::input::read_metadata;
use crate::zitadel::values::compare::Compare;

/// `POST /v2/users/{userId}/metadata`.
pub(crate) fn set(state: &mut State, call: &Call) -> Result<String, Failure> {
    let entries = read_metadata(call.body())?;
    let caller = state.authenticate(call, None)?;
    let place = Place::of("SetUserMetadataRequest", "Metadata");
    for (index, (key, value)) in entries.iter().enumerate() {
        place.item(index).entry("Metadata", key, value)?;
    }
    let id = call.param("userId");
    let org = state.metadata_owner(&id, &entries)?;
    state.require_for_user(&caller, &id, &org, "user.write")?;
    state.set_metadata(&caller, &id, entries);
    Ok(dated(state, &id, "setDate"))
}

/// `DELETE /v2/users/{userId}/metadata?keys=a&keys=b`: all of the keys or none.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<String, Failure> {
    let keys: Vec<String> = match call.transport {
        Transport::Connect => call.body().texts("keys")?,
        Transport::Rest => call
            .query
            .iter()
            .filter(|(name, _)| name == "keys")
            .map(|(_, key)| key.clone())
            .collect(),
    };
    let caller = state.authenticate(call, None)?;
    let id = call.param("userId");
    let org = state.metadata_owner(&id, &keys)?;
    state.require_for_user(&caller, &id, &org, "user.write")?;
    state.delete_metadata(&caller, &id, &keys)?;
    Ok(dated(state, &id, "deletionDate"))
}

/// `POST /v2/users/{userId}/metadata/search`: empty for an unknown or invisible user.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Pagination::read(call.body())?;
    let mut keys = Vec::new();
    for (index, filter) in call.body().list("filters")?.into_iter().enumerate() {
        let place = Place::of("ListUserMetadataRequest", "Filters").item(index);
        let missing = || {
            place
                .at("MetadataSearchFilter", "Filter")
                .refuse("value is required")
        };
        let node = filter.object("keyFilter")?.ok_or_else(missing)?;
        let names = [
            "TEXT_FILTER_METHOD_EQUALS",
            "TEXT_FILTER_METHOD_EQUALS_IGNORE_CASE",
        ];
        let compare = if node.choice("method", &names) == 1 {
            Compare::EqualsFolded
        } else {
            Compare::Equals
        };
        keys.push((compare, compare.prepare(&node.string("key")?)));
    }
    let caller = state.authenticate(call, None)?;
    page.check()?;
    let id = call.param("userId");
    let user = state
        .user(&id)
        .filter(|user| user.id == caller.user || state.may(&caller.user, &user.org, "user.read"));
    let all = user
        .map(|user| user.metadata.iter().collect::<Vec<_>>())
        .unwrap_or_default();
    let matches = |key: &str| keys.iter().all(|(compare, wanted)| compare.matches(key, wanted));
    let mut rows: Vec<(&String, &Entry)> = all.into_iter().filter(|(key, _)| matches(key)).collect();
    rows.sort_by_key(|(_, entry)| if page.asc { entry.created } else { -entry.created });
    let shown = page.cut(&rows);
    let size = shown
        .iter()
        .map(|(key, entry)| nested_size(32 + text_size(key) + nested_size(entry.value.len())));
    call.check_reply(state, size.sum(), Api::V2)?;
    let mut writer = Writer::default();
    writer.open();
    page.write(&mut writer, if shown.is_empty() { 0 } else { rows.len() });
    if !shown.is_empty() {
        writer.open_list("metadata");
        for (key, entry) in shown {
            writer.open();
            writer.time("creationDate", entry.created);
            writer.time("changeDate", entry.changed);
            writer.text("key", key);
            writer.bytes("value", &entry.value);
            writer.close();
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

fn dated(state: &State, id: &str, field: &str) -> String {
    let mut writer = Writer::default();
    writer.open();
    writer.time(field, state.user(id).map_or(0, |user| user.touched));
    writer.close();
    writer.finish()
}

impl State {
    /// The organization of the user whose metadata is written; nothing to write or no such user fails.
    pub(crate) fn metadata_owner<T>(&self, id: &str, items: &[T]) -> Result<String, Failure> {
        if items.is_empty() {
            return Err(Failure::of(PRECONDITION, "META-9mm2d", "Metadata list is empty"));
        }
        let unknown = || Failure::user_not_found(PRECONDITION, "COMMAND-uXHNj");
        Ok(self.user(id).ok_or_else(unknown)?.org.clone())
    }

    /// Sets entries in one push; values that are there already write nothing, the last of equal keys wins.
    pub(crate) fn set_metadata(&mut self, caller: &Caller, id: &str, entries: Vec<(String, Vec<u8>)>) {
        let Some(user) = self.user(id) else { return };
        let changed: Vec<(String, Vec<u8>)> = entries
            .into_iter()
            .filter(|(key, value)| user.metadata.get(key).is_none_or(|entry| entry.value != *value))
            .collect();
        if changed.is_empty() {
            return;
        }
        let event =
            |(key, value): &(String, Vec<u8>)| (EventKind::MetadataSet, metadata_payload(key, Some(value)));
        let at = self.push(id, &caller.user, changed.iter().map(event).collect());
        let count = changed.len() as u64;
        let Some(user) = self.user_mut(id) else { return };
        let first = user.sequence + 1 - count;
        for (sequence, (key, value)) in (first..).zip(changed) {
            let created = user.metadata.get(&key).map_or(at, |entry| entry.created);
            user.metadata.insert(
                key,
                Entry {
                    value,
                    sequence,
                    created,
                    changed: at,
                },
            );
        }
    }

    /// Deletes keys in one push; one that is missing fails the whole call.
    pub(crate) fn delete_metadata(
        &mut self,
        caller: &Caller,
        id: &str,
        keys: &[String],
    ) -> Result<(), Failure> {
        let has = |key: &String| self.user(id).is_some_and(|user| user.metadata.contains_key(key));
        if !keys.iter().all(has) {
            return Err(Failure::of(
                NOT_FOUND,
                "META-2nnds",
                "One or more keys do not exist",
            ));
        }
        let event = |key: &String| (EventKind::MetadataRemoved, metadata_payload(key, None));
        self.push(id, &caller.user, keys.iter().map(event).collect());
        if let Some(user) = self.user_mut(id) {
            user.metadata.retain(|key, _| !keys.contains(key));
        }
        Ok(())
    }
}
