//! Which options each command accepts. Help only shows these, and a command refuses others.

use clap::CommandFactory;

use super::{Cli, Command, Document, Format, Global};

/// Commands that make a plan, and may apply it.
const RUNS: &[&str] = &["sync", "plan", "run", "apply", "undo", "link-ids"];
/// Commands that print plans.
const PRINTS_PLANS: &[&str] = &["sync", "plan", "run", "apply", "undo", "link-ids", "diff-config"];
/// Those that change something.
const WRITES: &[&str] = &["sync", "run", "apply", "undo", "link-ids"];
/// Those that a person starts and watches.
const WATCHED: &[&str] = &["sync", "apply", "undo", "link-ids"];

/// Those that read the configuration. The others print texts about the program.
const CONFIGURED: &[&[&str]] = &[PRINTS_PLANS, &["check", "auth", "config", "users", "explain"]];

/// Options that only some commands accept, by field name, with these commands.
const USES: &[(&str, &[&[&str]])] = &[
    ("config", CONFIGURED),
    ("verbose", CONFIGURED),
    ("quiet", CONFIGURED),
    ("dry_run", &[RUNS]),
    ("verify", &[&["sync", "run", "apply", "link-ids"]]),
    ("report", &[RUNS]),
    ("html", &[&["sync", "plan", "apply", "undo"]]),
    ("metrics_file", &[RUNS]),
    ("undo_file", &[WRITES]),
    ("approve", &[RUNS]),
    ("approve_file", &[RUNS]),
    ("require_policy", &[RUNS, &["check", "diff-config"]]),
    (
        "format",
        &[
            RUNS,
            &["check", "auth", "config", "users", "explain", "diff-config"],
        ],
    ),
    ("show_values", &[RUNS, &["users", "explain", "diff-config"]]),
    ("all", &[PRINTS_PLANS]),
    ("summary", &[PRINTS_PLANS]),
    ("yes", &[WATCHED]),
];

impl Command {
    /// Its name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sync { .. } => "sync",
            Self::Plan { .. } => "plan",
            Self::Run => "run",
            Self::Apply { .. } => "apply",
            Self::Undo { .. } => "undo",
            Self::LinkIds => "link-ids",
            Self::Check => "check",
            Self::Auth { .. } => "auth",
            Self::Config(_) => "config",
            Self::DiffConfig { .. } => "diff-config",
            Self::Users { .. } => "users",
            Self::Explain { .. } => "explain",
            Self::Document(Document::Completions { .. }) => "completions",
            Self::Document(Document::Man { .. }) => "man",
            Self::Document(Document::Schema { .. }) => "schema",
        }
    }
}

/// The whole command line, in which each command shows the options that it accepts.
pub fn command_line() -> clap::Command {
    let mut line = <Cli as CommandFactory>::command();
    let options: Vec<clap::Arg> = line.get_arguments().cloned().collect();
    let names: Vec<String> = line
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in names {
        let idle = options.iter().filter(|option| {
            let uses = USES.iter().find(|(known, _)| option.get_id() == known);
            uses.is_some_and(|(_, takers)| !takers.concat().contains(&&*name))
        });
        // A separate option of the command hides the one of all commands.
        let idle = idle.map(|option| option.clone().hide(true));
        line = line.mut_subcommand(name.clone(), |command| command.args(idle));
    }
    line
}

/// The first given option that has no effect on the command, and a hint.
pub fn idle(command: &Command, global: &Global) -> Option<(String, String)> {
    not_taken(command, global).or_else(|| without_effect_on_json(global))
}

/// JSON always contains the whole plan.
fn without_effect_on_json(global: &Global) -> Option<(String, String)> {
    let option = ["all", "summary"]
        .into_iter()
        .find(|option| is_given(option, global))?;
    (global.format == Format::Json).then(|| {
        (
            format!("`--{option}` has no effect with `--format json`"),
            "leave it out; the JSON document always contains the whole plan".to_owned(),
        )
    })
}

fn not_taken(command: &Command, global: &Global) -> Option<(String, String)> {
    let name = command.name();
    let (option, takers) = USES
        .iter()
        .find(|(option, takers)| is_given(option, global) && !takers.concat().contains(&name))?;
    let takers: Vec<String> = takers.concat().iter().map(|taker| format!("`{taker}`")).collect();
    let takers = match takers.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => takers.concat(),
    };
    Some((
        format!("`--{}` cannot be used with `{name}`", option.replace('_', "-")),
        format!("leave it out; it is for {takers}"),
    ))
}

fn is_given(option: &str, global: &Global) -> bool {
    match option {
        "config" => global.config.is_some(),
        "verbose" => global.verbose > 0,
        "quiet" => global.quiet > 0,
        "dry_run" => global.dry_run,
        "verify" => global.verify,
        "report" => global.report.is_some(),
        "html" => global.html.is_some(),
        "metrics_file" => global.metrics_file.is_some(),
        "undo_file" => global.undo_file.is_some(),
        "approve" => global.approve.is_some(),
        "approve_file" => global.approve_file.is_some(),
        "require_policy" => global.require_policy,
        "format" => global.format != Format::Text,
        "show_values" => global.show_values,
        "all" => global.all,
        "summary" => global.summary,
        _ => global.yes,
    }
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    /// Each name in the table is that of an option or a command.
    #[test]
    fn the_table_names_what_there_is() {
        let line = command_line();
        for (option, takers) in USES {
            assert!(
                line.get_arguments().any(|known| known.get_id() == option),
                "{option}"
            );
            for taker in takers.concat() {
                assert!(line.find_subcommand(taker).is_some(), "{taker}");
            }
        }
    }

    #[test]
    fn help_shows_what_a_command_takes() {
        let help = |name: &str| {
            let mut line = command_line();
            line.build();
            line.find_subcommand_mut(name)
                .unwrap()
                .render_long_help()
                .to_string()
        };
        let (check, undo) = (help("check"), help("undo"));
        assert!(
            !check.contains("--undo-file") && !check.contains("--verify"),
            "{check}"
        );
        assert!(
            check.contains("--require-policy") && check.contains("--config"),
            "{check}"
        );
        assert!(
            undo.contains("--undo-file") && !undo.contains("--verify"),
            "{undo}"
        );
    }

    #[test]
    fn an_option_without_use_is_named_with_who_takes_it() {
        let idle = |words: &str| {
            let matches = command_line().get_matches_from(words.split(' '));
            let cli = Cli::from_arg_matches(&matches).unwrap();
            idle(cli.command("directory-sync"), &cli.global)
        };
        assert_eq!(idle("x sync --verify --yes --report r --undo-file u"), None);
        assert_eq!(
            idle("x undo u.json --verify"),
            Some((
                "`--verify` cannot be used with `undo`".to_owned(),
                "leave it out; it is for `sync`, `run`, `apply` and `link-ids`".to_owned()
            ))
        );
        for line in [
            "x users --summary",
            "x check --approve t",
            "x completions bash --report r",
            "x completions bash --config c",
            "x man . --yes",
            "x schema config --html h",
            "x schema config -v",
            "x plan --format json --all",
            "x plan --format json --summary",
        ] {
            assert!(idle(line).is_some(), "{line}");
        }
    }
}
