//! Secrets are never printed, and values of people only on request.

use std::fmt::Write as _;

use testkit::people::{Person, to_csv};
use testkit::slapd::Slapd;
use testkit::ukt::UktDouble;
use testkit::zitadel::{Fault, FaultKind, UserSeed};

use crate::cli::stage::Stage;

const FORMATS: [&str; 4] = [
    "",
    "--format json",
    "--log-format json",
    "--format json --log-format json",
];
const LEVELS: [&str; 7] = [
    "off",
    "error",
    "warn",
    "info",
    "debug",
    "trace",
    "info --show-values",
];

/// Values of people that appear nowhere else, in any spelling.
const PERSONAL: [&str; 8] = [
    "Zaphodina",
    "Quuxberg",
    "4930123456",
    "30 123456",
    "zq-mail",
    "Zq Nick",
    "Oldquux",
    "zq-leaver",
];

/// LDAP, CSV and UKT at once, with people to create, change, adopt, remove, warn about and reject.
struct Everything {
    stage: Stage,
    _slapd: Slapd,
    _ukt: UktDouble,
    secrets: Vec<String>,
}

fn person(uid: &str) -> Person {
    Person {
        email: format!("zq-mail.{uid}@example.com"),
        phone: Some("+49 30 123456".to_owned()),
        preferred_username: format!("Zq Nick {uid}"),
        ..Person::new(uid, "Zaphodina", "Quuxberg")
    }
}

fn everything() -> Everything {
    let stage = Stage::empty();
    let broken = Person {
        first_name: "Zaphodina".into(),
        email: "zq-mail no address".into(),
        ..person("u4")
    };
    let slapd = Slapd::with_people(&[
        person("u1"),
        person("u2"),
        Person {
            enabled: false,
            ..person("u3")
        },
        broken,
    ]);
    let ukt = UktDouble::start();
    ukt.set_list(&["zq-leaver@example.com", "zq-leaver.unknown@example.com"]);
    let phoneless = Person {
        phone: Some("zq-mail 12".into()),
        ..person("c1")
    };
    let csv = format!(
        "{}zq-mail.c2@example.com,Zaphodina\n",
        to_csv(&[phoneless, person("c3")])
    );
    stage.write("users.csv", csv);
    for (email, id) in [
        ("zq-mail.u1@example.com", "u1"),
        ("zq-mail.u2@example.com", "Zq Nick u2"),
        ("zq-mail.u3@example.com", "u3"),
        ("zq-leaver@example.com", "left"),
    ] {
        let mut seed = UserSeed::synced(email, "Zaphodina", "Oldquux");
        seed.nick_name = if id.contains(' ') {
            id.to_owned()
        } else {
            hex::encode(id)
        };
        stage.zitadel.add_user(seed);
    }
    stage.configure(&stage.config_with(&sources(&slapd, &ukt)));
    Everything {
        secrets: secrets(&stage),
        stage,
        _slapd: slapd,
        _ukt: ukt,
    }
}

fn sources(slapd: &Slapd, ukt: &UktDouble) -> String {
    let mut text =
        "guard: {max_removals: 100%, max_logins_changed: 100%}\nsources:\n  csv: {file_path: users.csv}\n"
            .to_owned();
    let _ = write!(
        text,
        "  ldap:\n    url: {}\n    base_dn: {}\n    bind_dn: {}\n    bind_password: {}\n    user_filter: \
         (objectClass=inetOrgPerson)\n    attributes: {{first_name: givenName, last_name: sn, email: mail, \
         preferred_username: displayName, phone: telephoneNumber, user_id: uid, status: shadowFlag, disable_bitmasks: \
         [2]}}\n",
        slapd.url(),
        Slapd::BASE_DN,
        Slapd::BIND_DN,
        Slapd::BIND_PASSWORD,
    );
    let _ = write!(
        text,
        "  ukt:\n    endpoint_url: {}\n    oauth2_url: {}\n    client_id: {}\n    client_secret: \"{}\"\n    scope: {}\n    \
         grant_type: {}\n",
        ukt.list_url(),
        ukt.token_url(),
        UktDouble::CLIENT_ID,
        UktDouble::CLIENT_SECRET,
        UktDouble::SCOPE,
        UktDouble::GRANT_TYPE,
    );
    text
}

/// What must not be seen: passwords, and lines out of the middle of the private key.
fn secrets(stage: &Stage) -> Vec<String> {
    let key: serde_json::Value = serde_json::from_str(&stage.read("service-user.json")).unwrap();
    let lines = key["key"].as_str().unwrap().lines().map(str::to_owned);
    let mut secrets: Vec<String> = lines.filter(|line| !line.contains("-----")).collect();
    assert!(secrets.len() > 10);
    secrets.extend(
        [
            Slapd::BIND_PASSWORD,
            UktDouble::CLIENT_SECRET,
            "s%26cret",
            "Bearer ",
            "eyJ",
            "assertion=",
        ]
        .map(str::to_owned),
    );
    secrets.push(stage.zitadel.personal_access_token());
    secrets
}

