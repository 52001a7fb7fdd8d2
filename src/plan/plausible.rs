//! What a plan may hold that comes from a file: nothing that no plan of this configuration would.

use super::{AbsentPolicy, DisabledPolicy, ListedPolicy, Policy, diff};
use crate::model::{
    Account, Action, AttributeChange, AttributeSpec, Attributes, Change, Edit, Identity, Lifecycle,
    Mutability, Removal, RemovalReason, Schema, Uniqueness,
};

/// What plans are made by.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What happens in which situation.
    pub policy: Policy,
    /// Roles that people can get.
    pub given: &'a [String],
    /// Roles that are taken away from whoever is not to hold them.
    pub owned: &'a [String],
}

/// Why no plan holds such a change.
pub fn implausible(schema: &Schema, rules: Rules<'_>, change: &Change) -> Option<String> {
    if change.restore.is_some() {
        return Some("it puts something back, which only an undo does".to_owned());
    }
    match &change.action {
        Action::Create { identity, attributes } => new_account(schema, rules, identity, attributes),
        Action::Adopt(_) if !rules.policy.adopt => {
            Some("it adopts an account, and `policy.adopt` is false".to_owned())
        }
        Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => {
            let is_adopted = matches!(change.action, Action::Adopt(_));
            edited(schema, rules.policy, edit, is_adopted)
                .map(str::to_owned)
                .or_else(|| roles(rules, edit))
        }
        Action::Disable(removal) => removed(rules.policy, removal, false).map(str::to_owned),
        Action::Delete(removal) => removed(rules.policy, removal, true).map(str::to_owned),
        Action::Note(_) => Some("it notes an absence, which no plan does that waits".to_owned()),
    }
}

fn new_account(
    schema: &Schema,
    rules: Rules<'_>,
    person: &Identity,
    attributes: &Attributes,
) -> Option<String> {
    let policy = rules.policy;
    let is_wanted = person.lifecycle == Lifecycle::Active || policy.create_disabled;
    if !policy.create || !is_wanted {
        return Some("it makes an account that `policy` asks for none of".to_owned());
    }
    if *attributes != diff::values_of_new_account(schema, person) {
        return Some("it makes an account with other values than its person has".to_owned());
    }
    if let Some(name) = foreign(schema, person) {
        return Some(format!(
            "it gives the person a `{name}` that is not made of the id"
        ));
    }
    unknown(person.entitlements.iter(), rules.given)
}

/// A value that is never anything but what the id gives, and is something else.
fn foreign(schema: &Schema, person: &Identity) -> Option<&'static str> {
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
    ours.find(is_other).map(|(_, spec)| spec.name)
}

/// Whether what changes is that in which person and account differ, and becomes what the person has. `is_adopted`: the
/// account becomes the person's now.
fn edited(schema: &Schema, policy: Policy, edit: &Edit, is_adopted: bool) -> Option<&'static str> {
    let writes = !edit.attributes.is_empty() || !edit.grant.is_empty() || !edit.revoke.is_empty();
    if !policy.update && !is_adopted && (writes || edit.id_before.is_some()) {
        return Some("it changes an account, and `policy.update` is false");
    }
    let told: Vec<&AttributeChange> = differences(schema, &edit.attributes);
    let differing = edit.before.as_deref();
    let differing = differing.map_or_else(Vec::new, |account| {
        diff::listed_changes(schema, &edit.identity, account)
    });
    if told != differences(schema, &differing) {
        return Some("what it changes is not what person and account differ in");
    }
    if !tells_the_id(edit, !told.is_empty()) {
        return Some("it changes whose account it is unseen");
    }
    let mut changes = edit.attributes.iter();
    changes.find_map(|change| attribute(schema, edit, change))
}

/// Of the changes that the account list shows those that are one. To an account that carries a temporary login name its
/// address may be written again, or not.
fn differences<'a>(schema: &Schema, changes: &'a [AttributeChange]) -> Vec<&'a AttributeChange> {
    let differs = |change: &AttributeChange| match (&change.before, &change.after) {
        (Some(before), Some(after)) => !before.equals(after, schema.spec(change.attribute).equality),
        (before, after) => before != after,
    };
    let mut shown: Vec<_> = changes.iter().collect();
    shown.retain(|change| schema.spec(change.attribute).listed && differs(change));
    shown
}

