//! Zitadel, v2.64 and later, over its REST API, and over Connect where that is faster.
//!
//! The target is one organization. The service account needs `ORG_USER_MANAGER` in it. Users and role grants are read
//! in as few pages as the server allows. Metadata is checked with filters if the server supports them, otherwise from
//! the event log or user by user.

mod binding;
mod client;
mod read;
mod rules;
mod schema;
mod state;
mod values;
mod wire;
mod write;

pub use self::schema::schema;
pub use self::state::ZitadelTarget;
pub use binding::{KIND, as_of, name, objection, title};

use std::rc::Rc;

use self::schema::{EMAIL, IDP_LINK};
use super::{
    Applied, Check, Cost, Facts, Mismatch, Policies, Remarks, RequestStats, SettingKeys, Target, TargetError,
    TargetName, Wait,
};
use crate::credential::Credential;
use crate::model::{
    AttributeIndex, Catalog, Change, Desired, Detail, Diagnosis, Edit, Existing, Holding, Ids, LastWrites,
    Snapshot, TargetId, TypeId, Value, Warning,
};

impl Target for ZitadelTarget {
    fn name(&self) -> &TargetName {
        &self.name
    }

    fn setting_keys(&self) -> SettingKeys {
        SettingKeys {
            wait: "zitadel.lag_wait",
            owned_roles: "zitadel.owned_roles",
        }
    }

    fn facts(&self) -> Facts {
        binding::facts(&self.settings)
    }

    fn allow_former_roles(&self, given: &[String]) {
        self.roles_may_be_gone.set(true);
        *self.given_again.borrow_mut() = given.to_vec();
    }

    fn look_for_unfinished(&self) {
        self.unfinished.set(true);
    }

    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn normalize(&self, desired: &mut Desired) -> Result<Remarks, String> {
        let configured = schema::configured(&self.settings);
        let remarks = rules::normalize::normalize(desired, self.numbers, configured)?;
        if self.settings.sso_login {
            let link = schema::link::linked_id(&desired.id);
            desired.attributes.set(IDP_LINK, Some(Value::text(link)));
            // No source provides the link. It is derived from the id.
            desired.unknown.remove(IDP_LINK);
        }
        Ok(remarks)
    }

    fn takes_address(&self, address: &str) -> bool {
        rules::normalize::takes_address(address)
    }

    async fn policy(&self, names: &[String]) -> Result<Policies, TargetError> {
        Ok(Policies::Found {
            documents: self.read_policy(names).await?,
            location: self.location_of_policy(),
        })
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        let prepared = self.prove().await?;
        *self.prepared.borrow_mut() = Some(Rc::new(prepared));
        Ok(())
    }

    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError> {
        self.read_accounts(each).await
    }

    async fn confirm(&self, checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError> {
        self.mismatches(checks).await
    }

    async fn list_is_incomplete(&self) -> Result<bool, TargetError> {
        self.lists_too_few().await
    }

    async fn not_listed(&self, people: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        self.find_not_listed(people).await
    }

    async fn accounts_with_id(
        &self,
        person: &Desired,
        next: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError> {
        self.find_carriers(person, next).await
    }

    fn looks_before(&self, new: usize) -> bool {
        read::not_listed::is_looked_for(new)
    }

    async fn holding(
        &self,
        attribute: AttributeIndex,
        values: &[Value],
    ) -> Result<Vec<Holding>, TargetError> {
        self.holders_of(attribute, values).await
    }

    async fn accounts_with_login(&self, desired: &Desired) -> Result<Vec<Existing>, TargetError> {
        match desired.attributes.text(EMAIL) {
            Some(name) => self.find_holders(name).await,
            None => Ok(Vec::new()),
        }
    }

    fn explain_conflict(&self, conflict: TargetError) -> TargetError {
        self.explain_taken_name(conflict)
    }

    async fn catch_up(&self, hidden: Wait) -> Result<bool, TargetError> {
        self.wait_for_lists(hidden).await
    }

    fn last_writes(&self) -> LastWrites {
        self.written.last()
    }

    fn expect_writes(&self, writes: &LastWrites) {
        self.written.expect(writes);
    }

    async fn snapshot(&self, changes: &[Change]) -> Result<Vec<Snapshot>, TargetError> {
        self.snapshots(changes).await
    }

    async fn lacking(&self, remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError> {
        self.who_lacks(remade).await
    }

    fn snapshot_cost(&self, changes: &[Change]) -> Cost {
        read::snapshot::foresee_snapshots(changes)
    }

    async fn apply(&self, change: &Change, _: &Ids) -> Result<Applied, TargetError> {
        self.apply_change(change).await
    }

    async fn set_login(&self, _: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError> {
        self.rename(account, login).await
    }

    async fn take_temporary_login(&self, _: TypeId, edit: &Edit) -> Result<(), TargetError> {
        self.rename_aside(edit).await
    }

    async fn administrators_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        self.organization_value(name).await
    }

    async fn own_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        self.own_metadata(name).await
    }

    async fn set_own_value(&self, name: &str, text: &str) -> Result<(), TargetError> {
        self.set_own_metadata(name, text).await
    }

    async fn check(&self) -> Vec<Diagnosis> {
        self.findings().await
    }

    fn clock_ahead(&self) -> Option<i64> {
        self.api.clock_ahead()
    }

    fn requests(&self) -> RequestStats {
        self.api.stats()
    }

    fn overload_count(&self) -> u64 {
        self.api.overload_count()
    }

    fn cost(&self, change: &Change) -> Cost {
        self.foresee(change)
    }

    fn cost_in_common(&self, changes: &[Change]) -> Cost {
        read::not_listed::foresee_looks(changes)
    }

    fn warnings(&self, _: &[TargetId]) -> Vec<Warning> {
        self.warnings.borrow().clone()
    }

    fn credentials(&self) -> Vec<Credential> {
        self.api.credentials()
    }
}
