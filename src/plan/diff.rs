//! Differences between a person and an account. Iterates over the schema and knows no attribute by name.

use std::borrow::Cow;

use super::order;
use crate::model::{
    AttributeChange, AttributeIndex, AttributeSet, AttributeSpec, Attributes, Cardinality, Desired, Edit,
    Equality, Existing, Expected, ExternalId, Lifecycle, Mutability, Purpose, Reference, Removes, Schema,
    TargetId, Value,
};

/// The desired value of an attribute, even if no record contains it.
pub(super) fn wanted<'a>(
    schema: &Schema,
    desired: &'a Desired,
    index: AttributeIndex,
) -> Option<Cow<'a, Value>> {
    let spec = schema.spec(index);
    match spec.mutability {
        _ if spec.purpose == Purpose::ExternalId => Some(Cow::Owned(Value::text(desired.id.hex()))),
        Mutability::Follows(other) => desired.attributes.get(other).map(Cow::Borrowed),
        _ => desired.attributes.get(index).map(Cow::Borrowed),
    }
}

/// Changes of the attributes that the list shows.
pub(super) fn listed_changes(schema: &Schema, desired: &Desired, account: &Existing) -> Vec<AttributeChange> {
    let mut changes: Vec<AttributeChange> = Vec::new();
    let known = |index| !desired.unknown.contains(index) && !account.not_fetched.contains(index);
    for (index, spec) in schema.iter().filter(|(index, _)| known(*index)) {
        let before = account.attributes.get(index);
        let after = wanted(schema, desired, index);
        let after = match spec.cardinality {
            Cardinality::One => after.map(Cow::into_owned),
            Cardinality::Many if spec.purpose == Purpose::Members => {
                linked(&spec.removes, before, after.as_deref())
            }
            Cardinality::Many => merged(&spec.removes, before, after.as_deref()),
        };
        let same = match spec.mutability {
            Mutability::ReadOnly => true,
            _ if spec.purpose == Purpose::ExternalId => account.id.as_ref() == Some(&desired.id),
            Mutability::Follows(other) => {
                let is_due = changes.iter().any(|change| change.attribute == other)
                    || order::has_temporary_login(schema, account);
                !is_due || before == after.as_ref()
            }
            _ => is_same(spec, before, after.as_ref()),
        };
        if !same {
            changes.push(AttributeChange {
                attribute: index,
                before: before.cloned(),
                after,
            });
        }
    }
    changes
}

fn is_same(spec: &AttributeSpec, before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            before.equals(after, spec.equality)
                || (spec.mutability == Mutability::SetOnce && !before.as_text().is_empty())
        }
        (None, None) => true,
        (Some(_), None) => spec.mutability == Mutability::SetOnce,
        (None, Some(_)) => false,
    }
}

/// The values of an attribute with several values, after the change.
fn merged(removes: &Removes, before: Option<&Value>, wanted: Option<&Value>) -> Option<Value> {
    let wanted = Value::texts_of(wanted);
    let stays = |text: &str| match removes {
        Removes::Everything => false,
        Removes::Only(owned) => !owned.iter().any(|owned| **owned == *text),
    };
    let current = Value::texts_of(before).into_iter();
    let current = current.filter(|text| stays(text));
    Value::set(current.chain(wanted).map(Box::from))
}

/// The references of an object after the change. Foreign references stay, unless everything else is to be removed.
fn linked(removes: &Removes, before: Option<&Value>, wanted: Option<&Value>) -> Option<Value> {
    let stays = |reference: &&Reference| {
        matches!(reference, Reference::Foreign(_)) && *removes != Removes::Everything
    };
    let current = before.map_or(&[][..], Value::as_references).iter().filter(stays);
    let wanted = wanted.map_or(&[][..], Value::as_references);
    Value::references(current.chain(wanted).cloned())
}

/// Keeps the roles of an account. Only a plan that the guard has checked may remove a role.
pub(crate) fn keep_access(schema: &Schema, edit: &mut Edit) {
    let Some(access) = schema.find(Purpose::Access) else {
        return;
    };
    for change in edit
        .changes
        .iter_mut()
        .filter(|change| change.attribute == access)
    {
        let [current, given] = [&change.before, &change.after].map(|value| Value::texts_of(value.as_ref()));
        change.after = Value::set(current.into_iter().chain(given).map(Box::from));
        edit.desired.attributes.set(access, change.after.clone());
    }
    edit.changes
        .retain(|change| change.attribute != access || change.before != change.after);
}

