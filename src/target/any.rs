//! All kinds of target behind one type. Outside the folders of the targets, only this file names the kinds.

use super::udm::{self, UdmTarget};
use super::zitadel::{self, ZitadelTarget};
use super::{
    Applied, Check, Cost, Facts, Mismatch, Objection, Policies, Remarks, RequestStats, SettingKeys, Target,
    TargetError, TargetName, Wait,
};
use crate::config::{ApplySettings, TargetSettings};
use crate::credential::Credential;
use crate::http::Backoff;
use crate::model::{
    AttributeIndex, Cardinality, Catalog, Change, Desired, DesiredState, Detail, Diagnosis, Edit, Existing,
    Holder, Holding, Ids, LastWrites, Snapshot, TargetId, TypeId, Value, Warning,
};

pub enum AnyTarget {
    Zitadel(Box<ZitadelTarget>),
    Udm(Box<UdmTarget>),
}

impl AnyTarget {
    /// Builds the configured target. `pauses` are the pauses between the tries of a request. Accounts of a provider
    /// that is not in `providers` are not removed as absent.
    ///
    /// # Errors
    /// [`TargetError`] if credentials or certificates cannot be used. Nothing is sent yet.
    pub fn build(
        settings: &TargetSettings,
        apply: &ApplySettings,
        pauses: Backoff,
        providers: Vec<Value>,
    ) -> Result<Self, TargetError> {
        match settings {
            TargetSettings::Zitadel(zitadel) => {
                let target = ZitadelTarget::new(zitadel, apply)?
                    .with_backoff(pauses)
                    .with_providers(providers);
                Ok(Self::Zitadel(Box::new(target)))
            }
            TargetSettings::Udm(udm) => {
                let target = UdmTarget::new(udm, apply)?.with_backoff(pauses);
                Ok(Self::Udm(Box::new(target)))
            }
        }
    }
}

impl Target for AnyTarget {
    forward! {
        (Zitadel Udm)
        fn name() -> &TargetName;
        fn setting_keys() -> SettingKeys;
        fn facts() -> Facts;
        fn catalog() -> &Catalog;
        fn cardinality(resource: TypeId, attribute: AttributeIndex) -> Cardinality;
        fn normalize(desired: &mut Desired) -> Result<Remarks, String>;
        fn takes_address(address: &str) -> bool;
        fn looks_before(new: usize) -> bool;
        fn holder(resource: TypeId, attribute: AttributeIndex, value: &Value, but: Option<&TargetId>) -> Option<Holder>;
        fn explain_conflict(conflict: TargetError) -> TargetError;
        fn entry_name(object: &TargetId) -> Option<Box<str>>;
        fn last_writes() -> LastWrites;
        fn allow_former_roles(given: &[String]);
        fn look_for_unfinished();
        fn expect_writes(writes: &LastWrites);
        fn snapshot_cost(changes: &[Change]) -> Cost;
        fn clock_ahead() -> Option<i64>;
        fn requests() -> RequestStats;
        fn overload_count() -> u64;
        fn cost(change: &Change) -> Cost;
        fn cost_in_common(changes: &[Change]) -> Cost;
        fn warnings(adopted: &[TargetId]) -> Vec<Warning>;
        fn credentials() -> Vec<Credential>;
        later:
        fn policy(names: &[String]) -> Result<Policies, TargetError>;
        fn prepare() -> Result<(), TargetError>;
        fn read(each: &mut dyn FnMut(Existing)) -> Result<(), TargetError>;
        fn confirm(checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError>;
        fn list_is_incomplete() -> Result<bool, TargetError>;
        fn not_listed(people: &[&Desired]) -> Result<Vec<Existing>, TargetError>;
        fn accounts_with_id(person: &Desired, next: &[&Desired]) -> Result<Vec<Existing>, TargetError>;
        fn holding(attribute: AttributeIndex, values: &[Value]) -> Result<Vec<Holding>, TargetError>;
        fn accounts_with_login(desired: &Desired) -> Result<Vec<Existing>, TargetError>;
        fn find_holders(wanted: &[(TypeId, AttributeIndex, &Value)]) -> Result<(), TargetError>;
        fn catch_up(hidden: Wait) -> Result<bool, TargetError>;
        fn snapshot(changes: &[Change]) -> Result<Vec<Snapshot>, TargetError>;
        fn lacking(remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError>;
        fn apply(change: &Change, ids: &Ids) -> Result<Applied, TargetError>;
        fn link(change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError>;
        fn set_login(resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError>;
        fn take_temporary_login(resource: TypeId, edit: &Edit) -> Result<(), TargetError>;
        fn step_back(resource: TypeId, edit: &Edit) -> Result<(), TargetError>;
        fn administrators_value(name: &str) -> Result<Option<String>, TargetError>;
        fn own_value(name: &str) -> Result<Option<String>, TargetError>;
        fn set_own_value(name: &str, text: &str) -> Result<(), TargetError>;
        fn check() -> Vec<Diagnosis>;
        fn check_desired(desired: &[DesiredState]) -> Vec<Diagnosis>;
    }
}

pub fn name(settings: &TargetSettings) -> TargetName {
    match settings {
        TargetSettings::Zitadel(zitadel) => zitadel::name(zitadel),
        TargetSettings::Udm(udm) => udm::name(udm),
    }
}

/// The kind of the target, or the default kind without settings.
pub fn kind(settings: Option<&TargetSettings>) -> &'static str {
    match settings {
        None | Some(TargetSettings::Zitadel(_)) => zitadel::KIND,
        Some(TargetSettings::Udm(_)) => udm::KIND,
    }
}

/// What the target can store; without settings, what a target with default settings can store.
pub fn catalog(settings: Option<&TargetSettings>) -> Catalog {
    match settings {
        None => Catalog::of_users(zitadel::schema(None)),
        Some(TargetSettings::Zitadel(zitadel)) => Catalog::of_users(zitadel::schema(Some(zitadel))),
        Some(TargetSettings::Udm(udm)) => udm::catalog(udm),
    }
}

/// Why a run with these facts cannot be undone with these settings.
pub fn objection(settings: &TargetSettings, facts: &Facts) -> Option<Objection> {
    match settings {
        TargetSettings::Zitadel(zitadel) => zitadel::objection(zitadel, facts),
        TargetSettings::Udm(udm) => udm::objection(udm, facts),
    }
}

/// The settings to undo a run with these facts.
pub fn as_of(settings: &TargetSettings, facts: &Facts) -> TargetSettings {
    match settings {
        TargetSettings::Zitadel(zitadel) => TargetSettings::Zitadel(zitadel::as_of(zitadel, facts)),
        TargetSettings::Udm(udm) => TargetSettings::Udm(udm.clone()),
    }
}

/// Title of a target for people, from its kind and key. Both may come from a file.
pub fn title(kind: &str, key: &str) -> String {
    match kind {
        zitadel::KIND => zitadel::title(key),
        udm::KIND => udm::title(key),
        _ => format!("{key} (a target of the kind {kind:?})"),
    }
}
