//! Mistakes in a file of a connector: each ends the run before anything is written, with the key, the line and the next step.

use testkit::people::Person;
use testkit::slapd::Slapd;
use testkit::udm::UdmDouble;

use super::super::double;
use super::super::double::PASSWORD;
use crate::program::{Installation, Ran};

/// One person who would be made if nothing were wrong.
const FILE: &str = "\
udm:
  uri: URI/
  user: USER
  password: PASSWORD
  user_ou: ou=people
  group_ou: ou=groups
  user_primary_key_property: univentionObjectIdentifier
  user_properties: [univentionObjectIdentifier, username, lastname, e-mail]
source:
  ldap_uri: LDAP
  bind_dn: BIND_DN
  password: BIND_PASSWORD
  user_base: dc=example,dc=com
  user_filter: (objectClass=inetOrgPerson)
  user_attrs: [entryUUID, uid, sn, mail]
  user_trans:
    rename_attrs: {univentionObjectIdentifier: entryUUID, username: uid, lastname: sn, e-mail: mail}
  group_base: dc=example,dc=com
  group_filter: (objectClass=groupOfNames)
  group_attrs: [entryUUID, cn, member]
  group_trans:
    rename_attrs: {univentionObjectIdentifier: entryUUID, name: cn, users: member}
lock: {dir: FOLDER}
";

/// A mistake: a text of the file, its replacement, the exit code, and the messages, with the next step.
struct Mistake {
    from: &'static str,
    to: &'static str,
    exit: u8,
    told: &'static [&'static str],
}

const MISTAKES: &[Mistake] = &[
    // A wrong type.
    Mistake {
        from: "  user_attrs: [entryUUID, uid, sn, mail]\n",
        to: "  user_attrs: {entryUUID: uid}\n",
        exit: 2,
        told: &[
            "`source.user_attrs` must be",
            "config.yaml:15",
            "hint: write `[a, b]`",
        ],
    },
    Mistake {
        from: "  user: USER\n",
        to: "  user: [USER]\n",
        exit: 2,
        told: &[
            "`udm.user` must be a text, not a list",
            "config.yaml:3",
            "hint: write one value",
        ],
    },
    Mistake {
        from: "  user_ou: ou=people\n",
        to: "  user_ou: ''\n",
        exit: 2,
        told: &["`udm.user_ou` is empty", "config.yaml:5", "hint: write a value"],
    },
    Mistake {
        from: "  user: USER\n",
        to: "  user: USER\n  skip_writes: 2\n",
        exit: 2,
        told: &[
            "`udm.skip_writes` must be `yes` or `no`, not `2`",
            "config.yaml:4",
            "hint: write one of these words",
        ],
    },
    Mistake {
        from: "  user_base: dc=example,dc=com\n",
        to: "  user_base: dc=example,dc=com\n  search_pagesize: 1.5\n",
        exit: 2,
        told: &[
            "`source.search_pagesize` must be a whole number, not `1.5`",
            "config.yaml:14",
            "hint: write digits alone",
        ],
    },
    Mistake {
        from: "  user_base: dc=example,dc=com\n",
        to: "  user_base: dc=example,dc=com\n  timeout: soon\n",
        exit: 2,
        told: &[
            "`source.timeout` must be a duration such as `30s`",
            "config.yaml:14",
            "hint: write a number and a unit",
        ],
    },
    // An unknown sanitizer.
    Mistake {
        from: "  user_trans:\n",
        to: "  user_trans:\n    sanitizer: {mail: [os:system]}\n",
        exit: 2,
        told: &[
            "`source.user_trans.sanitizer.mail`: `os:system` is not a known function",
            "config.yaml:17",
            "hint: ",
        ],
    },
    // An unknown property.
    Mistake {
        from: "lastname, e-mail]\n",
        to: "lastname, e-mail, descripton]\n",
        exit: 3,
        told: &[
            "UDM has no property `descripton` (`udm.user_properties`, ",
            "config.yaml:8)",
            "did you mean `description`? Otherwise take it out of `udm.user_properties`",
        ],
    },
    // A regular expression that does not compile.
    Mistake {
        from: "  user_trans:\n",
        to: "  user_trans:\n    decompose_attrs: {mail: ['(']}\n",
        exit: 2,
        told: &[
            "`source.user_trans.decompose_attrs.mail`: `(` is not a regular expression",
            "config.yaml:17",
            "hint: correct the expression",
        ],
    },
    Mistake {
        from: "  user_base: dc=example,dc=com\n",
        to: "  user_base: dc=example,dc=com\n  ignore_dn_regex: '['\n",
        exit: 2,
        told: &[
            "`source.ignore_dn_regex`: `[` is not a regular expression",
            "config.yaml:14",
        ],
    },
    // A template with an unknown name.
    Mistake {
        from: "  user_trans:\n",
        to: "  user_trans:\n    compose_attrs: {e-mail: ['{usernam}@example.org']}\n",
        exit: 2,
        told: &[
            "`source.user_trans.compose_attrs.e-mail` uses `usernam`, but no entry has that attribute",
            "config.yaml:17",
            "hint: correct the name",
        ],
    },
    // An OU that is no relative DN.
    Mistake {
        from: "  user_ou: ou=people\n",
        to: "  user_ou: people\n",
        exit: 2,
        told: &[
            "`udm.user_ou` must be a container below the base of the directory, not `people`",
            "config.yaml:5",
            "hint: it should look like `ou=people`",
        ],
    },
    // A password that is nowhere.
    Mistake {
        from: "  password: PASSWORD\n",
        to: "",
        exit: 2,
        told: &[
            "`udm.password` is missing",
            "hint: write `udm.password` in the file, or set the variable UDM_PASSWORD",
        ],
    },
    Mistake {
        from: "  password: BIND_PASSWORD\n",
        to: "",
        exit: 2,
        told: &[
            "`source.password` is missing",
            "hint: write `source.password` in the file, or set the variable SOURCE_PASSWORD",
        ],
    },
    // A primary key that is none of the properties.
    Mistake {
        from: "user_primary_key_property: univentionObjectIdentifier",
        to: "user_primary_key_property: employeeNumber",
        exit: 2,
        told: &[
            "`udm.user_properties` does not name `employeeNumber`",
            "config.yaml:7",
            "hint: ",
        ],
    },
    // A key attribute that no entry has.
    Mistake {
        from: "{univentionObjectIdentifier: entryUUID, username",
        to: "{univentionObjectIdentifier: employeeNumber, username",
        exit: 2,
        told: &[
            "`udm.user_primary_key_property` is `univentionObjectIdentifier`, but no entry has that attribute",
            "config.yaml:7",
            "hint: ",
        ],
    },
];

