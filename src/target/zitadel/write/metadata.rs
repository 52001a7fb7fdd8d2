use crate::model::{AttributeChange, Value};
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, accept};
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::schema::SIGN_OUT;
use crate::target::zitadel::wire::received::Done;
use crate::target::zitadel::wire::sent::NewMetadata;
use crate::target::zitadel::write::look::AccountState;
use serde_json::json;

use super::change::Progress;
use crate::target::zitadel::state::ZitadelTarget;

impl ZitadelTarget {
    /// Some values are written only if the account has none, and removed only if the account has the expected one.
    pub(in crate::target::zitadel) fn may_write(
        &self,
        change: &AttributeChange,
        progress: &mut Progress<'_>,
    ) -> bool {
        let Some(stored) = progress.stored.as_ref().filter(|_| self.is_asked_first(change)) else {
            return true;
        };
        let stored = self.keys.stored(stored, change.attribute);
        let before = change.before.as_ref().map(Value::as_text);
        // A value that is already gone may be removed again.
        if stored.is_none() || stored.as_deref() == before {
            return true;
        }
        let key = self.keys.of(change.attribute).unwrap_or_default();
        progress.warnings.push(stays(key, change));
        false
    }

    pub(in crate::target::zitadel) async fn write_metadata(
        &self,
        user: &str,
        changes: &[&AttributeChange],
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        // If the account was deactivated in the meantime, a deactivation mark would be wrong.
        let is_true = |change: &&&AttributeChange| {
            progress.found != AccountState::Inactive || change.attribute == SIGN_OUT
        };
        let changes: Vec<_> = changes.iter().filter(is_true).collect();
        let entries = changes.into_iter().filter_map(|change| {
            let after = change
                .after
                .as_ref()
                .filter(|_| self.may_write(change, progress))?;
            self.keys.entry(change.attribute, after.as_text())
        });
        let entries: Vec<NewMetadata<'_>> = entries.collect();
        if entries.is_empty() {
            return Ok(());
        }
        let path = ["management", "v1", "users", user, "metadata", "_bulk"];
        let body = json!({"metadata": entries});
        self.api
            .write::<Done>(&Call::post("set_metadata", &path, &body))
            .await
            .map(drop)
    }

    pub(in crate::target::zitadel) async fn drop_metadata(
        &self,
        user: &str,
        changes: &[&AttributeChange],
        progress: &mut Progress<'_>,
    ) -> Result<(), Failure> {
        let keys = changes
            .iter()
            .filter(|change| self.may_write(change, progress))
            .filter_map(|change| self.keys.of(change.attribute));
        let keys: Vec<&str> = keys.collect();
        self.drop_keys(user, &keys).await
    }

    /// Removes entries. Missing entries are ignored.
    pub(in crate::target::zitadel) async fn drop_keys(
        &self,
        user: &str,
        keys: &[&str],
    ) -> Result<(), Failure> {
        if keys.is_empty() {
            return Ok(());
        }
        let path = ["management", "v1", "users", user, "metadata", "_bulk"];
        let body = json!({"keys": keys});
        let removed = self
            .api
            .write::<Done>(&Call::delete_with("remove_metadata", &path, &body))
            .await;
        match removed {
            Err(failure) if failure.is(id::NO_METADATA) => {}
            removed => return removed.map(drop),
        }
        if keys.len() == 1 {
            return Ok(());
        }
        // One key was missing, so the server removed none.
        for key in keys {
            let path = ["management", "v1", "users", user, "metadata", key];
            let removed = self
                .api
                .write::<Done>(&Call::delete("remove_metadata", &path))
                .await;
            accept(removed, &[id::NO_METADATA_KEY])?;
        }
        Ok(())
    }
}

pub(in crate::target::zitadel) fn stays(key: &str, change: &AttributeChange) -> String {
    if change.before.is_none() {
        format!(
            "`{key}` was not written: the account has one, which the list of accounts filtered by metadata did not show; it stays"
        )
    } else {
        format!("`{key}` was left unchanged: it is not what it was when everything was read")
    }
}
