//! Plays a scenario: step by step, dry run, run, and a look at what is left to do.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::accounts::Account;
use super::cost::Run;
use super::decoys::Decoys;
use super::folder::{self, Folder, Server, Step};
use super::objects::Before;
use super::world::World;
use super::{cost, golden};
use crate::program::write_private;

/// What a line of the plan says when there is none.
const NOTHING: &str = "Plan: nothing to change";

/// Exit code of `plan --detailed-exit-code` when changes are pending.
const PENDING: i32 = 10;

/// Files of a scenario's folder that are not the program's.
const NOT_COPIED: [&str; 11] = [
    "scenario.yaml",
    "step.yaml",
    "people.ldif",
    "changes.ldif",
    "accounts-before.json",
    "accounts-after.json",
    "objects-before.json",
    "objects-after.json",
    "check.txt",
    "plan.txt",
    "sync.txt",
];

pub(super) struct Stage {
    pub(super) world: World,
    decoys: Decoys,
    /// Where the program runs.
    pub(super) working: TempDir,
    /// Ids that the double chose, and the names they go by.
    pub(super) ids: Vec<(String, String)>,
    pub(super) wrong: Vec<String>,
    /// How a text is compared with its file.
    golden: fn(&Path, &str) -> Option<String>,
    /// `output.names`
    pub(super) names: &'static str,
}

/// Plays all steps and fails with everything that is not as it should be.
pub(super) fn play(root: &Path) {
    play_on(root, None);
}

/// The same with a server of another generation than the folder says. It may be asked other questions; what comes of it is
/// the same.
pub(super) fn play_on(root: &Path, server: Option<Server>) {
    let (folder, mut stage) = Stage::open(root, server);
    for (step, place) in folder.steps() {
        stage.prepare(&folder, &step, place);
        stage.step(&step, place);
    }
    assert!(stage.wrong.is_empty(), "\n\n{}", stage.wrong.join("\n\n"));
}

impl Stage {
    /// The world of a scenario before its first step.
    pub(super) fn open(root: &Path, server: Option<Server>) -> (Folder, Self) {
        let folder = Folder::open(root);
        let working = TempDir::new().expect("a temporary folder");
        let (mut first, _) = folder.steps().next().expect("a step");
        first.server = server.unwrap_or(first.server);
        let world = World::start(&folder, &first, working.path());
        let decoys = Decoys::plant(&world.zitadel);
        write_private(
            &working.path().join("service-user.json"),
            world.zitadel.key_file_json(),
        );
        let stage = Self {
            names: "show",
            world,
            decoys,
            working,
            ids: Vec::new(),
            wrong: Vec::new(),
            golden: match server {
                None => golden::compare,
                Some(_) => golden::compare_only,
            },
        };
        (folder, stage)
    }

    /// Lays the step's files over the ones before, and changes the servers.
    pub(super) fn prepare(&mut self, folder: &Folder, step: &Step, place: &Path) {
        for layer in folder.layers(place) {
            for (name, path) in folder::files(layer) {
                self.lay(&name, &path);
            }
        }
        for deed in &step.before {
            let call = self.with_ids(&self.world.expand(&deed.call));
            let (method, path) = call.split_once(' ').expect("method and path");
            let (status, answer) = self.world.zitadel.act(method, path, &deed.body);
            assert_eq!(status, 200, "{call}: {answer}");
        }
    }

    fn lay(&self, name: &str, path: &Path) {
        let text = || fs::read_to_string(path).expect("UTF-8");
        match name {
            "accounts-before.json" => {
                let accounts: Vec<Account> = parse(path, &text());
                for account in accounts {
                    account.plant(&self.world.zitadel);
                }
            }
            "objects-before.json" => {
                let udm = self.world.udm.as_ref().expect("a target with objects");
                let objects: Vec<Before> = parse(path, &text());
                for object in &objects {
                    object.plant(udm);
                }
            }
            "changes.ldif" => self.world.slapd.as_ref().expect("a directory").change(&text()),
            "leavers.json" => {
                let leavers: Vec<String> = parse(path, &text());
                let leavers: Vec<&str> = leavers.iter().map(String::as_str).collect();
                self.world.ukt.as_ref().expect("an endpoint").set_list(&leavers);
            }
            name if NOT_COPIED.contains(&name) => {}
            _ if path.extension().is_some_and(|extension| extension == "yaml") => {
                write_private(&self.working.path().join(name), self.world.expand(&text()));
            }
            _ => {
                fs::copy(path, self.working.path().join(name)).expect("writable");
            }
        }
    }

