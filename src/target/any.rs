//! All kinds of target as one. Nothing else outside their folders knows which kinds there are.

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
    AttributeIndex, Catalog, Change, Desired, DesiredState, Detail, Diagnosis, Edit, Existing, Holder,
    Holding, Ids, LastWrites, Snapshot, TargetId, TypeId, Value, Warning,
};

/// A target of a kind that the configuration knows.
pub enum AnyTarget {
    /// One organization of one Zitadel.
    Zitadel(Box<ZitadelTarget>),
    /// Two containers of one UDM.
    Udm(Box<UdmTarget>),
}

impl AnyTarget {
    /// The configured target. `pauses` lie between tries of a request; an account of another provider than `providers` is
    /// not removed as absent.
    ///
    /// # Errors
    /// [`TargetError`] when credentials or certificates cannot be used. Nothing is sent yet.
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

/// What the target is called.
pub fn name(settings: &TargetSettings) -> TargetName {
    match settings {
        TargetSettings::Zitadel(zitadel) => zitadel::name(zitadel),
        TargetSettings::Udm(udm) => udm::name(udm),
    }
}

/// The kind of target; without settings that of a configuration that does not say.
pub fn kind(settings: Option<&TargetSettings>) -> &'static str {
    match settings {
        None | Some(TargetSettings::Zitadel(_)) => zitadel::KIND,
        Some(TargetSettings::Udm(_)) => udm::KIND,
    }
}

/// What the target can store; without settings, what one with default settings can.
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

/// The settings by which a run with these facts is undone.
pub fn as_of(settings: &TargetSettings, facts: &Facts) -> TargetSettings {
    match settings {
        TargetSettings::Zitadel(zitadel) => TargetSettings::Zitadel(zitadel::as_of(zitadel, facts)),
        TargetSettings::Udm(udm) => TargetSettings::Udm(udm.clone()),
    }
}

/// What a person reads for the kind and the key of a target, which may come from a file.
pub fn title(kind: &str, key: &str) -> String {
    match kind {
        zitadel::KIND => zitadel::title(key),
        udm::KIND => udm::title(key),
        _ => format!("{key} (a target of the kind {kind:?})"),
    }
}

impl Target for AnyTarget {
    fn name(&self) -> &TargetName {
        match self {
            Self::Zitadel(target) => target.name(),
            Self::Udm(target) => target.name(),
        }
    }

