//! The target of a run.

use super::request::Request;
use crate::config::TargetSettings;
use crate::run::planning::desired::providers;
use crate::target::{AnyTarget, TargetError};

/// Builds the target. Nothing is sent yet.
pub(in crate::run) fn connect(
    request: Request<'_>,
    settings: &TargetSettings,
) -> Result<AnyTarget, TargetError> {
    let providers = providers(request.settings);
    AnyTarget::build(settings, &request.settings.apply, request.pauses, providers)
}
