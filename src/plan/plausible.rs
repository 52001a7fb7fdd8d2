//! Checks a plan from a file: it may only contain changes that a plan of this configuration could contain.

use super::undo::completes_creation;
use super::{AbsentPolicy, DisabledPolicy, LeaverPolicy, Policy, diff};
use crate::model::{
    ActionKind, AttributeChange, AttributeSpec, Catalog, Change, Creation, Desired, Edit, Existing,
    Lifecycle, Mutability, Purpose, RemovalReason, Schema, UNFINISHED, Value, Write,
};

/// The settings that a plan is made with.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub policy: Policy,
    /// Roles that people can get.
    pub given: &'a [String],
}

/// Why no plan would contain this change.
pub fn implausible(catalog: &Catalog, rules: Rules<'_>, change: &Change) -> Option<String> {
    let schema = catalog.schema(change.resource);
    if change.restore.is_some() {
        return Some("it restores a value, which only an undo does".to_owned());
    }
    match (change.kind, &change.write) {
        (ActionKind::Create, Write::Create(creation)) => new_account(schema, rules, creation),
        (ActionKind::Adopt, Write::Edit(_)) if !rules.policy.adopt => {
            Some("it adopts an account, and `policy.adopt` is false".to_owned())
        }
        (ActionKind::Adopt | ActionKind::Update | ActionKind::Reactivate, Write::Edit(edit)) => {
            edited(schema, rules.policy, edit, change.kind)
                .map(str::to_owned)
                .or_else(|| roles(schema, rules, edit))
        }
        (ActionKind::Deactivate, Write::Edit(edit)) => deactivated(schema, rules.policy, edit)
            .or_else(|| removed(schema, rules.policy, change))
            .map(str::to_owned),
        (ActionKind::Delete, Write::Delete(_)) => removed(schema, rules.policy, change).map(str::to_owned),
        (ActionKind::MarkAbsent, _) => Some("it records an absence, which no saved plan does".to_owned()),
        _ => Some("it writes other values than its action does".to_owned()),
    }
}

fn new_account(schema: &Schema, rules: Rules<'_>, creation: &Creation) -> Option<String> {
    let (policy, person) = (rules.policy, &creation.desired);
    let mark = creation.attributes.of(schema, Purpose::DisabledByUs);
    let is_deactivated = mark.is_some_and(|mark| mark.as_text() == UNFINISHED);
    let is_wanted = person.lifecycle == Lifecycle::Active || is_deactivated || policy.create_disabled;
    if !policy.create || !is_wanted {
        return Some("it creates an account that `policy` does not allow".to_owned());
    }
    let mut values = diff::values_of_new_account(schema, person);
    if let Some(attribute) = schema.find(Purpose::DisabledByUs).filter(|_| is_deactivated) {
        values.set(attribute, mark.cloned());
    }
    if creation.attributes != values {
        return Some("it creates an account with other values than its person has".to_owned());
    }
    if let Some(name) = foreign(schema, person) {
        return Some(format!(
            "it gives the person a `{name}` that is not derived from the id"
        ));
    }
    unknown(person.roles(schema).iter(), rules.given)
}

/// The name of a value that is always derived from the id, and differs from it.
fn foreign<'s>(schema: &'s Schema, person: &Desired) -> Option<&'s str> {
    let mut ours = schema
        .iter()
        .filter(|(_, spec)| spec.mutability == Mutability::WithId);
    let is_other = |(index, spec): &(_, &AttributeSpec)| {
        let made = spec.default.map(|default| default(&person.id));
        person
            .attributes
            .get(*index)
            .is_some_and(|value| Some(value) != made.as_ref())
    };
    ours.find(is_other).map(|(_, spec)| &*spec.name)
}

