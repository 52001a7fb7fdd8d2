//! A double, a folder with a configuration and a file of people, and the program between them.

use std::collections::BTreeMap;

use testkit::udm::{ObjectView, Options, UdmDouble, UserSeed};

use super::double;
use crate::program::{Installation, Ran};

pub(super) const BASE: &str = "dc=univention-organization,dc=intranet";
pub(super) const PEOPLE: &str = "ou=people,dc=univention-organization,dc=intranet";

pub(super) const HEADER: &str =
    "univentionObjectIdentifier,username,firstname,lastname,mailPrimaryAddress,phone,description\n";

pub(super) struct Stage {
    pub(super) udm: UdmDouble,
    pub(super) installation: Installation,
}

/// The id of the n-th person.
pub(super) fn id(n: u32) -> String {
    format!("{n:08}-1111-4111-8111-111111111111")
}

/// A row of a person with only names.
pub(super) fn row(n: u32, username: &str) -> String {
    format!("{},{username},First,Last,,,\n", id(n))
}

/// What a run that changes nothing asks for.
pub(super) const READS: [&str; 4] = [
    "GET container/ou/add",
    "GET container/ou/{dn}",
    "GET users/user/",
    "GET users/user/add",
];

impl Stage {
    pub(super) fn new(rows: &str) -> Self {
        Self::with(Options::default(), rows)
    }

    pub(super) fn with(options: Options, rows: &str) -> Self {
        let udm = double::start_with(options);
        let config = format!(
            "udm:\n  url: {}/\n  user: {}\n  password: {}\n  users:\n    ou: ou=people\n    \
             properties: [univentionObjectIdentifier, username, firstname, lastname, mailPrimaryAddress, phone, description]\n\
             guard: {{max_removals: 100%, max_missing: 100%, max_logins_changed: 100%}}\n\
             sources:\n  csv:\n    file_path: FOLDER/users.csv\nlock:\n  dir: FOLDER\n",
            udm.url(),
            udm.username(),
            udm.password(),
        );
        let installation = Installation::of(&config);
        let stage = Self { udm, installation };
        stage.people(rows);
        stage
    }

    /// The rows of the file from now on.
    pub(super) fn people(&self, rows: &str) {
        self.installation.write("users.csv", format!("{HEADER}{rows}"));
    }

    /// Replaces one text of the configuration.
    pub(super) fn reconfigure(&self, from: &str, to: &str) {
        self.installation.reconfigure(from, to);
    }

    /// Runs the program, with counts from zero.
    pub(super) fn run(&self, words: &[&str]) -> Ran {
        self.udm.reset_counts();
        let ran = self.installation.run(words);
        assert!(!ran.out.contains(&self.udm.password()) && !ran.err.contains(&self.udm.password()));
        ran
    }

    /// A run that does all that is to be done.
    #[track_caller]
    pub(super) fn sync(&self) -> Ran {
        let ran = self.run(&["sync"]);
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        ran
    }

    /// A run that finds nothing to do, with no more requests than for reading.
    #[track_caller]
    pub(super) fn sync_is_empty(&self) {
        let ran = self.sync();
        let asked: Vec<String> = self.udm.request_counts().into_keys().collect();
        assert_eq!(asked, READS, "{}", ran.out);
    }

    /// Requests that may change something, as method and kind of path.
    pub(super) fn writes(&self) -> Vec<String> {
        double::writes(&self.udm)
    }

    /// Usernames by the ids of the people in the container, sub-containers included.
    pub(super) fn usernames(&self) -> BTreeMap<String, String> {
        let text = |object: &ObjectView, name: &str| object.get(name).as_str().unwrap_or_default().to_owned();
        let all = self.udm.objects(testkit::udm::Kind::User).into_iter();
        all.filter(|object| object.dn.ends_with(PEOPLE))
            .map(|object| {
                (
                    text(&object, "univentionObjectIdentifier"),
                    text(&object, "username"),
                )
            })
            .collect()
    }

    /// Adds an existing user; returns the DN.
    pub(super) fn add(&self, n: u32, username: &str) -> String {
        self.udm.add_ou(PEOPLE);
        let seed = UserSeed::new(username, PEOPLE)
            .with("univentionObjectIdentifier", id(n))
            .with("firstname", "First")
            .with("lastname", "Last");
        self.udm.add_user(seed)
    }
}
