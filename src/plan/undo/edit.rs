//! Reverses the edit of an account.

use super::past::{CHANGED_SINCE, FailedCheck, Past, Undone};
use crate::model::{
    ActionKind, AttributeChange, AttributeIndex, AttributeSpec, Cardinality, Change, Desired, Detail, Edit,
    Existing, Lifecycle, Mutability, Purpose, Removal, RemovalReason, Schema, Value,
};
use crate::plan::order;

/// The origin that the plan of an undo names.
pub(super) const SOURCE: &str = "undo";

/// An edit under construction, with its context.
pub(super) struct Reversal {
    pub(super) edit: Edit,
    details: Box<[Detail]>,
}

impl Reversal {
    /// Starts without changes.
    pub(super) fn nothing(schema: &Schema, past: &Past, account: &Existing) -> Self {
        let mut edit = Edit::of_account(account, schema, SOURCE);
        edit.desired = Desired {
            // The person that the run meant, even if its id is removed again.
            id: past.change.id().cloned().unwrap_or(edit.desired.id),
            ..edit.desired
        };
        Self {
            edit,
            details: past.details.clone().into(),
        }
    }

    /// Adds every value that the run changed and that is not yet restored.
    pub(super) fn of(
        schema: &Schema,
        past: &Past,
        edit: &Edit,
        account: &Existing,
        failed_checks: &[FailedCheck<'_>],
    ) -> Result<Self, &'static str> {
        let mut reversal = Self::nothing(schema, past, account);
        for change in &edit.changes {
            reversal.attribute(schema, change, account, failed_checks)?;
        }
        Ok(reversal)
    }

    fn attribute(
        &mut self,
        schema: &Schema,
        change: &AttributeChange,
        account: &Existing,
        failed_checks: &[FailedCheck<'_>],
    ) -> Result<(), &'static str> {
        let spec = schema.spec(change.attribute);
        let now = if spec.is_listed() {
            account.attributes.get(change.attribute).cloned()
        } else {
            on_demand_now(spec, change, failed_checks)
        };
        // Ended sessions cannot be restored.
        if spec.purpose == Purpose::SignOut {
            return Ok(());
        }
        // The start of an absence is determined anew.
        let is_marker = matches!(spec.purpose, Purpose::MissingSince | Purpose::MissingRuns);
        if now == change.before || is_marker && change.after.is_none() {
            return Ok(());
        }
        match spec.purpose {
            Purpose::Members => {
                self.references(change, now);
                return Ok(());
            }
            _ if spec.cardinality == Cardinality::Many => {
                self.several(change, now);
                return Ok(());
            }
            _ => {}
        }
        let is_left_over = spec.purpose == Purpose::Login && order::has_temporary_login(schema, account);
        // The run may have ended after the value was given up for others.
        let was_given_up = spec.unique.is_some() && now.is_none() && !spec.required;
        if !is_as_written(spec, change, now.as_ref()) && !is_left_over && !was_given_up {
            return Err(CHANGED_SINCE);
        }
        let was_left_over = spec.purpose == Purpose::Login
            && change.before.as_ref().map(Value::as_text) == Some(&order::temporary_name(&account.target_id));
        if spec.required && change.before.is_none() || was_left_over {
            return Ok(());
        }
        self.put(change.attribute, now, change.before.clone());
        Ok(())
    }

    /// Of several values, those that were added and still exist are removed, and missing former ones are restored.
    fn several(&mut self, change: &AttributeChange, now: Option<Value>) {
        let added = change.added();
        let current = Value::texts_of(now.as_ref()).into_iter().map(Box::from);
        let stay = current.filter(|text| added.binary_search(text).is_err());
        let after = Value::set(stay.chain(change.removed()));
        if after != now {
            self.put(change.attribute, now, after);
        }
    }

    /// The same for references.
    fn references(&mut self, change: &AttributeChange, now: Option<Value>) {
        let added = change.linked();
        let current = now.as_ref().map_or(&[][..], Value::as_references).iter();
        let stay = current.filter(|reference| added.binary_search(reference).is_err());
        let after = Value::references(stay.chain(change.unlinked()).cloned());
        if after != now {
            self.put(change.attribute, now, after);
        }
    }

    pub(super) fn put(&mut self, attribute: AttributeIndex, before: Option<Value>, after: Option<Value>) {
        self.edit.desired.attributes.set(attribute, after.clone());
        self.edit.desired.unknown.remove(attribute);
        self.edit.changes.push(AttributeChange {
            attribute,
            before,
            after,
        });
    }

    /// Restores the former state of the account, if it has the state that the run set.
    pub(super) fn state(&mut self, edit: &Edit, account: &Existing) {
        let before = edit.before.as_ref().map(|before| before.lifecycle);
        if edit.lifecycle == Some(account.lifecycle) {
            self.edit.lifecycle = before.filter(|before| *before != account.lifecycle);
        }
    }

    /// Leaves out the deactivation mark.
    pub(super) fn without_mark(&mut self, schema: &Schema) {
        self.edit
            .changes
            .retain(|change| schema.purpose(change.attribute) != Purpose::DisabledByUs);
    }

    /// The resulting change.
    pub(super) fn done(mut self, schema: &Schema) -> Undone {
        if self.edit.is_empty() {
            return Undone::Already;
        }
        self.edit.changes.sort_by_key(|change| change.attribute);
        let is_marker = |change: &AttributeChange| {
            let purpose = schema.purpose(change.attribute);
            matches!(purpose, Purpose::MissingSince | Purpose::MissingRuns) && change.after.is_some()
        };
        let kind = match self.edit.lifecycle {
            Some(Lifecycle::Active) => ActionKind::Reactivate,
            Some(Lifecycle::Disabled) => ActionKind::Deactivate,
            None if self.edit.changes.iter().all(is_marker) => ActionKind::MarkAbsent,
            None => ActionKind::Update,
        };
        self.edit.desired.lifecycle = self.edit.lifecycle.unwrap_or(self.edit.desired.lifecycle);
        let removal = (kind == ActionKind::Deactivate).then(|| Removal {
            reason: RemovalReason::Undone,
            requires: Vec::new(),
        });
        Undone::Change(Box::new(Change {
            removal,
            restore: Some(self.details),
            ..Change::edit_as(kind, self.edit)
        }))
    }
}

/// Returns whether the account has the value that the run wrote or was about to write.
fn is_as_written(spec: &AttributeSpec, change: &AttributeChange, now: Option<&Value>) -> bool {
    match (now, &change.after) {
        (Some(now), Some(after)) => now.equals(after, spec.equality),
        (None, None) => true,
        // The former value is removed before the new one is written.
        (None, Some(_)) => spec.mutability == Mutability::WithId,
        (Some(_), None) => false,
    }
}

/// The account's value of an attribute that the list does not show, according to the answer to [`asked`].
pub(super) fn on_demand_now(
    spec: &AttributeSpec,
    change: &AttributeChange,
    failed_checks: &[FailedCheck<'_>],
) -> Option<Value> {
    let other = failed_checks
        .iter()
        .find(|(expected, _)| expected.attribute() == change.attribute);
    match (other, spec.mutability) {
        // An account may have other values too, and only one of the two was checked.
        (Some((_, current)), Mutability::WithId) if change.after.is_some() => {
            current.as_ref().and(change.before.clone())
        }
        (None, Mutability::WithId) if change.after.is_none() => change.before.clone(),
        (Some(_), Mutability::WithId) | (None, _) => change.after.clone(),
        (Some((_, current)), _) => current.clone(),
    }
}
