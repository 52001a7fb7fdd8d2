//! What a run changed about an account, the other way round.

use super::{CHANGED_SINCE, Past, Undone, Unheld, expected};
use crate::model::{
    Account, Action, AttributeChange, AttributeSpec, Attributes, Change, Edit, Expected, ExternalId,
    Identity, Lifecycle, Mutability, RecordRef, Removal, RemovalReason, Restore, Schema, Uniqueness, Value,
};
use crate::plan::order;

/// An edit that is being worked out, and what goes with it.
pub(super) struct Reversal {
    pub(super) edit: Edit,
    pub(super) restore: Restore,
}

impl Reversal {
    /// No changes yet.
    pub(super) fn nothing(past: &Past, account: &Account, identity: Identity) -> Self {
        let identity = Identity {
            // Whom the run meant, also where its id is taken away again.
            id: past.change.id().cloned().unwrap_or(identity.id),
            ..identity
        };
        Self {
            edit: Edit {
                target_id: account.target_id.clone(),
                id_before: None,
                identity,
                attributes: Vec::new(),
                grant: Vec::new(),
                revoke: Vec::new(),
                enable: false,
                returned: false,
                before: Some(Box::new(account.clone())),
                detour: None,
            },
            restore: Restore {
                id_text: account.id_text.clone(),
                login: account.login.clone(),
                details: Vec::new(),
                mark: true,
                edit: None,
            },
        }
    }

    /// Everything that the run changed and is not as it was.
    pub(super) fn of(
        schema: &Schema,
        past: &Past,
        account: &Account,
        unheld: &[Unheld<'_>],
    ) -> Result<Self, &'static str> {
        let mut reversal = Self::nothing(past, account, person(account, &account.attributes));
        reversal.restore.details.clone_from(&past.details);
        let Some(edit) = past.change.edit() else {
            return Ok(reversal);
        };
        for change in &edit.attributes {
            reversal.attribute(schema, change, account, unheld)?;
        }
        reversal.login(schema, past, edit, account)?;
        reversal.id(past, edit, account)?;
        reversal.roles(edit, account);
        reversal.edit.attributes.sort_by_key(|change| change.attribute);
        Ok(reversal)
    }

    fn attribute(
        &mut self,
        schema: &Schema,
        change: &AttributeChange,
        account: &Account,
        unheld: &[Unheld<'_>],
    ) -> Result<(), &'static str> {
        let index = change.attribute;
        let spec = schema.spec(index);
        let now = if spec.listed {
            account.attributes.get(index).cloned()
        } else {
            unlisted_now(spec, change, unheld)
        };
        let same = |one: &Option<Value>, other: &Option<Value>| match (one, other) {
            (Some(one), Some(other)) => one.equals(other, spec.equality),
            (None, None) => true,
            _ => false,
        };
        if now == change.before {
            return Ok(());
        }
        // One is taken away before the other is given.
        let is_between = now.is_none() && spec.mutability == Mutability::WithId;
        if !same(&now, &change.after) && !is_between {
            return Err(CHANGED_SINCE);
        }
        if spec.required && change.before.is_none() {
            return Ok(());
        }
        self.put(index, now, change.before.clone(), change.renames);
        Ok(())
    }

    fn put(
        &mut self,
        attribute: crate::model::AttributeIndex,
        before: Option<Value>,
        after: Option<Value>,
        renames: bool,
    ) {
        self.edit.identity.attributes.set(attribute, after.clone());
        self.edit.identity.unknown.remove(attribute);
        self.edit.attributes.push(AttributeChange {
            attribute,
            before,
            after,
            renames,
        });
    }

