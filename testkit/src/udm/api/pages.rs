//! Templates, the index, redirects and the progress of moves.

use serde_json::{Map, Value, json};

use super::MODULES;
use super::{Call, links};
use crate::udm::answer::Answer;
use crate::udm::errors::Failure;
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// `GET …/add`: defaults of a new object, with an identifier of its own in each answer (recorded: templates).
pub(super) fn template(state: &mut State, call: &Call<'_>, kind: Kind) -> Result<Answer, Failure> {
    let position = match call.value("position") {
        Some(position) => {
            if let Some(message) = super::body::wrong_position(state, position) {
                let place = crate::udm::errors::Place::Query;
                let problem = crate::udm::errors::Problem::at(place, &["query", "position"], message);
                return Err(problem.into());
            }
            position.to_owned()
        }
        None => kind.default_position(&state.options.base),
    };
    let mut properties: Map<String, Value> = kind
        .properties()
        .iter()
        .map(|property| (property.name.to_owned(), property.default_value()))
        .collect();
    if state.options.identifier_in_templates {
        let identifier = state.new_uuid();
        properties.insert("univentionObjectIdentifier".to_owned(), json!(identifier));
    }
    let group = state
        .directory
        .domain_users
        .and_then(|id| state.directory.get(id));
    if let (Kind::User, Some(group)) = (kind, group) {
        properties.insert("primaryGroup".to_owned(), json!(group.dn));
    }
    let policies: Map<String, Value> = kind
        .policies()
        .into_iter()
        .map(|name| (name, json!([])))
        .collect();
    let body = json!({
        "_links": links::template(call, kind),
        "_embedded": {},
        "objectType": kind.path(),
        "position": position,
        "properties": properties,
        "options": kind.options(),
        "policies": policies,
    });
    let etag = digest(&body.to_string());
    Ok(Answer::json(200, &body).with_etag(&etag))
}

/// 40 hex digits of a text.
pub(super) fn digest(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    hex::encode(digest.as_ref())
}

/// `GET /udm/` (recorded: links/index).
pub(super) fn index(call: &Call<'_>) -> Answer {
    let root = &call.root;
    let lines = MODULES.lines().filter_map(|line| line.split_once('\t'));
    let (mut modules, mut types) = (Vec::new(), Vec::new());
    for (name, title) in lines {
        let folder = if name == "all" { "navigation" } else { name };
        let link = json!({"name": name, "title": title, "href": format!("{root}{folder}/")});
        if name.contains('/') {
            types.push(link);
        } else {
            modules.push(link);
        }
    }
    let body = json!({"_links": {
        "self": [{"title": "All modules", "href": root}],
        "udm:object-modules": modules,
        "udm:object-types": types,
        "udm:object/get-by-dn": [{"templated": true, "href": format!("{root}object/{{dn}}")}],
        "udm:object/get-by-uuid": [{"templated": true, "href": format!("{root}object/{{uuid}}")}],
        "udm:license": [{"name": "license", "title": "UCS license", "href": format!("{root}license/")}],
        "udm:ldap-base": [{"title": "LDAP base", "href": format!("{root}ldap/base/")}],
        "udm:relations": [{"name": "relation", "title": "All link relations", "href": format!("{root}relation/")}],
        "curies": links::curies(root),
    }});
    let etag = digest(&body.to_string());
    Answer::json(200, &body).with_etag(&etag)
}

/// `GET /udm/ldap/base/` (recorded: read/base DN).
pub(super) fn base(state: &State, call: &Call<'_>) -> Answer {
    redirect(&call.object(Kind::Base, &state.options.base), "LDAP base")
}

/// `GET /udm/object/…` by DN or entryUUID (recorded: read/by entryUUID).
pub(super) fn any_object(state: &State, call: &Call<'_>, name: &str) -> Result<Answer, Failure> {
    let entry = state
        .directory
        .with_uuid(name)
        .or_else(|| state.directory.find(name));
    let entry = entry.ok_or_else(Failure::not_found)?;
    let given = if entry.uuid == name {
        entry.dn.as_str()
    } else {
        name
    };
    let address = call.object(entry.kind, given);
    Ok(redirect(&address, "Get UDM object by DN or UUID"))
}

fn redirect(address: &str, title: &str) -> Answer {
    let body = json!({"_links": {"self": [{"title": title, "href": address}]}});
    Answer::json(301, &body).with("location", address)
}

/// `GET /udm/progress/…`: 301 while it runs, 303 once when it is done, then it is forgotten (recorded: move).
pub(super) fn progress(state: &mut State, call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
    let found = state.progress.get_mut(id).ok_or_else(Failure::not_found)?;
    let mut body = json!({"id": id, "finished": false, "errors": false, "_links": {}});
    if found.polls_left > 0 {
        found.polls_left -= 1;
        if found.moved.is_some() {
            body["moved"] = json!([]);
        }
        let address = format!("{}progress/{id}", call.root);
        return Ok(Answer::json(301, &body)
            .with("location", address)
            .with("retry-after", "1"));
    }
    let done = found.clone();
    state.progress.remove(id);
    body["finished"] = json!(true);
    body["uri"] = json!(done.address);
    body["_links"] = json!({"self": [{"href": done.address}]});
    if let Some(moved) = done.moved {
        let (count, last) = (moved.len(), moved.last().cloned().unwrap_or_default());
        let text = format!("Moved {count} of {count} objects. Last object was: {last}.");
        body["description"] = json!(text);
        body["max"] = json!(count);
        body["value"] = json!(count);
        body["moved"] = json!(moved);
    }
    Ok(Answer::json(303, &body).with("location", done.address))
}
