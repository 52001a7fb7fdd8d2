//! The interface of all targets, and the choice of one.

mod answers;
mod any;
mod cost;
mod error;
mod name;
#[cfg(test)]
mod recorded;
pub mod udm;
pub mod zitadel;

use crate::credential::Credential;
use crate::model::{
    AttributeIndex, Cardinality, Catalog, Change, Desired, DesiredState, Detail, Diagnosis, Edit, Existing,
    Holder, Holding, Ids, LastWrites, Schema, Snapshot, TargetId, TypeId, Value, Warning,
};

pub use crate::model::{Check, Expected, Mismatch};
pub use answers::{Applied, Policies, PolicyDocument, Remarks, Wait};
pub use any::{AnyTarget, as_of, catalog, kind, name, objection, title};
pub use cost::{Cost, RequestStats};
pub use error::{Retry, TargetError, TargetErrorKind, Wrote};
pub use name::{Facts, Objection, SettingKeys, TargetName};

/// A system in which accounts and groups are kept up to date.
#[expect(
    async_fn_in_trait,
    reason = "one thread drives the target; no future has to be Send"
)]
pub trait Target {
    fn name(&self) -> &TargetName;

    /// Configuration keys for hints in messages.
    fn setting_keys(&self) -> SettingKeys;

    /// The settings of this run that an undo needs. [`as_of`] reads them.
    fn facts(&self) -> Facts;

    /// The resource types that the target can store.
    fn catalog(&self) -> &Catalog;

    /// The attributes of a user that the target can store.
    fn schema(&self) -> &Schema {
        self.catalog().users()
    }

    /// Whether an attribute has several values. A target that has its own description of its attributes knows better
    /// than the catalog, once it is prepared.
    fn cardinality(&self, resource: TypeId, attribute: AttributeIndex) -> Cardinality {
        self.catalog().schema(resource).spec(attribute).cardinality
    }

    /// Rewrites a person or a group to the form in which the target would store it. Pure and idempotent.
    ///
    /// # Errors
    /// The reason, without the value, why the target would refuse it.
    fn normalize(&self, desired: &mut Desired) -> Result<Remarks, String>;

    /// Returns whether the target accepts this e-mail address. Pure.
    fn takes_address(&self, address: &str) -> bool;

    /// Reads the limits that an administrator of the target has set for all configurations, and for the
    /// configurations of these names. One request.
    ///
    /// # Errors
    /// [`TargetError`] if they cannot be read. This does not mean that there are none.
    async fn policy(&self, _names: &[String]) -> Result<Policies, TargetError> {
        Ok(Policies::NoPlace)
    }

    /// Checks token, permissions and roles, reads what the account list needs, and detects the features
    /// of the server. Must be called first: some targets show an unprivileged caller an empty list, not an error.
    ///
    /// # Errors
    /// [`TargetError`] if the target may not show everything, or may not accept changes.
    async fn prepare(&self) -> Result<(), TargetError>;

    /// Passes each object of all resource types to `each` as it arrives, in any order. Call [`Target::prepare`]
    /// first.
    ///
    /// A reference to an object with an external id is [`crate::model::Reference::Managed`]. A reference to another
    /// object that is passed on is `Foreign`, with the target id of that object.
    ///
    /// # Errors
    /// [`TargetError`] if the list could not be read completely. Do not use the objects that were passed on before.
    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError>;

