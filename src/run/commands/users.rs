//! `users`: prints the content of the sources, people before groups. Needs no target.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use crate::config::Settings;
use crate::exit::Exit;
use crate::model::{Catalog, Desired, DesiredState, Lifecycle, Personal, Purpose, Schema, TypeId, counted};
use crate::report::{Note, Show, named, one_line, write_json};
use crate::run::planning::desired;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::source::{AnySource, Record, Source as _, SourceError, merge};

/// Prints one line per person, sorted by name: name and login name, lifecycle, location, roles, hex id; values only
/// on request. If people are not named, the id comes first and determines the order.
pub(in crate::run) async fn users(request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let catalog = request.catalog();
    let sources = match build(request.settings, &catalog) {
        Ok(sources) => sources,
        Err(error) => return failed(&[error], request, process),
    };
    let all = match desired::collect(&catalog, &sources, &|_| {}).await {
        Ok(all) => merge(&catalog, all),
        Err(errors) => return failed(&errors, request, process),
    };
    for of_type in &all {
        for object in in_order(of_type, catalog.schema(of_type.resource), request) {
            if request.is_json() {
                write_json(process.out, &Object::new(object, &catalog, request.show()))?;
            } else {
                writeln!(process.out, "{}", line(object, &catalog, request.show()))?;
            }
        }
    }
    for leaver in all.iter().flat_map(|of_type| &of_type.leavers) {
        tracing::info!(at = %leaver.origin, "listed as having left");
    }
    process.out.flush()?;
    let mut messages = process.messages(request.global.log_format);
    for rejected in all.iter().flat_map(|of_type| &of_type.rejected) {
        messages.record("rejected", &Note::from(rejected))?;
    }
    for warning in all.iter().flat_map(|of_type| &of_type.warnings) {
        messages.record("warning", &Note::from(warning))?;
    }
    Ok(if all.iter().all(|of_type| of_type.rejected.is_empty()) {
        Exit::Ok
    } else {
        Exit::Incomplete
    })
}

/// Prints the number of people. Keeps none of them, so that it needs little memory, and does not detect duplicates.
pub(in crate::run) async fn print_count(request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let catalog = request.catalog();
    let sources = match build(request.settings, &catalog) {
        Ok(sources) => sources,
        Err(error) => return failed(&[error], request, process),
    };
    let (mut people, mut rejected) = (0usize, 0usize);
    for source in &sources {
        let mut each = |record| match record {
            Record::Person(_) => people += 1,
            Record::Rejected(_) => rejected += 1,
            Record::Leaver(_)
            | Record::Warning(_)
            | Record::Partial(..)
            | Record::Server(_)
            | Record::CertificateEnds(_) => {}
        };
        if let Err(error) = source.read_to_count(&mut each).await {
            return failed(&[error], request, process);
        }
    }
    writeln!(process.out, "{people}")?;
    if rejected > 0 {
        let was = if rejected == 1 { "was" } else { "were" };
        let what = format!("{} {was} rejected", counted(rejected, "record"));
        process
            .messages(request.global.log_format)
            .error(&what, Some("`directory-sync users` says why"))?;
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Ok)
}

/// Sorted by name for people, as in a plan.
fn in_order<'a>(desired: &'a DesiredState, schema: &Schema, request: Request<'_>) -> Vec<&'a Desired> {
    let mut all: Vec<&Desired> = desired.objects.iter().collect();
    if !request.is_json() && request.show() != Show::NoNames {
        all.sort_by_cached_key(|one| name(one, schema, request.show()).map(|name| name.to_lowercase()));
    }
    all
}

/// `Ada Lovelace (ada@example.org)`, if people are named and the name is known.
fn name(person: &Desired, schema: &Schema, show: Show) -> Option<String> {
    let is_shown = show != Show::NoNames;
    is_shown.then(|| named(&person.attributes, schema)).flatten()
}

