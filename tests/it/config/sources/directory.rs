//! What a directory's configuration can say beyond the contract: texts, who is active, and how to bind.

use directory_sync::config::{ActiveRule, LdapActive};

use crate::config::{COMPLETE, Lab};

const MAIL: &str = "email: mail\n";
const STATUS: &str =
    "      status: {name: userAccountControl, is_binary: false}\n      disable_bitmasks: [0x2, 16]\n";
const BASE: &str = "    base_dn: ou=staff,dc=example,dc=org\n";

fn first_line(lab: &Lab) -> String {
    lab.refusal().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_text_may_be_a_list_or_a_table() {
    for (text, shown) in [
        ("[mail, otherMailbox]", "Attributes"),
        ("{name: [mail, x], value: first_sorted}", "FirstSorted"),
        ("{name: mail, is_binary: false}", "First"),
        ("{name: mail, matching: '@example'}", "Regex"),
        ("{constant: a@example.org}", "Constant"),
        ("{template: '{{ uid | lower }}@example.org'}", "Template"),
        (
            "{name: mail, value: only, case: lower, unicode: nfc}",
            "nfc: true",
        ),
    ] {
        let lab = Lab::changed(COMPLETE, MAIL, &format!("email: {text}\n"));
        let texts = lab.ldap().attributes.texts;
        let email = texts.into_iter().find(|(name, _)| name == "email");
        let email = format!("{email:?}");
        assert!(email.contains(shown), "{text}: {email}");
    }
}

#[test]
fn a_mistake_in_a_text_is_found_at_once() {
    for (text, line) in [
        ("[]", "email` contains no name of an attribute"),
        ("{}", "email.name` is missing"),
        (
            "{name: mail, constant: x}",
            "email.name` and `sources.ldap.attributes.email.constant` are both given",
        ),
        (
            "{template: '{{ uid'}",
            "email.template` is not a valid template: syntax error",
        ),
        (
            "{template: '{{ uid | title }}'}",
            "email.template` is not a valid template: unknown filter",
        ),
        (
            "{name: mail, matching: '(a'}",
            "email.matching`: `(a` is not a regular expression: error: unclosed group",
        ),
        (
            "{name: mail, value: last}",
            "email.value` must be `first`, `only`, `first_sorted` or `all`, not `last`",
        ),
        (
            "{name: mail, value: all}",
            "email.value: all` needs a target that stores several values",
        ),
        (
            "{name: mail, cases: lower}",
            "unknown key `sources.ldap.attributes.email.cases`",
        ),
    ] {
        let lab = Lab::changed(COMPLETE, MAIL, &format!("email: {text}\n"));
        let found = first_line(&lab);
        assert!(found.contains(line), "{text}: {found}");
    }
}

fn with_active(rules: &str) -> Lab {
    let config = COMPLETE.replacen(STATUS, "", 1);
    assert_ne!(config, COMPLETE);
    Lab::new(&config.replacen(BASE, &format!("{BASE}    active: {rules}\n"), 1))
}

#[test]
fn rules_replace_the_status() {
    let lab = with_active("[useraccountcontrol, accountExpires, '(!(employeeType=guest))']");
    let LdapActive::Rules(rules) = lab.ldap().attributes.active else {
        panic!("rules were given");
    };
    let names: Vec<&str> = rules.iter().map(ActiveRule::name).collect();
    assert_eq!(
        names,
        ["userAccountControl", "accountExpires", "(!(employeeType=guest))"]
    );
    for (rules, line) in [
        ("[]", "active` is empty"),
        ("[userAcountControl]", "`userAcountControl` is not a rule"),
        ("['(a=b']", "`(a=b` cannot be tested on an entry"),
        (
            "['(memberOf:1.2.840.113556.1.4.1941:=cn=a)']",
            "matching rules other than the two for bits",
        ),
    ] {
        let found = first_line(&with_active(rules));
        assert!(found.contains(line), "{rules}: {found}");
    }
    let both = Lab::changed(COMPLETE, BASE, &format!("{BASE}    active: [accountExpires]\n"));
    let found = first_line(&both);
    assert!(
        found.contains("`sources.ldap.active` are both given (`sources.ldap.attributes."),
        "{found}"
    );
}

#[test]
fn sasl_external_replaces_a_password() {
    let bind = "    bind_dn: cn=reader,dc=example,dc=org\n    bind_password: \"hunter2\"\n";
    let lab = Lab::changed(COMPLETE, bind, "    bind: external\n");
    assert!(lab.ldap().bind_external);
    let both = Lab::changed(COMPLETE, bind, &format!("{bind}    bind: external\n"));
    let found = first_line(&both);
    assert!(
        found.contains("`sources.ldap.bind_dn` has no effect beside"),
        "{found}"
    );
    let config = COMPLETE.replacen(bind, "    bind: external\n", 1);
    let (before, after) = config.split_once("    tls:\n").unwrap();
    let config = format!("{before}{}", &after[after.find("  csv:").unwrap()..]);
    let found = first_line(&Lab::new(&config));
    assert!(found.contains("needs a client certificate"), "{found}");
}
