//! `_search` of metadata, v1: the same for a user and for the organization.

use crate::zitadel::protocol::call::{Api, Call};
use crate::zitadel::protocol::errors::Failure;
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::{Writer, details_size, nested_size, text_size};
use crate::zitadel::state::{Entry, State};
use crate::zitadel::values::compare::Compare;

/// What a request asks for.
pub(super) struct Search {
    page: Page,
    keys: Vec<(Compare, String)>,
}

impl Search {
    /// `message` is the request's name in the proto files.
    pub(super) fn read(call: &Call, message: &'static str) -> Result<Self, Failure> {
        let page = Page::read(call.body())?;
        let mut keys = Vec::new();
        for (index, query) in call.body().list("queries")?.into_iter().enumerate() {
            let place = Place::of(message, "Queries").item(index);
            let missing = || place.at("MetadataQuery", "Query").refuse("value is required");
            let node = query.object("keyQuery")?.ok_or_else(missing)?;
            let compare = Compare::read(node);
            keys.push((compare, compare.prepare(&node.string("key")?)));
        }
        Ok(Self { page, keys })
    }

    /// The answer with those of all entries that are asked for.
    pub(super) fn answer<'a>(
        &self,
        state: &State,
        call: &Call,
        org: &str,
        all: impl Iterator<Item = (&'a String, &'a Entry)>,
    ) -> Result<String, Failure> {
        let matches = |key: &str| {
            let mut keys = self.keys.iter();
            keys.all(|(compare, wanted)| compare.matches(key, wanted))
        };
        let rows: Vec<(&String, &Entry)> = all.filter(|(key, _)| matches(key)).collect();
        let shown = self.page.cut(&rows);
        let owner = details_size(org);
        let size = shown
            .iter()
            .map(|(key, e)| nested_size(owner + text_size(key) + nested_size(e.value.len())));
        call.check_reply(state, size.sum(), Api::V1)?;
        let mut writer = Writer::default();
        writer.open();
        writer.open_field("details");
        let total = if shown.is_empty() { 0 } else { rows.len() as u64 };
        writer.long("totalResult", total);
        writer.time("viewTimestamp", state.clock.last());
        writer.close();
        if !shown.is_empty() {
            writer.open_list("result");
            for (key, entry) in shown {
                writer.open();
                write_entry(&mut writer, key, entry, org);
            }
            writer.close_list();
        }
        writer.close();
        Ok(writer.finish())
    }
}

/// The fields of an entry in an object that is open, and its end.
pub(super) fn write_entry(writer: &mut Writer, key: &str, entry: &Entry, org: &str) {
    writer.open_field("details");
    writer.long("sequence", entry.sequence);
    writer.time("creationDate", entry.created);
    writer.time("changeDate", entry.changed);
    writer.text("resourceOwner", org);
    writer.close();
    writer.text("key", key);
    writer.bytes("value", &entry.value);
    writer.close();
}
