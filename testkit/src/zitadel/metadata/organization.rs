//! Metadata of the organization: values that its owner keeps there, and members may read.

use std::collections::BTreeMap;

use super::search::{Search, write_entry};
use crate::zitadel::ZitadelDouble;
use crate::zitadel::access::caller::{Caller, Level};
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{Entry, State};

/// What an administrator keeps at the organization, and what the service account keeps at itself.
impl ZitadelDouble {
    /// Sets a value of the synced organization, as its owner does.
    pub fn set_organization_metadata(&self, key: &str, value: &str) {
        let mut state = self.core.state();
        let org = state.fixtures.org.clone();
        state.set_organization_metadata(&org, key, value.as_bytes().to_vec());
    }

    /// Removes a value of the synced organization.
    pub fn remove_organization_metadata(&self, key: &str) {
        let mut state = self.core.state();
        let org = state.fixtures.org.clone();
        state.metadata_of_mut(&org).remove(key);
    }

    /// What a user keeps under a key, as text.
    pub fn user_metadata(&self, user: &str, key: &str) -> Option<String> {
        let state = self.core.state();
        let entry = state.user(user)?.metadata.get(key)?;
        Some(String::from_utf8_lossy(&entry.value).into_owned())
    }
}

/// `POST /management/v1/metadata/_search`.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let search = Search::read(call, "ListOrgMetadataRequest")?;
    let caller = enter(state, call, "org.read")?;
    let all = state.organization_metadata.get(&caller.org);
    search.answer(state, call, &caller.org, all.into_iter().flatten())
}

/// `GET /management/v1/metadata/{key}`.
pub(crate) fn get(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "org.read")?;
    let key = call.param("key");
    let all = state.organization_metadata.get(&caller.org);
    let entry = all.and_then(|all| all.get(&key));
    let entry = entry.ok_or_else(|| Failure::of(NOT_FOUND, "QUERY-Rph32", "Metadata not found"))?;
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("metadata");
    write_entry(&mut writer, &key, entry, &caller.org);
    writer.close();
    Ok(writer.finish())
}

/// `POST /management/v1/metadata/{key}`.
pub(crate) fn set(state: &mut State, call: &Call) -> Result<String, Failure> {
    let value = call.body().bytes("value")?;
    let caller = enter(state, call, "org.write")?;
    let key = call.param("key");
    Place::of("SetOrgMetadataRequest", "Key").runes(&key, 1, 200)?;
    Place::of("SetOrgMetadataRequest", "Value").metadata_value(&value)?;
    state.set_organization_metadata(&caller.org, &key, value);
    let entry = &state.organization_metadata[&caller.org][&key];
    Ok(changed(
        entry.sequence,
        "creationDate",
        entry.changed,
        &caller.org,
    ))
}

/// `DELETE /management/v1/metadata/{key}`.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = enter(state, call, "org.write")?;
    let removed = state.metadata_of_mut(&caller.org).remove(&call.param("key"));
    let removed = removed.ok_or_else(|| Failure::of(NOT_FOUND, "META-mcnw3", "Metadata not found"))?;
    let at = state.clock.tick();
    Ok(changed(removed.sequence + 1, "changeDate", at, &caller.org))
}

fn enter(state: &State, call: &Call, permission: &str) -> Result<Caller, Failure> {
    let caller = state.authenticate(call, None)?;
    state.require(&caller, &caller.org, permission, Level::Endpoint)?;
    Ok(caller)
}

fn changed(sequence: u64, date: &str, at: i64, org: &str) -> String {
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long("sequence", sequence);
    writer.time(date, at);
    writer.text("resourceOwner", org);
    writer.close();
    writer.close();
    writer.finish()
}

impl State {
    fn metadata_of_mut(&mut self, org: &str) -> &mut BTreeMap<String, Entry> {
        self.organization_metadata.entry(org.to_owned()).or_default()
    }

    fn set_organization_metadata(&mut self, org: &str, key: &str, value: Vec<u8>) {
        let at = self.clock.tick();
        let sequence = u64::try_from(at).unwrap_or_default();
        let before = self.metadata_of_mut(org).remove(key);
        let created = before.map_or(at, |entry| entry.created);
        let entry = Entry {
            value,
            sequence,
            created,
            changed: at,
        };
        self.metadata_of_mut(org).insert(key.to_owned(), entry);
    }
}
