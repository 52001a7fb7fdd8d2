//! A new account whose name is taken: by an account that came after the list was read, or one that it did not show.

use super::Run;
use crate::model::{Account, Action, Change, Edit, Expectation, Identity, Schema};
use crate::plan;
use crate::target::{Applied, Target, TargetError};

impl<T: Target> Run<'_, T> {
    /// Brings the account that has the login name in line, if it is this person's or may become so. `None` if nobody can
    /// be seen to have it.
    pub(super) async fn meet_holder(
        &self,
        change: &Change,
        conflict: &TargetError,
    ) -> Result<Option<Applied>, TargetError> {
        let Action::Create { identity, .. } = &change.action else {
            return Ok(None);
        };
        let holders = self.target.holders(identity).await?;
        let account = match &holders[..] {
            [] => return Ok(None),
            [account] => account,
            many => return Err(refused(conflict, many, "which of them is not clear")),
        };
        let ours = account
            .id
            .as_ref()
            .is_some_and(|id| self.context.known.is_persons(id, identity));
        if let Some(reason) = self.refusal(identity, account, ours) {
            return Err(refused(conflict, &holders, reason));
        }
        let edit = self.edit(identity, account).await?;
        let mut applied = if edit.is_empty() {
            Applied::default()
        } else {
            self.target.apply(&Action::Adopt(edit).into()).await?
        };
        if ours {
            applied.was_unlisted = true;
        } else {
            applied.warnings.push(format!(
                "account {} had the login name and was adopted",
                account.target_id
            ));
        }
        Ok(Some(applied))
    }

    /// Why the account cannot be this person's.
    fn refusal(&self, identity: &Identity, account: &Account, ours: bool) -> Option<&'static str> {
        let context = self.context;
        if context.protected.covers(account, self.target.schema()) {
            Some("`guard.protected` names it")
        } else if ours || context.policy.adopt {
            plan::refusal(context.known, identity, account)
        } else {
            Some("`policy.adopt` is false")
        }
    }

    /// What the account lacks.
    async fn edit(&self, identity: &Identity, account: &Account) -> Result<Edit, TargetError> {
        let schema: &Schema = self.target.schema();
        let expectations: Vec<Expectation<'_>> =
            plan::unlisted_expectations(schema, identity, plan::Look::First)
                .map(|expected| Expectation {
                    target_id: &account.target_id,
                    expected,
                })
                .collect();
        let answers = self.target.confirm(&expectations).await?;
        let unmet: Vec<_> = answers
            .into_iter()
            .map(|unmet| (expectations[unmet.index].expected, unmet.current))
            .collect();
        Ok(plan::edit(schema, identity, &account.target_id, Some(account), &unmet).0)
    }
}

/// The holder cannot be the person's.
fn refused(conflict: &TargetError, holders: &[Account], reason: &str) -> TargetError {
    let holders: Vec<&str> = holders.iter().map(|holder| holder.target_id.as_str()).collect();
    TargetError {
        what: format!(
            "{}; account {} has the login name: {reason}",
            conflict.what,
            holders.join(", ")
        ),
        hint: Some(
            "rename that account in Zitadel, or give the person another address in the source".to_owned(),
        ),
        ..conflict.clone()
    }
}

/// Nobody can be told who has the name while the list is behind.
pub(super) fn unlisted(conflict: TargetError) -> TargetError {
    TargetError {
        what: "the account list stayed behind, and does not show yet who has the login name".to_owned(),
        hint: Some(
            "run again later; the account may be there already, and is not made twice. Should it last, raise \
             `zitadel.lag_wait`"
                .to_owned(),
        ),
        ..conflict
    }
}
