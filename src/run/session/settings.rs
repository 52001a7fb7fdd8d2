//! The settings of a run.

use std::io;
use std::path::Path;

use secrecy::ExposeSecret as _;

use super::options::log_level;
use super::outputs::paths;
use super::process::Process;
use super::refusal;
use crate::cli::{Command, Global};
use crate::config::{self, ConfigErrors, FlagValue, LoadRequest, Needs, Outlets, Settings};
use crate::plan::Restriction;
use crate::report::Report;

/// Settings that a command can work with, or how a run with invalid ones ended.
pub(in crate::run) enum Checked {
    Good(Box<Settings>),
    Refused(Box<Report>),
}

impl Checked {
    fn refused(report: Report) -> Self {
        Self::Refused(Box::new(report))
    }
}

/// The outlets of a configuration with mistakes.
pub(in crate::run) fn outlets(global: &Global, process: &Process<'_>) -> Outlets {
    config::outlets(&request(global, Needs::Everything), &process.environment)
}

/// Reads the configuration, and reports its mistakes and notes.
pub(in crate::run) fn check_settings(
    command: &Command,
    global: &Global,
    process: &mut Process<'_>,
) -> io::Result<Checked> {
    let needs = match command {
        Command::Users { .. } | Command::Auth { .. } => Needs::SourcesOnly,
        _ => Needs::Everything,
    };
    let settings = match load(command, global, process, needs) {
        Ok(settings) => settings,
        Err(errors) => return refusal::mistakes(global, process, &errors).map(Checked::refused),
    };
    if let Some(clash) = paths::clash(command, global, &settings.files) {
        return refusal::clash(global, process, &clash).map(Checked::refused);
    }
    for note in global.notes.iter().chain(&settings.notes) {
        tracing::warn!("{note}");
    }
    Ok(Checked::Good(Box::new(settings)))
}

/// The settings of another configuration file, with notes about it.
pub(in crate::run) fn of_other(
    other: &Path,
    command: &Command,
    global: &Global,
    process: &mut Process<'_>,
) -> io::Result<Checked> {
    let wanted = LoadRequest {
        config: Some(other.to_owned()),
        ..request(global, Needs::Everything)
    };
    let mut settings = match config::load(&wanted, &process.environment) {
        Ok(settings) => settings,
        Err(errors) => return refusal::mistakes(global, process, &errors).map(Checked::refused),
    };
    if let Some(restriction) = restriction_of(process.program, command) {
        settings.policy.restrict_to = restriction;
    }
    for note in &settings.notes {
        tracing::warn!("{}: {note}", other.display());
    }
    Ok(Checked::Good(Box::new(settings)))
}

/// For `check`: the settings of the sources, if that part has no mistakes.
pub(in crate::run) fn of_sources(
    command: &Command,
    global: &Global,
    process: &Process<'_>,
) -> Option<Settings> {
    let is_check = matches!(command, Command::Check);
    let settings = is_check.then(|| load(command, global, process, Needs::SourcesOnly))?;
    settings.ok()
}

/// The settings, with changes by the command and the program name.
fn load(
    command: &Command,
    global: &Global,
    process: &Process<'_>,
    needs: Needs,
) -> Result<Settings, ConfigErrors> {
    let mut settings = config::load(&request(global, needs), &process.environment)?;
    if let Some(telemetry) = process.telemetry {
        telemetry.set_level(settings.log_level);
    }
    if matches!(command, Command::Sync { .. }) && !global.is_connector {
        let is_of_connector = settings.key_names.are_of_connector();
        let repeats = config::repeats(&process.environment) == Ok(Some(true));
        if is_of_connector && repeats {
            let note = "the variable REPEAT has no effect on one synchronization; `directory-sync run` stays and repeats";
            settings.notes.push(note.to_owned());
        }
    }
    name_people(&settings, global, process);
    if let Some(restriction) = restriction_of(process.program, command) {
        settings.policy.restrict_to = restriction;
    }
    Ok(settings)
}

/// The part of the command line that concerns the configuration.
pub(in crate::run) fn request(global: &Global, needs: Needs) -> LoadRequest {
    let level = log_level(global).map(|level| FlagValue {
        flag: if global.verbose > 0 { "-v" } else { "-q" }.to_owned(),
        key: "log_level".to_owned(),
        value: level.to_owned(),
    });
    LoadRequest {
        config: global.config.clone(),
        flags: global.given.iter().cloned().chain(level).collect(),
        needs,
        is_connector: global.is_connector,
    }
}

/// The restriction of an old program, by its name.
fn restriction_of(program: &str, command: &Command) -> Option<Restriction> {
    match (program, command) {
        ("install-ids", Command::Sync { .. } | Command::Plan { .. } | Command::Apply { .. })
        | (_, Command::LinkIds) => Some(Restriction::LinksOnly),
        // A plan is bound to the program name with which it was made.
        ("migrate", Command::Sync { .. } | Command::Plan { .. } | Command::Apply { .. }) => {
            Some(Restriction::ExternalIdsOnly)
        }
        _ => None,
    }
}

/// From here on it is known whether output may name people.
fn name_people(settings: &Settings, global: &Global, process: &Process<'_>) {
    let output = &settings.output;
    let shows = global.show_values || output.names.unwrap_or(process.terminal.is_out);
    process
        .names
        .set(shows, output.names_key.expose_secret().as_bytes());
}
