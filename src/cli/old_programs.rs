//! Names of other programs under which this one may be called, with their options.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{FromArgMatches as _, Parser};

use super::{Cli, Command, Global};
use crate::config::{self, Environment, FlagValue};

/// Univention's connectors: one argument, and their own options beside ours.
const CONNECTORS: [&str; 2] = ["udm-directory-connector", "directory-importer"];

/// Reads users and groups of a directory and keeps them in line in UDM
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Connector {
    /// Configuration file [env: `CONFIG_FILENAME`, `AD2UCS_CFG`]
    #[arg(value_name = "CONFIG")]
    file: Option<PathBuf>,
    /// Lowest level that is logged: debug, info, warning, error or critical [env: `LOG_LEVEL`]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Accepted and without effect; see --log-format [env: `LOG_CONF`]
    #[arg(long, value_name = "FILE")]
    log_conf: Option<PathBuf>,
    /// Password of the source; other users of this machine can see it [env: `SOURCE_PASSWORD`]
    #[arg(long, value_name = "PASSWORD")]
    source_password: Option<String>,
    /// Password for UDM; other users of this machine can see it [env: `UDM_PASSWORD`]
    #[arg(long, value_name = "PASSWORD")]
    udm_password: Option<String>,
    /// Stay running, and run repeatedly [env: `REPEAT`]
    #[arg(long, overrides_with = "no_repeat")]
    repeat: bool,
    /// Run once, whatever the variable says
    #[arg(long)]
    no_repeat: bool,
    /// Seconds between runs; 300 without it [env: `REPEAT_DELAY`]
    #[arg(long, value_name = "SECONDS")]
    repeat_delay: Option<String>,
    #[command(flatten)]
    global: Global,
}

/// Seconds between runs.
const DELAY: &str = "300";

/// The command line of the program of this name, which is the first argument too.
///
/// # Errors
/// What is wrong with it, or the requested help.
pub fn parse(
    program: &str,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
) -> Result<Cli, clap::Error> {
    if !CONNECTORS.contains(&program) {
        let matches = super::options::command_line().try_get_matches_from(arguments)?;
        return Cli::from_arg_matches(&matches);
    }
    Connector::try_parse_from(arguments)?.into_ours(environment)
}

impl Connector {
    /// Returns whether it stays running. The option takes precedence over the variable, which counts as absent if it
    /// is empty.
    fn stays(&self, environment: &Environment) -> Result<bool, clap::Error> {
        if self.repeat || self.no_repeat {
            return Ok(self.repeat && !self.no_repeat);
        }
        let repeats = config::repeats(environment);
        let repeats = repeats
            .map_err(|what| clap::Error::raw(clap::error::ErrorKind::InvalidValue, format!("{what}\n")))?;
        Ok(repeats.unwrap_or_default())
    }

    fn into_ours(self, environment: &Environment) -> Result<Cli, clap::Error> {
        let stays = self.stays(environment)?;
        let delay = self.repeat_delay.filter(|delay| !delay.is_empty());
        let delay = delay.or_else(|| text(environment, "REPEAT_DELAY"));
        let delay = stays.then(|| delay.unwrap_or_else(|| DELAY.to_owned()));
        let mut global = self.global;
        global.is_connector = true;
        let named = self.file.or_else(|| path(environment, "CONFIG_FILENAME"));
        global.config = global.config.or(named);
        let options = [
            ("--log-level", "log_level", self.log_level),
            (
                "--source-password",
                "sources.ldap.bind_password",
                self.source_password,
            ),
            ("--udm-password", "udm.password", self.udm_password),
            ("--repeat-delay", "run.every", delay),
        ];
        let given = options.into_iter().filter_map(|(flag, key, value)| {
            Some(FlagValue {
                flag: flag.to_owned(),
                key: key.to_owned(),
                value: value.filter(|value| !value.is_empty())?,
            })
        });
        global.given = given.collect();
        if self.log_conf.is_some() {
            global
                .notes
                .push("`--log-conf` has no effect; `--log-format json` is for programs".to_owned());
        }
        let command = if stays {
            Command::Run
        } else {
            Command::Sync { only: Vec::new() }
        };
        Ok(Cli {
            command: Some(command),
            global,
        })
    }
}

/// A text in a variable; an empty one counts as absent.
fn text(environment: &Environment, name: &str) -> Option<String> {
    let value = environment.var(name)?.to_str()?.to_owned();
    (!value.is_empty()).then_some(value)
}

/// A path in a variable; an empty one counts as absent.
fn path(environment: &Environment, name: &str) -> Option<PathBuf> {
    let value = environment.var(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Cli {
        let environment = variables.iter().copied().collect();
        let arguments = [program].into_iter().chain(arguments.iter().copied());
        parse(program, arguments.map(OsString::from), &environment).unwrap()
    }

    fn config(cli: &Cli) -> Option<&str> {
        cli.global.config.as_deref().map(|path| path.to_str().unwrap())
    }

    #[test]
    fn the_file_of_a_connector_is_an_argument_or_a_variable() {
        let variable = [("CONFIG_FILENAME", "b.yaml")];
        for (arguments, variables, expected) in [
            (&["a.yaml"][..], &variable[..], Some("a.yaml")),
            (&[], &variable, Some("b.yaml")),
            (&["-c", "c.yaml"], &variable, Some("c.yaml")),
            (&[], &[("CONFIG_FILENAME", "")], None),
        ] {
            for program in CONNECTORS {
                assert_eq!(config(&parsed(program, arguments, variables)), expected);
            }
        }
        assert_eq!(config(&parsed("directory-sync", &["sync"], &variable)), None);
    }

    #[test]
    fn a_connector_stays_if_repeat_is_set() {
        let every = |arguments: &[&str], variables: &[(&str, &str)]| {
            let cli = parsed("directory-importer", arguments, variables);
            let stays = matches!(cli.command, Some(Command::Run));
            let every = cli.global.given.iter().find(|given| given.key == "run.every");
            assert_eq!(stays, every.is_some());
            every.map(|given| given.value.clone())
        };
        let repeat = ("REPEAT", "yes");
        for (arguments, variables, expected) in [
            (&[][..], &[][..], None),
            (&["--repeat"], &[], Some("300")),
            (&[], &[repeat], Some("300")),
            (&[], &[repeat, ("REPEAT_DELAY", "60")], Some("60")),
            (
                &["--repeat-delay", "5"],
                &[repeat, ("REPEAT_DELAY", "60")],
                Some("5"),
            ),
            (&["--no-repeat"], &[repeat], None),
            (&[], &[("REPEAT", ""), ("REPEAT_DELAY", "60")], None),
        ] {
            assert_eq!(
                every(arguments, variables).as_deref(),
                expected,
                "{arguments:?} {variables:?}"
            );
        }
        let wrong = [("REPEAT", "often")].into_iter().collect();
        assert!(parse("directory-importer", ["x".into()], &wrong).is_err());
    }

    #[test]
    fn options_of_a_connector_are_keys() {
        let arguments = [
            "--log-level",
            "WARNING",
            "--udm-password",
            "x",
            "--source-password",
            "",
            "--dry-run",
            "a.yaml",
        ];
        let cli = parsed("directory-importer", &arguments, &[]);
        let keys: Vec<_> = cli
            .global
            .given
            .iter()
            .map(|given| (given.key.as_str(), given.value.as_str()))
            .collect();
        assert_eq!(keys, [("log_level", "WARNING"), ("udm.password", "x")]);
        assert!(cli.global.dry_run && matches!(cli.command, Some(Command::Sync { .. })));
    }
}
