//! The folders of a host or a container, in which a deployment's own command runs.

use std::process::Output;

use tempfile::TempDir;
use testkit::files::write_private;
use testkit::slapd::Slapd;
use testkit::udm::{self, UdmDouble};
use testkit::zitadel::{Options, ZitadelDouble};

use super::*;

/// Where a deployment keeps its files, and the names of these folders here.
const PLACES: [(&str, &str); 4] = [
    (FOLDER, "etc"),
    ("/etc/directory-sync", "etc"),
    ("/var/lib/directory-sync", "state"),
    ("/var/log", "log"),
];

pub(super) struct Host {
    folder: TempDir,
    target: Target,
}

enum Target {
    Zitadel(ZitadelDouble),
    Udm(UdmDouble),
}

impl Host {
    /// With a configuration for Zitadel: one person, who has no account.
    pub(super) fn zitadel() -> Self {
        let double = ZitadelDouble::start(Options::default());
        let config = format!(
            "zitadel:\n  url: {}\n  key_file: service-user.json\n  organization_id: {}\n  project_id: {}\nsources:\n  \
             csv:\n    file_path: users.csv\n",
            double.url(),
            double.organization_id(),
            double.project_id(),
        );
        let key = double.key_file_json();
        let host = Self::new(Target::Zitadel(double));
        host.write("etc/config.yaml", config);
        host.write("etc/service-user.json", key);
        host.write(
            "etc/users.csv",
            "email,first_name,last_name,phone\nada@example.org,Ada,Archer,\n",
        );
        host
    }

    /// With the example for UDM, and a CSV file instead of its directory.
    pub(super) fn udm() -> Self {
        let double = UdmDouble::start(udm::Options::default());
        let mut config = document("deploy/udm/config.yaml");
        let set = |config: &mut Value, key: &str, value: &str| {
            config.as_mapping_mut().unwrap()[key] = serde_yaml::from_str(value).unwrap();
        };
        set(&mut config, "sources", "{csv: {file_path: users.csv}}");
        set(&mut config["udm"], "url", &format!("{}/", double.url()));
        set(&mut config["udm"], "user", &double.username());
        let password = double.password();
        let host = Self::new(Target::Udm(double));
        host.write("etc/config.yaml", serde_yaml::to_string(&config).unwrap());
        host.write("etc/udm-password", password);
        host.write(
            "etc/users.csv",
            "univentionObjectIdentifier,username,firstname,lastname,mailPrimaryAddress,phone\n\
             00000001-5fd4-4d29-9e9c-8f5a2a3a1b10,ada,Ada,Archer,ada@example.org,\n",
        );
        host
    }

    /// With a file of udm-directory-connector.
    pub(super) fn connector(slapd: &Slapd) -> Self {
        let double = UdmDouble::start(udm::Options::default());
        let config = format!(
            "udm:\n  uri: {}/\n  user: {}\n  password: {}\n  user_ou: ou=people\n  group_ou: ou=groups\n  \
             user_pkey_property: univentionObjectIdentifier\n  user_properties: [univentionObjectIdentifier, username, lastname]\n\
             source:\n  ldap_uri: {}\n  bind_dn: {}\n  bind_pw: {}\n  user_base: {base}\n  user_filter: (objectClass=inetOrgPerson)\n  \
             user_attrs: [entryUUID, uid, sn]\n  user_trans:\n    rename_attrs: {{univentionObjectIdentifier: entryUUID, username: uid, \
             lastname: sn}}\n  group_base: {base}\n  group_filter: (objectClass=groupOfNames)\n  \
             group_trans:\n    rename_attrs: {{univentionObjectIdentifier: entryUUID, name: cn, users: member}}\n",
            double.url(),
            double.username(),
            double.password(),
            slapd.url(),
            Slapd::BIND_DN,
            Slapd::BIND_PASSWORD,
            base = Slapd::BASE_DN,
        );
        let host = Self::new(Target::Udm(double));
        host.write("etc/config.yaml", config);
        host
    }

    fn new(target: Target) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["etc", "state", "log", "bin", "home"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let program = folder.path().join("bin/directory-sync");
        #[cfg(unix)]
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_directory-sync"), program).unwrap();
        Self { folder, target }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        write_private(&self.path(name), content).unwrap();
    }

    /// A text of a deployment with the folders of this host.
    pub(super) fn localized(&self, text: &str) -> String {
        PLACES.iter().fold(text.to_owned(), |text, (place, name)| {
            text.replace(place, self.path(name).to_str().unwrap())
        })
    }

    /// A command of a deployment, which starts in the folder of the configuration with these variables alone.
    pub(super) fn command(&self, words: &[String], variables: &[(String, String)]) -> Command {
        let words: Vec<_> = words.iter().map(|word| self.localized(word)).collect();
        assert_eq!(words[0], "directory-sync");
        let mut command = Command::new(self.path("bin/directory-sync"));
        command
            .args(&words[1..])
            .env_clear()
            .current_dir(self.path("etc"));
        // Reading the system's certificates takes longer than the run.
        command.env("SSL_CERT_FILE", "/dev/null");
        for (name, value) in variables {
            command.env(name, self.localized(value));
        }
        command
    }

    /// Runs it, and looks at what it leaves: an account, an undo file and a report for its owner alone, no lock elsewhere.
    pub(super) fn makes_a_run(&self, words: &[String], variables: &[(String, String)], state: &str) {
        let output = self.command(words, variables).output().unwrap();
        self.has_run(&output, state);
    }

    pub(super) fn has_run(&self, output: &Output, state: &str) {
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(self.has_ada());
        for name in ["undo.json", "report.json"] {
            assert_eq!(mode(&self.path(&format!("{state}{name}"))), 0o600, "{name}");
        }
        let (folder, prefix) = state.rsplit_once('/').unwrap();
        let metrics = self.path(&format!("{folder}/directory_sync.{prefix}prom"));
        assert_eq!(mode(&metrics), 0o644, "whoever collects them is somebody else");
        let report = fs::read_to_string(self.path(&format!("{state}report.json"))).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["exit_code"], 0);
        assert!(self.lock_file().is_some(), "the lock is in the common folder");
    }

    fn has_ada(&self) -> bool {
        match &self.target {
            Target::Zitadel(double) => double.users().len() == 1,
            Target::Udm(double) => double.named("ada").is_some(),
        }
    }

    pub(super) fn lock_file(&self) -> Option<PathBuf> {
        let entries = fs::read_dir(self.path("state")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths.find(|path| path.extension().is_some_and(|extension| extension == "lock"))
    }
}

pub(super) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    found.permissions().mode() & 0o777
}
