//! A target, and what it has learned of the server so far.

pub(super) mod grants;
pub(super) mod lookups;
pub(super) mod own_writes;
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
use super::rules::schema;
use crate::config::{ApplySettings, ZitadelSettings};
use crate::http::Backoff;
use crate::model::{AttributeSet, Catalog, Schema, Value, Warning};
use crate::target::{TargetError, TargetErrorKind as Kind, TargetName, Wrote};

/// What was learnt before the account list is read.
pub(in crate::target::zitadel) struct Prepared {
    /// The service account's id.
    pub(in crate::target::zitadel) own_id: String,
    pub(in crate::target::zitadel) grants: Grants,
}

/// One organization of one Zitadel.
pub struct ZitadelTarget {
    pub(in crate::target::zitadel) name: TargetName,
    pub(in crate::target::zitadel) catalog: Catalog,
    /// What the list of accounts does not show.
    pub(in crate::target::zitadel) unread: AttributeSet,
    pub(in crate::target::zitadel) keys: Keys,
    pub(in crate::target::zitadel) settings: ZitadelSettings,
    pub(in crate::target::zitadel) numbers: Numbers,
    pub(in crate::target::zitadel) apply: ApplySettings,
    pub(in crate::target::zitadel) api: Api,
    pub(in crate::target::zitadel) prepared: RefCell<Option<Rc<Prepared>>>,
    pub(in crate::target::zitadel) lists: Lists,
    /// The server can filter users by metadata, as far as is known.
    pub(in crate::target::zitadel) filters: Cell<bool>,
    /// The service account may read the event log, as far as is known.
    pub(in crate::target::zitadel) history: Cell<bool>,
    pub(in crate::target::zitadel) written: Written,
    pub(in crate::target::zitadel) looks: Looks,
    pub(in crate::target::zitadel) warnings: RefCell<Vec<Warning>>,
    /// Roles that the project does not have any more are nobody's.
    pub(in crate::target::zitadel) roles_may_be_gone: Cell<bool>,
    /// Accounts may be left that an earlier run was to make deactivated.
    pub(in crate::target::zitadel) unfinished: Cell<bool>,
    /// Roles that an undo may give to an account that it makes again.
    pub(in crate::target::zitadel) given_again: RefCell<Vec<String>>,
    /// The names that stand for this configuration; none: nobody asks.
    pub(in crate::target::zitadel) providers: Vec<Value>,
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
            unfinished: Cell::new(false),
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
    pub(in crate::target::zitadel) fn schema(&self) -> &Schema {
        self.catalog.users()
    }

    pub(in crate::target::zitadel) fn prepared(&self) -> Result<Rc<Prepared>, TargetError> {
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
