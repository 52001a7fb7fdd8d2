//! Forwards each method to the target.

use super::AnyTarget;
use crate::credential::Credential;
use crate::model::{
    AttributeIndex, Catalog, Change, Desired, DesiredState, Detail, Diagnosis, Edit, Existing, Holder,
    Holding, Ids, LastWrites, Snapshot, TargetId, TypeId, Value, Warning,
};
use crate::target::{
    Applied, Check, Cost, Facts, Mismatch, Policies, Remarks, RequestStats, SettingKeys, Target, TargetError,
    TargetName, Wait,
};

impl Target for AnyTarget {
    fn name(&self) -> &TargetName {
        each!(self, target => target.name())
    }

    fn setting_keys(&self) -> SettingKeys {
        each!(self, target => target.setting_keys())
    }

    fn facts(&self) -> Facts {
        each!(self, target => target.facts())
    }

    fn allow_former_roles(&self, given: &[String]) {
        each!(self, target => target.allow_former_roles(given));
    }

    fn look_for_unfinished(&self) {
        each!(self, target => target.look_for_unfinished());
    }

    fn catalog(&self) -> &Catalog {
        each!(self, target => target.catalog())
    }

    fn normalize(&self, wanted: &mut Desired) -> Result<Remarks, String> {
        each!(self, target => target.normalize(wanted))
    }

    fn takes_address(&self, address: &str) -> bool {
        each!(self, target => target.takes_address(address))
    }

    async fn policy(&self, names: &[String]) -> Result<Policies, TargetError> {
        each!(self, target => target.policy(names).await)
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        each!(self, target => target.prepare().await)
    }

    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError> {
        each!(self, target => target.read(each).await)
    }

    async fn confirm(&self, checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError> {
        each!(self, target => target.confirm(checks).await)
    }

    async fn list_is_incomplete(&self) -> Result<bool, TargetError> {
        each!(self, target => target.list_is_incomplete().await)
    }

    async fn unlisted(&self, people: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        each!(self, target => target.unlisted(people).await)
    }

    async fn accounts_with_id(
        &self,
        person: &Desired,
        next: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError> {
        each!(self, target => target.accounts_with_id(person, next).await)
    }

    fn looks_before(&self, new: usize) -> bool {
        each!(self, target => target.looks_before(new))
    }

    async fn holding(
        &self,
        attribute: AttributeIndex,
        values: &[Value],
    ) -> Result<Vec<Holding>, TargetError> {
        each!(self, target => target.holding(attribute, values).await)
    }

    async fn accounts_with_login(&self, wanted: &Desired) -> Result<Vec<Existing>, TargetError> {
        each!(self, target => target.accounts_with_login(wanted).await)
    }

    fn explain_conflict(&self, conflict: TargetError) -> TargetError {
        each!(self, target => target.explain_conflict(conflict))
    }

    async fn catch_up(&self, hidden: Wait) -> Result<bool, TargetError> {
        each!(self, target => target.catch_up(hidden).await)
    }

    fn last_writes(&self) -> LastWrites {
        each!(self, target => target.last_writes())
    }

    fn expect_writes(&self, writes: &LastWrites) {
        each!(self, target => target.expect_writes(writes));
    }

    async fn snapshot(&self, changes: &[Change]) -> Result<Vec<Snapshot>, TargetError> {
        each!(self, target => target.snapshot(changes).await)
    }

    async fn lacking(&self, remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError> {
        each!(self, target => target.lacking(remade).await)
    }

    fn snapshot_cost(&self, changes: &[Change]) -> Cost {
        each!(self, target => target.snapshot_cost(changes))
    }

    async fn apply(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError> {
        each!(self, target => target.apply(change, ids).await)
    }

    async fn link(&self, change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError> {
        each!(self, target => target.link(change, account, ids).await)
    }

    async fn set_login(&self, resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError> {
        each!(self, target => target.set_login(resource, account, login).await)
    }

    async fn take_temporary_login(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        each!(self, target => target.take_temporary_login(resource, edit).await)
    }

    async fn step_back(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        each!(self, target => target.step_back(resource, edit).await)
    }

    async fn find_holders(&self, wanted: &[(TypeId, AttributeIndex, &Value)]) -> Result<(), TargetError> {
        each!(self, target => target.find_holders(wanted).await)
    }

    fn holder(
        &self,
        resource: TypeId,
        attribute: AttributeIndex,
        value: &Value,
        but: Option<&TargetId>,
    ) -> Option<Holder> {
        each!(self, target => target.holder(resource, attribute, value, but))
    }

    async fn administrators_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        each!(self, target => target.administrators_value(name).await)
    }

    async fn own_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        each!(self, target => target.own_value(name).await)
    }

    async fn set_own_value(&self, name: &str, text: &str) -> Result<(), TargetError> {
        each!(self, target => target.set_own_value(name, text).await)
    }

    async fn check(&self) -> Vec<Diagnosis> {
        each!(self, target => target.check().await)
    }

    fn clock_ahead(&self) -> Option<i64> {
        each!(self, target => target.clock_ahead())
    }

    fn requests(&self) -> RequestStats {
        each!(self, target => target.requests())
    }

    fn overload_count(&self) -> u64 {
        each!(self, target => target.overload_count())
    }

    fn cost(&self, change: &Change) -> Cost {
        each!(self, target => target.cost(change))
    }

    fn cost_in_common(&self, changes: &[Change]) -> Cost {
        each!(self, target => target.cost_in_common(changes))
    }

    async fn check_desired(&self, desired: &[DesiredState]) -> Vec<Diagnosis> {
        each!(self, target => target.check_desired(desired).await)
    }

    fn checks_desired(&self) -> bool {
        each!(self, target => target.checks_desired())
    }

    fn warnings(&self) -> Vec<Warning> {
        each!(self, target => target.warnings())
    }

    fn credentials(&self) -> Vec<Credential> {
        each!(self, target => target.credentials())
    }
}
