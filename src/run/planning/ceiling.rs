//! Limits of the target and of the machine's administrator. Read once per run, before anything else.

use crate::config::{Ceiling, CeilingError, Under, read_ceiling};
use crate::plan::Refusal;
use crate::run::planning::desired;
use crate::run::session::error::RunError;
use crate::run::session::request::Request;
use crate::target::{Policies, Target};

/// The settings with the limits applied. With `reads_sources`, mistakes of the sources are reported as well if the
/// target fails.
pub(in crate::run) async fn read(
    target: &impl Target,
    request: Request<'_>,
    reads_sources: bool,
) -> Result<Under, RunError> {
    let found = match ask(target, request).await {
        Ok(found) => found,
        Err(error) if reads_sources => {
            return Err(desired::beside_sources(target.catalog(), request, error).await);
        }
        Err(error) => return Err(error),
    };
    let ceilings = documents(found, request)?;
    let under = request.settings.under(&ceilings);
    if under.paused.is_empty() {
        return Ok(under);
    }
    Err(RunError::Refused(Refusal {
        reasons: under.paused,
        token: None,
    }))
}

/// All documents for this configuration. One that cannot be read or parsed is an error.
pub(in crate::run) async fn ceilings(
    target: &impl Target,
    request: Request<'_>,
) -> Result<Vec<Ceiling>, RunError> {
    documents(ask(target, request).await?, request)
}

/// Only the limits of `policy_file`; the target is not asked.
pub(in crate::run) fn of_machine(request: Request<'_>) -> Result<Vec<Ceiling>, RunError> {
    let path = request.settings.policy_file.as_deref();
    Ok(path.map(read_ceiling).transpose()?.into_iter().collect())
}

async fn ask(target: &impl Target, request: Request<'_>) -> Result<Policies, RunError> {
    let names = request.settings.providers.own(&request.settings.sources);
    match target.policy(&names).await {
        Ok(policies) => Ok(policies),
        // Without permissions everything fails, and `prepare` reports it more precisely.
        Err(error) => Err(target.prepare().await.err().unwrap_or(error).into()),
    }
}

fn documents(policies: Policies, request: Request<'_>) -> Result<Vec<Ceiling>, RunError> {
    let settings = request.settings;
    let mut ceilings = Vec::new();
    if let Some(path) = &settings.policy_file {
        ceilings.push(read_ceiling(path)?);
    }
    let required = request.global.require_policy || settings.require_policy;
    match policies {
        Policies::NoPlace if required && ceilings.is_empty() => {
            return Err(missing(
                "this target cannot store limits, and `policy_file` names none".to_owned(),
            ));
        }
        Policies::NoPlace => {}
        Policies::Found { documents, location } => {
            if required && documents.is_empty() {
                return Err(missing(format!("no limits are set: {location} is missing")));
            }
            for document in documents {
                ceilings.push(Ceiling::parse(&document.origin, &document.text)?);
            }
        }
    }
    Ok(ceilings)
}

fn missing(what: String) -> RunError {
    let hint = "set limits, at least `{}`; or remove `--require-policy` and the key `require_policy`";
    RunError::failed(what, Some(hint.to_owned()))
}

impl From<CeilingError> for RunError {
    fn from(error: CeilingError) -> Self {
        Self::failed(error.what, Some(error.hint))
    }
}
