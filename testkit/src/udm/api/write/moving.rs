//! Moving objects to another container (recorded: move).

use serde_json::json;

use super::super::{Call, body, object};
use crate::udm::answer::Answer;
use crate::udm::directory::dn::{Dn, join, key_of};
use crate::udm::errors::{Failure, Place, Problem};
use crate::udm::schema::Kind;
use crate::udm::state::{Progress, State};

/// `PUT` with another position: only moves, the properties of the request are lost.
pub(super) fn put(
    state: &mut State,
    call: &Call<'_>,
    (kind, dn): (Kind, &str),
    position: &str,
) -> Result<Answer, Failure> {
    let new = relocate(state, kind, dn, position)?;
    let address = call.object(kind, &new);
    let entry = state.directory.find(&new).ok_or_else(Failure::not_found)?;
    let (etag, key) = (entry.etag(), entry.key.clone());
    if kind == Kind::Ou && state.directory.has_children(&key) {
        let id = begin(state, None, address);
        let body = json!({"id": id, "finished": false, "errors": false, "_links": {}});
        let answer = Answer::json(202, &body).with_etag(&etag);
        return Ok(answer.with("location", format!("{}progress/{id}", call.root)));
    }
    let body = json!({
        "id": "",
        "errors": false,
        "finished": true,
        "uri": address,
        "_links": {"self": [{"href": address}]},
    });
    Ok(Answer::json(201, &body)
        .with_etag(&etag)
        .with("location", address))
}

/// `POST …/move` of any number of objects.
pub(in super::super) fn post_move(state: &mut State, call: &Call<'_>, kind: Kind) -> Result<Answer, Failure> {
    let sent = body::json(call)?;
    let mut problems = Vec::new();
    let dns: Vec<String> = super::parts::texts(&sent["dn"]);
    if dns.is_empty() {
        problems.push(Problem::at(Place::Body, &["body", "dn"], "Argument required"));
    }
    let position = sent["position"].as_str().unwrap_or_default().to_owned();
    if let Some(message) = body::wrong_position(state, &position) {
        problems.push(Problem::at(Place::Body, &["body", "position"], message));
    }
    if !problems.is_empty() {
        return Err(Failure::Invalid(problems));
    }
    let mut moved = Vec::new();
    for dn in dns {
        object::addressed(state, kind.path(), &dn)?;
        moved.push(relocate(state, kind, &dn, &position)?);
    }
    let last = moved.last().cloned().unwrap_or_default();
    let address = call.object(kind, &last);
    let id = begin(state, Some(moved), address);
    Ok(Answer::bare(202).with("location", format!("{}progress/{id}", call.root)))
}

fn begin(state: &mut State, moved: Option<Vec<String>>, address: String) -> String {
    let id = state.new_uuid();
    let polls_left = state.options.progress_polls;
    state.progress.insert(
        id.clone(),
        Progress {
            polls_left,
            moved,
            address,
        },
    );
    id
}

/// Moves at once; returns the new name in the spelling of the request.
fn relocate(state: &mut State, kind: Kind, dn: &str, position: &str) -> Result<String, Failure> {
    let holds = |kind: Kind| matches!(kind, Kind::Ou | Kind::Container | Kind::Base);
    let destination = state.directory.find(position).filter(|entry| holds(entry.kind));
    if destination.is_none() {
        let reason = "Destination object can't have sub objects";
        return Err(Failure::plain(
            400,
            format!("This operation is not allowed on this object: {reason}."),
        ));
    }
    let entry = state.directory.find(dn).ok_or_else(Failure::not_found)?;
    let id = entry.id;
    let leaf = Dn::parse(dn).map_or_else(String::new, |dn| dn.leaf().to_owned());
    let new = join(kind.naming().0, &leaf, position);
    let taken = state.directory.find(&new).is_some_and(|other| other.id != id);
    if taken {
        return Err(Failure::exists(&format!("dn: {new}: Object exists: {new}")));
    }
    let inside = key_of(position).is_some_and(|key| crate::udm::directory::dn::is_within(&key, &entry.key));
    if inside {
        let reason = "An object can't be moved into itself";
        return Err(Failure::plain(
            400,
            format!("This operation is not allowed on this object: {reason}."),
        ));
    }
    let now = state.now();
    if let Some(dn) = Dn::parse(&new) {
        state.directory.relocate(id, &dn, now);
    }
    state.directory.touch(id, now);
    Ok(new)
}
