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

    /// Gives an account its old login name and values back, since nobody can log in with a temporary name. If somebody else has
    /// them by now, the next run has to repair the account.
    pub(super) async fn step_back(&self, change: &Change) {
        let Some(edit) = change.edit() else { return };
        if let Err(error) = self.target.step_back(change.resource, edit).await {
            tracing::warn!(account = %edit.target_id, %error, "keeps a temporary login name, or lacks a value, until the next run");
        }
    }
}