/// The columns of a line: the name first and the id last; without a name, the id first.
fn columns(person: &Desired, schema: &Schema, show: Show, between: [&str; 3]) -> String {
    let id = person.id.marked().to_string();
    let between = between.map(|column| one_line(column).into_owned());
    match name(person, schema, show) {
        Some(name) => {
            let name = Personal(name).to_string();
            [&[one_line(&name).into_owned()][..], &between, &[id]].concat()
        }
        None => [&[id][..], &between].concat(),
    }
    .join("\t")
}

fn build(settings: &Settings, catalog: &Catalog) -> Result<Vec<AnySource>, SourceError> {
    let roles = desired::roles(settings);
    settings
        .sources
        .iter()
        .map(|source| AnySource::build(source, catalog, &roles))
        .collect()
}

fn failed(errors: &[SourceError], request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let mut messages = process.messages(request.global.log_format);
    for error in errors {
        messages.error(&error.to_string(), error.hint.as_deref())?;
    }
    Ok(Exit::Unreadable)
}

/// A person: name, lifecycle, location, roles, hex id. A group has its type and the number of its members instead.
fn line(object: &Desired, catalog: &Catalog, show: Show) -> String {
    let schema = catalog.schema(object.resource);
    let (what, belongs) = if is_person(object) {
        let roles = match object.roles(schema) {
            [] => "no role".to_owned(),
            roles => roles.join(","),
        };
        (lifecycle(object), roles)
    } else {
        let members = match members(object, schema) {
            None => "members unknown".to_owned(),
            Some(count) => counted(count, "member"),
        };
        (catalog.name(object.resource), members)
    };
    let mut line = columns(object, schema, show, [what, &object.origin.marked_at(), &belongs]);
    if show == Show::Values {
        add_values(&mut line, object, schema);
    }
    line
}

fn is_person(object: &Desired) -> bool {
    object.resource == TypeId::default()
}

/// Number of members, if known.
fn members(object: &Desired, schema: &Schema) -> Option<usize> {
    let members = schema.find(Purpose::Members)?;
    let references = object.attributes.get(members);
    (!object.unknown.contains(members))
        .then(|| references.map_or(0, |references| references.as_references().len()))
}

fn add_values(line: &mut String, person: &Desired, schema: &Schema) {
    for (name, texts) in values(person, schema) {
        let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
        let _ = write!(line, "\t{name}={}", one_line(&texts.join(",")));
    }
}

/// All attributes of a person except roles, by name.
fn values<'a>(person: &'a Desired, schema: &'a Schema) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
    let plain = schema
        .iter()
        .filter(|(_, spec)| !matches!(spec.purpose, Purpose::Access | Purpose::Members));
    plain.filter_map(|(index, spec)| Some((&*spec.name, person.attributes.get(index)?.texts())))
}

fn lifecycle(person: &Desired) -> &'static str {
    match person.lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    }
}

#[derive(Serialize)]
struct Object<'a> {
    id: String,
    /// Name and login name, if objects are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle: Option<&'static str>,
    /// Of other objects.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    source: &'a str,
    at: String,
    /// Of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<&'a [Box<str>]>,
    /// Of other objects. Absent if not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<serde_json::Map<String, serde_json::Value>>,
}

impl<'a> Object<'a> {
    fn new(object: &'a Desired, catalog: &Catalog, show: Show) -> Self {
        let schema = catalog.schema(object.resource);
        let is_person = is_person(object);
        Self {
            id: object.id.marked().to_string(),
            name: name(object, schema, show),
            lifecycle: is_person.then(|| lifecycle(object)),
            kind: (!is_person).then(|| catalog.name(object.resource)),
            source: &object.origin.source,
            at: object.origin.marked_at(),
            roles: is_person.then(|| object.roles(schema)),
            members: members(object, schema),
            attributes: (show == Show::Values).then(|| json_values(object, schema)),
        }
    }
}

/// One text as it is, several as a list.
fn json_values(person: &Desired, schema: &Schema) -> serde_json::Map<String, serde_json::Value> {
    let values = values(person, schema).map(|(name, texts)| {
        let value = match texts[..] {
            [text] => text.into(),
            _ => texts.into(),
        };
        (name.to_owned(), value)
    });
    values.collect()
}
