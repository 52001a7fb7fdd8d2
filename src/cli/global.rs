//! Options of every command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::config::FlagValue;

const CONFIG_HELP: &str = "Configuration file [default: ./config.yaml, or $DIRECTORY_SYNC_CONFIG, \
$FAMEDLY_LDAP_SYNC_CONFIG, $FAMEDLY_SYNC_CONFIG]";

const APPROVE_HELP: &str = "Approve exactly the changes for which a refused run printed this token \
[env: DIRECTORY_SYNC_APPROVE]";

const APPROVE_FILE_HELP: &str =
    "The same token in a file, such as a mounted Secret [env: DIRECTORY_SYNC_APPROVE_FILE]";

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
    /// Write metrics of the run for Prometheus, also when it fails; FILE is replaced [config: `metrics.file`]
    #[arg(long, global = true, value_name = "FILE")]
    pub metrics_file: Option<PathBuf>,
    /// Write the former state of all changed accounts to a file for `undo`, before the first change. FILE of an
    /// earlier run becomes FILE.1 and so on up to FILE.9; in a folder, each run has its own file. It contains
    /// personal values
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
    /// Print only the number of changes
    #[arg(long, global = true, conflicts_with = "all")]
    pub summary: bool,
    /// Apply the changes without asking; only a terminal is asked
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Whether output has colours [env: `NO_COLOR`]
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Format of log lines on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Log more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Log less; twice for errors only, three times for nothing
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub quiet: u8,
    /// Options of other programs, converted to keys.
    #[arg(skip)]
    pub given: Vec<FlagValue>,
    /// Messages about options of other programs.
    #[arg(skip)]
    pub notes: Vec<String>,
    /// The program has the name of one of Univention's connectors.
    #[arg(skip)]
    pub is_connector: bool,
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

/// Format of data on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs, one JSON document per line.
    Json,
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs, one JSON object per line.
    Json,
}
