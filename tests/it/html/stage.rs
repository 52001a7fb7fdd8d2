//! A directory of some thousand people, hostile names among them, and the pages that runs about them write.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, UserSeed, ZitadelDouble};

use crate::program::Installation;

/// Names that break out of a text where one is not careful.
pub(super) const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</style></title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "' onmouseover='alert(1)",
    "\u{202e}gnp.exe\u{2066}",
    "DonaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftDonaudampfschifffahrtsgesellschaftskapitän",
];

/// Sources, a target and a folder.
pub(super) struct Stage {
    pub(super) installation: Installation,
    pub(super) zitadel: ZitadelDouble,
    ukt: UktDouble,
}

impl Stage {
    /// Without people.
    pub(super) fn new(rest: &str) -> Self {
        let (zitadel, ukt) = (ZitadelDouble::start(Options::default()), UktDouble::start());
        let sources = format!(
            "guard: {{max_removals: 50%, max_logins_changed: 50%}}\n{rest}sources:\n  csv: {{file_path: FOLDER/users.csv}}\n  ukt: \
             {{endpoint_url: \"{}\", oauth2_url: \"{}\", client_id: {}, client_secret: \"{}\", scope: {}, grant_type: {}}}\n",
            ukt.list_url(),
            ukt.token_url(),
            UktDouble::CLIENT_ID,
            UktDouble::CLIENT_SECRET,
            UktDouble::SCOPE,
            UktDouble::GRANT_TYPE,
        );
        let installation = Installation::new(&zitadel, &sources);
        let stage = Self {
            installation,
            zitadel,
            ukt,
        };
        stage.rows("");
        stage
    }

    /// Each kind of change that a CSV file and a list of leavers bring about, some names hostile: `new` people are created.
    pub(super) fn with_everything(new: usize, rest: &str) -> Self {
        let stage = Self::new(rest);
        let mut rows = String::new();
        for (number, name) in HOSTILE.iter().enumerate() {
            let _ = writeln!(
                rows,
                "hostile{number}@example.org,\"{}\",Adams,",
                name.replace('"', "\"\"")
            );
        }
        for number in HOSTILE.len()..new {
            let _ = writeln!(rows, "new{number:05}@example.org,Nora{number},Neumann,");
        }
        let mut leavers = Vec::new();
        for number in 0..9 {
            rows.push_str(&stage.account(&format!("same{number}@example.org"), "Sam", |_| {}));
            rows.push_str(
                &stage.account(&format!("changed{number}@example.org"), "Uma", |seed| {
                    seed.given_name = HOSTILE[number % HOSTILE.len()].to_owned();
                }),
            );
            let leaver = format!("leaver{number}@example.org");
            stage.account(&leaver, "Lea", |seed| {
                seed.family_name = HOSTILE[number % HOSTILE.len()].to_owned();
            });
            leavers.push(leaver);
        }
        for number in 0..3 {
            rows.push_str(
                &stage.account(&format!("renamed{number}@example.org"), "Rita", |seed| {
                    seed.username = format!("former{number}@example.org");
                    seed.email = format!("former{number}@example.org");
                }),
            );
            let _ = writeln!(rows, "no-address-{number},Rex,Rejected,");
            let _ = writeln!(rows, "nameless{number}@example.org,,Rejected,");
        }
        let leavers: Vec<&str> = leavers.iter().map(String::as_str).collect();
        stage.ukt.set_list(&leavers);
        stage.rows(&rows);
        stage
    }

    pub(super) fn rows(&self, rows: &str) {
        let text = format!("email,first_name,last_name,phone\n{rows}");
        self.installation.write("users.csv", text);
    }

    /// An account as an earlier run made it, but for what is changed of it; gives the row of its person.
    pub(super) fn account(
        &self,
        email: &str,
        given_name: &str,
        change: impl FnOnce(&mut UserSeed),
    ) -> String {
        let mut seed = UserSeed {
            email: email.to_owned(),
            email_verified: true,
            given_name: given_name.to_owned(),
            family_name: "Vogel".to_owned(),
            nick_name: hex::encode(email),
            metadata: vec![
                (
                    "localpart".to_owned(),
                    testkit::zitadel::localpart(email).into_bytes(),
                ),
                ("preferred_username".to_owned(), email.as_bytes().to_vec()),
            ],
            roles: vec!["User".to_owned()],
            ..UserSeed::default()
        };
        seed.display_name = format!("{}, {}", seed.family_name, seed.given_name);
        change(&mut seed);
        self.zitadel.add_user(seed);
        format!("{email},{given_name},Vogel,\n")
    }

    /// Runs the real binary; names are as without any setting.
    pub(super) fn run(&self, words: &str) -> Output {
        let words: Vec<String> = words.split(' ').map(|word| self.in_folder(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = self.installation.command(&words);
        command
            .env_remove("DIRECTORY_SYNC__OUTPUT__NAMES")
            .output()
            .unwrap()
    }

    /// The page of a run that ends like this.
    pub(super) fn page(&self, words: &str, exit: i32) -> String {
        let output = self.run(&format!("{words} --html FOLDER/page.html"));
        assert_eq!(output.status.code(), Some(exit), "{words}: {output:?}");
        let path = self.installation.path("page.html");
        assert!(path.exists(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::read_to_string(path).unwrap()
    }

    fn in_folder(&self, word: &str) -> String {
        word.replace("FOLDER", &self.installation.path("").display().to_string())
    }
}
