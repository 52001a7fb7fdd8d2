//! All kinds of target as one. Nothing else outside their folders knows which kinds there are.

/// The same of whichever target it is.
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