impl Everything {
    /// All that a run says, the report included.
    fn told(&self, arguments: &str, variables: &[(&str, &str)]) -> String {
        let words = self
            .stage
            .words(&format!("{arguments} --report report.json"), variables);
        words + &std::fs::read_to_string(self.stage.path("report.json")).unwrap_or_default()
    }

    fn assert_discreet(&self, arguments: &str, level: &str) {
        let (level, show) = level.split_once(' ').unwrap_or((level, ""));
        let told = self.told(
            &format!("{arguments} {show}"),
            &[
                ("DIRECTORY_SYNC__LOG_LEVEL", level),
                ("DIRECTORY_SYNC__OUTPUT__NAMES", "auto"),
            ],
        );
        assert!(!told.is_empty(), "{arguments}");
        for secret in &self.secrets {
            assert!(
                !told.contains(secret),
                "{secret:?} at {level} {arguments}: {told}"
            );
        }
        if show.is_empty() && !matches!(level, "debug" | "trace") {
            for value in PERSONAL {
                assert!(!told.contains(value), "{value:?} at {level} {arguments}: {told}");
            }
        }
    }
}

#[test]
fn plans_people_and_checks_are_discreet() {
    let everything = everything();
    for level in LEVELS {
        for format in FORMATS {
            for command in ["plan", "users", "check"] {
                everything.assert_discreet(&format!("{command} {format}"), level);
            }
        }
    }
    everything.stage.assert_untouched();
}

/// The test can fail: what is looked for is there.
#[test]
fn values_are_shown_if_requested() {
    let told = everything().told("plan --show-values", &[]);
    for value in [
        "Zaphodina",
        "Quuxberg",
        "4930123456",
        "zq-mail",
        "Zq Nick",
        "Oldquux",
        "zq-leaver",
    ] {
        assert!(told.contains(value), "{value:?} in {told}");
    }
}

#[test]
fn syncs_are_discreet() {
    for level in LEVELS {
        let everything = everything();
        everything.assert_discreet("", level);
        assert!(!everything.stage.zitadel.writes().is_empty());
        everything.assert_discreet("--format json", level);
    }
}

/// Zitadel's own words may repeat what was sent.
#[test]
fn refusals_of_zitadel_are_discreet() {
    for level in ["info", "trace"] {
        for format in FORMATS {
            let everything = everything();
            let body = r#"{"code":3,"message":"invalid: \"Zaphodina\" zq-mail.u1@example.com","details":[]}"#;
            everything
                .stage
                .zitadel
                .inject(Fault::nth_write(1, FaultKind::json(400, body)).times(u64::MAX));
            everything.assert_discreet(format, level);
        }
    }
}

/// Whatever is wrong with a secret, it is not printed.
#[test]
fn mistakes_are_discreet() {
    let stage = Stage::new();
    let mistakes = [
        "token: [hidden-secret]",
        "token: {hidden-secret: 1}",
        "key_file: service-user.json\n  token: hidden-secret",
        "token_file: hidden-secret/../service-user.json\n  tokenn: hidden-secret",
        "token: \"hidden-secret",
    ];
    for mistake in mistakes {
        stage.configure(&stage.config().replace("key_file: service-user.json", mistake));
        for format in FORMATS {
            let run = stage.run(&format!("-vv {format}"));
            assert_eq!(run.exit, 2, "{mistake}: {run:?}");
            let told = format!("{}{}", run.out, run.err).replace("`hidden-secret/..", "");
            assert!(!told.contains("hidden-secret"), "{mistake}: {told}");
        }
    }
}

/// A password in an address is one, too.
#[test]
fn addresses_are_discreet() {
    let stage = Stage::new();
    let sources = [
        "ukt: {endpoint_url: \"http://u:hidden-secret@127.0.0.1:1/x\", oauth2_url: \
         \"http://u:hidden-secret@127.0.0.1:1/t\", client_id: a, client_secret: hidden-secret, scope: s, grant_type: g}",
        "ldap: {url: \"ldap://u:hidden-secret@127.0.0.1:1\", base_dn: dc=x, bind_dn: cn=a, bind_password: \
         hidden-secret, user_filter: (a=b), attributes: {first_name: a, last_name: a, email: a, preferred_username: a, \
         phone: a, user_id: a, status: a}}",
    ];
    for source in sources {
        stage.configure(&stage.config_with(&format!("sources:\n  {source}\n")));
        for command in ["plan", "users", "check"] {
            let told = stage.words(&format!("{command} -vv"), &[]);
            assert!(!told.is_empty() && !told.contains("hidden-secret"), "{told}");
        }
    }
}
