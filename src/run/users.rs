//! `users`: what the sources yield. Needs no target.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::{World, desired, is_json, schema, show};
use crate::cli::Global;
use crate::config::Settings;
use crate::exit::Exit;
use crate::model::{Identity, Lifecycle, Schema};
use crate::report::{Messages, Show, one_line, write_json};
use crate::source::{AnySource, Record, Source as _, SourceError, read_all};

/// Prints one line for each person, in order of the id: hex id, lifecycle, place, roles; values only when asked for.
pub(super) async fn users(global: &Global, settings: &Settings, world: &mut World<'_>) -> io::Result<Exit> {
    let schema = schema(settings);
    let sources = match build(settings, &schema) {
        Ok(sources) => sources,
        Err(error) => return failed(&[error], global, world),
    };
    let desired = match read_all(&schema, &sources).await {
        Ok(desired) => desired,
        Err(errors) => return failed(&errors, global, world),
    };
    for identity in &desired.identities {
        if is_json(global) {
            write_json(world.out, &Person::new(identity, &schema, show(global)))?;
        } else {
            writeln!(world.out, "{}", line(identity, &schema, show(global)))?;
        }
    }
    for leaver in &desired.leavers {
        tracing::info!(at = %leaver.origin, "listed as having left");
    }
    world.out.flush()?;
    let mut messages = Messages::new(world.err, global.log_format);
    for rejected in &desired.rejected {
        messages.note(&format!("rejected: {}: {}", rejected.at, rejected.reason))?;
    }
    for warning in &desired.warnings {
        messages.note(&format!("warning: {}: {}", warning.at, warning.reason))?;
    }
    Ok(if desired.rejected.is_empty() {
        Exit::Ok
    } else {
        Exit::Incomplete
    })
}

/// Prints how many people there are. Keeps none of them, so that it runs in little memory, and looks for no repeats.
pub(super) async fn count(global: &Global, settings: &Settings, world: &mut World<'_>) -> io::Result<Exit> {
    let schema = schema(settings);
    let sources = match build(settings, &schema) {
        Ok(sources) => sources,
        Err(error) => return failed(&[error], global, world),
    };
    let (mut people, mut rejected) = (0usize, 0usize);
    for source in &sources {
        let mut each = |record| match record {
            Record::Person(_) => people += 1,
            Record::Rejected(_) => rejected += 1,
            Record::Leaver(_) | Record::Warning(_) | Record::Partial(_) | Record::Server(_) => {}
        };
        if let Err(error) = source.count(&mut each).await {
            return failed(&[error], global, world);
        }
    }
    writeln!(world.out, "{people}")?;
    if rejected > 0 {
        let what = match rejected {
            1 => "1 record was rejected".to_owned(),
            many => format!("{many} records were rejected"),
        };
        Messages::new(world.err, global.log_format).error(&what, Some("`directory-sync users` says why"))?;
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Ok)
}

fn build(settings: &Settings, schema: &Schema) -> Result<Vec<AnySource>, SourceError> {
    let roles = desired::roles(settings);
    settings
        .sources
        .iter()
        .map(|source| AnySource::build(source, schema, &roles))
        .collect()
}

fn failed(errors: &[SourceError], global: &Global, world: &mut World<'_>) -> io::Result<Exit> {
    let mut messages = Messages::new(world.err, global.log_format);
    for error in errors {
        messages.error(&error.to_string(), error.hint.as_deref())?;
    }
    Ok(Exit::Unreadable)
}

fn line(identity: &Identity, schema: &Schema, show: Show) -> String {
    let at = one_line(&identity.origin.at);
    let roles = match &*identity.entitlements {
        [] => "no role".to_owned(),
        roles => roles.join(","),
    };
    let mut line = format!(
        "{}\t{}\t{at}\t{}",
        identity.id,
        lifecycle(identity),
        one_line(&roles)
    );
    if show == Show::Values {
        for (index, spec) in schema.iter() {
            if let Some(value) = identity.attributes.text(index) {
                let value = format!("{value:?}");
                let _ = write!(line, "\t{}={}", spec.name, one_line(&value));
            }
        }
    }
    line
}

fn lifecycle(identity: &Identity) -> &'static str {
    match identity.lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    }
}

#[derive(Serialize)]
struct Person<'a> {
    id: String,
    lifecycle: &'static str,
    source: &'a str,
    at: &'a str,
    roles: &'a [Box<str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<serde_json::Map<String, serde_json::Value>>,
}

impl<'a> Person<'a> {
    fn new(identity: &'a Identity, schema: &Schema, show: Show) -> Self {
        let values = || {
            let texts = schema.iter().filter_map(|(index, spec)| {
                Some((spec.name.to_owned(), identity.attributes.text(index)?.into()))
            });
            texts.collect()
        };
        Self {
            id: identity.id.to_string(),
            lifecycle: lifecycle(identity),
            source: &identity.origin.source,
            at: &identity.origin.at,
            roles: &identity.entitlements,
            attributes: (show == Show::Values).then(values),
        }
    }
}
