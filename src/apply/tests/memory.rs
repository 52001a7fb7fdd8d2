//! A target in memory, in front of a strict server. A call takes some time, and can be made to fail.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::drafts::{self, USER};
use super::server::{Call, FAULT, Fault, Key, Server, Stored, Verb, error};
use crate::model::{
    AttributeIndex, Attributes, Catalog, Change, Desired, Detail, Diagnosis, Edit, Existing, ExternalId,
    Holding, Ids, LastWrites, Purpose, Snapshot, TargetId, TypeId, Value, Warning,
};
use crate::target::{
    Applied, Check, Cost, Facts, Mismatch, Remarks, RequestStats, SettingKeys, Target, TargetError,
    TargetErrorKind, TargetName, Wait,
};

pub(super) struct Memory {
    pub(super) name: TargetName,
    pub(super) catalog: Catalog,
    pub(super) server: RefCell<Server>,
    /// Objects that no list shows.
    pub(super) not_listed: BTreeSet<Key>,
    /// Unlisted objects are only found by name after everything else is done.
    pub(super) is_behind: Cell<bool>,
    /// It searches for new people right before they are created.
    pub(super) looks_before: bool,
    pub(super) fault: Option<Fault>,
    pub(super) failed: RefCell<Option<Call>>,
    /// All calls, in the order of their arrival.
    pub(super) sent: RefCell<Vec<Call>>,
    pub(super) busy: RefCell<Vec<Call>>,
    /// The largest number of parallel calls.
    pub(super) most: Cell<usize>,
}

impl Memory {
    pub(super) fn new(objects: BTreeMap<Key, Stored>) -> Self {
        Self {
            name: TargetName {
                kind: "memory",
                product: "Memory",
                title: "memory".to_owned(),
                key: "memory".to_owned(),
            },
            catalog: drafts::catalog(),
            server: RefCell::new(Server::new(objects)),
            not_listed: BTreeSet::new(),
            is_behind: Cell::new(false),
            looks_before: false,
            fault: None,
            failed: RefCell::default(),
            sent: RefCell::default(),
            busy: RefCell::default(),
            most: Cell::new(0),
        }
    }

    /// Everything that a list shows.
    pub(super) fn list(&self) -> Vec<(TypeId, Existing)> {
        let server = self.server.borrow();
        let mut listed: Vec<&Key> = server.objects.keys().collect();
        listed.retain(|key| !self.not_listed.contains(*key));
        listed
            .into_iter()
            .map(|key| (key.0, server.account(key)))
            .collect()
    }

    /// The stored objects with an external id.
    pub(super) fn stored(&self) -> BTreeMap<(TypeId, ExternalId), Attributes> {
        let server = self.server.borrow();
        let accounts = server.objects.keys().map(|key| (key.0, server.account(key)));
        let ours = accounts.filter_map(|(kind, account)| Some(((kind, account.id?), account.attributes)));
        ours.collect()
    }

    /// One call, which takes some time. Never two at once for one object.
    async fn call<R>(
        &self,
        who: Call,
        act: impl FnOnce(&mut Server) -> Result<R, TargetError>,
    ) -> Result<R, TargetError> {
        let number = self.sent.borrow().len();
        self.sent.borrow_mut().push(who.clone());
        assert!(
            !self
                .busy
                .borrow()
                .iter()
                .any(|other| (other.1, &other.2) == (who.1, &who.2)),
            "{who:?} twice"
        );
        self.busy.borrow_mut().push(who.clone());
        self.most.set(self.most.get().max(self.busy.borrow().len()));
        // The first calls are not the first to end.
        for _ in 0..=(number * 7 % 5) {
            tokio::task::yield_now().await;
        }
        self.busy.borrow_mut().retain(|other| *other != who);
        let fault = self.fault.filter(|fault| fault.call == number);
        if fault.is_none_or(|fault| fault.writes) {
            let result = act(&mut self.server.borrow_mut())?;
            if fault.is_none() {
                return Ok(result);
            }
        }
        *self.failed.borrow_mut() = Some(who);
        Err(error(
            fault.map_or(TargetErrorKind::Protocol, |fault| fault.kind),
            FAULT,
        ))
    }

    /// The object that was created although the answer was lost.
    pub(super) fn lost(&self) -> Option<(TypeId, ExternalId)> {
        let failed = self.failed.borrow();
        let (_, kind, id) = failed
            .as_ref()
            .filter(|_| self.fault.is_some_and(|fault| fault.writes))?;
        Some((*kind, id.clone()?))
    }

