//! Zitadel, v2.64 and later, over its REST API, and over Connect where that is faster.
//!
//! One organization is read and written, with the rights of `ORG_USER_MANAGER` in it. The user list comes in as few pages
//! as the server allows, and so do the role grants; metadata is confirmed by filter where the server can, from the event log
//! or user by user elsewhere.

mod api;
mod auth;
mod binding;
mod call;
mod confirm;
mod create;
mod details;
mod error;
mod filter;
mod grant_list;
mod grants;
mod handover;
mod held;
mod history;
mod holding;
mod ids;
mod keep;
mod key;
mod lag;
mod links;
mod lists;
mod look;
mod meaning;
mod metadata;
mod normalize;
mod ownership;
mod paced;
mod phone;
mod phone_text;
mod prepare;
mod read;
mod reply;
mod restore;
mod schema;
mod shared;
mod steps;
mod stream;
mod taken;
mod unlisted;
mod unreachable;
mod wire;
mod write;
mod written;

pub use binding::{KIND, as_of, name, objection, title};
pub use schema::schema;

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use self::api::Api;
use self::lag::Written;
use self::lists::Lists;
use self::metadata::Keys;
use self::phone::Numbers;
use self::prepare::Prepared;
use self::schema::{EMAIL, IDP_LINK};
use self::unlisted::Looks;
use super::{
    Applied, Effort, Expectation, Facts, Hidden, Remarks, RequestStats, SettingKeys, Target, TargetError,
    TargetErrorKind as Kind, TargetName, Unmet, Wrote,
};
use crate::config::{ApplySettings, ZitadelSettings};
use crate::http::Backoff;
use crate::model::{
    Account, AttributeIndex, AttributeSet, Catalog, Change, Detail, Edit, Finding, Holding, Identity, Ids,
    Keepsake, LastWrites, Schema, TargetId, TypeId, Value, Warning,
};

/// One organization of one Zitadel.
pub struct ZitadelTarget {
    name: TargetName,
    catalog: Catalog,
    /// What the list of accounts does not show.
    unread: AttributeSet,
    keys: Keys,
    settings: ZitadelSettings,
    numbers: Numbers,
    apply: ApplySettings,
    api: Api,
    prepared: RefCell<Option<Rc<Prepared>>>,
    lists: Lists,
    /// The server can filter users by metadata, as far as is known.
    filters: Cell<bool>,
    /// The service user may read the event log, as far as is known.
    history: Cell<bool>,
    written: Written,
    looks: Looks,
    warnings: RefCell<Vec<Warning>>,
    /// Roles that the project does not have any more are nobody's.
    roles_may_be_gone: Cell<bool>,
    /// Roles that an undo may give to an account that it makes again.
    given_again: RefCell<Vec<String>>,
    /// The names that stand for this configuration; none: nobody asks.
    providers: Vec<Value>,
}

impl ZitadelTarget {
    /// Reads the credentials; sends nothing.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] when the key file is missing or no key, or no certificate authority is known.
    pub fn new(settings: &ZitadelSettings, apply: &ApplySettings) -> Result<Self, TargetError> {
        let schema = schema::schema(Some(settings));
        Ok(Self {
            name: binding::name(settings),
            unread: schema.not_listed(),
            keys: Keys::new(schema::configured(settings)),
            catalog: Catalog::of_users(schema),
            settings: settings.clone(),
            numbers: Numbers::of(settings.phone_region.as_deref()),
            apply: *apply,
            api: Api::new(settings, apply)?,
            prepared: RefCell::default(),
            lists: Lists::default(),
            filters: Cell::new(true),
            history: Cell::new(true),
            written: Written::default(),
            looks: Looks::default(),
            warnings: RefCell::default(),
            roles_may_be_gone: Cell::new(false),
            providers: Vec::new(),
            given_again: RefCell::new(settings.roles().into_iter().map(str::to_owned).collect()),
        })
    }

    /// The names under which accounts are looked after: an account of another name is not removed as absent.
    #[must_use]
    pub fn with_providers(self, providers: Vec<Value>) -> Self {
        Self { providers, ..self }
    }

