//! Sessions of people: a session outlives the deactivation of its user.

use crate::zitadel::access::caller::Level;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, INVALID, NOT_FOUND};
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{Session, State};

/// `POST /v2/sessions`: for a user by id alone.
pub(crate) fn create(state: &mut State, call: &Call) -> Result<String, Failure> {
    let checks = call.body().object("checks")?;
    let user = checks.map(|checks| checks.object("user")).transpose()?.flatten();
    let user = user
        .map(|user| user.string("userId"))
        .transpose()?
        .unwrap_or_default();
    let caller = state.authenticate(call, None)?;
    state.require_instance(&caller, "session.write", Level::Command)?;
    if state.user(&user).is_none() {
        return Err(Failure::user_not_found(NOT_FOUND, "QUERY-Dfbg2"));
    }
    let (id, at) = (state.new_id(), state.clock.tick());
    let session = Session {
        user,
        sequence: 1,
        created: at,
        ended: false,
    };
    let mut writer = Writer::default();
    writer.open();
    state.write_session_change(&mut writer, &session, at);
    writer.text("sessionId", &id);
    writer.text("sessionToken", &format!("token-{id}"));
    writer.close();
    state.sessions.insert(id, session);
    Ok(writer.finish())
}

/// `POST /v2/sessions/search`: the total counts also what the caller may not see.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let page = Page::read(call.body())?;
    let mut users = Vec::new();
    for query in call.body().list("queries")? {
        let by_user = query.object("userIdQuery")?;
        let by_user = by_user.ok_or_else(|| Failure::plain(INVALID, "only `userIdQuery` was recorded"))?;
        users.push(by_user.string("id")?);
    }
    let caller = state.authenticate(call, None)?;
    let is_meant = |session: &&Session| !session.ended && users.iter().all(|user| *user == session.user);
    let rows: Vec<(&String, &Session)> = state
        .sessions
        .iter()
        .filter(|(_, session)| is_meant(session))
        .collect();
    let may_see = |session: &Session| {
        let org = state.user(&session.user).map(|user| &user.org);
        caller.user == session.user || org.is_some_and(|org| state.may(&caller.user, org, "session.read"))
    };
    let mut shown = page.cut(&rows).to_vec();
    shown.retain(|(_, session)| may_see(session));
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long("totalResult", rows.len() as u64);
    writer.time("timestamp", state.clock.last());
    writer.close();
    if !shown.is_empty() {
        writer.open_list("sessions");
        for (id, session) in shown {
            state.write_session(&mut writer, id, session);
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

/// `DELETE /v2/sessions/{sessionId}`: repeating it succeeds. For an unknown session, the caller is not a member of
/// its organization.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let id = call.param("sessionId");
    let session = state.sessions.get(&id).cloned();
    let user = session
        .as_ref()
        .map(|session| session.user.clone())
        .unwrap_or_default();
    let org = state.user(&user).map(|user| user.org.clone()).unwrap_or_default();
    state.require_for_user(&caller, &user, &org, "session.delete")?;
    let at = state.clock.tick();
    let mut writer = Writer::default();
    writer.open();
    if let Some(session) = state.sessions.get_mut(&id) {
        session.sequence += u64::from(!session.ended);
        session.ended = true;
    }
    if let Some(session) = session {
        state.write_session_change(&mut writer, &session, at);
    }
    writer.close();
    Ok(writer.finish())
}

impl State {
    fn write_session(&self, writer: &mut Writer, id: &str, session: &Session) {
        writer.open();
        writer.text("id", id);
        writer.time("creationDate", session.created);
        writer.time("changeDate", session.created);
        writer.long("sequence", session.sequence);
        writer.open_field("factors");
        writer.open_field("user");
        writer.time("verifiedAt", session.created);
        writer.text("id", &session.user);
        if let Some(user) = self.user(&session.user) {
            writer.text("loginName", &user.username);
            writer.text("displayName", user.display_name());
            writer.text("organizationId", &user.org);
        }
        writer.close();
        writer.close();
        writer.close();
    }

    fn write_session_change(&self, writer: &mut Writer, session: &Session, at: i64) {
        writer.open_field("details");
        writer.long("sequence", session.sequence);
        writer.time("changeDate", at);
        writer.text("resourceOwner", &self.fixtures.instance);
        writer.close();
    }
}