    /// The login name need not have been the address before the run.
    fn login(
        &mut self,
        schema: &Schema,
        past: &Past,
        edit: &Edit,
        account: &Account,
    ) -> Result<(), &'static str> {
        let Some(before) = edit.before.as_ref().filter(|_| past.change.renames()) else {
            return Ok(());
        };
        if before.login == account.login || order::is_on_detour(before) {
            return Ok(());
        }
        let written = past.change.login(schema);
        if written.as_ref() != Some(&account.login) && !order::is_on_detour(account) {
            return Err(CHANGED_SINCE);
        }
        self.restore.login.clone_from(&before.login);
        let index = schema
            .iter()
            .find(|(_, spec)| spec.uniqueness == Uniqueness::Login)
            .map(|(index, _)| index);
        let named = self.edit.attributes.iter().any(|change| change.renames);
        if let Some(index) = index.filter(|_| !named) {
            let address = account.attributes.get(index).cloned();
            self.put(index, address.clone(), address, true);
        }
        Ok(())
    }

    fn id(&mut self, past: &Past, edit: &Edit, account: &Account) -> Result<(), &'static str> {
        let Some(before) = edit.id_before.as_ref().filter(|text| **text != account.id_text) else {
            return Ok(());
        };
        if account.id_text != past.change.id_text() {
            return Err(CHANGED_SINCE);
        }
        self.restore.id_text.clone_from(before);
        self.edit.id_before = Some(account.id_text.clone());
        Ok(())
    }

    fn roles(&mut self, edit: &Edit, account: &Account) {
        let (mut given, mut taken) = (edit.grant.clone(), edit.revoke.clone());
        given.retain(|role| account.entitlements.contains(role));
        taken.retain(|role| !account.entitlements.contains(role));
        (self.edit.revoke, self.edit.grant) = (given, taken);
        let kept = account
            .entitlements
            .iter()
            .filter(|role| !self.edit.revoke.contains(role));
        self.edit.identity.entitlements = kept.chain(&self.edit.grant).cloned().collect();
    }

    /// Leaves the state of the account as it is.
    pub(super) fn updated(self) -> Undone {
        if self.edit.is_empty() {
            return Undone::Already;
        }
        Undone::Change(Box::new(Change {
            action: Action::Update(self.edit),
            restore: Some(Box::new(self.restore)),
        }))
    }

    /// Lets the person in again, if the edit says so.
    pub(super) fn enabled(self) -> Undone {
        if !self.edit.enable {
            return self.updated();
        }
        Undone::Change(Box::new(Change {
            action: Action::Enable(Edit {
                identity: Identity {
                    lifecycle: Lifecycle::Active,
                    ..self.edit.identity
                },
                ..self.edit
            }),
            restore: Some(Box::new(self.restore)),
        }))
    }

    /// Deactivates the account, after it was brought in line.
    pub(super) fn disabled(self, account: &Account) -> Undone {
        let Self { edit, mut restore } = self;
        restore.edit = (!edit.is_empty()).then_some(edit);
        Undone::Change(Box::new(Change {
            action: Action::Disable(Removal {
                account: account.clone(),
                reason: RemovalReason::Undone,
                returned: false,
                missing_since: None,
            }),
            restore: Some(Box::new(restore)),
        }))
    }
}

/// An account's person, as far as the account tells.
pub(super) fn person(account: &Account, attributes: &Attributes) -> Identity {
    let id = account.id.clone();
    Identity {
        // The bytes stand for a person without an id in lists; what is written is the text itself.
        id: id.unwrap_or_else(|| ExternalId::new(account.id_text.as_bytes())),
        lifecycle: account.lifecycle,
        attributes: attributes.clone(),
        unknown: account.unread,
        entitlements: account.entitlements.clone(),
        origin: RecordRef {
            source: "undo".into(),
            at: account.target_id.as_str().into(),
        },
    }
}

/// What the account holds of what the list does not show, by the answer to [`asked`].
fn unlisted_now(spec: &AttributeSpec, change: &AttributeChange, unheld: &[Unheld<'_>]) -> Option<Value> {
    let other = unheld.iter().find(|(expected, _)| is_about(expected, change));
    match (other, spec.mutability) {
        // An account may hold values beside the person's, and was asked for one of the two alone.
        (Some((_, current)), Mutability::WithId) if change.after.is_some() => {
            current.as_ref().and(change.before.clone())
        }
        (None, Mutability::WithId) if change.after.is_none() => change.before.clone(),
        (Some((_, current)), Mutability::ReadWrite | Mutability::SetOnce) => current.clone(),
        _ => change.after.clone(),
    }
}

/// The question whether what the run wrote is still there.
pub(super) fn asked<'a>(spec: &AttributeSpec, change: &'a AttributeChange) -> Expected<'a> {
    match (&change.after, &change.before) {
        (None, Some(before)) if spec.mutability == Mutability::WithId => {
            Expected::Value(change.attribute, before)
        }
        (after, _) => expected(change.attribute, after.as_ref()),
    }
}

fn is_about(expected: &Expected<'_>, change: &AttributeChange) -> bool {
    match expected {
        Expected::Value(index, _) | Expected::Present(index) | Expected::Absent(index) => {
            *index == change.attribute
        }
        Expected::NoneBut(..)
        | Expected::DisabledByUs
        | Expected::NotDisabledByUs
        | Expected::NotNoted(_)
        | Expected::MissingSince(_) => false,
    }
}
