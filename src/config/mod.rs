//! All input of the program in one place: defaults < file < environment < flags.
//!
//! A configuration is read in passes, so that one run reports every mistake. `document` and `layers` provide texts under
//! paths, `dialects` gives old keys their current names, and `sections` converts the texts to [`Settings`]. `keys` is the
//! list of all keys: a new one is added there, in its section, and in `config.sample.yaml`.

pub(crate) mod ceiling;
mod deciding;
mod dialects;
mod document;
mod environment;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
pub(in crate::config) mod key_names;
mod keys;
mod layers;
mod outlets;
mod read;
mod request;
mod schema;
mod sections;
mod settings;
mod show;
mod syntax;
mod unknown;

use std::path::{Path, PathBuf};

pub use self::ceiling::{Ceiling, CeilingError, Effective, Under, read_ceiling};
pub use self::dialects::{Names as KeyNames, repeats};
pub use self::environment::Environment;
pub use self::outlets::{Outlets, outlets};
pub use self::schema::schema;
pub use self::sections::ldap::references::ReferenceUrl;
pub use self::settings::Providers;
pub use self::show::{Shown, ShownConfig, ShownValue, ValueOrigin, scalar_in_yaml, show};
pub use self::syntax::dn::{Dn, same_entry};
pub use self::syntax::expression::Expression;
pub use self::syntax::template::Template;
pub(crate) use error::suggest;
pub use error::{ConfigErrors, Mistake, Origin};
pub use request::{FlagValue, LoadRequest, Needs};
pub use settings::{
    ActiveRule, ApplySettings, Case, Choice, Credentials, CsvSettings, Entitlement, ExpectedReference,
    IdKeys, LdapActive, LdapAttribute, LdapAttributes, LdapAuthentication, LdapGroups, LdapSearch,
    LdapSettings, LdapTls, Link, Localpart, MetadataCheck, NotifySettings, Occasion, OutputSettings,
    PassingState, PropertyLocations, REQUIRED_COLUMNS, RunSettings, SearchScope, Settings, SourceKind,
    SourceSettings, TargetSettings, TextOrigin, TextRule, UdmObjects, UdmSettings, UdmTls, UktSettings,
    WebhookSettings, ZitadelSettings, optional_columns,
};

use crate::plan::Policy;

use self::read::{Reader, Report};
use layers::Layers;

/// Name of the file in messages and in [`Settings::files`].
pub const CONFIGURATION_FILE: &str = "the configuration file";

/// Reads and checks the configuration.
///
/// Files that it names are opened to check them, except the data of sources.
///
/// # Errors
/// Every mistake, with its location.
pub fn load(request: &LoadRequest, environment: &Environment) -> Result<Settings, ConfigErrors> {
    load_with_layers(request, environment, Path::new("")).map(|(settings, _)| settings)
}

/// Like [`load`], with the default file in this directory. Also returns the values from which the settings are made.
fn load_with_layers(
    request: &LoadRequest,
    environment: &Environment,
    directory: &Path,
) -> Result<(Settings, Layers), ConfigErrors> {
    let mut report = Report::default();
    let Given {
        layers,
        names,
        dialect,
        path,
    } = given(request, environment, directory, &mut report)?;
    unknown::report_unknown(&layers, &mut report);
    let settings = settings(&layers, &mut report, request.needs);
    if let Some(path) = &path {
        report
            .notes
            .extend(document::modes::notes(path, report.secrets_in_place));
        report
            .files
            .insert(0, (CONFIGURATION_FILE.to_owned(), path.clone()));
    }
    report.call_keys_by(&names);
    match settings {
        Some(settings) if report.mistakes.is_empty() => {
            let settings = Settings {
                withholding: settings
                    .withholding
                    .renamed(|setting| dialects::setting(dialect, setting)),
                id_keys: id_keys(&layers, &names, &settings.sources),
                notes: report.notes,
                files: report.files,
                key_names: names,
                ..settings
            };
            Ok((settings, layers))
        }
        _ => Err(ConfigErrors {
            mistakes: report.mistakes,
        }),
    }
}

/// The given values, before they become settings.
struct Given {
    layers: Layers,
    /// The file's names for our keys.
    names: dialects::Names,
    dialect: dialects::Dialect,
    /// Path of the file.
    path: Option<PathBuf>,
}

fn given(
    request: &LoadRequest,
    environment: &Environment,
    directory: &Path,
    report: &mut Report,
) -> Result<Given, ConfigErrors> {
    let file = layers::file::read(request, environment, directory, &mut report.notes)?;
    let file = file.map(|file| file.translated(&mut report.notes, &mut report.mistakes));
    let (names, dialect) = file
        .as_ref()
        .map(|file| (file.names.clone(), file.dialect))
        .unwrap_or_default();
    let found = environment::read(environment);
    report.notes.extend(found.notes);
    report.mistakes.extend(found.mistakes);
    if file.is_none() && found.variables.is_empty() && report.mistakes.is_empty() {
        return Err(layers::file::nothing_given().into());
    }
    let foreign = dialects::variables(dialect, environment);
    report.notes.extend(foreign.notes);
    report.mistakes.extend(foreign.mistakes);
    let variables = [foreign.variables, found.variables].concat();
    let path = file.as_ref().map(|file| file.path.clone());
    let layers = Layers::new(file, &variables, &request.flags, &mut report.mistakes);
    let kinds = sections::sources::kinds(&layers, report);
    Ok(Given {
        layers: layers.with_sources(kinds),
        names,
        dialect,
        path,
    })
}

