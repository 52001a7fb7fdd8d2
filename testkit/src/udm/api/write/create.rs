//! Creating objects (recorded: create-user, group-create, ou).

use serde_json::{Map, Value, json};

use super::super::{Call, body, links, object};
use super::parts::{Parts, first_repeated};
use super::plan::Members;
use super::{groups, unique, users};
use crate::udm::answer::Answer;
use crate::udm::directory::dn::{join, key_of};
use crate::udm::directory::{Id, Values};
use crate::udm::errors::{Failure, Problem};
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// An object that is to be, with everything that was looked up for it.
struct Draft {
    kind: Kind,
    dn: String,
    position: String,
    parts: Parts,
    members: Members,
    primary: Option<Id>,
}

/// Creates an object at a position; `named` is the address of a PUT, which must be the place that comes out.
pub(super) fn create(
    state: &mut State,
    call: &Call<'_>,
    (kind, position): (Kind, &str),
    sent: &Map<String, Value>,
    named: Option<&str>,
) -> Result<Answer, Failure> {
    let wanted = body::properties(state, kind, sent, true)?;
    let parts = Parts::sort(kind, wanted);
    parts.refuse_empty()?;
    let (attribute, naming) = kind.naming();
    let name = parts.text(naming).unwrap_or_default().to_owned();
    let dn = join(attribute, &name, position);
    if named.is_some_and(|named| key_of(named) != key_of(&dn)) {
        return Err(Problem::object("dn", "Trying to create an object with wrong RDN.").into());
    }
    let primary = users::primary_group(state, &parts)?;
    if kind == Kind::Group {
        groups::check_nesting(state, &parts, (&dn, &name), None)?;
    }
    users::check_mail_domains(state, &parts)?;
    let claims = users::claims(kind, &parts, None);
    unique::claim(state, &claims, None)?;
    let members = groups::members(state, &parts, None);
    let draft = Draft {
        kind,
        dn,
        position: position.to_owned(),
        parts,
        members,
        primary,
    };
    let created = add(state, draft);
    unique::release(state, &claims);
    let (id, dn) = created?;
    let entry = state.directory.get(id).ok_or_else(Failure::not_found)?;
    let body = json!({"dn": dn, "uuid": entry.uuid, "_links": {"curies": links::curies(&call.root)}});
    let answer = Answer::json(201, &body)
        .with_etag(&entry.etag())
        .with("location", call.object(kind, &dn));
    Ok(object::with_last_modified(state, answer, entry))
}

/// What the directory server checks, and the entry itself.
fn add(state: &mut State, draft: Draft) -> Result<(Id, String), Failure> {
    let Draft {
        kind,
        dn,
        position,
        parts,
        members,
        primary,
    } = draft;
    users::check_password(&parts, &[])?;
    let joined = users::groups(state, parts.groups.as_deref().unwrap_or_default())?;
    let parents = users::groups(state, parts.member_of.as_deref().unwrap_or_default())?;
    parts.refuse_equal_values()?;
    check_entry(state, (&dn, &position), &parts, &members)?;
    let values = drafted(
        state,
        kind,
        parts
            .values
            .into_iter()
            .map(|(property, value)| (property.name, value)),
    );
    let id = state.plant(kind, &dn, values);
    for (key, spelled) in &members.added {
        state.directory.join_group(id, key, spelled);
    }
    let now = state.now();
    for group in joined.into_iter().chain(parents) {
        state.enrol(id, Some(group));
        state.directory.touch(group, now);
    }
    if kind == Kind::User {
        let primary = primary.or(state.directory.domain_users);
        let password = parts.password;
        state.directory.change(id, |user| {
            user.primary = primary;
            user.passwords = password.into_iter().collect();
        });
        if state.options.primary_group_update {
            state.enrol(id, primary);
            if let Some(group) = primary {
                state.directory.touch(group, now);
            }
        }
    }
    Ok((id, dn))
}

/// What the directory server refuses of a new entry, in its order.
fn check_entry(
    state: &State,
    (dn, position): (&str, &str),
    parts: &Parts,
    members: &Members,
) -> Result<(), Failure> {
    if let Some(place) = first_repeated(members.added.iter().map(|(key, _)| key.clone())) {
        return Err(Failure::ldap(&format!(
            "Type or value exists: uniqueMember: value #{place} provided more than once."
        )));
    }
    if parts.text("username").is_some_and(|name| !name.is_ascii()) {
        return Err(Failure::ldap(
            "Invalid syntax: homeDirectory: value #0 invalid per syntax.",
        ));
    }
    if state.directory.find(dn).is_some() {
        return Err(Failure::exists(&format!("dn: {dn}: Object exists: {dn}")));
    }
    if state.directory.find(position).is_none() {
        return Err(Failure::plain(400, "No such object."));
    }
    Ok(())
}

/// The values of a new object: given ones over those that every object of its type has.
pub(crate) fn drafted(
    state: &mut State,
    kind: Kind,
    given: impl Iterator<Item = (&'static str, Value)>,
) -> Values {
    let given: Values = given.filter(|(_, value)| is_given(value)).collect();
    let text = |name: &str| {
        given
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut values = match kind {
        Kind::User => state.user_values(&text("username")),
        Kind::Group => {
            let gid = given.get("gidNumber").and_then(Value::as_u64);
            state.group_values(&text("name"), gid)
        }
        _ => Values::new(),
    };
    if kind == Kind::User {
        let (first, last) = (text("firstname"), text("lastname"));
        values.insert("displayName", json!(users::display_name(&first, &last)));
        values.insert("gecos", json!(users::gecos(&first, &last)));
    }
    if matches!(kind, Kind::Ou) {
        let flags = kind
            .properties()
            .iter()
            .filter(|property| property.name.ends_with("Path"));
        values.extend(flags.map(|property| (property.name, json!(false))));
    }
    values.extend(given);
    values
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    }
}