#[test]
fn each_mistake_ends_the_run_before_anything_is_written() {
    let slapd = Slapd::with_people(&[]);
    slapd.add(&Person::new("ada", "Ada", "Lovelace"));
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        assert!(FILE.contains(mistake.from), "{}", mistake.from);
        let (ran, udm) = run(&FILE.replacen(mistake.from, mistake.to, 1), &slapd);
        let said = format!("{}{}", ran.out, ran.err);
        let is_told = mistake.told.iter().all(|told| said.contains(told));
        if ran.exit != mistake.exit || !is_told || !udm.writes().is_empty() {
            wrong.push(format!("{}exit {}: {said}", mistake.to, ran.exit));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A key attribute that is asked for and that no entry has is met when the entries are read.
#[test]
fn a_key_that_no_entry_has_is_refused() {
    let slapd = Slapd::with_people(&[]);
    for number in 0..12 {
        slapd.add(&Person::new(&format!("p{number}"), "Ada", "Lovelace"));
    }
    let file = FILE
        .replacen("[entryUUID, uid", "[employeeNumber, uid", 1)
        .replacen("Identifier: entryUUID", "Identifier: employeeNumber", 1);
    let (ran, udm) = run(&file, &slapd);
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    for told in [
        "`univentionObjectIdentifier` has no value in any of 12 records, and it is the external id",
        "hint: correct `udm.user_primary_key_property` (",
        "config.yaml:7), or the source and its read permissions",
    ] {
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    assert_eq!(udm.writes().len(), 0);
}

/// Without a mistake the file makes the person.
#[test]
fn the_file_itself_is_right() {
    let slapd = Slapd::with_people(&[]);
    slapd.add(&Person::new("ada", "Ada", "Lovelace"));
    let (ran, udm) = run(FILE, &slapd);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(udm.named("ada").is_some());
}

/// Runs the program with this file, against a target of its own.
fn run(file: &str, slapd: &Slapd) -> (Ran, UdmDouble) {
    let udm = double::start();
    let (url, user, ldap) = (udm.url(), udm.username(), slapd.url());
    let filled = [
        ("BIND_DN", Slapd::BIND_DN),
        ("BIND_PASSWORD", Slapd::BIND_PASSWORD),
        ("PASSWORD", PASSWORD),
        ("USER", user.as_str()),
        ("URI", url.as_str()),
        ("LDAP", ldap.as_str()),
    ];
    let mut file = file.to_owned();
    for (name, value) in filled {
        file = file.replace(name, value);
    }
    (Installation::of(&file).run(&["sync"]), udm)
}
