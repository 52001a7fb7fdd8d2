//! Finds the owner of a login name that is taken, as far as it is visible, and suggests what to do.

use crate::model::Existing;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::error_ids::{FREE_THE_LINK, LINK_TAKEN};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::User;
use crate::target::{TargetError, TargetErrorKind as Kind};

const RENAME: &str = "rename that account, or give the person another address in the source";
/// The list may still be stale: in an installation of several nodes, one can be a minute behind another.
const RENAME_ELSEWHERE: &str = "if the next run says so too, ask an administrator of the whole instance who has the login name, and \
                                rename that account, or give the person another address in the source";
const ELSEWHERE: &str = "an account of another organization has it, or one that is not listed yet";

impl ZitadelTarget {
    /// The human users of our organization with this user name.
    pub(in crate::target::zitadel) async fn find_holders(
        &self,
        name: &str,
    ) -> Result<Vec<Existing>, TargetError> {
        let mut other = None;
        let mut users = self.users_named(name).await?;
        users.retain(|user| {
            other = Some(self.describe(user));
            !self.is_foreign(user)
        });
        let accounts = self.accounts_of(users).await?;
        match other {
            Some(other) if accounts.is_empty() => {
                Err(
                    TargetError::new(Kind::Conflict, "find_user", format!("{other} has the login name"))
                        .hint(RENAME),
                )
            }
            _ => Ok(accounts),
        }
    }

    /// Explains a failed creation if no visible user has the name. Zitadel uses one error for name and link.
    pub(in crate::target::zitadel) fn explain_taken_name(&self, error: TargetError) -> TargetError {
        let (why, hint) = if self.settings.sso_login {
            (format!("so {LINK_TAKEN}, or {ELSEWHERE}"), FREE_THE_LINK)
        } else {
            (format!("so {ELSEWHERE}"), RENAME_ELSEWHERE)
        };
        error
            .adding(format_args!("no visible account has the login name, {why}"))
            .hint(hint)
    }

    /// Explains why a rename failed.
    pub(in crate::target::zitadel) async fn name_taken(&self, name: &str, failure: Failure) -> TargetError {
        let Ok(users) = self.users_named(name).await else {
            return failure.error;
        };
        let (who, hint) = match users.first() {
            Some(user) => (format!("{} has the login name", self.describe(user)), RENAME),
            None => (
                format!("no visible account has the login name, so {ELSEWHERE}"),
                RENAME_ELSEWHERE,
            ),
        };
        failure.error.adding(who).hint(hint)
    }

    /// Returns whether the account belongs to another organization, so that it must not be changed.
    pub(in crate::target::zitadel) fn is_foreign(&self, user: &User) -> bool {
        *user.details.resource_owner != *self.settings.organization_id
    }

    /// Warns about accounts of other organizations, once.
    pub(in crate::target::zitadel) fn warn_of_foreign(&self) {
        let organization = &self.settings.organization_id;
        self.warn_once(
            format!("organization {organization}"),
            "Zitadel also lists accounts of other organizations, which were left alone".into(),
        );
    }

    fn describe(&self, user: &User) -> String {
        let kind = if user.human.is_some() {
            "account"
        } else {
            "machine user"
        };
        let location = if self.is_foreign(user) {
            " of another organization"
        } else {
            ""
        };
        format!("{kind} {}{location}", user.id)
    }
}
