//! The target, and what it has learned about the server.

pub(super) mod grants;
pub(super) mod lookups;
pub(super) mod own_writes;
pub(super) mod paced;
pub(super) mod pages;

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use self::grants::Grants;
use self::lookups::Looks;
use self::own_writes::Written;
use self::pages::Lists;
use super::binding;
use super::client::api::Api;
use super::rules::metadata::Keys;
use super::rules::phone::Numbers;
use super::schema;
use crate::config::{ApplySettings, ZitadelSettings};
use crate::http::Backoff;
use crate::model::{AttributeSet, Catalog, Schema, Value, Warning};
use crate::target::{TargetError, TargetErrorKind as Kind, TargetName};

/// What is known before the account list is read.
pub(in crate::target::zitadel) struct Prepared {
    /// The service account's id.
    pub(in crate::target::zitadel) own_id: String,
    pub(in crate::target::zitadel) grants: Grants,
}

/// One organization of one Zitadel.
pub struct ZitadelTarget {
    pub(in crate::target::zitadel) name: TargetName,
    pub(in crate::target::zitadel) catalog: Catalog,
    /// Attributes that the account list does not show.
    pub(in crate::target::zitadel) not_fetched: AttributeSet,
    pub(in crate::target::zitadel) keys: Keys,
    pub(in crate::target::zitadel) settings: ZitadelSettings,
    pub(in crate::target::zitadel) numbers: Numbers,
    pub(in crate::target::zitadel) apply: ApplySettings,
    pub(in crate::target::zitadel) api: Api,
    pub(in crate::target::zitadel) prepared: RefCell<Option<Rc<Prepared>>>,
    pub(in crate::target::zitadel) lists: Lists,
    /// Whether the server can filter users by metadata, as far as known.
    pub(in crate::target::zitadel) filters: Cell<bool>,
    /// Whether the service account may read the event log, as far as known.
    pub(in crate::target::zitadel) history: Cell<bool>,
    pub(in crate::target::zitadel) written: Written,
    pub(in crate::target::zitadel) looks: Looks,
    pub(in crate::target::zitadel) warnings: RefCell<Vec<Warning>>,
    /// Roles that no longer exist in the project are treated as roles of no user.
    pub(in crate::target::zitadel) roles_may_be_gone: Cell<bool>,
    /// An earlier run may have created accounts that it should have deactivated.
    pub(in crate::target::zitadel) unfinished: Cell<bool>,
    /// Roles that an undo may give to recreated accounts.
    pub(in crate::target::zitadel) given_again: RefCell<Vec<String>>,
    /// The provider names of this configuration; empty if there are none.
    pub(in crate::target::zitadel) providers: Vec<Value>,
}

impl ZitadelTarget {
    /// Reads the credentials. Sends nothing.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] if the key file is missing or contains no key, or no certificate authority is known.
    pub fn new(settings: &ZitadelSettings, apply: &ApplySettings) -> Result<Self, TargetError> {
        let schema = schema::schema(Some(settings));
        Ok(Self {
            name: binding::name(settings),
            not_fetched: schema.not_listed(),
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
            unfinished: Cell::new(false),
            providers: Vec::new(),
            given_again: RefCell::new(settings.roles().into_iter().map(str::to_owned).collect()),
        })
    }

    /// Sets the provider names. Accounts with another provider are not removed as absent.
    #[must_use]
    pub fn with_providers(self, providers: Vec<Value>) -> Self {
        Self { providers, ..self }
    }

    /// Sets other pauses between tries, for tests.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.api.set_backoff(backoff);
        self
    }

    /// Sets another page size than the largest that the server allows.
    #[must_use]
    pub fn with_page_size(self, rows: NonZeroU32) -> Self {
        self.lists.set_rows(rows);
        self
    }

    /// Sets other limits of silence, for usual calls and for long lists, for tests.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] if no certificate authority is known.
    pub fn with_silence(mut self, usual: Duration, list: Duration) -> Result<Self, TargetError> {
        self.api.set_silence(usual, list)?;
        Ok(self)
    }

    pub(in crate::target::zitadel) fn schema(&self) -> &Schema {
        self.catalog.users()
    }

    pub(in crate::target::zitadel) fn prepared(&self) -> Result<Rc<Prepared>, TargetError> {
        self.prepared.borrow().clone().ok_or_else(|| {
            TargetError::new(
                Kind::Protocol,
                "list_users",
                "asked for accounts before it was proved that all of them can be seen",
            )
        })
    }
}
