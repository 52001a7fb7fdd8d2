//! Reading one object (recorded: read).

use serde_json::{Map, Value, json};

use super::{Call, links};
use crate::udm::answer::Answer;
use crate::udm::directory::Entry;
use crate::udm::directory::dn::{Dn, parent_text};
use crate::udm::errors::Failure;
use crate::udm::state::State;

/// What an address names: the entry, if it is of the type in the path.
pub(super) fn addressed<'a>(state: &'a State, kind: &str, dn: &str) -> Result<&'a Entry, Failure> {
    let entry = state.directory.find(dn).ok_or_else(Failure::not_found)?;
    if entry.kind.path() == kind {
        return Ok(entry);
    }
    let message = format!(
        "The object type of this object differs from the specified object type: {dn} is not recognized as {kind}."
    );
    Err(Failure::plain(400, message))
}

/// `GET …/<DN>`; name and position come back as the address spells them (recorded: create-user/get capitals by other
/// spelling).
pub(super) fn get(state: &mut State, call: &Call<'_>, kind: &str, dn: &str) -> Result<Answer, Failure> {
    let seed = state.options.shuffled.then(|| state.random());
    let entry = addressed(state, kind, dn)?;
    let etag = entry.etag();
    if unchanged(call, &etag) {
        let answer = Answer::empty(304).with_etag(&etag);
        return Ok(with_last_modified(state, answer, entry));
    }
    let only = asked_for(call);
    let links = links::object(state, call, entry, dn);
    let mut body = json!({
        "_links": links,
        "_embedded": {},
        "uri": call.object(entry.kind, dn),
        "dn": dn,
        "position": parent_text(dn),
        "id": Dn::parse(dn).map_or_else(String::new, |dn| dn.leaf().to_owned()),
    });
    describe(state, entry, only.as_deref(), &mut body);
    if let Some(seed) = seed {
        shuffle_lists(&mut body["properties"], seed);
    }
    let answer = Answer::json(200, &body)
        .with_etag(&etag)
        .with("allow", "GET, OPTIONS, PUT, PATCH, DELETE")
        .with("accept-patch", "application/json-patch+json, application/json");
    let answer = with_links(state, answer, &body["_links"]);
    Ok(with_last_modified(state, answer, entry))
}

/// Names in `properties=`; nothing where all are shown.
pub(super) fn asked_for(call: &Call<'_>) -> Option<Vec<String>> {
    let names = call.all("properties");
    (!names.is_empty() && !names.iter().any(|name| name == "*")).then_some(names)
}

/// What an object has in a list and by itself.
pub(super) fn describe(state: &State, entry: &Entry, only: Option<&[String]>, body: &mut Value) {
    body["objectType"] = json!(entry.kind.path());
    body["uuid"] = json!(entry.uuid);
    body["options"] = entry.kind.options();
    body["properties"] = Value::Object(state.directory.properties(entry, only));
    let policies = entry.kind.policies().into_iter().filter(|_| only.is_none());
    let policies: Map<String, Value> = policies.map(|name| (name, json!([]))).collect();
    body["policies"] = Value::Object(policies);
}

fn unchanged(call: &Call<'_>, etag: &str) -> bool {
    let header = call.incoming.header("if-none-match").unwrap_or_default();
    header
        .split(',')
        .any(|tag| tag.trim() == "*" || tag.trim() == format!("\"{etag}\""))
}

/// The server leaves the date out within the first second after a change.
pub(super) fn with_last_modified(state: &State, answer: Answer, entry: &Entry) -> Answer {
    const SECOND: i64 = 1_000_000;
    if state.now() - entry.modified < SECOND {
        return answer;
    }
    let moment = jiff::Timestamp::from_microsecond(entry.modified).unwrap_or_default();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&moment);
    match date {
        Ok(date) => answer.with("last-modified", date),
        Err(_) => answer,
    }
}

/// Every link is a header line too, but for those of members.
fn with_links(state: &State, mut answer: Answer, links: &Value) -> Answer {
    if !state.options.link_headers {
        return answer;
    }
    let all = links.as_object().into_iter().flatten();
    for (relation, list) in all.filter(|(relation, _)| !relation.contains("/reference/")) {
        for link in list.as_array().into_iter().flatten() {
            let address = link["href"].as_str().unwrap_or_default();
            answer = answer.with("link", format!("<{address}>; rel=\"{relation}\""));
        }
    }
    answer
}

/// Another order of every list.
pub(super) fn shuffle_lists(properties: &mut Value, seed: u64) {
    let lists = properties.as_object_mut().into_iter().flatten();
    for list in lists.filter_map(|(_, value)| value.as_array_mut()) {
        let count = list.len().max(1);
        list.rotate_left(usize::try_from(seed).unwrap_or_default() % count);
        if seed % 2 == 1 {
            list.reverse();
        }
    }
}
