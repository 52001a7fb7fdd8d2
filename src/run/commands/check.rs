//! `check`: tries each thing that a run needs separately, and says what to fix.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use crate::config::{Ceiling, Settings};
use crate::exit::Exit;
use crate::model::{Catalog, DesiredState, Diagnosis, Purpose, TypeId};
use crate::report;
use crate::run::planning::ceiling;
use crate::run::planning::desired;
use crate::run::planning::lists::Separators;
use crate::run::session::connect;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::source::{AnySource, Source as _, SourceError};
use crate::target::{self, Target};

pub(in crate::run) async fn check(request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let settings = request.settings;
    let mut findings = configuration(settings);
    let catalog = request.catalog();
    let mut sources = Vec::new();
    for source in &settings.sources {
        match AnySource::build(source, &catalog, &desired::roles(settings)) {
            Ok(source) => {
                findings.extend(source.check().await);
                sources.push(source);
            }
            Err(error) => {
                let subject = format!("source `{}`", source.name);
                findings.push(Diagnosis::problem(subject, error.what, error.hint));
            }
        }
    }
    if let Some(target) = &settings.target {
        match connect::connect(request, target) {
            Ok(target) => {
                let found = target.check().await;
                let answers = found.iter().any(|finding| finding.result.is_ok());
                findings.extend(found);
                let credentials = target.credentials();
                findings.extend(credentials.iter().map(|one| one.diagnosis(Timestamp::now())));
                if answers {
                    findings.extend(policy(&target, request).await);
                    if exit(&findings) != Exit::Unreadable {
                        let is_sound = exit(&findings) == Exit::Ok;
                        findings.extend(whole(&target, &sources, settings, is_sound).await);
                    }
                }
            }
            Err(error) => {
                let subject = format!("target {}", target::kind(Some(target)));
                findings.push(Diagnosis::problem(subject, error.to_string(), error.hint));
            }
        }
    }
    let names = &settings.key_names;
    let findings: Vec<Diagnosis> = findings
        .into_iter()
        .map(|finding| finding.reworded(|text| names.in_text(text)))
        .collect();
    if request.is_json() {
        write_json(process, &findings)?;
    } else {
        report::findings(process.out, &findings)?;
    }
    Ok(exit(&findings))
}

/// Unusable data does not prevent the accounts of other people.
fn exit(findings: &[Diagnosis]) -> Exit {
    let problems = || {
        findings
            .iter()
            .filter_map(|finding| finding.result.as_ref().err())
    };
    match (problems().next(), problems().all(|problem| problem.is_in_data)) {
        (None, _) => Exit::Ok,
        (Some(_), true) => Exit::Incomplete,
        (Some(_), false) => Exit::Unreadable,
    }
}

/// Results that need all sources.
async fn whole(
    target: &impl Target,
    sources: &[AnySource],
    settings: &Settings,
    is_sound: bool,
) -> Vec<Diagnosis> {
    let catalog = target.catalog();
    let collected = match desired::collect(catalog, sources, &|_| {}).await {
        Ok(collected) => collected,
        Err(errors) if is_sound => return errors.into_iter().map(read_again).collect(),
        // Each source has already reported its errors.
        Err(_) => return Vec::new(),
    };
    let desired = desired::merge_normalized(collected, target, &Separators::of(settings));
    let mut findings: Vec<Diagnosis> = desired
        .iter()
        .filter(|of_type| of_type.resource != TypeId::default() && !of_type.sources.is_empty())
        .map(|of_type| of_all_sources(catalog, of_type))
        .collect();
    // Records that each source can use, and the target or another source cannot.
    if let ([users, ..], true) = (&desired[..], is_sound)
        && !users.rejected.is_empty()
    {
        findings.push(of_all_sources(catalog, users));
    }
    findings.extend(target.check_desired(&desired).await);
    findings
}

/// A source that could be read at first.
fn read_again(error: SourceError) -> Diagnosis {
    Diagnosis::problem("sources: read again", error.to_string(), error.hint)
}

/// Number of objects of a type, and the first that was rejected.
fn of_all_sources(catalog: &Catalog, of_type: &DesiredState) -> Diagnosis {
    let name = catalog.name(of_type.resource);
    let subject = format!("sources: {name}s");
    let members = catalog
        .schema(of_type.resource)
        .find(Purpose::Members)
        .map(|members| {
            let references = of_type.objects.iter();
            references
                .filter_map(|one| one.attributes.get(members))
                .map(|references| references.as_references().len())
                .sum::<usize>()
        });
    let members = members.map_or_else(String::new, |members| format!(", with {members} members"));
    let seen = format!("{} usable{members}", of_type.objects.len());
    match &of_type.rejected[..] {
        [] => Diagnosis::ok(subject, seen),
        [first, ..] => Diagnosis::fault(
            subject,
            format!(
                "{seen}; {} rejected, the first: {}: {}",
                of_type.rejected.len(),
                first.at,
                first.reason
            ),
            Some("correct these records; until then their objects stay as they are".to_owned()),
        ),
    }
}

/// The limits that others have set for this configuration.
async fn policy(target: &impl Target, request: Request<'_>) -> Vec<Diagnosis> {
    let subject = format!("target {}: policy", target.name().kind);
    match ceiling::ceilings(target, request).await {
        Ok(ceilings) if ceilings.is_empty() => vec![Diagnosis::ok(subject, "no limits are set".to_owned())],
        Ok(ceilings) => {
            let found = ceilings.iter().map(Ceiling::summary);
            found.map(|what| Diagnosis::ok(subject.clone(), what)).collect()
        }
        Err(error) => {
            let (what, hint) = error.first();
            vec![Diagnosis::problem(subject, what, hint)]
        }
    }
}

/// Prints the steps as JSON, one document each.
pub(in crate::run) fn write_json(process: &mut Process<'_>, findings: &[Diagnosis]) -> io::Result<()> {
    findings
        .iter()
        .try_for_each(|finding| report::write_json(process.out, &Checked::new(finding)))
}

fn configuration(settings: &Settings) -> Vec<Diagnosis> {
    let names: Vec<&str> = settings.sources.iter().map(|source| &*source.name).collect();
    let read = if settings.target.is_some() {
        Diagnosis::ok("configuration", format!("sources: {}", names.join(", ")))
    } else {
        let what = "it has mistakes, so only the sources are checked";
        let fix = "correct the errors that are printed with their lines, and check again";
        Diagnosis::problem("configuration", what, Some(fix.to_owned()))
    };
    let notes = settings.notes.iter();
    let notes = notes.map(|note| Diagnosis::ok("configuration", note.clone()));
    std::iter::once(read).chain(notes).collect()
}

#[derive(Serialize)]
struct Checked<'a> {
    subject: &'a str,
    ok: bool,
    what: &'a str,
    fix: Option<&'a str>,
}

impl<'a> Checked<'a> {
    fn new(finding: &'a Diagnosis) -> Self {
        let (ok, what, fix) = match &finding.result {
            Ok(seen) => (true, seen, None),
            Err(problem) => (false, &problem.what, problem.fix.as_deref()),
        };
        Self {
            subject: &finding.subject,
            ok,
            what,
            fix,
        }
    }
}
