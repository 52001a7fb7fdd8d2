//! `sources.NAME.transform`

use directory_sync::config::SearchScope;
use directory_sync::transform::RawRecord;

use crate::config::{COMPLETE, Lab};

const ANCHOR: &str = "    timeout: 5\n";

fn with(rules: &str) -> Lab {
    let rules = rules.replace('\n', "\n    ");
    Lab::changed(COMPLETE, ANCHOR, &format!("    {rules}\n{ANCHOR}"))
}

fn bytes(values: &[&str]) -> Vec<Vec<u8>> {
    values.iter().map(|value| value.as_bytes().to_vec()).collect()
}

fn pair<T>(name: &str, what: T) -> (String, T) {
    (name.to_owned(), what)
}

/// Names are compared without letter case, values with it; the order of the file is kept.
#[test]
fn every_rule_is_read() {
    let lab = with(
        "transform:
  decompose: {proxyAddresses: ['^SMTP:(?P<mail>.+)$', '(?P<other>x)']}
  recode: {cn: ISO-8859-15}
  remove_values: {telephoneNumber: ['+49', +49 ???], fax: '0'}
  replace_values: {c: {Deutschland: DE, deutschland: de, a.b: 'null'}}
  sanitize:
    mail: [univention.directory_importer.sanitize:mail_sanitizer, bytes.lower]
    objectGUID: udm_directory_connector.sanitize:guid2uuid
    '*': [strip]
  rename: {username: uid, Firstname: givenName, alias: Username}
  fallback: {country: DE}
  fixed: {type: [a, b]}
  remove: [objectGUID]
  compose: {displayName: ['{Firstname} {sn}', '{sn}']}",
    );
    let rules = lab.ldap().transform.expect("rules");
    let shown = format!("{:?} {:?} {:?}", rules.decompose, rules.recode, rules.sanitize);
    assert_eq!(
        shown,
        r#"[("proxyaddresses", [Pattern("^SMTP:(?P<mail>.+)$"), Pattern("(?P<other>x)")])] [("cn", Iso(Encoding { name: "ISO-8859-15", .. }))] [("mail", [Mail, Lower]), ("objectguid", [GuidToUuid]), ("*", [Strip])]"#
    );
    assert_eq!(
        rules.remove_values,
        [
            pair("telephonenumber", bytes(&["+49", "+49 ???"])),
            pair("fax", bytes(&["0"]))
        ]
    );
    assert_eq!(
        rules.rename,
        [
            ("username", "uid"),
            ("firstname", "givenname"),
            ("alias", "username")
        ]
        .map(|(new, old)| pair(new, old.to_owned()))
    );
    assert_eq!(rules.fallback, [pair("country", bytes(&["DE"]))]);
    assert_eq!(rules.fixed, [pair("type", bytes(&["a", "b"]))]);
    assert_eq!(rules.remove, ["objectguid"]);
    assert!(rules.apply(RawRecord::default()).is_ok());
}

#[test]
fn what_is_wrong_is_reported_with_its_line() {
    let lab = with(
        "transform:
  decompose:
    a: ['(']
  recode:
    b: utf-7
  replace_values:
    c: [x]
  sanitize:
    mail:
      - lower
      - os:system
  rename:
    d: [e]
    f: g
    F: h
  renam: {}
  remove: {}
  compose:
    i: '{sn:d}'",
    );
    let refusal = lab.refusal();
    let told: Vec<&str> = refusal.lines().filter(|line| !line.starts_with("hint")).collect();
    let told = told.join("\n");
    assert_told(&told);
}

/// Whole messages, without hints.
#[track_caller]
fn assert_told(told: &str) {
    let expected = "\
error: unknown key `sources.ldap.transform.renam`
  at DIR/config.yaml:31

error: `sources.ldap.transform.decompose.a`: `(` is not a regular expression: Parsing error at position 1: Opening parenthesis without closing parenthesis
  at DIR/config.yaml:18

error: `sources.ldap.transform.recode.b`: `utf-7` is not a known encoding
  at DIR/config.yaml:20

error: `sources.ldap.transform.replace_values.c` must be a table in the configuration file
  at DIR/config.yaml:22

error: `sources.ldap.transform.sanitize.mail`: `os:system` is not a known function: it is not in the list of functions
  at DIR/config.yaml:26

error: `sources.ldap.transform.rename.d` must be a text
  at DIR/config.yaml:28

error: `sources.ldap.transform.rename.F` is given more than once
  at DIR/config.yaml:29

error: `sources.ldap.transform.remove` must be a text or a list of texts
  at DIR/config.yaml:32

error: `sources.ldap.transform.compose.i`: `{sn:d}` is not a template: `{sn:d}`: what follows the colon is not supported; `:>10`, `:_<10` and `:.3` are
  at DIR/config.yaml:34";
    assert_eq!(told, expected);
}

#[test]
fn the_search_has_a_scope_a_list_and_exceptions() {
    let search = with("scope: ONE\nignore_dn_regex: CN=x(?!y)\nrequested_attributes: [objectGUID, sn]")
        .ldap()
        .search;
    assert_eq!(search.scope, SearchScope::OneLevel);
    assert_eq!(
        search.attributes,
        Some(vec!["objectGUID".to_owned(), "sn".to_owned()])
    );
    let ignored = search.ignored.unwrap();
    for (name, is_ignored) in [("CN=xa", true), ("CN=xy", false), ("OU=CN=xa", false)] {
        assert_eq!(
            ignored.find(name.as_bytes()).unwrap().is_some(),
            is_ignored,
            "{name}"
        );
    }
    let refusal = with("scope: subtree\nignore_dn_regex: '['\nrequested_attributes: []").refusal();
    for told in [
        "`sources.ldap.scope` must be `sub`, `one` or `base`, not `subtree`\n  at DIR/config.yaml:16",
        "`sources.ldap.ignore_dn_regex`: `[` is not a regular expression",
        "`sources.ldap.requested_attributes` contains no name of an attribute",
    ] {
        assert!(refusal.contains(told), "{refusal}");
    }
}