    fn setting_keys(&self) -> SettingKeys {
        match self {
            Self::Zitadel(target) => target.setting_keys(),
            Self::Udm(target) => target.setting_keys(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Zitadel(target) => target.facts(),
            Self::Udm(target) => target.facts(),
        }
    }

    fn allow_former_roles(&self, given: &[String]) {
        match self {
            Self::Zitadel(target) => target.allow_former_roles(given),
            Self::Udm(target) => target.allow_former_roles(given),
        }
    }

    fn look_for_unfinished(&self) {
        match self {
            Self::Zitadel(target) => target.look_for_unfinished(),
            Self::Udm(target) => target.look_for_unfinished(),
        }
    }

    fn catalog(&self) -> &Catalog {
        match self {
            Self::Zitadel(target) => target.catalog(),
            Self::Udm(target) => target.catalog(),
        }
    }

    fn normalize(&self, identity: &mut Desired) -> Result<Remarks, String> {
        match self {
            Self::Zitadel(target) => target.normalize(identity),
            Self::Udm(target) => target.normalize(identity),
        }
    }

    fn takes_address(&self, address: &str) -> bool {
        match self {
            Self::Zitadel(target) => target.takes_address(address),
            Self::Udm(target) => target.takes_address(address),
        }
    }

    async fn policy(&self, names: &[String]) -> Result<Policies, TargetError> {
        match self {
            Self::Zitadel(target) => target.policy(names).await,
            Self::Udm(target) => target.policy(names).await,
        }
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        match self {
            Self::Zitadel(target) => target.prepare().await,
            Self::Udm(target) => target.prepare().await,
        }
    }

    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError> {
        match self {
            Self::Zitadel(target) => target.read(each).await,
            Self::Udm(target) => target.read(each).await,
        }
    }

    async fn confirm(&self, checks: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError> {
        match self {
            Self::Zitadel(target) => target.confirm(checks).await,
            Self::Udm(target) => target.confirm(checks).await,
        }
    }

    async fn list_is_incomplete(&self) -> Result<bool, TargetError> {
        match self {
            Self::Zitadel(target) => target.list_is_incomplete().await,
            Self::Udm(target) => target.list_is_incomplete().await,
        }
    }

    async fn unlisted(&self, people: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        match self {
            Self::Zitadel(target) => target.unlisted(people).await,
            Self::Udm(target) => target.unlisted(people).await,
        }
    }

    async fn accounts_with_id(
        &self,
        person: &Desired,
        along: &[&Desired],
    ) -> Result<Vec<Existing>, TargetError> {
        match self {
            Self::Zitadel(target) => target.accounts_with_id(person, along).await,
            Self::Udm(target) => target.accounts_with_id(person, along).await,
        }
    }

    fn looks_before(&self, new: usize) -> bool {
        match self {
            Self::Zitadel(target) => target.looks_before(new),
            Self::Udm(target) => target.looks_before(new),
        }
    }

    async fn holding(
        &self,
        attribute: AttributeIndex,
        values: &[Value],
    ) -> Result<Vec<Holding>, TargetError> {
        match self {
            Self::Zitadel(target) => target.holding(attribute, values).await,
            Self::Udm(target) => target.holding(attribute, values).await,
        }
    }

    async fn accounts_with_login(&self, identity: &Desired) -> Result<Vec<Existing>, TargetError> {
        match self {
            Self::Zitadel(target) => target.accounts_with_login(identity).await,
            Self::Udm(target) => target.accounts_with_login(identity).await,
        }
    }

    fn explain_conflict(&self, conflict: TargetError) -> TargetError {
        match self {
            Self::Zitadel(target) => target.explain_conflict(conflict),
            Self::Udm(target) => target.explain_conflict(conflict),
        }
    }

    async fn catch_up(&self, hidden: Wait) -> Result<bool, TargetError> {
        match self {
            Self::Zitadel(target) => target.catch_up(hidden).await,
            Self::Udm(target) => target.catch_up(hidden).await,
        }
    }

    fn last_writes(&self) -> LastWrites {
        match self {
            Self::Zitadel(target) => target.last_writes(),
            Self::Udm(target) => target.last_writes(),
        }
    }

    fn expect_writes(&self, writes: &LastWrites) {
        match self {
            Self::Zitadel(target) => target.expect_writes(writes),
            Self::Udm(target) => target.expect_writes(writes),
        }
    }

    async fn snapshot(&self, changes: &[Change]) -> Result<Vec<Snapshot>, TargetError> {
        match self {
            Self::Zitadel(target) => target.snapshot(changes).await,
            Self::Udm(target) => target.snapshot(changes).await,
        }
    }

    async fn lacking(&self, remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError> {
        match self {
            Self::Zitadel(target) => target.lacking(remade).await,
            Self::Udm(target) => target.lacking(remade).await,
        }
    }

    fn snapshot_cost(&self, changes: &[Change]) -> Cost {
        match self {
            Self::Zitadel(target) => target.snapshot_cost(changes),
            Self::Udm(target) => target.snapshot_cost(changes),
        }
    }

    async fn apply(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError> {
        match self {
            Self::Zitadel(target) => target.apply(change, ids).await,
            Self::Udm(target) => target.apply(change, ids).await,
        }
    }

    async fn link(&self, change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError> {
        match self {
            Self::Zitadel(target) => target.link(change, account, ids).await,
            Self::Udm(target) => target.link(change, account, ids).await,
        }
    }

    async fn set_login(&self, resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError> {
        match self {
            Self::Zitadel(target) => target.set_login(resource, account, login).await,
            Self::Udm(target) => target.set_login(resource, account, login).await,
        }
    }

    async fn take_temporary_login(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        match self {
            Self::Zitadel(target) => target.take_temporary_login(resource, edit).await,
            Self::Udm(target) => target.take_temporary_login(resource, edit).await,
        }
    }

    async fn step_back(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        match self {
            Self::Zitadel(target) => target.step_back(resource, edit).await,
            Self::Udm(target) => target.step_back(resource, edit).await,
        }
    }

    fn holder(
        &self,
        resource: TypeId,
        attribute: AttributeIndex,
        value: &Value,
        but: Option<&TargetId>,
    ) -> Option<Holder> {
        match self {
            Self::Zitadel(target) => target.holder(resource, attribute, value, but),
            Self::Udm(target) => target.holder(resource, attribute, value, but),
        }
    }

    async fn administrators_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        match self {
            Self::Zitadel(target) => target.administrators_value(name).await,
            Self::Udm(target) => target.administrators_value(name).await,
        }
    }

    async fn own_value(&self, name: &str) -> Result<Option<String>, TargetError> {
        match self {
            Self::Zitadel(target) => target.own_value(name).await,
            Self::Udm(target) => target.own_value(name).await,
        }
    }

    async fn set_own_value(&self, name: &str, text: &str) -> Result<(), TargetError> {
        match self {
            Self::Zitadel(target) => target.set_own_value(name, text).await,
            Self::Udm(target) => target.set_own_value(name, text).await,
        }
    }

    async fn check(&self) -> Vec<Diagnosis> {
        match self {
            Self::Zitadel(target) => target.check().await,
            Self::Udm(target) => target.check().await,
        }
    }

    fn clock_ahead(&self) -> Option<i64> {
        match self {
            Self::Zitadel(target) => target.clock_ahead(),
            Self::Udm(target) => target.clock_ahead(),
        }
    }

    fn requests(&self) -> RequestStats {
        match self {
            Self::Zitadel(target) => target.requests(),
            Self::Udm(target) => target.requests(),
        }
    }

    fn overload_count(&self) -> u64 {
        match self {
            Self::Zitadel(target) => target.overload_count(),
            Self::Udm(target) => target.overload_count(),
        }
    }

    fn cost(&self, change: &Change) -> Cost {
        match self {
            Self::Zitadel(target) => target.cost(change),
            Self::Udm(target) => target.cost(change),
        }
    }

    fn cost_in_common(&self, changes: &[Change]) -> Cost {
        match self {
            Self::Zitadel(target) => target.cost_in_common(changes),
            Self::Udm(target) => target.cost_in_common(changes),
        }
    }

    async fn check_desired(&self, desired: &[DesiredState]) -> Vec<Diagnosis> {
        match self {
            Self::Zitadel(target) => target.check_desired(desired).await,
            Self::Udm(target) => target.check_desired(desired).await,
        }
    }

    fn checks_desired(&self) -> bool {
        match self {
            Self::Zitadel(target) => target.checks_desired(),
            Self::Udm(target) => target.checks_desired(),
        }
    }

    fn warnings(&self) -> Vec<Warning> {
        match self {
            Self::Zitadel(target) => target.warnings(),
            Self::Udm(target) => target.warnings(),
        }
    }

    fn credentials(&self) -> Vec<Credential> {
        match self {
            Self::Zitadel(target) => target.credentials(),
            Self::Udm(target) => target.credentials(),
        }
    }
}