/// Whether an id that is written is shown: it goes along with names and addresses.
fn tells_the_id(edit: &Edit, writes_user: bool) -> bool {
    let carries = |account: &Account| account.id.as_ref() == Some(&edit.identity.id);
    match (&edit.id_before, edit.before.as_deref()) {
        (Some(told), Some(account)) => *told == account.id_text && !carries(account),
        (Some(_), None) => false,
        (None, Some(account)) => !writes_user || carries(account),
        (None, None) => true,
    }
}

/// What no plan does to an attribute.
fn attribute(schema: &Schema, edit: &Edit, change: &AttributeChange) -> Option<&'static str> {
    let person = &edit.identity;
    let spec = schema.spec(change.attribute);
    let made = spec.default.map(|default| default(&person.id));
    let wanted = person.attributes.get(change.attribute);
    let is_wanted = match (&change.after, spec.mutability) {
        (after, Mutability::WithId) => *after == made,
        (None, Mutability::ReadWrite) => wanted.is_none(),
        (after, _) => {
            let unknown = person.unknown.contains(change.attribute);
            after.as_ref() == wanted.filter(|_| !unknown).or(made.as_ref())
        }
    };
    if !is_wanted {
        return Some("it writes something else than its person has");
    }
    if !may_be_replaced(spec, edit, change) {
        return Some("it replaces what is written once and never changed");
    }
    let renames = spec.uniqueness == Uniqueness::Login;
    (change.renames != renames).then_some("it changes a login name unseen")
}

/// Whether nothing is lost that this tool does not replace: what hangs on an id goes only with the account's own former id.
fn may_be_replaced(spec: &AttributeSpec, edit: &Edit, change: &AttributeChange) -> bool {
    let Some(before) = &change.before else { return true };
    match spec.mutability {
        Mutability::ReadWrite => true,
        Mutability::SetOnce => before.as_text().is_empty(),
        Mutability::WithId => {
            let former = edit.before.as_deref().and_then(|account| account.id.as_ref());
            let made = spec.default.zip(former).map(|(default, id)| default(id));
            made.is_some_and(|made| made.equals(before, spec.equality))
        }
    }
}

fn roles(rules: Rules<'_>, edit: &Edit) -> Option<String> {
    let held = &edit.identity.entitlements;
    if edit.grant.iter().any(|role| !held.contains(role))
        || edit.revoke.iter().any(|role| held.contains(role))
    {
        return Some("it gives or takes away a role against what its person is to hold".to_owned());
    }
    unknown(edit.grant.iter(), rules.given).or_else(|| unknown(edit.revoke.iter(), rules.owned))
}

fn unknown<'a>(mut roles: impl Iterator<Item = &'a Box<str>>, known: &[String]) -> Option<String> {
    let role = roles.find(|role| !known.iter().any(|known| **known == ***role))?;
    Some(format!(
        "it is about the role {role:?}, which the configuration does not give or take away"
    ))
}

fn removed(policy: Policy, removal: &Removal, deletes: bool) -> Option<&'static str> {
    let fits = match removal.reason {
        RemovalReason::Absent => match policy.absent {
            AbsentPolicy::Keep => false,
            AbsentPolicy::Deactivate => !deletes,
            AbsentPolicy::Delete => deletes,
        },
        RemovalReason::Disabled => match policy.disabled {
            DisabledPolicy::Keep => false,
            DisabledPolicy::Deactivate => !deletes,
            DisabledPolicy::Delete => deletes,
        },
        RemovalReason::Listed => match policy.listed {
            ListedPolicy::Deactivate => !deletes,
            ListedPolicy::Delete => deletes,
        },
        RemovalReason::Undone => return Some("it removes an account as `undone`, which only an undo does"),
    };
    let is_ours = removal.reason != RemovalReason::Absent
        || (removal.account.id.is_some() && !removal.account.entitlements.is_empty());
    if !fits {
        Some("it removes an account in another way than `policy` says")
    } else if !is_ours {
        Some("it removes as absent an account that shows no person")
    } else {
        None
    }
}
