//! Temporary login names during an exchange.

use super::{Execution, hide};
use crate::model::Change;
use crate::target::{Target, TargetError};

impl<T: Target> Execution<'_, T> {
    /// Sets the temporary login name of a change.
    pub(super) async fn take_temporary_login(&self, change: &Change) -> Result<(), TargetError> {
        match change.edit() {
            Some(edit) => self.target.take_temporary_login(change.resource, edit).await,
            None => Ok(()),
        }
    }

    /// Restores the former login name and values, because no one can sign in with a temporary name. If another
    /// account has them by now, the next run has to repair the account.
    pub(super) async fn step_back(&self, change: &Change) {
        let Some(edit) = change.edit() else { return };
        if let Err(error) = self.target.step_back(change.resource, edit).await {
            let error = hide::in_error(error, change, self.target);
            tracing::warn!(account = %edit.target_id, %error, "keeps a temporary login name, or lacks a value, until the next run");
        }
    }
}
