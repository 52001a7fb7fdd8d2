//! Where accounts live.

mod answers;
mod any;
mod cost;
mod error;
mod name;
pub mod udm;
pub mod zitadel;

use crate::credential::Credential;
use crate::model::{
    AttributeIndex, Catalog, Change, Desired, DesiredState, Detail, Diagnosis, Edit, Existing, Holder,
    Holding, Ids, LastWrites, Schema, Snapshot, TargetId, TypeId, Value, Warning,
};

pub use crate::model::{Check, Expected, Mismatch};
pub use answers::{Applied, Policies, PolicyDocument, Remarks, Wait};
pub use any::{AnyTarget, as_of, catalog, kind, name, objection, title};
pub use cost::{Cost, RequestStats};
pub use error::{Retry, TargetError, TargetErrorKind, Wrote};
pub use name::{Facts, Objection, SettingKeys, TargetName};

/// A place that holds accounts.
#[expect(
    async_fn_in_trait,
    reason = "one thread drives the target; no future has to be Send"
)]
pub trait Target {
    /// What it is called.
    fn name(&self) -> &TargetName;

    /// Keys of the configuration that a hint may name.
    fn setting_keys(&self) -> SettingKeys;

    /// What an undo needs to know of the settings of this run, to be given to [`as_of`].
    fn facts(&self) -> Facts;

    /// What it can store.
    fn catalog(&self) -> &Catalog;

    /// What it can store about a person.
    fn schema(&self) -> &Schema {
        self.catalog().users()
    }

    /// Rewrites a person or a group to what the target would store. Pure, and the same when done twice.
    ///
    /// # Errors
    /// The reason, without the value, why the target would refuse it.
    fn normalize(&self, desired: &mut Desired) -> Result<Remarks, String>;

    /// Whether it would take this e-mail address. Pure.
    fn takes_address(&self, address: &str) -> bool;

    /// Limits that its administrator sets for all configurations, and for those of these names. One request.
    ///
    /// # Errors
    /// They could not be read, which is not that there are none.
    async fn policy(&self, _names: &[String]) -> Result<Policies, TargetError> {
        Ok(Policies::NoPlace)
    }

    /// Proves before anything is read that what is read will be true: token, permissions, place, roles; reads
    /// what the account list needs and learns what the server can do.
    ///
    /// # Errors
    /// [`TargetError`] when the target cannot be trusted to show or take everything.
    async fn prepare(&self) -> Result<(), TargetError>;

    /// Hands over each object of all resource types as it arrives, in any order. Call [`Target::prepare`] first.
    ///
    /// A reference to an object that carries an external id is [`crate::model::Reference::Managed`]; to any other object that is
    /// handed over it is `Foreign` with that object's target id.
    ///
    /// # Errors
    /// [`TargetError`] when the list could not be read to its end; what was handed over is worth nothing.
    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError>;

