//! All kinds of target behind one type. Outside the folders of the targets, only this file names the kinds.

/// Calls the same method on each kind of target.
macro_rules! each {
    ($self:ident, $target:ident => $call:expr) => {
        match $self {
            Self::Zitadel($target) => $call,
            Self::Udm($target) => $call,
        }
    };
}

mod forward;

use super::udm::{self, UdmTarget};
use super::zitadel::{self, ZitadelTarget};
use super::{Facts, Objection, TargetError, TargetName};
use crate::config::{ApplySettings, TargetSettings};
use crate::http::Backoff;
use crate::model::{Catalog, Value};

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
