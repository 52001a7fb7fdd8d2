//! A state that passes by itself is no reason to delete anybody.

use std::sync::{Arc, Mutex};

use testkit::ldap_double::{LdapDouble, Reply};
use testkit::zitadel::{Options, UserState, ZitadelDouble};

use crate::program::{Installation, Ran};

const NAMES: [&str; 4] = ["Alice", "Bob", "Carol", "Erin"];

/// Four people, of whom Alice has a value that can be set.
struct Directory {
    double: LdapDouble,
    of_alice: Arc<Mutex<&'static str>>,
    zitadel: ZitadelDouble,
}

/// Who has an account, and who is blocked.
#[derive(Debug, PartialEq, Eq)]
struct Accounts(Vec<&'static str>, Vec<&'static str>);

impl Directory {
    fn new(attribute: &'static str, healthy: &'static str) -> Self {
        let of_alice = Arc::new(Mutex::new(healthy));
        let current = of_alice.clone();
        let double = LdapDouble::serving(move |_| {
            let of_alice = *current.lock().unwrap();
            let value = |name: &str| if name == "Alice" { of_alice } else { healthy };
            let entries = NAMES.map(|name| entry(name, attribute, value(name)));
            entries.into_iter().chain([Reply::Done(0, "", None)]).collect()
        });
        Self {
            double,
            of_alice,
            zitadel: ZitadelDouble::start(Options::default()),
        }
    }

    /// `rule` is written among the attributes if it is about `status`, otherwise beside them.
    fn configured(&self, rule: &str, policy: &str) -> Installation {
        let (among, beside) = if rule.starts_with("status") {
            (format!(", {rule}"), String::new())
        } else {
            (String::new(), format!("    {rule}\n"))
        };
        let rest = format!(
            "sources:\n  ldap:\n    url: {}\n    base_dn: dc=x\n    bind_dn: ''\n    bind_password: ''\n    user_filter: \
             (uid=*)\n    page_size: 0\n    attributes: {{first_name: givenName, last_name: sn, email: mail, user_id: \
             uid{among}}}\n{beside}guard:\n  max_removals: 4\npolicy:\n  absent: delete\n{policy}",
            self.double.url()
        );
        Installation::new(&self.zitadel, &rest)
    }

    /// A run while Alice has this value.
    fn sync(&self, installation: &Installation, of_alice: &'static str) -> Ran {
        *self.of_alice.lock().unwrap() = of_alice;
        installation.run(&["sync"])
    }

    fn accounts(&self) -> Accounts {
        let users = self.zitadel.users();
        let of = |name: &&str| users.iter().find(|user| user.given_name == **name);
        let blocked = |name: &&str| of(name).is_some_and(|user| user.state == UserState::Inactive);
        Accounts(
            NAMES.into_iter().filter(|name| of(name).is_some()).collect(),
            NAMES.into_iter().filter(blocked).collect(),
        )
    }
}

fn entry(name: &str, attribute: &'static str, value: &str) -> Reply {
    let text = |value: &str| vec![value.as_bytes().to_vec()];
    let mail = format!("{}@example.org", name.to_lowercase());
    let mut attributes = vec![
        ("uid", text(&mail)),
        ("givenName", text(name)),
        ("sn", text("Archer")),
        ("mail", text(&mail)),
    ];
    if !value.is_empty() {
        attributes.push((attribute, text(value)));
    }
    Reply::Entry(format!("uid={name},dc=x").into_bytes(), attributes)
}

/// Rule, attribute, and its values: all is well, only blocked for now, disabled for good (if there is such a value).
const RULES: [(&str, &str, [&str; 3]); 8] = [
    (
        "active: [msDS-User-Account-Control-Computed]",
        "msDS-User-Account-Control-Computed",
        ["0", "16", ""],
    ),
    (
        "active: [pwdAccountLockedTime]",
        "pwdAccountLockedTime",
        ["", "20261101120000Z", "000001010000Z"],
    ),
    (
        "active: [\"(!(lockoutTime>=1))\"]",
        "lockoutTime",
        ["0", "133000000000000000", ""],
    ),
    (
        "active: [\"(!(userAccountControl:1.2.840.113556.1.4.804:=18))\"]",
        "userAccountControl",
        ["512", "528", "514"],
    ),
    (
        "status: userAccountControl, disable_bitmasks: [0x2, 0x10]",
        "userAccountControl",
        ["512", "528", "530"],
    ),
    (
        "status: shadowFlag, disable_bitmasks: [2, 16]",
        "shadowFlag",
        ["0", "16", "18"],
    ),
    (
        "status: flags, disable_bitmasks: [0x800002]",
        "flags",
        ["0", "8388608", "2"],
    ),
    (
        "status: badPwdCount, disable_bitmasks: [0xff]",
        "badPwdCount",
        ["0", "5", ""],
    ),
];

