//! Links of users to identity providers.

use super::input::{read_link, validate_link};
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND, PRECONDITION};
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::State;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::events::link_payload;

/// `POST /v2/users/{userId}/links`.
pub(crate) fn add(state: &mut State, call: &Call) -> Result<String, Failure> {
    let link = call.body().object("idpLink")?.map(read_link).transpose()?;
    let caller = state.authenticate(call, None)?;
    let place = Place::of("AddIDPLinkRequest", "IdpLink");
    let link = link.ok_or_else(|| place.refuse("value is required"))?;
    validate_link(&link, &place)?;
    let id = call.param("userId");
    let unknown = || Failure::user_not_found(PRECONDITION, "COMMAND-vzktar7b7f");
    let org = state.user(&id).ok_or_else(unknown)?.org.clone();
    state.require_for_user(&caller, &id, &org, "user.write")?;
    let links = [link];
    state.check_links(&org, &links)?;
    state.check_links_free(&links)?;
    let [link] = links;
    let payload = link_payload(&link, true);
    state.links.insert(link.key(), id.clone());
    if let Some(user) = state.user_mut(&id) {
        user.links.push(link);
    }
    state.push(&id, &caller.user, vec![(EventKind::LinkAdded, payload)]);
    Ok(reply(state, &id))
}

/// `POST /v2/users/{userId}/links/_search`: of one user; empty for an unknown or invisible one.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Page::read(call.body())?;
    let caller = state.authenticate(call, None)?;
    let id = call.param("userId");
    let user = state
        .user(&id)
        .filter(|user| user.id == caller.user || state.may(&caller.user, &user.org, "user.read"));
    let links = user.map(|user| user.links.as_slice()).unwrap_or_default();
    let rows = page.cut(links);
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long(
        "totalResult",
        if rows.is_empty() { 0 } else { links.len() as u64 },
    );
    writer.time("timestamp", state.clock.last());
    writer.close();
    if !rows.is_empty() {
        writer.open_list("result");
        for link in rows {
            writer.open();
            writer.text("idpId", &link.idp);
            writer.text("userId", &link.user_id);
            writer.text("userName", &link.user_name);
            writer.close();
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

/// `DELETE /v2/users/{userId}/links/{idpId}/{linkedUserId}`: here the letter case counts.
pub(crate) fn remove(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let (id, idp, external) = (
        call.param("userId"),
        call.param("idpId"),
        call.param("linkedUserId"),
    );
    let unknown = || Failure::of(NOT_FOUND, "COMMAND-1M9xR", "External IDP not found");
    let user = state.user(&id).ok_or_else(unknown)?;
    let found = user
        .links
        .iter()
        .position(|link| link.idp == idp && link.user_id == external);
    let at = found.ok_or_else(unknown)?;
    state.require_for_user(&caller, &id, &user.org.clone(), "user.write")?;
    let mut payload = String::new();
    if let Some(user) = state.user_mut(&id) {
        let link = user.links.remove(at);
        payload = link_payload(&link, false);
        state.links.remove(&link.key());
    }
    state.push(&id, &caller.user, vec![(EventKind::LinkRemoved, payload)]);
    Ok(reply(state, &id))
}

fn reply(state: &State, id: &str) -> String {
    let mut writer = Writer::default();
    writer.open();
    state.write_change(&mut writer, id);
    writer.close();
    writer.finish()
}