    fn users(&self, fits: impl Fn(&Existing) -> bool) -> Vec<Existing> {
        let server = self.server.borrow();
        let users = server.objects.keys().filter(|(kind, _)| *kind == USER);
        users.map(|key| server.account(key)).filter(fits).collect()
    }
}

impl Target for Memory {
    fn name(&self) -> &TargetName {
        &self.name
    }

    fn setting_keys(&self) -> SettingKeys {
        SettingKeys {
            wait: "memory.wait",
            owned_roles: "memory.roles",
        }
    }

    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn looks_before(&self, _: usize) -> bool {
        self.looks_before
    }

    async fn accounts_with_id(&self, person: &Desired, _: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        Ok(self.users(|account| account.id.as_ref() == Some(&person.id)))
    }

    async fn accounts_with_login(&self, desired: &Desired) -> Result<Vec<Existing>, TargetError> {
        let wanted = desired
            .attributes
            .text_of(self.schema(), Purpose::Address)
            .map(str::to_lowercase);
        let is_behind = self.is_behind.get();
        Ok(self.users(|account| !is_behind && Some(account.login(self.schema()).to_lowercase()) == wanted))
    }

    fn explain_conflict(&self, conflict: TargetError) -> TargetError {
        conflict
    }

    async fn catch_up(&self, _: Wait) -> Result<bool, TargetError> {
        self.is_behind.set(false);
        Ok(true)
    }

    async fn apply(&self, change: &Change, ids: &Ids) -> Result<Applied, TargetError> {
        let who = (Verb::Apply, change.resource, change.id().cloned());
        let made = self.call(who, |server| server.apply(change, ids)).await?;
        Ok(Applied {
            target_id: Some(made),
            ..Applied::default()
        })
    }

    async fn link(&self, change: &Change, account: &TargetId, ids: &Ids) -> Result<Applied, TargetError> {
        let who = (Verb::Link, change.resource, change.id().cloned());
        self.call(who, |server| server.link(change, account, ids)).await?;
        Ok(Applied::default())
    }

    async fn set_login(&self, resource: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError> {
        let key = (resource, account.clone());
        let who = (Verb::Back, resource, self.server.borrow().id_of(&key));
        self.call(who, |server| server.rename(key, login)).await
    }

    async fn take_temporary_login(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        let who = (Verb::TemporaryLogin, resource, Some(edit.desired.id.clone()));
        let key = (resource, edit.target_id.clone());
        let name = edit.temporary_login.as_deref().expect("a temporary name");
        self.call(who, |server| server.rename(key, name)).await
    }

    async fn read(&self, each: &mut dyn FnMut(Existing)) -> Result<(), TargetError> {
        self.list().into_iter().for_each(|(_, account)| each(account));
        Ok(())
    }

    fn facts(&self) -> Facts {
        Facts::new()
    }

    fn normalize(&self, _: &mut Desired) -> Result<Remarks, String> {
        Ok(Remarks::default())
    }

    fn takes_address(&self, _: &str) -> bool {
        true
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        Ok(())
    }

    async fn confirm(&self, _: &[Check<'_>]) -> Result<Vec<Mismatch>, TargetError> {
        Ok(Vec::new())
    }

    async fn list_is_incomplete(&self) -> Result<bool, TargetError> {
        Ok(false)
    }

    async fn not_listed(&self, _: &[&Desired]) -> Result<Vec<Existing>, TargetError> {
        Ok(Vec::new())
    }

    async fn holding(&self, _: AttributeIndex, _: &[Value]) -> Result<Vec<Holding>, TargetError> {
        Ok(Vec::new())
    }

    fn last_writes(&self) -> LastWrites {
        LastWrites::default()
    }

    fn expect_writes(&self, _: &LastWrites) {}

    async fn snapshot(&self, _: &[Change]) -> Result<Vec<Snapshot>, TargetError> {
        Ok(Vec::new())
    }

    async fn lacking(&self, _: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError> {
        Ok(Vec::new())
    }

    fn snapshot_cost(&self, _: &[Change]) -> Cost {
        Cost::default()
    }

    async fn check(&self) -> Vec<Diagnosis> {
        Vec::new()
    }

    fn clock_ahead(&self) -> Option<i64> {
        Some(0)
    }

    fn requests(&self) -> RequestStats {
        RequestStats::default()
    }

    fn overload_count(&self) -> u64 {
        0
    }

    fn cost(&self, _: &Change) -> Cost {
        Cost::default()
    }

    fn warnings(&self, _: &[TargetId]) -> Vec<Warning> {
        Vec::new()
    }
}
