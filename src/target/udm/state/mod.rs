//! The target and its state.

pub(super) mod holders;
pub(super) mod memory;
mod objects;
pub(super) mod prepared;

use std::cell::RefCell;
use std::rc::Rc;

use tokio::sync::{Mutex, RwLock};

use self::memory::Memory;
use self::prepared::Prepared;
use super::binding;
use super::client::Client;
use super::rules::catalog::GROUP;
use crate::config::{ApplySettings, UdmObjects, UdmSettings};
use crate::http::Backoff;
use crate::model::{Catalog, TypeId};
use crate::target::{TargetError, TargetErrorKind as Kind, TargetName};

/// The users and groups of two containers of one UDM.
pub struct UdmTarget {
    pub(super) name: TargetName,
    pub(super) catalog: Catalog,
    pub(super) settings: UdmSettings,
    pub(super) client: Client,
    pub(super) prepared: RefCell<Option<Rc<Prepared>>>,
    pub(super) memory: Memory,
    /// A missing container is created once, however many objects wait for it.
    pub(super) container_lock: Mutex<()>,
    /// Locked exclusively to rename or move an object, and shared to write members by DN: the server reads a group
    /// some time before it writes it.
    pub(super) names_lock: RwLock<()>,
}

impl UdmTarget {
    /// Sends nothing.
    ///
    /// # Errors
    /// [`Kind::Misconfigured`] if certificates cannot be used.
    pub fn new(settings: &UdmSettings, apply: &ApplySettings) -> Result<Self, TargetError> {
        Ok(Self {
            name: binding::name(settings),
            catalog: binding::catalog(settings),
            client: Client::new(settings, apply)?,
            settings: settings.clone(),
            prepared: RefCell::default(),
            memory: Memory::default(),
            container_lock: Mutex::default(),
            names_lock: RwLock::default(),
        })
    }

    /// Sets other pauses between tries, for tests.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.client.set_backoff(backoff);
        self
    }

    /// The configuration of a type. Only called for groups if they are configured.
    pub(super) fn objects(&self, resource: TypeId) -> &UdmObjects {
        let groups = self.settings.groups.as_ref().filter(|_| resource == GROUP);
        groups.unwrap_or(&self.settings.users)
    }

    pub(super) fn prepared(&self) -> Result<Rc<Prepared>, TargetError> {
        self.prepared.borrow().clone().ok_or_else(|| self.unprepared())
    }

    pub(super) fn unprepared(&self) -> TargetError {
        TargetError::new(
            Kind::Protocol,
            "read_template",
            format!("{} was used before it was looked at", self.name.title),
        )
        .wrote_nothing()
    }
}
