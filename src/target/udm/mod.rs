//! Univention Directory Manager over its REST API (UCS 5 and Nubus).
//!
//! The target is one container of users and one of groups. Each is read with one search, and all changes of an object
//! are written with one request. Objects are identified by their entryUUID, because their names change.

mod binding;
mod client;
mod read;
mod rules;
mod state;
mod wire;
mod write;

pub use self::state::UdmTarget;
pub use binding::{KIND, catalog, name, objection, title};

use std::rc::Rc;

use super::{
    Applied, Check, Cost, Expected, Facts, Mismatch, Remarks, RequestStats, SettingKeys, Target, TargetError,
    TargetName, Wait,
};
use crate::credential::Credential;
use crate::model::{
    AttributeIndex, Cardinality, Catalog, Change, Desired, DesiredState, Detail, Diagnosis, Edit, Existing,
    Holder, Holding, Ids, LastWrites, Personal, RecordRef, Snapshot, TargetId, TypeId, Value, Warning,
};

/// How many objects a warning names; there may be thousands.
const MOST_NAMES: usize = 5;

impl Target for UdmTarget {
    fn name(&self) -> &TargetName {
        &self.name
    }

    fn setting_keys(&self) -> SettingKeys {
        SettingKeys {
            wait: "udm.read_timeout",
            owned_roles: "policy",
        }
    }

    fn facts(&self) -> Facts {
        binding::facts()
    }

    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn cardinality(&self, resource: TypeId, attribute: AttributeIndex) -> Cardinality {
        let spec = self.catalog.schema(resource).spec(attribute);
        let prepared = self.prepared.borrow();
        let state = prepared
            .as_ref()
            .and_then(|prepared| prepared.type_state(resource));
        rules::normalize::cardinality(spec, state.map(|state| &state.types))
    }

    fn normalize(&self, person: &mut Desired) -> Result<Remarks, String> {
        let resource = person.resource;
        let prepared = self.prepared.borrow();
        let state = prepared
            .as_ref()
            .and_then(|prepared| prepared.type_state(resource));
        rules::normalize::normalize(
            person,
            self.catalog.schema(resource),
            self.objects(resource),
            state.map(|state| &state.types),
            self.settings.binary_ids,
        )?;
        Ok(Remarks::default())
    }

    fn takes_address(&self, address: &str) -> bool {
        !address.trim().is_empty()
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        let prepared = self.look_around().await?;
        *self.prepared.borrow_mut() = Some(Rc::new(prepared));
        Ok(())
    }

    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError> {
        // Groups are read last, because their members are users and groups.
        self.read_users(each).await?;
        self.read_groups(each).await
    }

