//! Searching the event log.

use super::State;
use super::event::Event;
use crate::zitadel::access::caller::Level;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, INVALID};
use crate::zitadel::protocol::writer::Writer;

/// In microseconds: no two events are further from their order.
const MOMENT: i64 = 1_000_000;

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
        if left > 0 && event.at >= state.events_kept_from && wanted.matches(event) {
            if std::mem::take(&mut first) {
                writer.open_list("events");
            }
            state.write_event(&mut writer, event);
            left -= 1;
        }
        left > 0
    };
    if wanted.asc {
        // The log is in order of time but for a moment.
        let start = wanted.from.map_or(0, |from| {
            state.events.partition_point(|event| event.at <= from - MOMENT)
        });
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

impl State {
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
}