/// The edit that an account needs, and the differing attributes that are never changed.
///
/// `account` is `None` if everything that the list shows is as desired. `mismatches` are the failed checks of attributes
/// that the list does not show.
pub(crate) fn edit(
    schema: &Schema,
    desired: &Desired,
    target_id: &TargetId,
    account: Option<&Existing>,
    mismatches: &[(Expected<'_>, Option<Value>)],
) -> (Edit, Vec<AttributeIndex>) {
    let mut changes = account.map_or_else(Vec::new, |account| listed_changes(schema, desired, account));
    let mut differing = Vec::new();
    let former = account
        .and_then(|account| account.id.as_ref())
        .filter(|id| **id != desired.id);
    for (expected, current) in mismatches {
        match consequence(schema, desired, former, (*expected, current.as_ref())) {
            Consequence::Change(change) => changes.push(change),
            Consequence::Differs(attribute) => differing.push(attribute),
            Consequence::Nothing => {}
        }
    }
    changes.sort_by_key(|change| change.attribute);
    let edit = Edit {
        target_id: target_id.clone(),
        desired: desired.clone(),
        changes,
        lifecycle: None,
        before: account.cloned().map(Box::new),
        temporary_login: None,
        emptied_first: AttributeSet::default(),
    };
    (edit, differing)
}

/// Consequence of a failed check.
enum Consequence {
    Change(AttributeChange),
    /// A value that is never replaced differs. It is only reported.
    Differs(AttributeIndex),
    Nothing,
}

/// Message about a value that differs and is not replaced.
pub(super) fn stored_value(spec: &AttributeSpec) -> String {
    let name = &spec.name;
    if spec.mutability == Mutability::WithId {
        format!(
            "`{name}` belongs to another person and stays, because directory-sync did not write it; if that person \
             must not sign in here, remove it by hand"
        )
    } else {
        format!("`{name}` differs from the source; it is written once and never changed")
    }
}

/// Converts a failed check to its consequence. `former` is the id that the account gives up.
fn consequence(
    schema: &Schema,
    desired: &Desired,
    former: Option<&ExternalId>,
    (expected, current): (Expected<'_>, Option<&Value>),
) -> Consequence {
    let attribute = expected.attribute();
    let spec = schema.spec(attribute);
    if spec.purpose.is_bookkeeping() {
        return Consequence::Nothing;
    }
    if let (Expected::Value(_, wanted), Some(current)) = (expected, current)
        && spec.mutability != Mutability::WithId
        && is_address(schema, desired, wanted)
        && wanted.equals(current, Equality::Comparable)
    {
        return Consequence::Nothing;
    }
    if let Some(current) = current
        && !may_be_replaced(spec, current, former)
    {
        let wanted = desired.attributes.text(attribute).unwrap_or_default();
        // Stored blanks are not reported in each run.
        return if current.as_text().trim() == wanted.trim() {
            Consequence::Nothing
        } else {
            Consequence::Differs(attribute)
        };
    }
    let wanted = desired
        .attributes
        .get(attribute)
        .filter(|_| !desired.unknown.contains(attribute));
    let after = match expected {
        Expected::Absent(_) => None,
        Expected::Value(..) | Expected::Present(_) => wanted
            .cloned()
            .or_else(|| spec.default.map(|default| default(&desired.id))),
    };
    Consequence::Change(AttributeChange {
        attribute,
        before: current.cloned(),
        after,
    })
}

/// Returns whether a value is the person's address. Also in other attributes, it is compared as an address.
pub(super) fn is_address(schema: &Schema, desired: &Desired, value: &Value) -> bool {
    let address = desired.attributes.of(schema, Purpose::Address);
    address.is_some_and(|address| address.equals(value, Equality::Comparable))
}

/// Returns whether an existing value may be overwritten. `former` is the id that the account gives up.
pub(super) fn may_be_replaced(spec: &AttributeSpec, current: &Value, former: Option<&ExternalId>) -> bool {
    match spec.mutability {
        Mutability::ReadWrite | Mutability::Follows(_) => true,
        Mutability::SetOnce | Mutability::ReadOnly => false,
        Mutability::WithId => {
            let made = spec.default.zip(former).map(|(default, id)| default(id));
            made.is_some_and(|made| made.equals(current, spec.equality))
        }
    }
}

/// The values of a new account: those of the person, and defaults for the others.
pub(super) fn values_of_new_account(schema: &Schema, desired: &Desired) -> Attributes {
    let mut attributes = Attributes::default();
    for (index, spec) in schema.iter() {
        let default = || spec.default.map(|default| default(&desired.id));
        let value = match spec.purpose {
            Purpose::DisabledByUs if desired.lifecycle == Lifecycle::Disabled => default(),
            purpose if purpose.is_bookkeeping() => None,
            _ => wanted(schema, desired, index)
                .map(Cow::into_owned)
                .or_else(default),
        };
        attributes.set(index, value.filter(|_| spec.mutability != Mutability::ReadOnly));
    }
    attributes
}
