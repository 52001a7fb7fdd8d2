//! The target of a run.

use super::request::Request;
use crate::config::{Settings, TargetSettings};
use crate::model::Value;
use crate::target::{AnyTarget, TargetError};

/// Builds the target. Nothing is sent yet.
pub(in crate::run) fn connect(
    request: Request<'_>,
    settings: &TargetSettings,
) -> Result<AnyTarget, TargetError> {
    let providers = providers(request.settings);
    AnyTarget::build(settings, &request.settings.apply, request.pauses, providers)
}

/// The provider names of this configuration.
pub(in crate::run) fn providers(settings: &Settings) -> Vec<Value> {
    let names = settings.providers.all(&settings.sources).into_iter();
    names.map(Value::text).collect()
}