/// Why the changed attributes are not those in which person and account differ.
fn edited(schema: &Schema, policy: Policy, edit: &Edit, kind: ActionKind) -> Option<&'static str> {
    let is_bookkeeping = |change: &AttributeChange| schema.purpose(change.attribute).is_bookkeeping();
    let (bookkeeping, values): (Vec<_>, Vec<_>) =
        edit.changes.iter().partition(|change| is_bookkeeping(change));
    if !policy.update && kind != ActionKind::Adopt && !values.is_empty() {
        return Some("it changes an account, and `policy.update` is false");
    }
    let planned = differences(schema, &edit.changes);
    let before = edit.before.as_deref();
    let differing = before.map_or_else(Vec::new, |account| {
        diff::listed_changes(schema, &edit.desired, account)
    });
    if planned != differences(schema, &differing) {
        return Some("its changes are not the differences between person and account");
    }
    if !tells_the_id(
        schema,
        edit,
        planned.iter().any(|change| is_shared(schema, change)),
    ) {
        return Some("it changes the owner of the account without showing it");
    }
    let is_reactivated = kind == ActionKind::Reactivate;
    let is_completed = edit.lifecycle == Some(Lifecycle::Disabled) && completes_creation(schema, edit);
    if !is_completed && edit.lifecycle != is_reactivated.then_some(Lifecycle::Active) {
        return Some("it activates or deactivates the account, but is another kind of change");
    }
    let is_of_plan = |change: &&AttributeChange| {
        change.after.is_none() || is_completed && signs_out(schema, policy, change)
    };
    if !bookkeeping.iter().all(is_of_plan) {
        return Some("it writes a value that is reserved for this tool");
    }
    values
        .into_iter()
        .find_map(|change| attribute(schema, edit, change))
}

/// Returns whether a change is written in the same request as the id. Roles are not part of the account itself.
fn is_shared(schema: &Schema, change: &AttributeChange) -> bool {
    !matches!(
        schema.purpose(change.attribute),
        Purpose::ExternalId | Purpose::Access
    )
}

/// The real differences among the changes that the account list shows, except the id. For an account with a temporary
/// login name, the address may or may not be written again.
fn differences<'a>(schema: &Schema, changes: &'a [AttributeChange]) -> Vec<&'a AttributeChange> {
    let differs = |change: &AttributeChange| match (&change.before, &change.after) {
        (Some(before), Some(after)) => !before.equals(after, schema.spec(change.attribute).equality),
        (before, after) => before != after,
    };
    let mut shown: Vec<_> = changes.iter().collect();
    shown.retain(|change| {
        let spec = schema.spec(change.attribute);
        spec.is_listed() && spec.purpose != Purpose::ExternalId && differs(change)
    });
    shown
}

/// Returns whether a written id is shown: it is written together with names and addresses.
fn tells_the_id(schema: &Schema, edit: &Edit, writes_user: bool) -> bool {
    let carries = |account: &Existing| account.id.as_ref() == Some(&edit.desired.id);
    let planned = edit.change_of(schema, Purpose::ExternalId);
    match (planned, edit.before.as_deref()) {
        (Some(planned), Some(account)) => {
            let current = account.attributes.of(schema, Purpose::ExternalId);
            let written = planned.after.as_ref().map(Value::as_text);
            planned.before.as_ref() == current
                && written == Some(&*edit.desired.id.hex())
                && !carries(account)
        }
        (Some(_), None) => false,
        (None, Some(account)) => !writes_user || carries(account),
        (None, None) => true,
    }
}