#[test]
fn a_lockout_deletes_no_person() {
    for (rule, attribute, [healthy, locked, disabled]) in &RULES {
        let directory = Directory::new(attribute, healthy);
        let installation = directory.configured(rule, "");
        assert_eq!(directory.sync(&installation, healthy).exit, 0, "{rule}");
        let ran = directory.sync(&installation, locked);
        let told = format!("{rule}\n{}{}", ran.out, ran.err);
        assert_eq!(ran.exit, 1, "{told}");
        assert!(
            told.contains("is temporary") && told.contains("uid=Alice,dc=x"),
            "{told}"
        );
        assert_eq!(directory.accounts(), Accounts(NAMES.to_vec(), vec![]), "{told}");
        if !disabled.is_empty() {
            assert_eq!(directory.sync(&installation, disabled).exit, 0, "{rule}");
            assert_eq!(
                directory.accounts(),
                Accounts(NAMES[1..].to_vec(), vec![]),
                "{rule}"
            );
        }
    }
}

#[test]
fn a_lockout_blocks_at_the_most() {
    for (rule, attribute, [healthy, locked, _]) in &RULES {
        let directory = Directory::new(attribute, healthy);
        let installation = directory.configured(rule, "  disabled: deactivate\n");
        for (value, blocked) in [(healthy, vec![]), (locked, vec!["Alice"]), (healthy, vec![])] {
            assert_eq!(directory.sync(&installation, value).exit, 0, "{rule}");
            assert_eq!(directory.accounts(), Accounts(NAMES.to_vec(), blocked), "{rule}");
        }
    }
}

/// An administrator sets it in advance, and nothing but an administrator ends it.
#[test]
fn a_date_of_expiry_disables() {
    let directory = Directory::new("accountExpires", "0");
    let installation = directory.configured("active: [accountExpires]", "");
    for (value, accounts) in [("0", &NAMES[..]), ("116444736000000000", &NAMES[1..])] {
        assert_eq!(directory.sync(&installation, value).exit, 0);
        assert_eq!(directory.accounts(), Accounts(accounts.to_vec(), vec![]));
    }
}

/// Who is locked out is not found by such a filter, and not gone either.
#[test]
fn a_filter_that_hides_who_is_locked_out_proves_no_person_absent() {
    for filter in [
        "(&(uid=*)(!(lockoutTime>=1)))",
        "(&(uid=*)(!(pwdAccountLockedTime=*)))",
        "(&(uid=*)(!(userAccountControl:1.2.840.113556.1.4.803:=16)))",
    ] {
        let directory = Directory::new("x", "");
        let installation = directory.configured("active: [accountExpires]", "");
        let config = std::fs::read_to_string(installation.path("config.yaml")).unwrap();
        installation.write(
            "config.yaml",
            config.replace("user_filter: (uid=*)", &format!("user_filter: {filter}")),
        );
        let ran = installation.run(&["sync"]);
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        for words in ["incomplete: no person counts as absent", "`user_filter` asks for"] {
            assert!(ran.out.contains(words), "{words}: {}", ran.out);
        }
        let checked = installation.run(&["check"]);
        assert!(
            checked.out.contains("warning: `user_filter` asks for"),
            "{}",
            checked.out
        );
    }
}

#[test]
fn check_says_what_each_rule_means() {
    let rules = "active: [userAccountControl, msDS-User-Account-Control-Computed, \"(!(lockoutTime>=1))\"]";
    for (policy, then) in [
        ("", "are unknown in that run"),
        ("  disabled: deactivate\n", "`policy.disabled` deletes no account"),
    ] {
        let directory = Directory::new("userAccountControl", "512");
        let out = directory.configured(rules, policy).run(&["check"]).out;
        for words in [
            "active: `userAccountControl`: bit 0x2 disables; `msDS-User-Account-Control-Computed`: bit 0x10 is a \
             lockout, which is temporary; `(!(lockoutTime>=1))`: a person who does not match is disabled, unless",
            then,
        ] {
            assert!(out.contains(words), "{words}\n{out}");
        }
    }
}
