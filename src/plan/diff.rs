//! What differs between a person and an account. Loops over the schema and knows no attribute by name.

use super::correlate::login_attribute;
use super::order;
use crate::model::{
    Account, AttributeChange, AttributeIndex, AttributeSpec, Attributes, Edit, Entitlements, Equality,
    Expected, ExternalId, Identity, Inspection, Mutability, Schema, TargetId, Uniqueness, Value,
};

/// The listed attributes that the account does not hold as it should.
pub(super) fn listed_changes(
    schema: &Schema,
    identity: &Identity,
    account: &Account,
) -> Vec<AttributeChange> {
    schema
        .iter()
        .filter(|(index, _)| !identity.unknown.contains(*index) && !account.unread.contains(*index))
        .filter_map(|(index, spec)| {
            let (before, after) = (account.attributes.get(index), identity.attributes.get(index));
            let same = match (before, after) {
                // The rest of an interrupted exchange of names: the address is right, the login name is not.
                (Some(_), Some(_))
                    if spec.uniqueness == Uniqueness::Login && order::is_on_detour(account) =>
                {
                    false
                }
                (Some(before), Some(after)) => {
                    before.equals(after, spec.equality)
                        || (spec.mutability == Mutability::SetOnce && !before.as_text().is_empty())
                }
                (None, None) => true,
                (Some(_), None) => spec.mutability == Mutability::SetOnce,
                (None, Some(_)) => false,
            };
            (!same).then(|| change(spec, index, before.cloned(), after.cloned()))
        })
        .collect()
}

/// The roles the person is to hold and the account does not.
pub(super) fn missing_roles(identity: &Identity, account: &Account) -> Vec<Box<str>> {
    identity
        .entitlements
        .iter()
        .filter(|role| !account.entitlements.contains(role))
        .cloned()
        .collect()
}

/// The roles that the account holds, the person is not to hold, and nobody but the sources gives.
pub(super) fn surplus_roles(identity: &Identity, account: &Account, owned: &Entitlements) -> Vec<Box<str>> {
    let held = account.entitlements.iter();
    held.filter(|role| owned.contains(role) && !identity.entitlements.contains(role))
        .cloned()
        .collect()
}

/// How closely an account is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// As the schema says: it is known to be the person's.
    Usual,
    /// Also at what this tool writes into each account that it makes: that has to tell whether it is the person's.
    Doubtful,
    /// At everything: it becomes the person's now.
    First,
}

/// What the attributes that the list does not show are expected to hold.
pub(crate) fn unlisted_expectations<'a>(
    schema: &'a Schema,
    identity: &'a Identity,
    look: Look,
) -> impl Iterator<Item = Expected<'a>> {
    schema
        .iter()
        .filter(|(_, spec)| !spec.listed)
        .filter_map(move |(index, spec)| match inspection(spec, look) {
            Inspection::Value => value_or_presence(spec, index, identity),
            Inspection::Presence => match value_or_presence(spec, index, identity)? {
                Expected::Value(index, _) => Some(Expected::Present(index)),
                expected => Some(expected),
            },
            Inspection::Nothing => None,
        })
}

fn inspection(spec: &AttributeSpec, look: Look) -> Inspection {
    match (look, spec.inspected) {
        (Look::First, _) => Inspection::Value,
        (Look::Doubtful, Inspection::Nothing) if spec.is_mark() => Inspection::Presence,
        (_, inspected) => inspected,
    }
}

fn value_or_presence<'a>(
    spec: &AttributeSpec,
    index: AttributeIndex,
    identity: &'a Identity,
) -> Option<Expected<'a>> {
    if identity.unknown.contains(index) {
        return spec.is_mark().then_some(Expected::Present(index));
    }
    match (identity.attributes.get(index), spec.mutability) {
        (Some(value), _) => Some(Expected::Value(index, value)),
        (None, Mutability::SetOnce | Mutability::WithId) => {
            spec.default.is_some().then_some(Expected::Present(index))
        }
        (None, Mutability::ReadWrite) => Some(Expected::Absent(index)),
    }
}

