//! New accounts whose name is taken: by an account that was created after the list was read, or that the list did not
//! show.

use super::{Execution, NotApplied, Progress};
use crate::model::{ActionKind, Change, Check, Creation, Desired, Edit, Existing, Schema};
use crate::plan;
use crate::target::{Applied, Target, TargetError, TargetErrorKind};

/// Message about a new person whose account was created after everything was read.
const CLAIMED: &str = "an account with the person's external id and another login name was created in the \
     meantime; no second account is created. Run again to update it";

impl<T: Target> Execution<'_, T> {
    /// Handles a new person whose external id an account has by now, for example because another host created it;
    /// `None` if there is none.
    pub(super) async fn claimed(&self, index: usize) -> Option<Result<Applied, NotApplied>> {
        let change = &self.changes[index];
        let position = self.new.iter().position(|new| *new == index)?;
        let desired = &change.creation()?.desired;
        let next: Vec<&Desired> = self.new[position..]
            .iter()
            .filter(|position| self.progress[**position].get() == Progress::Open)
            .filter_map(|position| self.changes[*position].creation())
            .map(|creation| &creation.desired)
            .collect();
        let accounts = match self.target.accounts_with_id(desired, &next).await {
            Ok(accounts) if accounts.is_empty() => return None,
            Ok(accounts) => accounts,
            Err(error) => return Some(Err(NotApplied::Failed(error))),
        };
        let schema = self.target.schema();
        let is_as_made = |account: &Existing| plan::has_login(schema, desired, account);
        if !self.context.takes_over || !accounts.iter().all(is_as_made) {
            return Some(Err(NotApplied::NotStarted(CLAIMED)));
        }
        let conflict = TargetError::new(
            TargetErrorKind::Conflict,
            "find_people",
            "an account with the person's external id was created in the meantime",
        )
        .wrote_nothing();
        let met = self.take_over(change, &conflict, &accounts).await;
        Some(met.transpose()?.map_err(NotApplied::Failed))
    }

    /// Updates the account with the login name, if it is or may become this person's. `None` if no such account is
    /// visible.
    pub(super) async fn resolve_conflict(
        &self,
        change: &Change,
        conflict: &TargetError,
    ) -> Result<Option<Applied>, TargetError> {
        let Some(Creation { desired, .. }) = change.creation() else {
            return Ok(None);
        };
        let holders = self.target.accounts_with_login(desired).await?;
        self.take_over(change, conflict, &holders).await
    }

    async fn take_over(
        &self,
        change: &Change,
        conflict: &TargetError,
        holders: &[Existing],
    ) -> Result<Option<Applied>, TargetError> {
        let Some(Creation { desired, .. }) = change.creation() else {
            return Ok(None);
        };
        let account = match holders {
            [] => return Ok(None),
            [account] => account,
            many => return Err(self.refused(conflict, many, "which of them is not clear")),
        };
        let ours = account
            .id
            .as_ref()
            .is_some_and(|id| self.context.known.is_persons(id, desired));
        if let Some(reason) = self.refusal(desired, account, ours) {
            return Err(self.refused(conflict, holders, reason));
        }
        let edit = self.edit(desired, account).await?;
        let mut applied = if edit.is_empty() {
            Applied::default()
        } else {
            let adoption = Change::edit_as(ActionKind::Adopt, edit);
            self.target.apply(&adoption, &self.ids_for(&adoption)).await?
        };
        // Groups refer to it, even if nothing had to be written.
        applied.target_id = Some(account.target_id.clone());
        if ours {
            applied.list_was_stale = true;
        } else {
            applied.warnings.push(format!(
                "account {} had the login name and was adopted",
                account.target_id
            ));
        }
        Ok(Some(applied))
    }

    /// Why the account cannot be this person's.
    fn refusal(&self, desired: &Desired, account: &Existing, ours: bool) -> Option<&'static str> {
        let context = self.context;
        if context.protected.covers(account, self.target.schema()) {
            Some("`guard.protected` names it")
        } else if !ours && plan::is_other_person(account, desired, self.target.schema()) {
            // The guard limits such adoptions, and has not checked this one.
            Some(
                "it belongs to a person with another first and last name; the next run checks it against \
                 `guard.max_adoptions_renaming`",
            )
        } else if !ours && !self.target.schema().name_outlives_id() && account.ids().next().is_some() {
            Some("it has another external id")
        } else if ours || context.policy.adopt {
            plan::refusal(context.known, desired, account)
        } else {
            Some("`policy.adopt` is false")
        }
    }

    /// The missing changes of the account.
    async fn edit(&self, desired: &Desired, account: &Existing) -> Result<Edit, TargetError> {
        let schema: &Schema = self.target.schema();
        let checks: Vec<Check<'_>> = plan::expected_on_demand(schema, desired, plan::Look::First)
            .map(|expected| Check {
                target_id: &account.target_id,
                expected,
            })
            .collect();
        let answers = self.target.confirm(&checks).await?;
        let mismatches: Vec<_> = answers
            .into_iter()
            .map(|mismatch| (checks[mismatch.index].expected, mismatch.current))
            .collect();
        let (mut edit, _) = plan::edit(schema, desired, &account.target_id, Some(account), &mismatches);
        // Only a plan that the guard has checked may remove a role.
        plan::keep_access(schema, &mut edit);
        Ok(edit)
    }

    /// Error for an account that cannot be the person's.
    fn refused(&self, conflict: &TargetError, holders: &[Existing], reason: &str) -> TargetError {
        let holders: Vec<&str> = holders.iter().map(|holder| holder.target_id.as_str()).collect();
        let holders = holders.join(", ");
        conflict
            .clone()
            .adding(format_args!("account {holders} has the login name: {reason}"))
            .hint(format!(
                "rename that account in {}, or give the person another address in the source",
                self.target.name().product
            ))
    }
}

/// The owner of the name is not known while the list is stale.
pub(super) fn not_listed(conflict: TargetError, wait: &str) -> TargetError {
    let what = "the account list is stale, and does not show yet who has the login name";
    conflict.saying(what).hint(format!(
        "run again later; if the account already exists, it is not created twice. If the problem persists, \
         raise `{wait}`"
    ))
}
