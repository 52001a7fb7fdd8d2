//! The command line.

mod global;
pub mod manual;
pub mod old_programs;
pub mod options;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use self::global::{Color, Format, Global, LogFormat};

/// Keeps the accounts of an identity provider in line with LDAP, Active Directory, CSV and the UKT list.
#[derive(Debug, Parser)]
#[command(name = "directory-sync", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 in line; 1 some records or changes failed; 2 usage or configuration; \
3 a source or the target could not be read; 4 refused by the guard; 5 another run is under way; 10 changes are pending (plan) or plans differ (diff-config)."
)]
pub struct Cli {
    /// What to do; without it: sync.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Read, plan, check and apply (the default)
    #[command(alias = "imp")]
    Sync {
        /// Change only this person, named by external id, e-mail address, login name or DN; can be repeated. The run
        /// still reads everything, and removes no person as absent
        #[arg(long, value_name = "WHO")]
        only: Vec<String>,
    },
    /// Read, plan and check; write nothing
    Plan {
        /// Exit with 10 when changes are pending
        #[arg(long)]
        detailed_exit_code: bool,
        /// Plan only for this person, as with `sync --only`
        #[arg(long, value_name = "WHO")]
        only: Vec<String>,
        /// Write the plan to a file for `apply`. It contains personal values, and only its owner may read it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Stay running, and sync at each trigger: a timer, SIGHUP (which also reads the configuration again), a command
    /// at Zitadel
    Run,
    /// Apply a plan that `plan --out` wrote, except for accounts that have changed since
    Apply {
        /// The plan file
        #[arg(value_name = "FILE")]
        plan: PathBuf,
    },
    /// Undo an earlier run with the file of its `--undo-file`, except for accounts that have changed since
    Undo {
        /// The undo file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// With --dry-run: exit with 10 when changes are pending
        #[arg(long, requires = "dry_run")]
        detailed_exit_code: bool,
    },
    /// Give accounts that were created by hand the external id, `localpart` and role of the person with their address
    LinkIds,
    /// Test configuration, sources and target, and say what to fix
    Check,
    /// Test whether one person can sign in at a directory, and which step fails. Asks for the password, or reads it
    /// from stdin
    Auth {
        /// The name that the person signs in with
        #[arg(value_name = "NAME")]
        name: String,
        /// The source, if there are several directories
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// Show what is known about one person or group, and what a run would do about it and why; write nothing
    Explain {
        /// External id, e-mail address, login name, DN, account id, or a hash of one of them from an output
        #[arg(value_name = "WHO")]
        who: String,
        /// Search this plan, undo file or report instead of sources and target
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
    },
    /// Compare the plans of this configuration and of another one: what changes if the other one is used. Reads
    /// sources and target once for each of them, and writes nothing
    DiffConfig {
        /// The other configuration file; variables apply to both
        #[arg(value_name = "FILE")]
        other: PathBuf,
        /// Exit with 10 when the plans differ
        #[arg(long)]
        detailed_exit_code: bool,
    },
    /// Show the configuration
    #[command(subcommand)]
    Config(Config),
    /// Print the people and groups in the sources; needs no target
    Users {
        /// Print only the number of people, with little memory; duplicates are not detected
        #[arg(long, conflicts_with_all = ["format", "show_values"])]
        count: bool,
    },
    /// Texts about the program.
    #[command(flatten)]
    Document(Document),
}

#[derive(Clone, Debug, Subcommand)]
pub enum Config {
    /// Print each effective value with its origin: a default, a line of the file, a variable, an option, or a limit.
    /// Secrets are masked, and no server is contacted
    Show {
        /// Also read the limits that the target sets
        #[arg(long)]
        target_limits: bool,
    },
}

/// Texts about the program; they need no configuration.
#[derive(Clone, Debug, Subcommand)]
pub enum Document {
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print a JSON Schema (2020-12), for editors and for programs that read what this program writes
    Schema {
        /// The document
        #[arg(value_enum)]
        of: Schema,
    },
    /// Print the manual page, or write the pages of all commands to a folder
    Man {
        /// An existing folder
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

/// A document that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// The configuration file.
    Config,
    /// The file of `--report`, also printed by `--format json`.
    Report,
    /// The file of `plan --out`.
    Plan,
    /// A plan as `--format json` prints it.
    PlanView,
    /// The file of `--undo-file`.
    Undo,
}

/// Without a command.
static DEFAULT: Command = Command::Sync { only: Vec::new() };
/// Without a command, for a program that stays running.
static STAY: Command = Command::Run;

impl Cli {
    /// The command, which may follow from the program name: `adc` alone stays running.
    pub fn command(&self, program: &str) -> &Command {
        let implied = match program {
            "adc" => &STAY,
            _ => &DEFAULT,
        };
        self.command.as_ref().unwrap_or(implied)
    }
}

impl Command {
    /// The people to whom `--only` limits the run; empty means all people.
    pub fn only(&self) -> &[String] {
        match self {
            Self::Sync { only } | Self::Plan { only, .. } => only,
            _ => &[],
        }
    }

    /// Returns whether it changes the target, unless an option or a setting forbids it.
    pub fn writes(&self) -> bool {
        matches!(
            self,
            Self::Sync { .. } | Self::LinkIds | Self::Apply { .. } | Self::Undo { .. } | Self::Run
        )
    }
}
