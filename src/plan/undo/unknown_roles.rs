//! An undo only gives roles that the configuration names, because its file may name any role.

use crate::model::{AttributeIndex, Change, ExternalId, Plan, Purpose, Schema, Value, Write};

/// A role that an undo does not restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGiven {
    /// The target id of the account, or the name of one that is recreated.
    pub account: String,
    pub id: Option<ExternalId>,
    pub role: Box<str>,
}

/// Leaves out unknown roles, and changes that become empty.
pub fn give_only(schema: &Schema, plan: &mut Plan, known: &[String]) -> Vec<NotGiven> {
    let Some(access) = schema.find(Purpose::Access) else {
        return Vec::new();
    };
    let mut not_given = Vec::new();
    let changes = std::mem::take(&mut plan.changes);
    for mut change in changes {
        let roles = leave_out(&mut change, access, known);
        let (account, id) = (subject(&change), change.id());
        not_given.extend(roles.iter().map(|role| NotGiven {
            account: account.clone(),
            id: id.cloned(),
            role: role.clone(),
        }));
        if !roles.is_empty() && change.edit().is_some_and(crate::model::Edit::is_empty) {
            plan.unchanged += 1;
        } else {
            plan.changes.push(change);
        }
    }
    not_given
}

fn subject(change: &Change) -> String {
    match &change.write {
        Write::Create(creation) => creation.desired.origin.at.to_string(),
        Write::Edit(_) | Write::Delete(_) => change.target_id().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Removes unknown roles from the change, and returns them.
fn leave_out(change: &mut Change, access: AttributeIndex, known: &[String]) -> Vec<Box<str>> {
    let is_unknown = |role: &str| !known.iter().any(|known| **known == *role);
    let without = |value: Option<&Value>, left_out: &[Box<str>]| {
        let texts = Value::texts_of(value).into_iter().map(Box::from);
        Value::set(texts.filter(|role| !left_out.contains(role)))
    };
    match &mut change.write {
        Write::Create(creation) => {
            let roles = creation.attributes.texts(access).iter();
            let left_out: Vec<Box<str>> = roles.filter(|role| is_unknown(role)).cloned().collect();
            let left = without(creation.attributes.get(access), &left_out);
            creation.attributes.set(access, left.clone());
            creation.desired.attributes.set(access, left);
            left_out
        }
        Write::Edit(edit) => {
            let Some(index) = edit.changes.iter().position(|change| change.attribute == access) else {
                return Vec::new();
            };
            let roles = &mut edit.changes[index];
            let left_out: Vec<Box<str>> = roles
                .added()
                .into_iter()
                .filter(|role| is_unknown(role))
                .collect();
            roles.after = without(roles.after.as_ref(), &left_out);
            edit.desired.attributes.set(access, roles.after.clone());
            if roles.before == roles.after {
                edit.changes.remove(index);
            }
            left_out
        }
        Write::Delete(_) => Vec::new(),
    }
}
