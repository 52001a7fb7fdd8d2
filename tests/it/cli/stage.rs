//! A folder with a configuration, a Zitadel double, and the binary run between them.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use testkit::zitadel::{Options, UserSeed, ZitadelDouble};

/// Where everything happens. Commands run in the folder, so that messages name files as the configuration does.
pub(super) struct Stage {
    folder: TempDir,
    pub(super) zitadel: ZitadelDouble,
}

/// What a run printed; what differs from run to run is replaced by words.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) exit: i32,
    pub(super) out: String,
    pub(super) err: String,
}

/// All people of `users.csv`, and no others, have the account that an earlier run created.
pub(super) const PEOPLE: &str = "\
email,first_name,last_name,phone
ada@example.org,Ada,Archer,
bob@example.org,Bob,Baker,
";

impl Stage {
    /// Two people with accounts that are as they should be.
    pub(super) fn new() -> Self {
        let stage = Self::empty();
        stage.add_account("ada@example.org", "Ada", "Archer");
        stage.add_account("bob@example.org", "Bob", "Baker");
        stage
    }

    /// The same people, and no accounts.
    pub(super) fn empty() -> Self {
        Self::at(Options::default())
    }

    /// The same with another Zitadel.
    pub(super) fn at(options: Options) -> Self {
        let zitadel = ZitadelDouble::start(options);
        let folder = TempDir::new().unwrap();
        let stage = Self { folder, zitadel };
        stage.write("users.csv", PEOPLE);
        stage.write("service-user.json", stage.zitadel.key_file_json());
        stage.configure(&stage.config());
        stage
    }

    /// The ordinary configuration.
    pub(super) fn config(&self) -> String {
        self.config_with("sources:\n  csv:\n    file_path: users.csv\n")
    }

    /// Line 1 to 5 of the configuration, and what follows them.
    pub(super) fn config_with(&self, rest: &str) -> String {
        format!(
            "zitadel:\n  url: {}\n  key_file: service-user.json\n  organization_id: {}\n  project_id: {}\n{rest}",
            self.zitadel.url(),
            self.zitadel.organization_id(),
            self.zitadel.project_id(),
        )
    }

    pub(super) fn configure(&self, text: &str) {
        self.write("config.yaml", text);
    }

    /// Replaces the only `from` in the configuration by `to`.
    pub(super) fn reconfigure(&self, from: &str, to: &str) {
        let config = self.read("config.yaml");
        assert_eq!(config.matches(from).count(), 1, "{from:?} in {config}");
        self.configure(&config.replace(from, to));
    }

    /// More people, each with a row and no account.
    pub(super) fn add_rows(&self, rows: &str) {
        self.write("users.csv", format!("{PEOPLE}{rows}"));
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        crate::program::write_private(&self.path(name), text);
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// An account as an earlier run made it; gives its id.
    pub(super) fn add_account(&self, email: &str, given_name: &str, family_name: &str) -> String {
        self.zitadel
            .add_user(UserSeed::synced(email, given_name, family_name))
    }

    /// The binary with arguments separated by blanks.
    pub(super) fn run(&self, arguments: &str) -> Run {
        self.run_with(arguments, &[] as &[(&str, &str)])
    }

    /// The same, with variables.
    pub(super) fn run_with<V: AsRef<OsStr>>(&self, arguments: &str, variables: &[(&str, V)]) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_directory-sync"), arguments);
        command.envs(variables.iter().map(|(name, value)| (name, value.as_ref())));
        self.finish(&mut command)
    }

    /// A program in the folder, in an environment that holds nothing of the surroundings.
    pub(super) fn command(&self, program: impl AsRef<OsStr>, arguments: &str) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", "show")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end, and sees that it did not panic.
    pub(super) fn finish(&self, command: &mut Command) -> Run {
        let run = self.told(&command.output().unwrap());
        for text in [&run.out, &run.err] {
            for trace in ["panicked", "backtrace", "RUST_BACKTRACE", "\u{1b}"] {
                assert!(!text.contains(trace), "{trace:?} in {text}");
            }
        }
        run
    }

    pub(super) fn told(&self, output: &Output) -> Run {
        let text = |bytes: &[u8]| self.in_words(std::str::from_utf8(bytes).unwrap());
        Run {
            exit: output.status.code().expect("no signal"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Addresses, ids and times as words.
    fn in_words(&self, text: &str) -> String {
        let mut text = text
            .replace(&self.zitadel.url(), "ZITADEL")
            .replace(&self.zitadel.organization_id(), "ORGANIZATION")
            .replace(&self.zitadel.project_id(), "PROJECT");
        for user in self.zitadel.all_users() {
            text = text.replace(&user.id, &format!("<{}>", user.username));
        }
        let lines = text.split_inclusive('\n').map(|line| {
            let line = between(line, "directory-sync 0.1.0, ", " UTC: ", "TIME");
            match line.split_once("  WARN ") {
                Some((_, warning)) => format!("TIME  WARN {warning}"),
                None if line.contains(" s (") => between(&line, ". ", " s (", "N requests, T"),
                None => between(&line, ". ", " s.", "N requests, T"),
            }
        });
        lines.collect()
    }

    /// All that a run says, as it says it.
    pub(super) fn words(&self, arguments: &str, variables: &[(&str, &str)]) -> String {
        let mut command = self.command(env!("CARGO_BIN_EXE_directory-sync"), arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    /// Nothing was written, whatever the run said.
    pub(super) fn assert_untouched(&self) {
        assert_eq!(self.zitadel.writes(), []);
    }

    /// A run that ends before anything is done: its exit code, and all it printed, on stderr.
    pub(super) fn assert_refuses(&self, arguments: &str, exit: i32, err: &str) {
        self.run(arguments).assert(exit, "", err);
        self.assert_untouched();
    }

    /// A sync that fails once it has begun: its exit code, and what it said on stderr before the verdict.
    pub(super) fn assert_fails(&self, err: &str) {
        self.run("").assert(3, START, &format!("{err}{FAILED}"));
        self.assert_untouched();
    }
}

/// The first line of every sync.
pub(super) const START: &str = "directory-sync 0.1.0, TIME UTC: sync, organization ORGANIZATION at ZITADEL\n";

/// The message if the target is silent from the start.
pub(super) const SILENT: &str =
    "TIME  WARN the target does not answer; trying again for some seconds url=ZITADEL/\n";

/// The last line of a sync that failed.
pub(super) const FAILED: &str =
    "Failed: nothing was written. N requests, T s (organization ORGANIZATION at ZITADEL). Exit code 3.\n";

impl Run {
    /// Compares all of it.
    pub(super) fn assert(&self, exit: i32, out: &str, err: &str) {
        assert_eq!(self.out, out, "stdout; stderr was:\n{}", self.err);
        assert_eq!(self.err, err, "stderr");
        assert_eq!(self.exit, exit);
    }
}

/// `line` with `word` between the first `start` after which an `end` follows, and that `end`.
fn between(line: &str, start: &str, end: &str, word: &str) -> String {
    let found = line
        .find(end)
        .and_then(|until| Some((line[..until].rfind(start)? + start.len(), until)));
    match found {
        Some((from, until)) => format!("{}{word}{}", &line[..from], &line[until..]),
        None => line.to_owned(),
    }
}