/// Why no plan would change an attribute in this way.
fn attribute(schema: &Schema, edit: &Edit, change: &AttributeChange) -> Option<&'static str> {
    let person = &edit.desired;
    let spec = schema.spec(change.attribute);
    let made = spec.default.map(|default| default(&person.id));
    let wanted = diff::wanted(schema, person, change.attribute);
    let is_wanted = match (&change.after, spec.mutability) {
        // Which other roles an account keeps depends on the schema: see `differences`.
        _ if spec.purpose == Purpose::Access => true,
        (after, Mutability::WithId) => *after == made,
        (None, Mutability::ReadWrite) => wanted.is_none(),
        (after, _) => {
            let unknown = person.unknown.contains(change.attribute);
            after.as_ref() == wanted.as_deref().filter(|_| !unknown).or(made.as_ref())
        }
    };
    if !is_wanted {
        return Some("it writes another value than its person has");
    }
    let former = edit.before.as_deref().and_then(|account| account.id.as_ref());
    let may_be_replaced = match &change.before {
        None => true,
        Some(before) if spec.mutability == Mutability::SetOnce => before.as_text().is_empty(),
        Some(before) => diff::may_be_replaced(spec, before, former),
    };
    (!may_be_replaced).then_some("it replaces a value that is written once and never changed")
}

/// Names the roles that the configuration does not give. Removed roles follow from the schema: see `differences`.
fn roles(schema: &Schema, rules: Rules<'_>, edit: &Edit) -> Option<String> {
    let given = edit.change_of(schema, Purpose::Access)?.added();
    unknown(given.iter(), rules.given)
}

fn unknown<'a>(mut roles: impl Iterator<Item = &'a Box<str>>, known: &[String]) -> Option<String> {
    let role = roles.find(|role| !known.iter().any(|known| **known == ***role))?;
    Some(format!(
        "it is about the role {role:?}, which the configuration does not give or take away"
    ))
}

/// Returns whether a deactivation also ends sessions, as the policy demands.
fn signs_out(schema: &Schema, policy: Policy, change: &AttributeChange) -> bool {
    policy.end_sessions && schema.purpose(change.attribute) == Purpose::SignOut
}

/// Why no deactivation would write this.
fn deactivated(schema: &Schema, policy: Policy, edit: &Edit) -> Option<&'static str> {
    let is_bookkeeping = |change: &AttributeChange| match schema.purpose(change.attribute) {
        Purpose::DisabledByUs => change.after.is_some(),
        Purpose::SignOut => change.after.is_some() && policy.end_sessions,
        purpose => purpose.is_bookkeeping() && change.after.is_none(),
    };
    if edit.lifecycle != Some(Lifecycle::Disabled) || edit.before.is_none() {
        return Some("it deactivates an account, but is another kind of change");
    }
    let others = edit.changes.iter().any(|change| !is_bookkeeping(change));
    others.then_some("it deactivates an account and changes what no deactivation does")
}

fn removed(schema: &Schema, policy: Policy, change: &Change) -> Option<&'static str> {
    let deletes = change.kind == ActionKind::Delete;
    let deletes_as_asked = deletes != policy.delete_deactivates;
    let reason = change.reason()?;
    let fits = match reason {
        RemovalReason::Absent => match policy.absent {
            AbsentPolicy::Keep => false,
            AbsentPolicy::Deactivate => !deletes,
            AbsentPolicy::Delete => deletes_as_asked,
        },
        RemovalReason::Disabled => match policy.disabled {
            DisabledPolicy::Keep => false,
            DisabledPolicy::Deactivate => !deletes,
            DisabledPolicy::Delete => deletes_as_asked,
        },
        RemovalReason::Leaver => match policy.listed {
            LeaverPolicy::Deactivate => !deletes,
            LeaverPolicy::Delete => deletes_as_asked,
        },
        RemovalReason::Undone => return Some("it removes an account as `undone`, which only an undo does"),
    };
    // A file may call any account managed.
    let is_ours = |account: &Existing| {
        let access = schema.find(Purpose::Access);
        account.looks_ours() && access.is_none_or(|access| account.attributes.get(access).is_some())
    };
    let is_ours = reason != RemovalReason::Absent || change.before().is_some_and(is_ours);
    if !fits {
        Some("it removes an account in another way than `policy` says")
    } else if !is_ours {
        Some("it removes as absent an account that shows no person")
    } else {
        None
    }
}
