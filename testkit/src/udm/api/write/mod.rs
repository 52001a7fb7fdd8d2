//! Creating, changing, moving and deleting.

mod change;
mod conditions;
mod create;
mod deletion;
mod groups;
mod json_patch;
mod moving;
mod parts;
mod plan;
mod step;
mod unique;
mod users;

use super::{Call, body, object};
use crate::udm::answer::Answer;
use crate::udm::errors::Failure;
use crate::udm::schema::Kind;
use crate::udm::state::State;

pub(crate) use create::drafted;
pub(super) use deletion::delete;
pub(crate) use deletion::remove;
pub(super) use moving::post_move;
pub(crate) use plan::Plan;
pub(crate) use step::Step;

/// `POST …/`
pub(super) fn post(state: &mut State, call: &Call<'_>, kind: Kind) -> Result<Answer, Failure> {
    let sent = body::structure(state, body::json(call)?, &["properties"])?;
    let position = sent
        .position
        .unwrap_or_else(|| kind.default_position(&state.options.base));
    create::create(state, call, (kind, &position), &sent.properties, None)
}

/// `PUT …/<DN>`: creates what is not there, moves where the position is spelled otherwise, and changes else
/// (recorded: modify/PUT …).
pub(super) fn put(state: &mut State, call: &Call<'_>, kind: Kind, dn: &str) -> Result<Step, Failure> {
    let there = state.directory.find(dn).is_some();
    if there {
        object::addressed(state, kind.path(), dn)?;
        conditions::if_match(state, call, dn)?;
    }
    let sent = body::structure(state, body::json(call)?, &["position", "properties"])?;
    let position = sent
        .position
        .unwrap_or_else(|| kind.default_position(&state.options.base));
    if !there {
        let created = create::create(state, call, (kind, &position), &sent.properties, Some(dn))?;
        return Ok(created.without("etag").into());
    }
    if position != crate::udm::directory::dn::parent_text(dn) {
        return moving::put(state, call, (kind, dn), &position).map(Step::from);
    }
    change::plan(state, dn, &sent.properties, Vec::new()).map(|plan| Step::Write(Box::new(plan)))
}

/// `PATCH …/<DN>`: the properties in it, nothing else; a position is ignored (recorded: move/PATCH ignores position).
pub(super) fn patch(state: &mut State, call: &Call<'_>, kind: &str, dn: &str) -> Result<Step, Failure> {
    let kind = object::addressed(state, kind, dn)?.kind;
    conditions::if_match(state, call, dn)?;
    let sent = body::json(call)?;
    let header = call.incoming.header("content-type").unwrap_or_default();
    let (properties, warnings) = if header.starts_with("application/json-patch+json") {
        json_patch::properties(state, kind, dn, &sent)?
    } else {
        (body::structure(state, sent, &[])?.properties, Vec::new())
    };
    change::plan(state, dn, &properties, warnings).map(|plan| Step::Write(Box::new(plan)))
}

/// Writes what was planned, with whatever has happened since then.
pub(super) fn carry_out(state: &mut State, call: &Call<'_>, plan: Plan) -> Result<Answer, Failure> {
    match plan {
        Plan::Change(change) => change::carry_out(state, call, *change),
        Plan::Removal(removal) => deletion::carry_out(state, &removal),
    }
}
