//! A directory, a target, a file of a connector, and the program under the connectors' names.

use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use testkit::people::Person;
use testkit::slapd::Slapd;
use testkit::udm::UdmDouble;

use super::super::double;
use super::super::double::PASSWORD;
use crate::program::Installation;

pub(crate) struct Site {
    pub(crate) udm: UdmDouble,
    pub(in crate::udm) slapd: Slapd,
    installation: Installation,
}

pub(in crate::udm) fn staff() -> Vec<Person> {
    let phone = |uid: &str| (uid == "ada").then(|| "0421 22232-0".to_owned());
    ["ada", "bob"]
        .map(|uid| Person {
            phone: phone(uid),
            ..Person::new(uid, uid, "Lovelace")
        })
        .into()
}

/// The file of a connector, with everything that it has to say.
fn configuration(udm: &UdmDouble, slapd: &Slapd) -> String {
    format!(
        "\
udm:
  uri: {}/
  user: {}
  password: wrong
  user_ou: ou=people
  group_ou: ou=groups
  user_properties:
    - univentionObjectIdentifier
    - username
    - firstname
    - lastname
    - e-mail
    - phone
source:
  ldap_uri: {}
  bind_dn: {}
  bind_pw: {}
  user_base: {base}
  user_filter: (objectClass=inetOrgPerson)
  user_attrs: [entryUUID, uid, givenName, sn, mail, telephoneNumber]
  user_trans:
    rename_attrs:
      univentionObjectIdentifier: entryUUID
      username: uid
      firstname: givenName
      lastname: sn
      e-mail: mail
      phone: telephoneNumber
  group_base: {base}
  group_filter: (objectClass=groupOfNames)
  group_attrs: [entryUUID, cn, member]
  group_trans:
    rename_attrs:
      univentionObjectIdentifier: entryUUID
      name: cn
      users: member
lock: {{dir: FOLDER}}
",
        udm.url(),
        udm.username(),
        slapd.url(),
        Slapd::BIND_DN,
        Slapd::BIND_PASSWORD,
        base = Slapd::BASE_DN,
    )
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::at(Slapd::with_people(&[]))
    }

    pub(in crate::udm) fn at(slapd: Slapd) -> Self {
        let udm = double::start();
        // The server itself makes ids that the target takes.
        for person in staff() {
            slapd.add(&person);
        }
        Self {
            installation: Installation::of(&configuration(&udm, &slapd)),
            udm,
            slapd,
        }
    }

    pub(in crate::udm) fn path(&self, name: &str) -> std::path::PathBuf {
        self.installation.path(name)
    }

    pub(in crate::udm) fn set(&self, from: &str, to: &str) {
        self.installation.reconfigure(from, to);
    }

    /// The program under this name, with the password in a variable.
    pub(in crate::udm) fn run(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let output = self.command(name, arguments, variables).output().unwrap();
        let said = [&output.stdout[..], &output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains(PASSWORD));
        output
    }

    pub(crate) fn command(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let link = self.installation.path(name);
        if !link.exists() {
            symlink(env!("CARGO_BIN_EXE_directory-sync"), &link).unwrap();
        }
        let mut command = Command::new(link);
        command
            .args(arguments)
            .current_dir(self.installation.path(""))
            .env_clear()
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", "show")
            .env("UDM_PASSWORD", PASSWORD)
            .envs(variables.iter().copied());
        command
    }

    #[track_caller]
    pub(in crate::udm) fn sync(&self) -> String {
        let output = self.run("udm-directory-connector", &["config.yaml"], &[]);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{said}");
        said
    }
}

pub(in crate::udm) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