    fn step(&mut self, step: &Step, place: &Path) {
        if step.check {
            self.check(step, place);
        }
        let plan = self.run(step, &step.plan());
        self.expect(plan.exit == step.plan_exit(), place, || {
            format!("plan: exit {} instead of {}", plan.exit, step.plan_exit())
        });
        self.expect(plan.writes == 0, place, || {
            format!("plan: sent {} write requests", plan.writes)
        });
        let sync = self.run(step, &step.run());
        if let Some(token) = golden::approval_token(&sync.transcript) {
            self.world.name("approval", token);
        }
        self.expect(sync.exit == step.exit, place, || {
            format!("sync: exit {} instead of {}", sync.exit, step.exit)
        });
        self.wrong.extend(cost::differs(&plan, &sync, place));
        let refused = sync.exit >= 2;
        self.expect(!refused || sync.writes == 0, place, || {
            "sync: wrote although it ended with an error".to_owned()
        });
        let (after, accounts) = match &self.world.udm {
            Some(udm) => {
                let (objects, ids) = super::objects::objects(udm);
                self.ids.extend(ids);
                ("objects-after.json", objects)
            }
            None => ("accounts-after.json", self.accounts()),
        };
        for (file, text) in [
            ("plan.txt", self.normalize(&plan.transcript)),
            ("sync.txt", self.normalize(&sync.transcript)),
            (after, self.normalize(&accounts)),
        ] {
            self.wrong.extend((self.golden)(&place.join(file), &text));
        }
        if let Some(exit) = step.again_exit() {
            self.once_more(step, place, exit);
        }
        self.decoys.assert_untouched(&self.world.zitadel);
    }

    fn check(&mut self, step: &Step, place: &Path) {
        let check = self.run(step, &step.check());
        self.expect(check.exit == 0 && check.writes == 0, place, || {
            format!("check: exit {} and {} write requests", check.exit, check.writes)
        });
        let text = self.normalize(&check.transcript);
        self.wrong.extend((self.golden)(&place.join("check.txt"), &text));
    }

    /// Another run has nothing left to do, unless the scenario says that it has.
    fn once_more(&mut self, step: &Step, place: &Path, exit: i32) {
        let mut words = step.plan();
        let mut code = exit;
        if step.has_plan() {
            words.push("--detailed-exit-code".to_owned());
        } else if exit == PENDING {
            // The dry run of another command has no code of its own for that.
            code = 0;
        }
        let again = self.run(step, &words);
        self.expect(again.exit == code, place, || {
            format!(
                "the plan after the run: exit {} instead of {code}\n{}",
                again.exit, again.transcript
            )
        });
        let as_said = again.transcript.contains(NOTHING) != (exit == PENDING);
        self.expect(as_said, place, || {
            format!(
                "what is left to do after the run is not what was said:\n{}",
                again.transcript
            )
        });
    }

    pub(super) fn run(&self, step: &Step, words: &[String]) -> Run {
        self.world.reset_counts();
        let mut command = Command::new(self.program(&step.program));
        command
            .current_dir(self.working.path())
            .env_clear()
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", self.names)
            .env("TMPDIR", self.working.path());
        command.args(words.iter().map(|word| self.world.expand(word)));
        for (name, value) in &step.environment {
            command.env(name, self.world.expand(value));
        }
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Run {
            transcript: golden::transcript(&text(output.stdout), &text(output.stderr)),
            exit: output.status.code().expect("no signal"),
            requests: self.world.requests(),
            writes: self.world.writes(),
        }
    }

    /// The program under a name of its own, as links in the image give it.
    fn program(&self, name: &str) -> PathBuf {
        let folder = self.working.path().join("bin");
        let link = folder.join(name);
        if !link.exists() {
            fs::create_dir_all(&folder).expect("writable");
            symlink(env!("CARGO_BIN_EXE_directory-sync"), &link).expect("writable");
        }
        link
    }

    fn expect(&mut self, holds: bool, place: &Path, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(format!("{}: {}", place.display(), what()));
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Vec<T> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
