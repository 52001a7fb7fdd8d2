//! What can be said on the command line.

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

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Read, plan, check and apply (the default)
    #[command(alias = "imp")]
    Sync {
        /// Change this person alone, named by external id, e-mail address, login name or DN; may be given several times.
        /// The run still reads everything, and removes no person as absent
        #[arg(long, value_name = "WHO")]
        only: Vec<String>,
    },
    /// Read, plan and check; write nothing
    Plan {
        /// Exit with 10 when changes are pending
        #[arg(long)]
        detailed_exit_code: bool,
        /// Plan for this person alone, as with `sync --only`
        #[arg(long, value_name = "WHO")]
        only: Vec<String>,
        /// Write the plan to a file for `apply`; it holds personal values, and only its owner may read it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Stay, and sync at each trigger: a timer, SIGHUP (which reads the configuration again), a command at Zitadel
    Run,
    /// Apply a plan that `plan --out` wrote; accounts that have changed since are left alone
    Apply {
        /// The plan
        #[arg(value_name = "FILE")]
        plan: PathBuf,
    },
    /// Take back what an earlier run did, from the file that its `--undo-file` wrote; accounts that somebody has changed
    /// since are left alone
    Undo {
        /// The undo file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// With --dry-run: exit with 10 when changes are pending
        #[arg(long, requires = "dry_run")]
        detailed_exit_code: bool,
    },
    /// Give accounts made by hand the external id, `localpart` and role of the person whose address they have
    LinkIds,
    /// Try configuration, sources and target, and say what to fix
    Check,
    /// Find out whether one person can log in at a directory, and which step fails. Asks for the password, or reads it from
    /// stdin
    Auth {
        /// The name, as the person types it
        #[arg(value_name = "NAME")]
        name: String,
        /// The source, if there are several directories
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// Show one person or group, from the record to what a run would do about them, and why; write nothing
    Explain {
        /// External id, e-mail address, login name, DN, account id, or a hash that stood for one of them in an output
        #[arg(value_name = "WHO")]
        who: String,
        /// Look into this report or plan in place of sources and target
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
    },
    /// Compare the plans of this configuration and of another one: who is affected by the change of configuration alone. Reads
    /// sources and target once for each of them, and writes nothing
    DiffConfig {
        /// The other configuration file; variables apply to both
        #[arg(value_name = "FILE")]
        other: PathBuf,
        /// Exit with 10 when the plans differ
        #[arg(long)]
        detailed_exit_code: bool,
    },
    /// Look at the configuration
    #[command(subcommand)]
    Config(Config),
    /// Print what the sources yield; needs no target
    Users {
        /// Print only how many people there are, in little memory; does not look for duplicates or repeats
        #[arg(long)]
        count: bool,
    },
    /// What the program says about itself.
    #[command(flatten)]
    Document(Document),
}

/// What to do with the configuration.
#[derive(Clone, Debug, Subcommand)]
pub enum Config {
    /// Print each value that takes effect and where it comes from: a default, a line of the file, a variable, an option, or a
    /// limit. Secrets are masked, and nothing is contacted
    Show {
        /// Ask the target for the limits that it sets
        #[arg(long)]
        target_limits: bool,
    },
}

/// Texts about the program; they need no configuration.
#[derive(Clone, Debug, Subcommand)]
pub enum Document {
    /// Print a script that completes commands and options in a shell
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
    /// The file of `--report`, which `--format json` prints, too.
    Report,
    /// The file of `plan --out`.
    Plan,
    /// A plan as `--format json` prints it.
    PlanView,
    /// The file of `--undo-file`.
    Undo,
}

/// What is done when nothing is said.
static DEFAULT: Command = Command::Sync { only: Vec::new() };
/// The same, of a program that stays.
static STAY: Command = Command::Run;

impl Cli {
    /// What to do, which may follow from the name by which the program was called: `adc` alone stays.
    pub fn command(&self, program: &str) -> &Command {
        let implied = match program {
            "adc" => &STAY,
            _ => &DEFAULT,
        };
        self.command.as_ref().unwrap_or(implied)
    }
}

impl Command {
    /// The people to whom `--only` limits the run; nobody: everybody.
    pub fn only(&self) -> &[String] {
        match self {
            Self::Sync { only } | Self::Plan { only, .. } => only,
            _ => &[],
        }
    }

    /// Whether it changes the target, unless an option or a setting forbids it.
    pub fn writes(&self) -> bool {
        matches!(
            self,
            Self::Sync { .. } | Self::LinkIds | Self::Apply { .. } | Self::Undo { .. } | Self::Run
        )
    }
}
