//! Everybody who is to have an account, as the target would store them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ending::Stop;
use crate::config::Settings;
use crate::model::{Desired, Entitlements, RecordRef, Rejected, Warning};
use crate::report::Report;
use crate::source::{AnySource, SourceError, read_all};
use crate::target::Target;
use crate::target::zitadel::ZitadelTarget;
use crate::telemetry::MILESTONE;

/// The role of everybody whose source does not say who gets it.
pub(super) fn roles(settings: &Settings) -> Entitlements {
    [Box::from(settings.role.as_str())].into()
}

/// The roles that are taken away from whoever is not to hold them.
fn owned_roles(settings: &Settings) -> Entitlements {
    let owned = settings.zitadel.iter().flat_map(|zitadel| &zitadel.owned_roles);
    owned.map(|role| Box::from(role.as_str())).collect()
}

/// Sources and the target's preflight side by side.
pub(super) async fn read(
    target: &ZitadelTarget,
    settings: &Settings,
    report: &mut Report,
) -> Result<Desired, Stop> {
    let sources: Vec<AnySource> = build(target, settings)?;
    let (desired, prepared) = futures::join!(read_all(target.schema(), &sources), target.prepare());
    let mut desired = match (desired, prepared) {
        (Ok(desired), Ok(())) => desired,
        (Ok(_), Err(error)) => return Err(error.into()),
        (Err(errors), Ok(())) => return Err(errors.into()),
        (Err(errors), Err(error)) => return Err(Stop::from(errors).and(error.into())),
    };
    desired.owned_roles = owned_roles(settings);
    normalize(&mut desired, target);
    report.add_sources(&desired.sources);
    report.add_rejected(&desired.rejected);
    report.add_warnings(&desired.warnings);
    for source in &desired.sources {
        tracing::info!(
            target: MILESTONE,
            source = %source.name,
            read = source.read,
            rejected = source.rejected,
            seconds = source.seconds,
            "source was read"
        );
    }
    Ok(desired)
}

fn build(target: &ZitadelTarget, settings: &Settings) -> Result<Vec<AnySource>, Vec<SourceError>> {
    let mut sources = Vec::new();
    let mut errors = Vec::new();
    for source in &settings.sources {
        match AnySource::build(source, target.schema(), &roles(settings)) {
            // As patient as the target.
            Ok(source) => sources.push(source.with_backoff(target.backoff())),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(errors)
    }
}

/// Rewrites each person to what the target would store; whom it would refuse is rejected here already.
fn normalize(desired: &mut Desired, target: &impl Target) {
    let mut rejected = Vec::new();
    let mut warnings = Vec::new();
    let mut assumed: BTreeMap<_, usize> = BTreeMap::new();
    desired
        .identities
        .retain_mut(|identity| match target.normalize(identity) {
            Ok(remarks) => {
                let at = &identity.origin;
                let id = Some(&identity.id);
                let warning = |reason| Warning {
                    at: at.clone(),
                    id: id.cloned(),
                    reason,
                };
                warnings.extend(remarks.left_out.into_iter().map(warning));
                if let Some(what) = remarks.assumed {
                    *assumed.entry((at.source.clone(), what)).or_default() += 1;
                }
                true
            }
            Err(reason) => {
                let (at, id) = (identity.origin.clone(), Some(identity.id.clone()));
                rejected.push(Rejected {
                    at,
                    id,
                    reason,
                    missing: Vec::new(),
                });
                false
            }
        });
    count_rejected(desired, &rejected);
    desired.rejected.extend(rejected);
    desired.warnings.extend(warnings);
    desired.warnings.extend(assumed.into_iter().map(counted));
}

/// What was assumed of several people of a source, in one line.
fn counted(((source, what), people): ((Arc<str>, &str), usize)) -> Warning {
    let at = "all records".into();
    Warning {
        at: RecordRef { source, at },
        id: None,
        reason: format!("{what}: {people}"),
    }
}

fn count_rejected(desired: &mut Desired, rejected: &[Rejected]) {
    for source in &mut desired.sources {
        let mine = |rejected: &&Rejected| rejected.at.source == source.name;
        source.rejected += rejected.iter().filter(mine).count();
    }
}
