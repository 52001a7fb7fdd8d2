//! A small target in memory.

use std::collections::BTreeMap;

use super::{ADDRESS, EXTERNAL_ID, LOGIN, MARK, ROLES, SIGN_OUT, VERIFIED, id, person, schema};
use crate::model::*;

/// An account as the target stores it: with all values, also those that no list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestAccount {
    pub(super) account: Existing,
}

pub(super) fn managed(number: u8) -> TestAccount {
    let mut attributes = person(number).attributes;
    let text = |text: String| Some(Value::text(text));
    attributes.set(MARK, text(format!("made-from-{}", id(number).hex())));
    attributes.set(EXTERNAL_ID, text(id(number).hex()));
    attributes.set(LOGIN, text(format!("p{number}@example.org")));
    attributes.set(VERIFIED, text(format!("p{number}@example.org")));
    let mut managed = TestAccount {
        account: Existing {
            resource: TypeId::default(),
            target_id: TargetId::new(format!("t{number}")),
            id: None,
            claims: Box::default(),
            lifecycle: Lifecycle::Active,
            attributes,
            not_fetched: schema().not_listed(),
            ownership: Ownership::Ours,
        },
    };
    managed.decide_ownership();
    managed
}

impl TestAccount {
    pub(super) fn get(&self, attribute: AttributeIndex) -> Option<&Value> {
        self.account.attributes.get(attribute)
    }

    pub(super) fn set(&mut self, attribute: AttributeIndex, value: Option<Value>) {
        self.account.attributes.set(attribute, value);
        self.decide_ownership();
    }

    pub(super) fn with(mut self, attribute: AttributeIndex, text: &str) -> Self {
        self.set(attribute, (!text.is_empty()).then(|| Value::text(text)));
        self
    }

    pub(super) fn without(mut self, attribute: AttributeIndex) -> Self {
        self.set(attribute, None);
        self
    }

    pub(super) fn protect(&mut self) {
        self.account.ownership = Ownership::Protected("it is the account that directory-sync signs in with");
    }

    /// Decides its ownership and external id again.
    pub(super) fn decide_ownership(&mut self) {
        let text = self.account.id_text(&schema()).to_owned();
        let is_protected = self.account.is_protected();
        self.account.id = ExternalId::from_hex(&text);
        let plain = (!text.is_empty()).then(|| ExternalId::new(text.as_bytes()));
        let decoded = (text == "cDE=").then(|| ExternalId::new(*b"p1"));
        self.account.claims = plain.into_iter().chain(decoded).collect();
        if is_protected {
            return;
        }
        self.account.ownership = match (text.is_empty(), self.get(ROLES)) {
            (true, _) => Ownership::Foreign("no id"),
            (false, None) => Ownership::Unproved("no role"),
            (false, Some(_)) => Ownership::Ours,
        };
    }

    /// The account as the list shows it.
    pub(super) fn listed(&self) -> Existing {
        let mut account = self.account.clone();
        for (index, spec) in schema().iter() {
            if !spec.is_listed() {
                account.attributes.set(index, None);
            }
        }
        account
    }
}

/// A target in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Model(pub(super) BTreeMap<TargetId, TestAccount>);

impl Model {
    pub(super) fn of(managed: impl IntoIterator<Item = TestAccount>) -> Self {
        Self(
            managed
                .into_iter()
                .map(|managed| (managed.account.target_id.clone(), managed))
                .collect(),
        )
    }

    pub(super) fn get_mut(&mut self, account: &TargetId) -> &mut TestAccount {
        self.0.get_mut(account).expect("the account is there")
    }

    pub(super) fn answer(&self, index: usize, check: &Check<'_>) -> Option<Mismatch> {
        let current = self.0[check.target_id].get(check.expected.attribute());
        let holds = match check.expected {
            Expected::Value(_, wanted) => current == Some(wanted),
            Expected::Present(_) => current.is_some(),
            Expected::Absent(_) => current.is_none(),
        };
        (!holds).then(|| Mismatch {
            index,
            current: current.cloned(),
        })
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match &change.write {
            Write::Create(creation) => {
                let number = creation.desired.id.as_bytes()[1] - b'0';
                let mut made = managed(number);
                made.account.target_id = TargetId::new(format!("new{number}"));
                made.account.attributes = creation.attributes.clone();
                let address = creation.attributes.get(ADDRESS).cloned();
                made.account.attributes.set(VERIFIED, address);
                made.account.lifecycle = creation.desired.lifecycle;
                made.decide_ownership();
                self.0.insert(made.account.target_id.clone(), made);
            }
            Write::Edit(edit) => {
                let managed = self.get_mut(&edit.target_id);
                for change in &edit.changes {
                    managed.set(change.attribute, change.after.clone());
                    match change.attribute {
                        ADDRESS => managed.set(VERIFIED, change.after.clone()),
                        // It is done, and the mark removed.
                        SIGN_OUT => managed.set(SIGN_OUT, None),
                        _ => {}
                    }
                }
                managed.account.lifecycle = edit.lifecycle.unwrap_or(managed.account.lifecycle);
            }
            Write::Delete(account) => {
                self.0.remove(&account.target_id).expect("the account is there");
            }
        }
    }
}
