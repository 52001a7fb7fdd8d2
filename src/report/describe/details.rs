//! A short description of the changes of an object.

use crate::model::{
    ActionKind, AttributeChange, AttributeIndex, Change, Edit, ExternalId, Lifecycle, Mutability, Personal,
    Purpose, RemovalReason, Schema, Value, Write, counted,
};
use crate::report::absence::since;
use crate::report::describe::show::Show;

const NO_ROLE: &str = "no role left";

/// The changes, from the reason on; empty if the kind of change says everything.
pub(crate) fn details(change: &Change, schema: &Schema, show: Show) -> String {
    let mut details: Vec<String> = reason(change).map(str::to_owned).into_iter().collect();
    match &change.write {
        Write::Create(creation) => {
            details.push(new_roles(creation.desired.roles(schema)));
            details.extend(new_members(change, schema));
        }
        Write::Edit(edit) => details.extend(edit_details(change, edit, schema, show)),
        Write::Delete(_) => {}
    }
    details.retain(|details| !details.is_empty());
    if change.takes_last_role(schema) {
        details.push(NO_ROLE.to_owned());
    }
    details.join(", ")
}

/// The roles of a new account. A single one is usually the default.
fn new_roles(roles: &[Box<str>]) -> String {
    match roles {
        [_] => String::new(),
        roles => roles
            .iter()
            .map(|role| format!("role +{role}"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// Number of members of a new group.
fn new_members(change: &Change, schema: &Schema) -> Option<String> {
    let members = change.linked(schema).len();
    (members > 0).then(|| format!("members +{members}"))
}

/// The changes: first the id, then values by name, roles, and this tool's own records.
fn edit_details(change: &Change, edit: &Edit, schema: &Schema, show: Show) -> Vec<String> {
    let of = |purpose| edit.change_of(schema, purpose);
    let mut details: Vec<String> = Vec::new();
    details.extend(of(Purpose::ExternalId).map(|id| changed_id(id, change.restore.is_some(), show)));
    let values = edit
        .changes
        .iter()
        .filter(|change| is_value(schema, edit, change));
    details.extend(values.map(|change| schema.spec(change.attribute).name.to_string()));
    details.extend(temporary_login(edit));
    if let Some(members) = of(Purpose::Members) {
        let counts = [('+', members.linked().len()), ('-', members.unlinked().len())];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        details.extend(counts.map(|(sign, count)| format!("members {sign}{count}")));
    }
    if let Some(roles) = of(Purpose::Access) {
        details.extend(roles.added().iter().map(|role| format!("role +{role}")));
        details.extend(roles.removed().iter().map(|role| format!("role -{role}")));
    }
    details.extend(of_state(change, edit, schema));
    details
}

/// Remarks about a change, besides its reason, values, roles and members.
pub(crate) fn remarks(change: &Change, schema: &Schema) -> Vec<String> {
    let edit = change.edit();
    let mut remarks: Vec<String> = edit.and_then(temporary_login).into_iter().collect();
    remarks.extend(edit.map_or_else(Vec::new, |edit| of_state(change, edit, schema)));
    remarks.extend(change.takes_last_role(schema).then(|| NO_ROLE.to_owned()));
    remarks
}

fn temporary_login(edit: &Edit) -> Option<String> {
    edit.temporary_login.as_ref()?;
    Some("login through a temporary name".to_owned())
}

/// Changes of the state, and of the absence marker.
fn of_state(change: &Change, edit: &Edit, schema: &Schema) -> Vec<String> {
    let of = |purpose| edit.change_of(schema, purpose);
    let mut details = Vec::new();
    if change.kind == ActionKind::Update && edit.lifecycle == Some(Lifecycle::Disabled) {
        details.push("deactivated, which an earlier run did not finish".to_owned());
    }
    if let Some(sign_out) = of(Purpose::SignOut) {
        details.push(signed_out(sign_out).to_owned());
    }
    if of(Purpose::MissingSince).is_some_and(|marker| marker.after.is_none()) {
        details.push("no longer missing".to_owned());
    } else if change.kind == ActionKind::MarkAbsent {
        details.extend(absence(edit, schema));
    }
    details
}

/// Returns whether an attribute of a new account is shown by name: attributes of sources, except roles, which are
/// shown separately.
pub(crate) fn is_named(schema: &Schema, attribute: AttributeIndex) -> bool {
    let spec = schema.spec(attribute);
    spec.comes_from_sources() && !matches!(spec.purpose, Purpose::Access | Purpose::Members)
}

/// The same for a change. Includes an attribute that follows another one, if only it changes.
pub(crate) fn is_value(schema: &Schema, edit: &Edit, change: &AttributeChange) -> bool {
    match schema.spec(change.attribute).mutability {
        Mutability::Follows(other) => edit.change(other).is_none(),
        _ => is_named(schema, change.attribute),
    }
}

fn changed_id(id: &AttributeChange, is_undo: bool, show: Show) -> String {
    let shown = |value: &Option<Value>| match value.as_ref().map_or("", Value::as_text) {
        "" => "empty".to_owned(),
        text => shown_id(text, show).map_or_else(
            || "a text that is not an id".to_owned(),
            |text| Personal(text).to_string(),
        ),
    };
    if is_undo {
        format!("external id (back to {})", shown(&id.after))
    } else {
        format!("external id (was {})", shown(&id.before))
    }
}

fn signed_out(sign_out: &AttributeChange) -> &'static str {
    if sign_out.after.is_some() {
        "sessions are ended"
    } else {
        "sessions are ended, which an earlier run did not finish"
    }
}

/// When the absence started, and how many runs have found it.
fn absence(edit: &Edit, schema: &Schema) -> Option<String> {
    let number = |purpose| {
        let written = edit.change_of(schema, purpose)?.after.as_ref()?;
        written.as_text().parse().ok()
    };
    let runs = counted(number(Purpose::MissingRuns)?, "run");
    // An undo may write only the number of runs.
    let Some(second) = number(Purpose::MissingSince) else {
        return Some(format!("absent from all sources, seen by {runs}"));
    };
    Some(format!(
        "absent from all sources since {}, seen by {runs}",
        since(second)
    ))
}

/// The text of an external id, if it is an id. Other texts were chosen by people, and may be names.
pub(crate) fn shown_id(text: &str, show: Show) -> Option<&str> {
    let is_shown = text.is_empty() || show == Show::Values || ExternalId::from_hex(text).is_some();
    is_shown.then_some(text)
}

/// Why an account is removed.
pub(crate) fn reason(change: &Change) -> Option<&'static str> {
    Some(match change.reason()? {
        RemovalReason::Disabled => "disabled in the source",
        RemovalReason::Absent => "absent from all sources",
        RemovalReason::Leaver => "on the list of leavers",
        RemovalReason::Undone => "the undone run created or activated it",
    })
}