    /// Checks attributes that the list does not show, many at a time. Returns mismatches in the order of `index`.
    ///
    /// # Errors
    /// [`TargetError`] if a check could not be answered. An unanswered check is not a mismatch.
    async fn confirm(&self, checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError>;

    /// Returns whether the list that was read last is stale, so that accounts are missing in it.
    async fn list_is_incomplete(&self) -> Result<bool, TargetError>;

    /// Returns accounts that are missing in the list that was read last: those that are known to be missing, and
    /// those with the external id of one of these people, who have no account in the list. May also return accounts
    /// that the list contained.
    ///
    /// # Errors
    /// [`TargetError`] if the lookup failed. Then no account may be created.
    async fn not_listed(&self, people: &[&Desired]) -> Result<Vec<Existing>, TargetError>;

    /// Returns the accounts that have this person's external id now, right before an account is created. `next` are
    /// the people who follow; their ids are looked up with the same request.
    async fn accounts_with_id(
        &self,
        person: &Desired,
        next: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError>;

    /// Returns whether [`Target::accounts_with_id`] is called before each creation, if there are this many new
    /// people.
    fn looks_before(&self, new: usize) -> bool;
    /// Returns the accounts, managed or not, that have one of these values of an attribute that the list does not
    /// show. Empty if the target cannot search for it.
    async fn holding(&self, attribute: AttributeIndex, values: &[Value])
    -> Result<Vec<Holding>, TargetError>;

    /// Returns the accounts that have this person's login name now, whether the list showed them or not. Empty if no
    /// account is visible.
    async fn accounts_with_login(&self, desired: &Desired) -> Result<Vec<Existing>, TargetError>;

    /// Looks up which objects have these unique values, if the lists do not show it. Afterwards, [`Target::holder`]
    /// knows them.
    ///
    /// # Errors
    /// [`TargetError`] if the lookup failed. Then no change that needs these values may be written.
    async fn find_holders(&self, _wanted: &[(TypeId, AttributeIndex, &Value)]) -> Result<(), TargetError> {
        Ok(())
    }

    /// Returns the object other than `but` that has a unique value, as far as the lists and [`Target::find_holders`]
    /// showed it. Pure.
    fn holder(
        &self,
        _resource: TypeId,
        _attribute: AttributeIndex,
        _value: &Value,
        _but: Option<&TargetId>,
    ) -> Option<Holder> {
        None
    }

    /// Explains why a creation failed with a conflict although [`Target::accounts_with_login`] shows no account with
    /// the name.
    fn explain_conflict(&self, conflict: TargetError) -> TargetError;

    /// Waits until the lists show every acknowledged write, at most as long as the settings allow. Returns whether
    /// they show it.
    async fn catch_up(&self, hidden: Wait) -> Result<bool, TargetError>;

    /// Times of the last acknowledged writes.
    fn last_writes(&self) -> LastWrites;

    /// For an undo, which restores the roles of an earlier time. These roles may no longer exist. Of the roles that
    /// this tool manages, only `given` are restored.
    fn allow_former_roles(&self, _given: &[String]) {}

    /// For a run that creates deactivated accounts. Checks every account for an interrupted creation, even if the
    /// settings omit such checks.
    fn look_for_unfinished(&self) {}

    /// Makes [`Target::catch_up`] also wait for the writes of an earlier run.
    fn expect_writes(&self, writes: &LastWrites);

    /// Reads what the changes will overwrite or delete and neither the account list nor the changes contain, so that
    /// an undo can restore it. Returns one snapshot per change.
    ///
    /// # Errors
    /// [`TargetError`] if something could not be read. Then nothing may be changed.
    async fn snapshot(&self, changes: &[Change]) -> Result<Vec<Snapshot>, TargetError>;

    /// Returns the indexes, in any order, of the recreated accounts that lack a detail of their [`Target::snapshot`]
    /// which the account list does not show.
    async fn lacking(&self, remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError>;

    /// Cost of [`Target::snapshot`].
    fn snapshot_cost(&self, changes: &[Change]) -> Cost;

    /// Applies one change. `ids` contains the target ids of the objects that it refers to. Changes of different
    /// accounts may run in parallel, but never two of one account.
    ///
    /// - References are removed before others are added. An account that is adopted loses one external id and gets
    ///   another, and stays.
    /// - References to objects that are not in `ids` are left out, because these objects do not exist yet or could
    ///   not be created.
    /// - A delete also removes all references to the object.
    ///
    /// # Errors
    /// [`TargetError`]. The account may have a part of the change; the next run completes it.
    async fn apply(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError>;

    /// Adds the references that [`Target::apply`] left out.
    ///
    /// # Errors
    /// [`TargetError`]. The next run adds what is missing.
    async fn link(&self, change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError> {
        let _ = (change, account, ids);
        Ok(Applied::default())
    }

    /// Sets the login name of an account and changes nothing else. One step of an exchange of login names.
    ///
    /// # Errors
    /// [`TargetError`]. The login name is unchanged.
    async fn set_login(&self, resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError>;

    /// Sets the temporary login name of an edit, if it has one and the account has not changed since the plan was
    /// made. Also clears the unique values that other changes need.
    ///
    /// # Errors
    /// [`TargetError`]. The login name is unchanged.
    async fn take_temporary_login(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError>;

    /// Reverts [`Target::take_temporary_login`] after its edit failed.
    ///
    /// # Errors
    /// [`TargetError`]. The next run has to repair the account.
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

    /// Returns the text that an administrator has stored under a name at the target. `None` if there is none, or if
    /// the target cannot store such texts.
    ///
    /// # Errors
    /// [`TargetError`] if it could not be read. This does not mean that there is none.
    async fn administrators_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        let _ = name;
        Ok(None)
    }

    /// Returns the text that this tool has stored under a name in the account that it signs in with. `None` as for
    /// [`Target::administrators_value`].
    async fn own_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        let _ = name;
        Ok(None)
    }

    /// Stores a text of at least one character under a name in the account that this tool signs in with. Does nothing
    /// at a target that cannot store such texts.
    async fn set_own_value(&self, name: &str, text: &str) -> Result<(), TargetError> {
        let _ = (name, text);
        Ok(())
    }

    /// Tries each step of [`Target::prepare`] separately and reports the results.
    async fn check(&self) -> Vec<Diagnosis>;

    /// Checks whether the target can store what the sources contain.
    async fn check_desired(&self, _desired: &[DesiredState]) -> Vec<Diagnosis> {
        Vec::new()
    }

    /// The name of an object that was read, at a target that is a directory.
    fn entry_name(&self, _object: &TargetId) -> Option<Box<str>> {
        None
    }

    /// Seconds by which the target's clock was ahead of ours at its last answer; `None` if it does not report the
    /// time.
    fn clock_ahead(&self) -> Option<i64>;

    fn requests(&self) -> RequestStats;

    /// How often the target refused a request because of too many requests, or could not be reached.
    fn overload_count(&self) -> u64;

    /// Expected cost of a change.
    fn cost(&self, change: &Change) -> Cost;

    /// Expected cost that several changes share, such as a container that all of them need.
    fn cost_in_common(&self, _changes: &[Change]) -> Cost {
        Cost::default()
    }

    /// Warnings about the target itself, collected so far. `adopted` are the objects that the plan adopts.
    fn warnings(&self, adopted: &[TargetId]) -> Vec<Warning>;

    /// When the used keys and certificates expire, as far as known.
    fn credentials(&self) -> Vec<Credential> {
        Vec::new()
    }
}