/// What brings an account in line with a person, and the attributes that differ and are never changed.
///
/// `account` is `None` when everything the list shows is as it should be; `unmet` are the expectations about what the
/// list does not show. No role is taken away: that is for a plan which the guard has seen.
pub(crate) fn edit(
    schema: &Schema,
    identity: &Identity,
    target_id: &TargetId,
    account: Option<&Account>,
    unmet: &[(Expected<'_>, Option<Value>)],
) -> (Edit, Vec<AttributeIndex>) {
    let mut attributes = account.map_or_else(Vec::new, |account| listed_changes(schema, identity, account));
    let mut differing = Vec::new();
    let former = account
        .and_then(|account| account.id.as_ref())
        .filter(|id| **id != identity.id);
    for (expected, current) in unmet {
        match consequence(schema, identity, former, (*expected, current.as_ref())) {
            Consequence::Change(change) => attributes.push(change),
            Consequence::Differs(attribute) => differing.push(attribute),
            Consequence::Nothing => {}
        }
    }
    attributes.sort_by_key(|change| change.attribute);
    let edit = Edit {
        target_id: target_id.clone(),
        id_before: account
            .filter(|account| account.id.as_ref() != Some(&identity.id))
            .map(|account| account.id_text.clone()),
        identity: identity.clone(),
        attributes,
        grant: account.map_or_else(Vec::new, |account| missing_roles(identity, account)),
        revoke: Vec::new(),
        enable: false,
        returned: false,
        before: account.cloned().map(Box::new),
        detour: None,
    };
    (edit, differing)
}

/// What has to be written, or only said, because an expectation does not hold.
enum Consequence {
    /// The attribute is written.
    Change(AttributeChange),
    /// A value that is never replaced differs.
    Differs(AttributeIndex),
    /// Nothing.
    Nothing,
}

/// What is said of a value that differs and is not replaced.
pub(super) fn kept_value(spec: &AttributeSpec) -> String {
    let name = spec.name;
    match spec.mutability {
        Mutability::WithId => format!(
            "`{name}` is not this person's, and stays, since somebody else made it; if whoever it belongs to is not to log in \
             here, remove it by hand"
        ),
        Mutability::ReadWrite | Mutability::SetOnce => {
            format!("`{name}` differs from the source; it is written once and never changed")
        }
    }
}

/// Turns an expectation that does not hold into what follows from it; `former` is the id that the account gives up.
fn consequence(
    schema: &Schema,
    identity: &Identity,
    former: Option<&ExternalId>,
    (expected, current): (Expected<'_>, Option<&Value>),
) -> Consequence {
    let (Expected::Value(index, _) | Expected::Present(index) | Expected::Absent(index)) = expected else {
        return Consequence::Nothing;
    };
    let spec = schema.spec(index);
    if let (Expected::Value(_, wanted), Some(current)) = (expected, current)
        && spec.mutability != Mutability::WithId
        && is_address(schema, identity, wanted)
        && wanted.equals(current, Equality::Comparable)
    {
        return Consequence::Nothing;
    }
    if let Some(current) = current
        && !may_be_replaced(spec, current, former)
    {
        let wanted = identity.attributes.text(index).unwrap_or_default();
        // Blanks that were stored once are not worth a word in each run.
        return if current.as_text().trim() == wanted.trim() {
            Consequence::Nothing
        } else {
            Consequence::Differs(index)
        };
    }
    let wanted = identity
        .attributes
        .get(index)
        .filter(|_| !identity.unknown.contains(index));
    let after = wanted
        .cloned()
        .or_else(|| spec.default.map(|default| default(&identity.id)));
    let after = if matches!(expected, Expected::Absent(_)) {
        None
    } else {
        after
    };
    Consequence::Change(change(spec, index, current.cloned(), after))
}

/// Whether a value is the person's address: also where it stands elsewhere, it is compared as addresses are.
pub(super) fn is_address(schema: &Schema, identity: &Identity, value: &Value) -> bool {
    let address = login_attribute(schema).and_then(|login| identity.attributes.get(login));
    address.is_some_and(|address| address.equals(value, Equality::Comparable))
}

fn may_be_replaced(spec: &AttributeSpec, current: &Value, former: Option<&ExternalId>) -> bool {
    match spec.mutability {
        Mutability::ReadWrite => true,
        Mutability::SetOnce => false,
        Mutability::WithId => {
            let made = spec.default.zip(former).map(|(default, id)| default(id));
            made.is_some_and(|made| made.equals(current, spec.equality))
        }
    }
}

/// The values of a new account: the person's, and the defaults where the person has none.
pub(super) fn values_of_new_account(schema: &Schema, identity: &Identity) -> Attributes {
    let mut attributes = identity.attributes.clone();
    for (index, spec) in schema.iter() {
        if attributes.get(index).is_none()
            && let Some(default) = spec.default
        {
            attributes.set(index, Some(default(&identity.id)));
        }
    }
    attributes
}

fn change(
    spec: &AttributeSpec,
    attribute: AttributeIndex,
    before: Option<Value>,
    after: Option<Value>,
) -> AttributeChange {
    let renames = spec.uniqueness == Uniqueness::Login;
    AttributeChange {
        attribute,
        before,
        after,
        renames,
    }
}