    /// Other pauses between tries, for tests that cannot wait.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.api.set_backoff(backoff);
        self
    }

    /// Other pages than those that are as long as the server allows.
    #[must_use]
    pub fn with_page_size(self, rows: NonZeroU32) -> Self {
        self.lists.set_rows(rows);
        self
    }

    /// Other limits of silence, of usual calls and of long lists, for tests that cannot wait.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] when no certificate authority is known.
    pub fn with_silence(mut self, usual: Duration, list: Duration) -> Result<Self, TargetError> {
        self.api.set_silence(usual, list)?;
        Ok(self)
    }

    /// What is stored of a user.
    fn schema(&self) -> &Schema {
        self.catalog.users()
    }

    fn prepared(&self) -> Result<Rc<Prepared>, TargetError> {
        self.prepared.borrow().clone().ok_or_else(|| TargetError {
            kind: Kind::Protocol,
            operation: "list_users",
            what: "asked for accounts before it was proved that all of them can be seen".into(),
            error_id: None,
            hint: None,
            wrote: Wrote::Unknown,
        })
    }
}

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

    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn normalize(&self, identity: &mut Identity) -> Result<Remarks, String> {
        let configured = schema::configured(&self.settings);
        let remarks = normalize::normalize(identity, self.numbers, configured)?;
        if self.settings.sso_login {
            let link = links::linked_id(&identity.id);
            identity.attributes.set(IDP_LINK, Some(Value::text(link)));
            // No source says it; it follows from the id.
            identity.unknown.remove(IDP_LINK);
        }
        Ok(remarks)
    }

    fn takes_address(&self, address: &str) -> bool {
        normalize::takes_address(address)
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        let prepared = self.prove().await?;
        *self.prepared.borrow_mut() = Some(Rc::new(prepared));
        Ok(())
    }

    async fn read(&self, each: &mut dyn FnMut(Account)) -> Result<(), TargetError> {
        self.read_accounts(each).await
    }

    async fn confirm(&self, expectations: &[Expectation<'_>]) -> Result<Vec<Unmet>, TargetError> {
        self.unmet(expectations).await
    }

    async fn lacks_somebody(&self) -> Result<bool, TargetError> {
        self.shows_too_few().await
    }

    async fn unlisted(&self, people: &[&Identity]) -> Result<Vec<Account>, TargetError> {
        self.find_unlisted(people).await
    }

    async fn carriers(&self, person: &Identity, along: &[&Identity]) -> Result<Vec<Account>, TargetError> {
        self.find_carriers(person, along).await
    }

    fn looks_before(&self, new: usize) -> bool {
        unlisted::is_looked_for(new)
    }

    async fn holding(
        &self,
        attribute: AttributeIndex,
        values: &[Value],
    ) -> Result<Vec<Holding>, TargetError> {
        self.holders_of(attribute, values).await
    }

    async fn holders(&self, identity: &Identity) -> Result<Vec<Account>, TargetError> {
        match identity.attributes.text(EMAIL) {
            Some(name) => self.find_holders(name).await,
            None => Ok(Vec::new()),
        }
    }

    fn nobody_seen(&self, conflict: TargetError) -> TargetError {
        self.taken_by_nobody_seen(conflict)
    }

    async fn catch_up(&self, hidden: Hidden) -> Result<bool, TargetError> {
        self.wait_for_lists(hidden).await
    }

    fn last_writes(&self) -> LastWrites {
        self.written.last()
    }

    fn expect_writes(&self, writes: &LastWrites) {
        self.written.expect(writes);
    }

    async fn keep(&self, changes: &[Change]) -> Result<Vec<Keepsake>, TargetError> {
        self.keepsakes(changes).await
    }

    async fn lacking(&self, remade: &[(&TargetId, &[Detail])]) -> Result<Vec<usize>, TargetError> {
        self.who_lacks(remade).await
    }

    fn keep_effort(&self, changes: &[Change]) -> Effort {
        keep::foresee_keepsakes(changes)
    }

    async fn apply(&self, change: &Change, _: &Ids) -> Result<Applied, TargetError> {
        self.carry_out(change).await
    }

    async fn set_login(&self, _: TypeId, account: &TargetId, login: &str) -> Result<(), TargetError> {
        self.rename(account, login).await
    }

    async fn step_aside(&self, _: TypeId, edit: &Edit) -> Result<(), TargetError> {
        self.rename_aside(edit).await
    }

    async fn check(&self) -> Vec<Finding> {
        self.findings().await
    }

    fn clock_ahead(&self) -> Option<i64> {
        self.api.clock_ahead()
    }

    fn requests(&self) -> RequestStats {
        self.api.stats()
    }

    fn strain(&self) -> u64 {
        self.api.strain()
    }

    fn effort(&self, change: &Change) -> Effort {
        self.foresee(change)
    }

    fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().clone()
    }
}
