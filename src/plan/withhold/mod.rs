//! Removes changes from a plan that a setting forbids, and lists them with that setting.

mod provider;
mod settings;

pub use self::provider::{provider_checks, withhold_mismatched};
pub use self::settings::{Setting, Withholding};
use super::marks::deactivation;
use super::{diff, restriction};
use crate::model::{
    ActionKind, Catalog, Change, Lifecycle, Plan, Purpose, Schema, TypeId, UNFINISHED, Value, Withheld, Write,
};

/// Removes what the settings forbid. If a setting only reduces a change, the rest stays.
pub fn withhold(plan: &mut Plan, catalog: &Catalog, withholding: &Withholding, target_name: &str) {
    if *withholding == Withholding::default() {
        return;
    }
    for change in std::mem::take(&mut plan.changes) {
        let schema = catalog.schema(change.resource);
        match restricted(change, schema, withholding, target_name) {
            Left::All(change) => plan.changes.push(change),
            Left::Nothing => plan.unchanged += 1,
            Left::Part(left, withheld, by) => {
                plan.changes.extend(left);
                plan.withheld.push(Withheld { change: withheld, by });
            }
        }
    }
}

/// What remains of a change.
enum Left {
    All(Change),
    /// Nothing was to be done.
    Nothing,
    /// The remaining change, if any; then the original change, and the setting that withholds it.
    Part(Option<Change>, Change, Setting),
}

fn restricted(change: Change, schema: &Schema, withholding: &Withholding, target_name: &str) -> Left {
    let is_removal = change.is_removal(schema);
    match (change.kind, withholding) {
        (
            ActionKind::Create,
            Withholding {
                no_create: Some(by), ..
            },
        ) => Left::Part(None, change, by.clone()),
        (
            ActionKind::Create,
            Withholding {
                create_deactivated: Some(by),
                ..
            },
        ) => created_deactivated(change, schema, by),
        (
            ActionKind::Update | ActionKind::Reactivate,
            Withholding {
                no_update: Some(by), ..
            },
        ) => without_values(change, schema, by),
        (
            _,
            Withholding {
                no_removal: Some(by), ..
            },
        ) if is_removal => without_removal(change, schema, by),
        (
            ActionKind::Delete,
            Withholding {
                delete_deactivates: Some(by),
                ..
            },
        ) => deactivated_instead(change, schema, target_name, by),
        _ => Left::All(change),
    }
}

/// The account is created and deactivated. Its mark stays until both steps are complete.
fn created_deactivated(change: Change, schema: &Schema, by: &Setting) -> Left {
    let mut made = change.clone();
    let Write::Create(creation) = &mut made.write else {
        return Left::All(change);
    };
    let may_log_in = creation.desired.lifecycle == Lifecycle::Active;
    if !may_log_in || change.resource != TypeId::default() {
        return Left::All(change);
    }
    creation.desired.lifecycle = Lifecycle::Disabled;
    if let Some(mark) = schema.find(Purpose::DisabledByUs) {
        creation.attributes.set(mark, Some(Value::text(UNFINISHED)));
    }
    // What is withheld is that the person may sign in.
    let withheld = Change {
        kind: ActionKind::Reactivate,
        ..change
    };
    Left::Part(Some(made), withheld, by.clone())
}

/// Only this tool's own records and the state of the account remain.
fn without_values(change: Change, schema: &Schema, by: &Setting) -> Left {
    let is_undo = change.restore.is_some();
    let Some(edit) = change.edit().cloned() else {
        return Left::All(change);
    };
    if is_undo && change.kind == ActionKind::Update {
        return Left::Part(None, change, by.clone());
    }
    let count = edit.changes.len();
    let edit = restriction::only_bookkeeping(schema, edit);
    if edit.changes.len() == count {
        return Left::All(change);
    }
    let left = Change {
        write: Write::Edit(Box::new(edit.clone())),
        ..change.clone()
    };
    Left::Part((!edit.is_empty()).then_some(left), change, by.clone())
}

/// An account that would lose its last role keeps its roles. Other edits are not changed.
fn without_removal(change: Change, schema: &Schema, by: &Setting) -> Left {
    if !change.takes_last_role(schema) {
        return Left::Part(None, change, by.clone());
    }
    let mut left = change.clone();
    if let Some(edit) = left.edit_mut() {
        diff::keep_access(schema, edit);
    }
    let is_empty = left.edit().is_none_or(crate::model::Edit::is_empty);
    Left::Part((!is_empty).then_some(left), change, by.clone())
}

fn deactivated_instead(change: Change, schema: &Schema, target_name: &str, by: &Setting) -> Left {
    let (Write::Delete(account), Some(removal)) = (&change.write, &change.removal) else {
        return Left::Part(None, change, by.clone());
    };
    if account.lifecycle == Lifecycle::Disabled {
        return Left::Nothing;
    }
    // Only users can be deactivated.
    if change.resource != TypeId::default() {
        return Left::Part(None, change, by.clone());
    }
    let edit = deactivation(schema, account, target_name, None);
    let left = Change {
        resource: change.resource,
        ..Change::deactivate(edit, removal.clone())
    };
    Left::Part(Some(left), change, by.clone())
}