    async fn confirm(&self, checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError> {
        let numbered = checks.iter().enumerate();
        Ok(numbered
            .filter_map(|(index, one)| self.mismatches(index, one))
            .collect())
    }

    async fn list_is_incomplete(&self) -> Result<bool, TargetError> {
        Ok(false)
    }

    async fn not_listed(&self, _: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        Ok(Vec::new())
    }

    async fn accounts_with_id(&self, _: &Desired, _: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        Ok(Vec::new())
    }

    fn looks_before(&self, _: usize) -> bool {
        false
    }

    async fn holding(&self, _: AttributeIndex, _: &[Value]) -> Result<Vec<Holding>, TargetError> {
        Ok(Vec::new())
    }

    async fn accounts_with_login(&self, person: &Desired) -> Result<Vec<Existing>, TargetError> {
        self.holders_of_name(person).await
    }

    async fn find_holders(&self, wanted: &[(TypeId, AttributeIndex, &Value)]) -> Result<(), TargetError> {
        self.look_elsewhere(wanted).await
    }

    fn holder(
        &self,
        resource: TypeId,
        attribute: AttributeIndex,
        value: &Value,
        but: Option<&TargetId>,
    ) -> Option<Holder> {
        self.other_holder(resource, attribute, value, but)
    }

    fn explain_conflict(&self, conflict: TargetError) -> TargetError {
        conflict
            .adding("no user has it, so it is a group's, or the server keeps it locked")
            .hint(
                "run again in 5 minutes: the server locks a refused value for that time; if it persists, look \
                 for a group of that name",
            )
    }

    async fn catch_up(&self, _: Wait) -> Result<bool, TargetError> {
        // The list shows the current state of the directory.
        Ok(true)
    }

    fn last_writes(&self) -> LastWrites {
        LastWrites::default()
    }

    fn expect_writes(&self, _: &LastWrites) {}

    async fn snapshot(&self, changes: &[Change]) -> Result<Vec<Snapshot>, TargetError> {
        self.snapshots(changes).await
    }

    async fn lacking(&self, _: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError> {
        Ok(Vec::new())
    }

    fn snapshot_cost(&self, changes: &[Change]) -> Cost {
        Self::foresee_snapshots(changes)
    }

    async fn apply(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError> {
        self.apply_change(change, ids).await
    }

    async fn link(&self, change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError> {
        self.add_members(change, account, ids).await
    }

    async fn set_login(&self, resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError> {
        self.rename(resource, account, login).await
    }

    async fn take_temporary_login(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        self.step_aside(resource, edit).await
    }

    async fn step_back(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        self.take_up_again(resource, edit).await
    }

    async fn check(&self) -> Vec<Diagnosis> {
        self.findings().await
    }

    async fn check_desired(&self, desired: &[DesiredState]) -> Vec<Diagnosis> {
        self.check_addresses(desired).await.into_iter().collect()
    }

    fn entry_name(&self, object: &TargetId) -> Option<Box<str>> {
        self.memory.dn(object)
    }

    fn clock_ahead(&self) -> Option<i64> {
        self.client.clock_ahead()
    }

    fn requests(&self) -> RequestStats {
        self.client.stats()
    }

    fn overload_count(&self) -> u64 {
        self.client.overload()
    }

    fn cost(&self, change: &Change) -> Cost {
        self.foresee(change)
    }

    fn cost_in_common(&self, changes: &[Change]) -> Cost {
        self.foresee_containers(changes)
    }

    fn credentials(&self) -> Vec<Credential> {
        self.client.credentials()
    }

    fn warnings(&self, adopted: &[TargetId]) -> Vec<Warning> {
        let foreign = self.memory.foreign(adopted).into_iter();
        foreign
            .map(|(resource, names)| self.left_alone(resource, &names))
            .collect()
    }
}

impl UdmTarget {
    /// Warning about objects in the container that belong to no record of the sources.
    fn left_alone(&self, resource: TypeId, names: &[Box<str>]) -> Warning {
        let objects = self.objects(resource);
        let shown = names.iter().take(MOST_NAMES);
        let mut shown: Vec<String> = shown.map(|name| Personal(name).to_string()).collect();
        shown.extend((names.len() > MOST_NAMES).then(|| "…".to_owned()));
        let (count, key) = (names.len(), &objects.key);
        Warning::new(
            RecordRef::new(KIND, objects.ou.as_str()),
            format!(
                "{count} without a value of `{key}` stay as they are: {}",
                shown.join("; ")
            ),
        )
    }

    /// A failed check of an own record in the marker property. The lists show everything else.
    fn mismatches(&self, index: usize, check: &Check<'_>) -> Option<Mismatch> {
        let attribute = check.expected.attribute();
        let resource = self.memory.type_of(check.target_id);
        let purpose = self.catalog.schema(resource).purpose(attribute);
        let current = self.memory.markers(check.target_id).of(purpose);
        let holds = match check.expected {
            Expected::Value(_, value) => current.as_ref() == Some(value),
            Expected::Present(_) => current.is_some(),
            Expected::Absent(_) => current.is_none(),
        };
        (!holds).then_some(Mismatch { index, current })
    }
}
