//! What can be said on the command line.

pub mod documents;
pub mod programs;
pub mod takes;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::FlagValue;

const CONFIG_HELP: &str = "Configuration file [default: ./config.yaml, or $DIRECTORY_SYNC_CONFIG, \
$FAMEDLY_LDAP_SYNC_CONFIG, $FAMEDLY_SYNC_CONFIG]";

const APPROVE_HELP: &str = "Let exactly that through for which a refused run printed this token \
[env: DIRECTORY_SYNC_APPROVE]";

const APPROVE_FILE_HELP: &str =
    "The same token in a file, such as a mounted Secret [env: DIRECTORY_SYNC_APPROVE_FILE]";

/// Keeps the accounts of a Zitadel organization in line with LDAP, CSV and the UKT list.
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
    /// Try configuration, sources and target, and say what to mend
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
}

/// Options that work before and after the command.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Global {
    /// Configuration file.
    #[arg(short, long, global = true, value_name = "FILE", help = CONFIG_HELP)]
    pub config: Option<PathBuf>,
    /// Stop after the plan
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// After writing, wait until Zitadel's lists are current, read again, and exit with 1 if a change is left
    #[arg(long, global = true)]
    pub verify: bool,
    /// Write a JSON report, also when the run fails
    #[arg(long, global = true, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write a page for a browser, also when the run fails: the plan, its limits and its result. Names are hidden unless
    /// `output.names` is `show`
    #[arg(long, global = true, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write figures about the run for Prometheus, also when it fails; FILE is replaced [config: `metrics.file`]
    #[arg(long, global = true, value_name = "FILE")]
    pub metrics_file: Option<PathBuf>,
    /// Write how everything was, before anything is changed, for `undo`; FILE of an earlier run becomes FILE.1 and so on
    /// up to FILE.9, and in a folder each run has a file of its own. It holds personal values
    #[arg(long, global = true, value_name = "FILE")]
    pub undo_file: Option<PathBuf>,
    /// Token of a refused run.
    #[arg(long, global = true, value_name = "TOKEN", help = APPROVE_HELP)]
    pub approve: Option<String>,
    /// The same token in a file, such as a mounted Secret.
    #[arg(long, global = true, value_name = "FILE", help = APPROVE_FILE_HELP)]
    pub approve_file: Option<PathBuf>,
    /// Do nothing unless limits for this configuration exist, at the target or in `policy_file`
    #[arg(long, global = true)]
    pub require_policy: bool,
    /// How plan and people are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show the values of attributes in plan and people, such as addresses and numbers
    #[arg(long, global = true)]
    pub show_values: bool,
    /// Print every change of a long plan
    #[arg(long, global = true)]
    pub all: bool,
    /// Print how many changes there are, and none of them
    #[arg(long, global = true, conflicts_with = "all")]
    pub summary: bool,
    /// Make the changes without asking; only a terminal is asked
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Whether output has colours [env: `NO_COLOR`]
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// How log lines on stderr look
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Log more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Log less; twice for errors only, three times for nothing
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub quiet: u8,
    /// Options of other programs that stand for keys.
    #[arg(skip)]
    pub given: Vec<FlagValue>,
    /// What is to be said about options of other programs.
    #[arg(skip)]
    pub notes: Vec<String>,
}

/// Whether output has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How data on stdout looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs, one JSON document a line.
    Json,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs, one JSON object a line.
    Json,
}
