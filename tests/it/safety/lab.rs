//! One organization, one directory, one configuration, and the program run on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;
use testkit::people::{Person, to_csv};
use testkit::slapd::Slapd;
use testkit::zitadel::{Options, UserView, Version, ZitadelDouble};

/// Everything a run needs; gone when it is dropped.
pub(crate) struct Lab {
    pub(crate) zitadel: ZitadelDouble,
    pub(crate) slapd: Option<Slapd>,
    folder: TempDir,
}

/// The result of one run.
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Asserts the exit code, and shows what was said if it is another one.
    #[track_caller]
    pub(crate) fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "\n{}\n{}", self.out, self.err);
        self
    }

    /// Asserts that a text was said, on either stream.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(said, "not said: {text}\n{}\n{}", self.out, self.err);
        self
    }

    /// Asserts that a text was not said.
    #[track_caller]
    pub(crate) fn does_not_say(self, text: &str) -> Self {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(!said, "said: {text}\n{}\n{}", self.out, self.err);
        self
    }
}

impl Lab {
    /// People in a directory; only there can an address change and the person stay the same.
    pub(crate) fn ldap(people: &[Person]) -> Self {
        Self::ldap_on(Version::V4, people)
    }

    /// The same with a server of another generation.
    pub(crate) fn ldap_on(version: Version, people: &[Person]) -> Self {
        let lab = Self::empty(version, Some(Slapd::with_people(people)));
        lab.configure("");
        lab
    }

    /// People in a file, who are who their address says.
    pub(crate) fn csv(people: &[Person]) -> Self {
        let lab = Self::empty(Version::V4, None);
        lab.people(people);
        lab.configure("");
        lab
    }

    fn empty(version: Version, slapd: Option<Slapd>) -> Self {
        let zitadel = ZitadelDouble::start(Options {
            version,
            ..Options::default()
        });
        let folder = tempfile::tempdir().unwrap();
        crate::program::write_private(&folder.path().join("key.json"), zitadel.key_file_json());
        Self {
            zitadel,
            slapd,
            folder,
        }
    }

    /// Replaces the file of people.
    pub(crate) fn people(&self, people: &[Person]) {
        fs::write(self.path("users.csv"), to_csv(people)).unwrap();
    }

    /// A file of this lab.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration with more keys at the top level.
    pub(crate) fn configure(&self, more: &str) {
        self.configure_source("", more);
    }

    /// The same with more keys of the source.
    pub(crate) fn configure_source(&self, of_source: &str, more: &str) {
        let source = match &self.slapd {
            Some(slapd) => ldap_source(slapd),
            None => format!("  csv:\n    file_path: {}\n", self.path("users.csv").display()),
        };
        let text = format!(
            "zitadel:\n  url: {}\n  key_file: {}\n  organization_id: {}\n  project_id: {}\nsources:\n{source}{of_source}{more}",
            self.zitadel.url(),
            self.path("key.json").display(),
            self.zitadel.organization_id(),
            self.zitadel.project_id(),
        );
        crate::program::write_private(&self.path("config.yaml"), text);
    }

    /// The program on this lab, not started yet. Nothing of the caller's environment reaches it.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_directory-sync"));
        command
            .env_clear()
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", "show")
            .env("TMPDIR", self.folder.path())
            .current_dir(self.folder.path())
            .args(["-c", "config.yaml"])
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        finish(self.command(arguments))
    }

    /// A JSON document of this lab.
    pub(crate) fn json(&self, name: &str) -> Json {
        serde_json::from_str(&fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// The account of a person, by the hex of the uid or address.
    #[track_caller]
    pub(crate) fn account(&self, id: &str) -> UserView {
        let hex = hex::encode(id);
        let users = self.zitadel.users();
        users
            .into_iter()
            .find(|user| user.nick_name == hex)
            .unwrap_or_else(|| panic!("{id} has no account"))
    }

    /// User names of all people.
    pub(crate) fn names(&self) -> Vec<String> {
        let users = self.zitadel.users();
        users.into_iter().map(|user| user.username).collect()
    }

    /// The directory.
    pub(crate) fn slapd(&self) -> &Slapd {
        self.slapd.as_ref().expect("a lab with a directory")
    }

    /// Changes a person's address in the directory.
    pub(crate) fn address(&self, uid: &str, address: &str) {
        let dn = Person::new(uid, "", "").dn();
        self.slapd().replace(&dn, "mail", &[address]);
    }

    /// Disables a person in the directory.
    pub(crate) fn disable(&self, uid: &str) {
        let dn = Person::new(uid, "", "").dn();
        self.slapd().replace(&dn, "shadowFlag", &["2"]);
    }
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command) -> Run {
    ended(command.spawn().unwrap())
}

/// Waits for the end of a program that was started.
pub(crate) fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        exit: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Ada, Ben, Cleo, … so many of them.
pub(crate) fn staff(count: usize) -> Vec<Person> {
    let names = ["Ada", "Ben", "Cleo", "Dora", "Emil"];
    let person = |place: usize| {
        let first = names[place % names.len()];
        let uid = match place / names.len() {
            0 => first.to_lowercase(),
            round => format!("{}{round}", first.to_lowercase()),
        };
        Person::new(&uid, first, "Test")
    };
    (0..count).map(person).collect()
}

/// The permission bits of a file.
#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn ldap_source(slapd: &Slapd) -> String {
    format!(
        "  ldap:\n    url: {}\n    base_dn: {}\n    bind_dn: {}\n    bind_password: {}\n    user_filter: \
         (objectClass=inetOrgPerson)\n    attributes:\n      first_name: givenName\n      last_name: sn\n      email: \
         mail\n      preferred_username: displayName\n      phone: telephoneNumber\n      user_id: uid\n      status: \
         shadowFlag\n      disable_bitmasks: [2]\n",
        slapd.url(),
        Slapd::BASE_DN,
        Slapd::BIND_DN,
        Slapd::BIND_PASSWORD,
    )
}
