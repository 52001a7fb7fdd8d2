//! Names of other programs under which this one may be called, and what their options mean.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

use super::{Cli, Command, Global};
use crate::config::{Environment, FlagValue};

/// Univention's connectors: one argument, and options of their own beside ours.
const CONNECTORS: [&str; 2] = ["udm-directory-connector", "directory-importer"];

/// Reads users and groups of a directory and keeps them in line in UDM
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Connector {
    /// Configuration file [env: `CONFIG_FILENAME`, `AD2UCS_CFG`]
    #[arg(value_name = "CONFIG")]
    file: Option<PathBuf>,
    /// Least important level that is logged: debug, info, warning, error or critical [env: `LOG_LEVEL`]
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
    #[command(flatten)]
    global: Global,
}

/// The command line of the program of this name, which is the first argument too.
///
/// # Errors
/// What is wrong with it, or the help that it asks for.
pub fn parse(
    program: &str,
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
) -> Result<Cli, clap::Error> {
    if !CONNECTORS.contains(&program) {
        return Cli::try_parse_from(arguments);
    }
    Connector::try_parse_from(arguments).map(|connector| connector.into_ours(environment))
}

impl Connector {
    fn into_ours(self, environment: &Environment) -> Cli {
        let mut global = self.global;
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
        Cli {
            command: Some(Command::Sync { only: Vec::new() }),
            global,
        }
    }
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
