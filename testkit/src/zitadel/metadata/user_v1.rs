//! Metadata of one user, v1: only inside the organization of the call.

use super::search::{Search, write_entry};
use crate::zitadel::access::caller::{Caller, Level};
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{EXHAUSTED, Failure, NOT_FOUND, PRECONDITION};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::{Writer, nested_size, text_size};
use crate::zitadel::state::State;
use crate::zitadel::users::write::input::read_metadata;

/// `GET /management/v1/users/{userId}/metadata/{key}`.
pub(crate) fn get(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "user.read")?;
    let missing = || Failure::of(NOT_FOUND, "QUERY-Rgh32", "Metadata not found");
    let (id, key) = (call.param("userId"), call.param("key"));
    let user = state
        .user(&id)
        .filter(|user| user.org == caller.org)
        .ok_or_else(missing)?;
    let entry = user.metadata.get(&key).ok_or_else(missing)?;
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("metadata");
    write_entry(&mut writer, &key, entry, &user.org);
    writer.close();
    Ok(writer.finish())
}

/// `POST /management/v1/users/{userId}/metadata/_search`.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let search = Search::read(call, "ListUserMetadataRequest")?;
    let caller = enter(state, call, "user.read")?;
    let user = state.user(&call.param("userId"));
    let all = user
        .filter(|user| user.org == caller.org)
        .map(|user| &user.metadata);
    search.answer(state, call, &caller.org, all.into_iter().flatten())
}

/// `POST /management/v1/users/{userId}/metadata/{key}`.
pub(crate) fn set(state: &mut State, call: &Call) -> Result<String, Failure> {
    let value = call.body().bytes("value")?;
    let caller = enter(state, call, "user.write")?;
    let (id, key) = (call.param("userId"), call.param("key"));
    Place::of("SetUserMetadataRequest", "Key").runes(&key, 1, 200)?;
    Place::of("SetUserMetadataRequest", "Value").metadata_value(&value)?;
    own_user(state, &caller, &id, &[()])?;
    state.set_metadata(&caller, &id, vec![(key.clone(), value)]);
    let entry = state.user(&id).and_then(|user| user.metadata.get(&key));
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long("sequence", entry.map_or(0, |entry| entry.sequence));
    writer.time("creationDate", entry.map_or(0, |entry| entry.changed));
    writer.text("resourceOwner", &caller.org);
    writer.close();
    writer.close();
    Ok(writer.finish())
}

/// `POST /management/v1/users/{userId}/metadata/_bulk`.
pub(crate) fn set_many(state: &mut State, call: &Call) -> Result<String, Failure> {
    let entries = read_metadata(call.body())?;
    let size: usize = entries
        .iter()
        .map(|(key, value)| nested_size(text_size(key) + nested_size(value.len())))
        .sum();
    let max = state.options.reply_cap;
    if size > max {
        let text = format!("grpc: received message larger than max ({size} vs. {max})");
        return Err(Failure::plain(EXHAUSTED, text));
    }
    let caller = enter(state, call, "user.write")?;
    let place = Place::of("BulkSetUserMetadataRequest", "Metadata");
    for (index, (key, value)) in entries.iter().enumerate() {
        place
            .item(index)
            .entry("BulkSetUserMetadataRequest_Metadata", key, value)?;
    }
    let id = call.param("userId");
    own_user(state, &caller, &id, &entries)?;
    state.set_metadata(&caller, &id, entries);
    Ok(changed(state, &id))
}

/// `DELETE /management/v1/users/{userId}/metadata/{key}`.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "user.write")?;
    let (id, key) = (call.param("userId"), call.param("key"));
    own_user(state, &caller, &id, &[()])?;
    let missing = |_| Failure::of(NOT_FOUND, "META-ncnw3", "Metadata not found");
    state.delete_metadata(&caller, &id, &[key]).map_err(missing)?;
    Ok(changed(state, &id))
}

/// `DELETE /management/v1/users/{userId}/metadata/_bulk`.
pub(crate) fn delete_many(state: &mut State, call: &Call) -> Result<String, Failure> {
    let keys = call.body().texts("keys")?;
    let caller = enter(state, call, "user.write")?;
    let id = call.param("userId");
    own_user(state, &caller, &id, &keys)?;
    state.delete_metadata(&caller, &id, &keys)?;
    Ok(changed(state, &id))
}

fn enter(state: &State, call: &Call, permission: &str) -> Result<Caller, Failure> {
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, permission, Level::Endpoint)?;
    Ok(caller)
}

fn own_user<T>(state: &State, caller: &Caller, id: &str, items: &[T]) -> Result<(), Failure> {
    let org = state.metadata_owner(id, items)?;
    if org == caller.org {
        Ok(())
    } else {
        Err(Failure::user_not_found(PRECONDITION, "COMMAND-uXHNj"))
    }
}

fn changed(state: &State, id: &str) -> String {
    let mut writer = Writer::default();
    writer.open();
    state.write_change(&mut writer, id);
    writer.close();
    writer.finish()
}
