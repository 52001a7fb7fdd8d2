//! How many calls a change needs and what messages it causes, before it is made.

use super::ZitadelTarget;
use super::look::looks_before;
use super::remove::looks_before_removal;
use super::restore::role_calls;
use super::schema::{EMAIL, FIRST_NAME, IDP_LINK, LAST_NAME, PHONE, metadata_key};
use super::write::has_roles;
use crate::model::{Action, Attributes, Change, Edit, Identity, Lifecycle, Restore};
use crate::target::Effort;

impl ZitadelTarget {
    /// What a change costs when nothing goes wrong.
    pub(super) fn foresee(&self, change: &Change) -> Effort {
        if let Some(restore) = &change.restore {
            return self.foresee_undo(change, restore);
        }
        match &change.action {
            Action::Create { identity, attributes } => self.foresee_create(identity, attributes),
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => self.foresee_edit(edit),
            // The mark of who did it comes first.
            Action::Disable(removal) => Effort {
                requests: looks_before_removal(removal) + 2 + u64::from(removal.returned),
                ..Effort::default()
            },
            Action::Delete(removal) => Effort {
                requests: looks_before_removal(removal) + 1,
                ..Effort::default()
            },
            Action::Note(_) => Effort {
                requests: 1,
                ..Effort::default()
            },
        }
    }

    /// An undo sends nobody a message.
    fn foresee_undo(&self, change: &Change, restore: &Restore) -> Effort {
        let all_roles = role_calls(restore) as u64;
        let edit = change.edit().map_or(0, |edit| {
            if all_roles == 0 {
                return self.foresee_edit(edit).requests;
            }
            let without = Edit {
                grant: Vec::new(),
                ..edit.clone()
            };
            self.foresee_edit(&without).requests + all_roles
        });
        let requests = match &change.action {
            Action::Create { identity, .. } => {
                1 + u64::from(identity.lifecycle == Lifecycle::Disabled) + all_roles
            }
            Action::Disable(_) => edit + 1 + u64::from(restore.mark),
            Action::Adopt(_) | Action::Update(_) | Action::Enable(_) => edit,
            Action::Delete(removal) => looks_before_removal(removal) + 1,
            Action::Note(_) => 1,
        };
        Effort {
            requests,
            ..Effort::default()
        }
    }

    fn foresee_create(&self, identity: &Identity, attributes: &Attributes) -> Effort {
        let calls = [
            true,
            identity.lifecycle == Lifecycle::Disabled,
            !identity.entitlements.is_empty(),
        ];
        Effort {
            requests: count(&calls),
            mails: u64::from(self.settings.verify_email),
            texts: u64::from(self.settings.verify_phone && attributes.get(PHONE).is_some()),
        }
    }

    fn foresee_edit(&self, edit: &Edit) -> Effort {
        let changes =
            |test: &dyn Fn(&crate::model::AttributeChange) -> bool| edit.attributes.iter().any(test);
        let phone = changes(&|change| change.attribute == PHONE && change.after.is_some());
        let email = changes(&|change| change.attribute == EMAIL);
        let names = changes(&|change| matches!(change.attribute, FIRST_NAME | LAST_NAME));
        let metadata = |is_set: bool| {
            changes(&|change| metadata_key(change.attribute).is_some() && change.after.is_some() == is_set)
        };
        let calls = [
            looks_before(edit),
            self.looks_at_metadata(edit),
            edit.detour.is_some(),
            edit.detour.is_some() && looks_before(edit),
            edit.enable,
            email || phone || names || edit.id_before.is_some(),
            changes(&|change| change.attribute == PHONE && change.after.is_none()),
            changes(&|change| change.attribute == IDP_LINK && change.after.is_some()),
            changes(&|change| change.attribute == IDP_LINK && change.before.is_some()),
            metadata(true),
            metadata(false),
            !edit.grant.is_empty() || !edit.revoke.is_empty(),
            // A grant that is there is looked up before it is changed.
            (!edit.grant.is_empty() || !edit.revoke.is_empty()) && has_roles(edit),
            edit.enable,
            edit.returned,
        ];
        Effort {
            requests: count(&calls),
            mails: u64::from(self.settings.verify_email && email),
            texts: u64::from(self.settings.verify_phone && phone),
        }
    }
}

fn count(calls: &[bool]) -> u64 {
    calls.iter().map(|call| u64::from(*call)).sum()
}
