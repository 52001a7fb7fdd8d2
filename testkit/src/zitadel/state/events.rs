//! The event log: what is pushed in one transaction shares one time, sequences count per aggregate.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::event::{Event, EventKind};
use super::{Human, Link, State};
use crate::zitadel::protocol::writer::Writer;

/// Payload of a metadata event.
pub(crate) fn metadata_payload(key: &str, value: Option<&[u8]>) -> String {
    let mut writer = Writer::default();
    writer.open();
    writer.text("key", key);
    if let Some(value) = value {
        writer.text("value", &STANDARD.encode(value));
    }
    writer.close();
    writer.finish()
}

/// Payload of the events about a link (`internal/repository/user/human_external_idp.go`); a removal has no name.
pub(crate) fn link_payload(link: &Link, named: bool) -> String {
    let mut writer = Writer::default();
    writer.open();
    if named {
        writer.text("displayName", &link.user_name);
    }
    writer.text("idpConfigId", &link.idp);
    writer.text("userId", &link.user_id);
    writer.close();
    writer.finish()
}

/// Payload of the first event of a human.
pub(crate) fn human_payload(username: &str, human: &Human) -> String {
    let mut writer = Writer::default();
    writer.open();
    writer.text("displayName", &human.display_name);
    writer.text("email", &human.email);
    writer.text("firstName", &human.given_name);
    writer.text("lastName", &human.family_name);
    writer.text("nickName", &human.nick_name);
    writer.text("phone", &human.phone);
    writer.text("preferredLanguage", &human.language);
    writer.text("userName", username);
    writer.close();
    writer.finish()
}

impl State {
    /// Writes the events of one transaction on one user; they share a time. Returns that time.
    pub(crate) fn push(&mut self, user: &str, editor: &str, events: Vec<(EventKind, String)>) -> i64 {
        let at = self.clock.tick();
        let (id, editor): (Arc<str>, Arc<str>) = (user.into(), editor.into());
        let Some(user) = self.users.get_mut(user).map(Arc::make_mut) else {
            return at;
        };
        let org: Arc<str> = user.org.as_str().into();
        for (kind, payload) in events {
            user.sequence += 1;
            user.touched = at;
            if kind.shows_in_users() {
                user.shown_sequence = user.sequence;
                user.changed = at;
                self.users_seen = at;
            }
            self.events.push(Event {
                at,
                user: id.clone(),
                org: org.clone(),
                editor: editor.clone(),
                sequence: user.sequence,
                kind,
                payload: payload.into(),
            });
        }
        at
    }

    /// How often each kind of event was written, by its name; for tests that count what a call wrote.
    pub(crate) fn event_counts(&self, user: &str) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for event in self.events.iter().filter(|event| &*event.user == user) {
            *counts.entry(event.kind.name()).or_default() += 1;
        }
        counts
    }
}
