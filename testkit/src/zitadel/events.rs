//! The event log: what is pushed in one transaction shares one time, sequences count per aggregate.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::access::Level;
use super::errors::{Failure, INVALID};
use super::routes::Call;
use super::state::{Human, State};
use super::wire::Writer;

/// What happened to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum EventKind {
    HumanAdded,
    MachineAdded,
    MachineChanged,
    EmailChanged,
    EmailVerified,
    EmailCodeAdded,
    PhoneChanged,
    PhoneVerified,
    PhoneCodeAdded,
    PhoneRemoved,
    ProfileChanged,
    UsernameChanged,
    Deactivated,
    Reactivated,
    Locked,
    Unlocked,
    Removed,
    MetadataSet,
    MetadataRemoved,
    LinkAdded,
    LinkRemoved,
}

impl EventKind {
    fn name(self) -> &'static str {
        match self {
            Self::HumanAdded => "user.human.added",
            Self::MachineAdded => "user.machine.added",
            Self::MachineChanged => "user.machine.changed",
            Self::EmailChanged => "user.human.email.changed",
            Self::EmailVerified => "user.human.email.verified",
            Self::EmailCodeAdded => "user.human.email.code.added",
            Self::PhoneChanged => "user.human.phone.changed",
            Self::PhoneVerified => "user.human.phone.verified",
            Self::PhoneCodeAdded => "user.human.phone.code.added",
            Self::PhoneRemoved => "user.human.phone.removed",
            Self::ProfileChanged => "user.human.profile.changed",
            Self::UsernameChanged => "user.username.changed",
            Self::Deactivated => "user.deactivated",
            Self::Reactivated => "user.reactivated",
            Self::Locked => "user.locked",
            Self::Unlocked => "user.unlocked",
            Self::Removed => "user.removed",
            Self::MetadataSet => "user.metadata.set",
            Self::MetadataRemoved => "user.metadata.removed",
            Self::LinkAdded => "user.human.externalidp.added",
            Self::LinkRemoved => "user.human.externalidp.removed",
        }
    }

    /// The English display text; those that were not recorded repeat the key.
    fn localized(self) -> &'static str {
        match self {
            Self::HumanAdded => "Person added",
            Self::MetadataSet => "User metadata set",
            _ => self.name(),
        }
    }

    /// Whether the users list digests it: only these move its change date and watermark.
    fn shows_in_users(self) -> bool {
        !matches!(
            self,
            Self::EmailCodeAdded
                | Self::PhoneCodeAdded
                | Self::MetadataSet
                | Self::MetadataRemoved
                | Self::LinkAdded
                | Self::LinkRemoved
        )
    }
}

/// One entry of the log, about a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    at: i64,
    user: Arc<str>,
    org: Arc<str>,
    editor: Arc<str>,
    sequence: u64,
    kind: EventKind,
    /// JSON, empty where there is none.
    payload: Box<str>,
}

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

    fn write_event(&self, writer: &mut Writer, event: &Event) {
        let editor = self
            .user(&event.editor)
            .map_or(&*event.editor, |user| user.display_name());
        writer.open();
        writer.open_field("editor");
        writer.text("userId", &event.editor);
        writer.text("displayName", editor);
        writer.text("service", "zitadel");
        writer.close();
        writer.open_field("aggregate");
        writer.text("id", &event.user);
        writer.open_field("type");
        writer.text("type", "user");
        writer.open_field("localized");
        writer.text("key", "AggregateTypes.user");
        writer.text("localizedMessage", "User");
        writer.close();
        writer.close();
        writer.text("resourceOwner", &event.org);
        writer.close();
        writer.long("sequence", event.sequence);
        writer.time("creationDate", event.at);
        writer.raw(
            "payload",
            if event.payload.is_empty() {
                "{}"
            } else {
                &event.payload
            },
        );
        writer.open_field("type");
        writer.text("type", event.kind.name());
        writer.open_field("localized");
        writer.text("key", &format!("EventTypes.{}", event.kind.name()));
        writer.text("localizedMessage", event.kind.localized());
        writer.close();
        writer.close();
        writer.close();
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

/// What an event search asks for.
struct Wanted {
    asc: bool,
    limit: usize,
    from: Option<i64>,
    since: Option<i64>,
    until: Option<i64>,
    types: Vec<String>,
    aggregate: String,
    org: String,
    editor: String,
}

impl Wanted {
    fn read(call: &Call) -> Result<(Self, bool), Failure> {
        let body = call.body();
        let range = body.object("range")?;
        let types = body.texts("eventTypes")?;
        let aggregates = body.texts("aggregateTypes")?;
        let limit = usize::try_from(body.number("limit", "uint32")?).unwrap_or(usize::MAX);
        let wanted = Self {
            asc: body.flag("asc")?.unwrap_or_default(),
            limit: if limit == 0 { 1000 } else { limit.min(1000) },
            from: time(body.text("from")?)?,
            since: range
                .map(|r| r.text("since"))
                .transpose()?
                .flatten()
                .map_or(Ok(None), |t| time(Some(t)))?,
            until: range
                .map(|r| r.text("until"))
                .transpose()?
                .flatten()
                .map_or(Ok(None), |t| time(Some(t)))?,
            types,
            aggregate: body.string("aggregateId")?,
            org: body.string("resourceOwner")?,
            editor: body.string("editorUserId")?,
        };
        let about_users = aggregates.is_empty() || aggregates.iter().any(|kind| kind == "user");
        Ok((wanted, about_users))
    }

    fn matches(&self, event: &Event) -> bool {
        let after = |at: i64| if self.asc { event.at > at } else { event.at < at };
        self.from.is_none_or(after)
            && self.since.is_none_or(|at| event.at >= at)
            && self.until.is_none_or(|at| event.at <= at)
            && (self.types.is_empty() || self.types.iter().any(|name| name == event.kind.name()))
            && (self.aggregate.is_empty() || self.aggregate == *event.user)
            && (self.org.is_empty() || self.org == *event.org)
            && (self.editor.is_empty() || self.editor == *event.editor)
    }
}

fn time(text: Option<&str>) -> Result<Option<i64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(|at| Some(at.as_microsecond())).map_err(|_| {
        let text = format!("proto: (line 1:1): invalid google.protobuf.Timestamp value \"{text}\"");
        Failure::plain(INVALID, text)
    })
}

/// `POST /admin/v1/events/_search`: strongly consistent, at most 1000 a page, `from` is exclusive.
pub(crate) fn search(state: &mut State, call: &Call) -> Result<String, Failure> {
    let (wanted, about_users) = Wanted::read(call)?;
    let caller = state.authenticate(call, None)?;
    state.require_instance(&caller, "events.read", Level::Endpoint)?;
    if wanted.types.len() > 30 {
        let path = ["ListEventsRequest.EventTypes".to_owned()];
        return Err(Failure::invalid(
            &path,
            "value must contain no more than 30 item(s)",
        ));
    }
    let mut writer = Writer::default();
    writer.open();
    let mut left = if about_users { wanted.limit } else { 0 };
    let mut first = true;
    let mut write = |event: &Event| {
        if left > 0 && wanted.matches(event) {
            if std::mem::take(&mut first) {
                writer.open_list("events");
            }
            state.write_event(&mut writer, event);
            left -= 1;
        }
        left > 0
    };
    if wanted.asc {
        let start = wanted
            .from
            .map_or(0, |from| state.events.partition_point(|event| event.at <= from));
        state.events[start..].iter().all(&mut write);
    } else {
        state.events.iter().rev().all(&mut write);
    }
    if !first {
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}
