//! Runs of the program: in this process, without pauses between tries, or as the real binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Parser as _;
use directory_sync::cli::Cli;
use directory_sync::http::Backoff;
use directory_sync::names::Names;
use directory_sync::run::{Process, Terminal, run_with_pauses};
use tempfile::TempDir;
use testkit::zitadel::ZitadelDouble;

/// As often as the program tries by itself, but at once.
const AT_ONCE: Backoff = Backoff {
    first: Duration::ZERO,
    longest: Duration::ZERO,
    tries: 5,
};

/// A folder with a configuration for one double.
pub(crate) struct Installation {
    folder: TempDir,
}

/// Writes a file for its owner alone.
pub(crate) fn write_private(path: &Path, content: impl AsRef<[u8]>) {
    testkit::files::write_private(path, content).expect("the folder can be written");
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Installation {
    /// `rest` is everything of the configuration but the target.
    pub(crate) fn new(zitadel: &ZitadelDouble, rest: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Self { folder };
        installation.write("key.json", zitadel.key_file_json());
        let config = format!(
            "zitadel:\n  url: {}\n  key_file: {}\n  organization_id: '{}'\n  project_id: '{}'\n  idp_id: '{}'\nlock:\n  dir: {}\n{}",
            zitadel.url(),
            installation.path("key.json").display(),
            zitadel.organization_id(),
            zitadel.project_id(),
            zitadel.idp_id(),
            installation.folder.path().display(),
            rest.replace("FOLDER", &installation.folder.path().display().to_string()),
        );
        installation.write("config.yaml", config);
        installation
    }

    /// A whole configuration; `FOLDER` in it is the folder.
    pub(crate) fn of(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Self { folder };
        let folder = installation.folder.path().display().to_string();
        installation.write("config.yaml", config.replace("FOLDER", &folder));
        installation
    }

    /// Replaces one text of the configuration.
    pub(crate) fn reconfigure(&self, from: &str, to: &str) {
        let config = fs::read_to_string(self.path("config.yaml")).expect("a configuration");
        assert!(config.contains(from), "{from}");
        self.write("config.yaml", config.replacen(from, to, 1));
    }

    /// Adds a line about the target.
    pub(crate) fn set(&self, line: &str) {
        let config = fs::read_to_string(self.path("config.yaml")).expect("a configuration");
        self.write(
            "config.yaml",
            config.replacen("zitadel:\n", &format!("zitadel:\n  {line}\n"), 1),
        );
    }

    /// Adds lines about other things.
    pub(crate) fn set_rest(&self, lines: &str) {
        let config = fs::read_to_string(self.path("config.yaml")).expect("a configuration");
        self.write("config.yaml", config + lines);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        write_private(&self.path(name), content);
    }

    /// Runs in this process.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.run_as("directory-sync", words)
    }

    /// The same, called by another name.
    pub(crate) fn run_as(&self, program: &str, words: &[&str]) -> Ran {
        let config = self.path("config.yaml");
        let cli = Cli::try_parse_from(arguments(&config, words)).expect("a command line");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut process = Process {
            environment: [("DIRECTORY_SYNC__OUTPUT__NAMES", "show")].into_iter().collect(),
            program,
            out: &mut out,
            err: &mut err,
            names: Names::default(),
            terminal: Terminal::default(),
            telemetry: None,
        };
        let exit = run_with_pauses(&cli, &mut process, AT_ONCE).expect("output can be written");
        Ran {
            exit: exit.code(),
            out: String::from_utf8_lossy(&out).into_owned(),
            err: String::from_utf8_lossy(&err).into_owned(),
        }
    }

    /// The real binary, not started yet.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let config = self.path("config.yaml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_directory-sync"));
        command
            .args(arguments(&config, words).skip(1))
            .env_clear()
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", "show")
            // Reading the system's certificates takes longer than the run.
            .env("SSL_CERT_FILE", "/dev/null")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn arguments<'a>(config: &'a Path, words: &'a [&str]) -> impl Iterator<Item = &'a std::ffi::OsStr> {
    let words = ["directory-sync"]
        .into_iter()
        .chain(words.iter().copied())
        .chain(["-c"]);
    words.map(std::ffi::OsStr::new).chain([config.as_os_str()])
}

/// Does the work for each number of the range, on several threads; gives what was wrong, in order of the numbers.
pub(crate) fn side_by_side(
    numbers: std::ops::Range<usize>,
    threads: usize,
    work: impl Fn(usize) -> Result<(), String> + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(numbers.start);
    let mut wrong: Vec<(usize, String)> = std::thread::scope(|scope| {
        let worker = || {
            let mut wrong = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= numbers.end {
                    return wrong;
                }
                if let Err(what) = work(number) {
                    wrong.push((number, what));
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("no panic"))
            .collect()
    });
    wrong.sort();
    wrong.into_iter().map(|(_, what)| what).collect()
}
