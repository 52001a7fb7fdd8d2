//! Kopano ad-connect's file with the other target: the sample of its manual, and two lines about UDM.

use std::os::unix::fs::symlink;
use std::process::Command;

use testkit::people::Person;
use testkit::slapd::Slapd;
use testkit::udm::{Kind, Options, UdmDouble};

use super::double::PASSWORD;
use crate::program::{Installation, write_private};

const SAMPLE: &str = include_str!("../../corpus/dialects/adc.yaml");

struct Site {
    udm: UdmDouble,
    slapd: Slapd,
    installation: Installation,
}

impl Site {
    /// Two people, who log in by their uid.
    fn new() -> Self {
        let udm = UdmDouble::start(Options {
            password: PASSWORD.to_owned(),
            ..Options::default()
        });
        let slapd = Slapd::with_people(&[]);
        for uid in ["ada", "bob"] {
            slapd.add(&Person::new(uid, uid, "Lovelace"));
        }
        let sample = SAMPLE
            .replace("ldap://your-ldap-server.local", &slapd.url())
            .replace("cn=readonly,dc=lg,dc=local", Slapd::BIND_DN)
            .replace("readonly", Slapd::BIND_PASSWORD)
            .replace("dc=lg,dc=local", Slapd::BASE_DN)
            .replace("dry-run: true", "dry-run: false")
            .replace("username_attribute: mail", "username_attribute: uid");
        let target = format!(
            "udm: {{url: '{}', user: {}, password: {PASSWORD}, users: {{ou: ou=people}}}}\nlock: {{dir: FOLDER}}\n\
             policy_file: FOLDER/policy.yaml\n",
            udm.url(),
            udm.username(),
        );
        let installation = Installation::of(&format!("{sample}{target}"));
        symlink(env!("CARGO_BIN_EXE_directory-sync"), installation.path("adc")).unwrap();
        let site = Self {
            udm,
            slapd,
            installation,
        };
        site.limit("{}");
        site
    }

    /// What the machine's administrator allows: UDM has no place for it.
    fn limit(&self, text: &str) {
        write_private(&self.installation.path("policy.yaml"), text);
    }

    /// `adc imp`; what it says.
    fn imp(&self, exit: i32) -> String {
        let output = Command::new(self.installation.path("adc"))
            .arg("imp")
            .env_clear()
            .env("AD_CONNECT_CONFIG", self.installation.path("config.yaml"))
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{said}");
        said
    }

    fn users(&self) -> Vec<(String, bool)> {
        let users = self.udm.objects(Kind::User).into_iter();
        let users = users.filter(|user| user.dn.contains(",ou=people,"));
        let mut users: Vec<_> = users
            .map(|user| {
                let username = user.get("username").as_str().unwrap_or_default().to_owned();
                (username, user.get("disabled").as_bool().unwrap_or_default())
            })
            .collect();
        users.sort();
        users
    }
}

#[test]
fn the_sample_imports_into_udm_and_disables_who_is_gone() {
    let site = Site::new();
    assert!(site.imp(0).contains("Done: 2 created"));
    let both = |ada: bool| vec![("ada".to_owned(), ada), ("bob".to_owned(), false)];
    assert_eq!(site.users(), both(false));
    assert!(site.imp(0).contains("2 unchanged"));
    site.slapd.delete(&Person::new("ada", "", "").dn());
    let said = site.imp(0);
    assert!(said.contains("`settings.delete-disables` is true"), "{said}");
    assert_eq!(site.users(), both(true));
}

/// A file of the machine sets limits, since the target has no place for them.
#[test]
fn a_file_limits_what_is_done_to_udm() {
    let site = Site::new();
    site.limit("no-create: true\n");
    let said = site.imp(0);
    assert!(
        said.contains("x create") && said.contains("`no-create` of `policy_file`"),
        "{said}"
    );
    assert_eq!(site.users(), []);
    site.limit("no-creates: true\n");
    assert!(site.imp(3).contains("unknown key `no-creates`"));
    site.limit("paused: moving\n");
    assert!(site.imp(4).contains("moving"));
    assert_eq!(site.users(), []);
    site.limit("{}");
    site.imp(0);
    assert_eq!(site.users().len(), 2);
}
