//! The systemd unit of ad-connect's manual, with this program instead.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testkit::people::Person;
use testkit::slapd::Slapd;
use testkit::zitadel::ZitadelDouble;

use super::stay::Stay;

/// As the manual prints them.
const UNIT: &str = include_str!("../../corpus/dialects/adc.service");
const VARIABLES: &str = include_str!("../../corpus/dialects/adc.cfg");
const CONFIG: &str = include_str!("../../corpus/dialects/adc.yaml");

/// The folder of the manual.
const FOLDER: &str = "/opt/exchange4all/ad-connect";

const SECRET: &str = "one:two";

/// The installation of the manual in a folder of its own, with a directory and a target.
struct Installed {
    folder: tempfile::TempDir,
    unit: HashMap<String, String>,
    zitadel: ZitadelDouble,
    slapd: Slapd,
}

impl Installed {
    fn new(people: &[Person]) -> Self {
        let (zitadel, slapd) = (
            ZitadelDouble::start(testkit::zitadel::Options::default()),
            Slapd::with_people(people),
        );
        let folder = tempfile::tempdir().unwrap();
        // The unit's user has to reach it.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        symlink(
            env!("CARGO_BIN_EXE_directory-sync"),
            folder.path().join("bin/adc"),
        )
        .unwrap();
        let here = |text: &str| text.replace(FOLDER, &folder.path().display().to_string());
        let service = here(UNIT);
        let (_, service) = service.split_once("[Service]\n").unwrap();
        let (service, _) = service.split_once("\n[Install]").unwrap();
        let unit = settings(service);
        let target = format!(
            "zitadel: {{organization_id: '{}', project_id: '{}'}}\n",
            zitadel.organization_id(),
            zitadel.project_id()
        );
        let config = CONFIG
            .replace("ldap://your-ldap-server.local", &slapd.url())
            .replace("cn=readonly,dc=lg,dc=local", Slapd::BIND_DN)
            .replace("readonly", Slapd::BIND_PASSWORD)
            .replace("dc=lg,dc=local", Slapd::BASE_DN)
            .replace("dry-run: true", "dry-run: false");
        fs::write(folder.path().join("adc.yaml"), config + &target).unwrap();
        zitadel.set_client_secret(&zitadel.service_user_id(), SECRET);
        let variables = here(VARIABLES)
            .replace("address-of-server:443", &zitadel.url())
            .replace("client-id:client-secret", &format!("sync:{SECRET}"));
        fs::write(folder.path().join("adc.cfg"), variables).unwrap();
        Self {
            folder,
            unit,
            zitadel,
            slapd,
        }
    }

    fn setting(&self, name: &str) -> &str {
        &self.unit[name]
    }

    /// What systemd starts for `ExecStart`: no shell, the variables of the file and hardly any other, and the folder.
    fn start(&self) -> Stay {
        let words: Vec<&str> = self.setting("ExecStart").split_whitespace().collect();
        let [program] = words[..] else { panic!("{words:?}") };
        let variables = fs::read_to_string(self.setting("EnvironmentFile")).unwrap();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LANG", "C.UTF-8")
            .envs(settings(&variables))
            .current_dir(self.setting("WorkingDirectory"))
            .stdin(Stdio::null());
        Stay::of(command)
    }

    /// Runs `ExecReload` or `ExecStop`.
    fn signal(&self, setting: &str, process: &Stay) {
        let line = self
            .setting(setting)
            .replace("$MAINPID", &process.id().to_string());
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(
            Command::new(words[0])
                .args(&words[1..])
                .status()
                .unwrap()
                .success(),
            "{line}"
        );
    }

    fn names(&self) -> Vec<String> {
        let users = self.zitadel.users().into_iter();
        users.map(|user| user.username).collect()
    }
}

/// Lines `NAME=VALUE`.
fn settings(text: &str) -> HashMap<String, String> {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    lines
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn the_unit_of_the_manual_works_with_this_program_instead() {
    let installed = Installed::new(&[Person::new("ada", "Ada", "Archer")]);
    assert_eq!(
        PathBuf::from(installed.setting("WorkingDirectory")),
        installed.folder.path()
    );
    assert!(Path::new(installed.setting("ExecStart")).starts_with(installed.folder.path()));
    installed
        .zitadel
        .set_organization_metadata("directory-sync.command", r#"{"id": "of today", "run": "sync"}"#);
    let mut process = installed.start();
    process.run_ends("applied", 0);
    assert_eq!(installed.names(), ["ada@example.com"]);
    installed.slapd.add(&Person::new("bob", "Bob", "Baker"));
    installed.signal("ExecReload", &process);
    process.run_ends("applied", 0);
    assert_eq!(installed.names().len(), 2);
    // It listens to the server, as theirs did.
    let service_user = installed.zitadel.service_user_id();
    let command = installed
        .zitadel
        .user_metadata(&service_user, "directory-sync.last_command");
    assert_eq!(command.as_deref(), Some("of today"));
    installed.signal("ExecStop", &process);
    let (exit, said) = process.ended();
    assert_eq!(exit, 0, "{said}");
}

/// `Restart=always`: however it ended, it begins again where it was.
#[test]
fn it_can_be_started_again_whenever_it_has_ended() {
    let installed = Installed::new(&[Person::new("ada", "Ada", "Archer")]);
    assert_eq!(installed.setting("Restart"), "always");
    let mut process = installed.start();
    process.run_ends("applied", 0);
    process.send("-KILL");
    assert_eq!(process.ended().0, -1);
    installed.slapd.add(&Person::new("bob", "Bob", "Baker"));
    let mut process = installed.start();
    process.run_ends("applied", 0);
    assert_eq!(installed.names().len(), 2);
    installed.signal("ExecStop", &process);
    assert_eq!(process.ended().0, 0);
}
