//! What a scenario's folder says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format as _, Yaml};
use serde::Deserialize;
use serde_json::Value;
use testkit::zitadel::Version;

/// `scenario.yaml`, with `step.yaml` laid over it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// The rule, as one sentence.
    #[expect(dead_code, reason = "for the reader of the folder")]
    title: String,
    /// What happens in this step.
    #[serde(default)]
    #[expect(dead_code, reason = "for the reader of the folder")]
    what: String,
    /// The server's generation.
    #[serde(default)]
    pub(super) server: Server,
    /// TLS of the directory.
    #[serde(default)]
    pub(super) ldap_tls: LdapTls,
    /// The name by which the program is called.
    #[serde(default = "program")]
    pub(super) program: String,
    /// Command and options, separated by blanks.
    #[serde(default)]
    arguments: String,
    /// The only variables of the process, beside `PATH`.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    /// What an administrator does in Zitadel before the step.
    #[serde(default)]
    pub(super) before: Vec<Deed>,
    /// Whether `check` is run first, which writes nothing and finds no fault.
    #[serde(default)]
    pub(super) check: bool,
    /// Exit code of the run.
    #[serde(default)]
    pub(super) exit: i32,
    /// Exit code of the dry run before; that of the run unless said otherwise.
    plan_exit: Option<i32>,
    /// Exit code of `plan --detailed-exit-code` after the run; that of the run unless said otherwise.
    again_exit: Option<i32>,
}

/// A call of Zitadel's API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deed {
    /// Method and path, such as `POST /v2/users/ada/deactivate`.
    pub(super) call: String,
    #[serde(default)]
    pub(super) body: Value,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) enum Server {
    #[default]
    #[serde(rename = "v4")]
    V4,
    #[serde(rename = "v4.2")]
    V4_2,
    #[serde(rename = "v2.64")]
    V2_64,
}

impl From<Server> for Version {
    fn from(server: Server) -> Self {
        match server {
            Server::V4 => Self::V4,
            Server::V4_2 => Self::V4_2,
            Server::V2_64 => Self::V2_64,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LdapTls {
    #[default]
    Off,
    /// Clients may show a certificate.
    Optional,
    /// Clients must show a certificate.
    Demanded,
}

fn program() -> String {
    "directory-sync".to_owned()
}

impl Step {
    /// The words of the run.
    pub(super) fn run(&self) -> Vec<String> {
        self.arguments.split_whitespace().map(str::to_owned).collect()
    }

    /// The words of a check with the same options.
    pub(super) fn check(&self) -> Vec<String> {
        let options = self.run().into_iter().filter(|word| word != "sync");
        std::iter::once("check".to_owned()).chain(options).collect()
    }

    /// The words of the same run without writing.
    pub(super) fn plan(&self) -> Vec<String> {
        let mut words = self.run();
        match words.first().map(String::as_str) {
            Some("sync") => "plan".clone_into(&mut words[0]),
            Some("link-ids") => words.push("--dry-run".to_owned()),
            _ => words.insert(0, "plan".to_owned()),
        }
        words
    }

    /// Whether the dry run is the command `plan`.
    pub(super) fn has_plan(&self) -> bool {
        !self.arguments.starts_with("link-ids")
    }

    pub(super) fn plan_exit(&self) -> i32 {
        self.plan_exit.unwrap_or(self.exit)
    }

    /// `None` after a run that wrote nothing because it must not.
    pub(super) fn again_exit(&self) -> Option<i32> {
        self.again_exit.or((self.exit < 2).then_some(self.exit))
    }
}

/// A scenario's folder and the folders of its steps.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    steps: Vec<PathBuf>,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Self {
        let numbered = (1..).map(|number| root.join(number.to_string()));
        let mut steps: Vec<PathBuf> = numbered.take_while(|step| step.is_dir()).collect();
        if steps.is_empty() {
            steps.push(root.to_owned());
        }
        Self {
            root: root.to_owned(),
            steps,
        }
    }

    /// Each step with the folder of its files.
    pub(super) fn steps(&self) -> impl Iterator<Item = (Step, &Path)> {
        self.steps
            .iter()
            .map(|folder| (self.read(folder), folder.as_path()))
    }

    fn read(&self, folder: &Path) -> Step {
        let mut files = Figment::from(Yaml::file_exact(self.root.join("scenario.yaml")));
        if folder.join("step.yaml").exists() {
            files = files.merge(Yaml::file_exact(folder.join("step.yaml")));
        }
        files
            .extract()
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    }

    /// The folders whose files are there before a step: the scenario's own before the first, and the step's.
    pub(super) fn layers<'a>(&'a self, step: &'a Path) -> Vec<&'a Path> {
        let first = self.steps.first().is_some_and(|first| first == step);
        if first && step != self.root {
            vec![&self.root, step]
        } else {
            vec![step]
        }
    }

    /// Whether any step has a file of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.root.join(name).exists() || self.steps.iter().any(|step| step.join(name).exists())
    }
}

/// The files of a folder that are no folders, by name.
pub(super) fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(String, PathBuf)> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), entry.path()))
        .collect();
    files.sort();
    files
}