/// Reads every part, even after a mistake in another one.
fn settings(layers: &Layers, report: &mut Report, needs: Needs) -> Option<Settings> {
    let mut reader = Reader { layers, report };
    let log_level = reader.parsed("log_level", document::values::level);
    let flags = read::flags::read(&mut reader);
    let dry_run = reader.boolean("dry_run");
    sections::udm::refuse_two_targets(&mut reader);
    let target = match needs {
        // The attributes that sources provide depend on it.
        Needs::SourcesOnly if sections::udm::is_target(reader.layers) => {
            Some(sections::udm::read_for_sources(&mut reader).map(TargetSettings::Udm))
        }
        Needs::SourcesOnly => None,
        Needs::Everything => Some(target(&mut reader, flags)),
    };
    let role = match &target {
        Some(Some(TargetSettings::Zitadel(zitadel))) => Some(zitadel.role.clone()),
        Some(None) => None,
        _ => reader.required("zitadel.role"),
    };
    let sources = sections::sources::read(&mut reader);
    let policy = policy(&mut reader, flags);
    let guard = sections::policy::guard(&mut reader);
    let providers = sections::provider::read(&mut reader);
    let apply = sections::policy::apply(&mut reader);
    let require_policy = reader.boolean("zitadel.require_policy");
    let (policy_file, lock_dir) = (reader.path("policy_file"), reader.folder("lock.dir"));
    let output = sections::output::read(&mut reader);
    let metrics_file = reader.filled("metrics.file").map(PathBuf::from);
    let notify = sections::notify::read(&mut reader);
    let run = sections::run::read(&mut reader);
    let target = match target {
        None => None,
        Some(target) => Some(target?.with_sources(&sources).under(policy.as_ref()?)),
    };
    let notes = target.iter().flat_map(TargetSettings::notes_of_roles);
    reader.report.notes.extend(notes);
    Some(Settings {
        log_level: log_level?,
        dry_run: flags.dry_run || dry_run,
        target,
        role: role?,
        sources,
        withholding: crate::plan::Withholding::of(&policy?),
        policy: policy?,
        guard: guard?,
        policy_file,
        require_policy,
        providers: providers?,
        apply: apply?,
        lock_dir,
        output: output?,
        metrics_file,
        notify,
        run: run?,
        id_keys: IdKeys::default(),
        notes: Vec::new(),
        files: Vec::new(),
        key_names: KeyNames::default(),
    })
}

/// The keys of the external ids that were given, with their locations.
fn id_keys(layers: &Layers, names: &dialects::Names, sources: &[SourceSettings]) -> IdKeys {
    let mut keys = IdKeys::default();
    for source in sources {
        for (of_people, key) in [
            (true, "attributes.user_id"),
            (false, "groups.attributes.group_id"),
        ] {
            let path = format!("sources.{}.{key}", source.name);
            let Some(value) = layers.value(&path) else {
                continue;
            };
            let origin = layers.origin(&path, value.tag());
            let at = origin.map(|origin| format!(" ({origin})")).unwrap_or_default();
            let name = names.of(&path).unwrap_or(path);
            keys = keys.with(&source.name, of_people, format!("`{name}`{at}"));
        }
    }
    keys
}

/// Reads the policy, as far as the target supports it; `None` after a mistake.
fn policy(reader: &mut Reader<'_>, flags: read::flags::Flags) -> Option<crate::plan::Policy> {
    let policy = sections::policy::policy(reader, flags)?;
    sections::udm::check_marker(reader, &policy);
    sections::udm::refuse_sessions(reader, &policy);
    Some(policy)
}

/// Reads the configured target; `None` after a mistake.
fn target(reader: &mut Reader<'_>, flags: read::flags::Flags) -> Option<TargetSettings> {
    if sections::udm::is_target(reader.layers) {
        sections::udm::note_flags(reader, flags);
        sections::udm::read(reader).map(TargetSettings::Udm)
    } else {
        sections::zitadel::read(reader, flags).map(TargetSettings::Zitadel)
    }
}

impl TargetSettings {
    /// Adds what follows from these sources.
    fn with_sources(self, sources: &[SourceSettings]) -> Self {
        match self {
            Self::Zitadel(zitadel) => Self::Zitadel(zitadel.with_roles_of(sources)),
            Self::Udm(udm) => Self::Udm(udm.with_ids_of(sources)),
        }
    }

    /// Adds what follows from this policy.
    fn under(self, policy: &Policy) -> Self {
        match self {
            Self::Zitadel(zitadel) => Self::Zitadel(zitadel.under(policy)),
            Self::Udm(_) => self,
        }
    }

    fn notes_of_roles(&self) -> Vec<String> {
        match self {
            Self::Zitadel(zitadel) => zitadel.notes_of_roles().collect(),
            Self::Udm(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