    /// Asks about attributes that the list does not show, many at a time. Answers in order of `index`.
    ///
    /// # Errors
    /// [`TargetError`] when an answer could not be had: unknown is not the same as unmet.
    async fn confirm(&self, checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError>;

    /// Whether accounts are missing in the list that was read last: it is behind.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be found out.
    async fn list_is_incomplete(&self) -> Result<bool, TargetError>;

    /// Accounts that the list that was read last lacks: those that are known to be missing, and those that carry the id of
    /// one of these people, who have none so far. Some may have been listed.
    ///
    /// # Errors
    /// [`TargetError`] when they could not be looked up; then no account may be created.
    async fn unlisted(&self, people: &[&Desired]) -> Result<Vec<Existing>, TargetError>;

    /// The accounts that carry this person's id now, right before one is made. Those who come next are looked for along.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be looked up.
    async fn accounts_with_id(
        &self,
        person: &Desired,
        along: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError>;

    /// Whether so many new people are looked for with [`Target::carriers`], right before each is made.
    fn looks_before(&self, new: usize) -> bool;
    /// The accounts that hold one of these values of an attribute that the list does not show, whoever
    /// looks after them. Nothing where the target cannot be asked.
    ///
    /// # Errors
    /// [`TargetError`] when an answer could not be had.
    async fn holding(&self, attribute: AttributeIndex, values: &[Value])
    -> Result<Vec<Holding>, TargetError>;

    /// The accounts that hold this person's login name now, whatever the list showed. Empty: no visible account.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be looked up.
    async fn accounts_with_login(&self, desired: &Desired) -> Result<Vec<Existing>, TargetError>;

    /// Looks who has these values that only one object can have, as far as the lists do not show it: [`Target::holder`] knows
    /// it afterwards.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be looked up; then nothing may be written that needs them.
    async fn find_holders(&self, _wanted: &[(TypeId, AttributeIndex, &Value)]) -> Result<(), TargetError> {
        Ok(())
    }

    /// Who else has a value that only one object can have, as far as the lists and [`Target::find_holders`] showed it. Pure.
    fn holder(
        &self,
        _resource: TypeId,
        _attribute: AttributeIndex,
        _value: &Value,
        _but: Option<&TargetId>,
    ) -> Option<Holder> {
        None
    }

    /// Says what a new account failed for, when [`Target::holders`] shows no account although the name or the link is taken.
    fn explain_conflict(&self, conflict: TargetError) -> TargetError;

    /// Waits, as long as the settings allow, until the lists show everything that was acknowledged so far. Whether they do.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be asked.
    async fn catch_up(&self, hidden: Wait) -> Result<bool, TargetError>;

    /// When something was last acknowledged.
    fn last_writes(&self) -> LastWrites;

    /// For an undo, whose roles are those of an earlier day: they need not be there any more, and of those that this tool
    /// gives only these come back.
    fn allow_former_roles(&self, _given: &[String]) {}

    /// For a run that makes accounts deactivated: every account is asked whether an earlier run was to make it so and did not
    /// finish, also where settings leave such questions out.
    fn look_for_unfinished(&self) {}

    /// Lets [`Target::catch_up`] wait for what an earlier run wrote, too.
    fn expect_writes(&self, writes: &LastWrites);

    /// Reads what changes are going to lose and neither the account list nor the changes themselves show, so that it can
    /// be put back: one for each change.
    ///
    /// # Errors
    /// [`TargetError`] when something could not be read; then nothing may be changed.
    async fn snapshot(&self, changes: &[Change]) -> Result<Vec<Snapshot>, TargetError>;

    /// Which of these accounts, that were made again, lack something that [`Target::keep`] kept of them and that the account
    /// list does not show. By their places, in any order.
    ///
    /// # Errors
    /// [`TargetError`] when something could not be read.
    async fn lacking(&self, remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError>;

    /// What [`Target::keep`] costs.
    fn snapshot_cost(&self, changes: &[Change]) -> Cost;

    /// Carries out one change; `ids` are those of what it refers to. Several may run at once, never two for one account.
    /// References that go are dropped before others are added: an account that is adopted goes by one external id and comes by
    /// another, and stays. References to what is not among `ids` are left out: it is not there yet, or could not be made. A
    /// delete takes all references to the object along.
    ///
    /// # Errors
    /// [`TargetError`]; the account may hold a part of the change, which the next run completes.
    async fn apply(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError>;

    /// Adds the references that [`Target::apply`] left out of a change.
    ///
    /// # Errors
    /// [`TargetError`]; the next run adds what is missing.
    async fn link(&self, change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError> {
        let _ = (change, account, ids);
        Ok(Applied::default())
    }

    /// Gives an account another login name and changes nothing else: a step on the way of an exchange of names.
    ///
    /// # Errors
    /// [`TargetError`]; the account has the login name it had.
    async fn set_login(&self, resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError>;

    /// Gives an account the temporary login name of an edit, if there is one and the account is still as the edit takes it
    /// to be, and empties what others are going to take.
    ///
    /// # Errors
    /// [`TargetError`]; the account has the login name it had.
    async fn take_temporary_login(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError>;

    /// Gives an account back what [`Target::take_temporary_login`] took: its edit has failed.
    ///
    /// # Errors
    /// [`TargetError`]; the next run has to repair the account.
    async fn step_back(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        let schema = self.catalog().schema(resource);
        match &edit.before {
            Some(before) => {
                self.set_login(resource, &edit.target_id, before.login(schema))
                    .await
            }
            None => Ok(()),
        }
    }

    /// The text that an administrator has left under a name at the target. `None` if there is none, and of a target that has
    /// no place for it.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be read, which is not the same as none.
    async fn administrators_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        let _ = name;
        Ok(None)
    }

    /// The text that this tool has left under a name in the account that it runs as; as [`Target::administrators_value`].
    ///
    /// # Errors
    /// [`TargetError`] when it could not be read.
    async fn own_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        let _ = name;
        Ok(None)
    }

    /// Leaves a text, of one character at least, under a name in the account that this tool runs as. Nothing happens at a
    /// target that has no place for it.
    ///
    /// # Errors
    /// [`TargetError`] when it could not be written.
    async fn set_own_value(&self, name: &str, text: &str) -> Result<(), TargetError> {
        let _ = (name, text);
        Ok(())
    }

    /// Tries each step of [`Target::prepare`] on its own and says what works.
    async fn check(&self) -> Vec<Diagnosis>;

    /// Whether [`Target::check_desired`] has something to say, for which all sources have to be read.
    fn checks_desired(&self) -> bool {
        false
    }

    /// Looks whether the target can take what the sources give.
    async fn check_desired(&self, _desired: &[DesiredState]) -> Vec<Diagnosis> {
        Vec::new()
    }

    /// By how many seconds the target's clock is ahead of ours, by its last answer; `None` if it does not say what time it has.
    fn clock_ahead(&self) -> Option<i64>;

    /// Requests sent so far.
    fn requests(&self) -> RequestStats;

    /// How often so far the target turned a request away for being one too many, or could not be reached.
    fn overload_count(&self) -> u64;

    /// What carrying out a change is going to cost, as far as can be foreseen.
    fn cost(&self, change: &Change) -> Cost;

    /// What these changes need together beside what each of them costs, such as a place that they share.
    fn cost_in_common(&self, _changes: &[Change]) -> Cost {
        Cost::default()
    }

    /// Warnings about the target itself, not about one account, collected so far.
    fn warnings(&self) -> Vec<Warning>;

    /// When the keys and certificates end that were used so far, as far as known.
    fn credentials(&self) -> Vec<Credential> {
        Vec::new()
    }
}
