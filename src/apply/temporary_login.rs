//! Temporary login names, while accounts exchange theirs.

use super::Run;
use crate::model::Change;
use crate::target::{Target, TargetError};

impl<T: Target> Run<'_, T> {
    /// Gives the account of a change its temporary login name.
    pub(super) async fn take_temporary_login(&self, change: &Change) -> Result<(), TargetError> {
        match change.edit() {
            Some(edit) => self.target.take_temporary_login(change.resource, edit).await,
            None => Ok(()),
        }
    }

    /// Gives an account its old login name back, since nobody can log in with a temporary one. If somebody else has the old name
    /// by now, the next run has to repair the account.
    pub(super) async fn step_back(&self, change: &Change) {
        let Some((edit, before)) = change.edit().and_then(|edit| Some((edit, edit.before.as_ref()?))) else {
            return;
        };
        let resource = change.resource;
        let login = before.login(self.target.catalog().schema(resource));
        if let Err(error) = self.target.set_login(resource, &edit.target_id, login).await {
            tracing::warn!(account = %edit.target_id, %error, "keeps a temporary login name until the next run");
        }
    }
}
