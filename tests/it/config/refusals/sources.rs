//! Sources that cannot be used.

use super::*;

#[test]
fn addresses_of_sources() {
    check(
        "url: ldaps://dc1.example.org",
        "url: [dc1.example.org:636, 'ldap://']",
        "
error: `sources.ldap.url`: `dc1.example.org:636` must start with `ldapi://`, `ldap://` or `ldaps://`
  at DIR/config.yaml:11
hint: did you mean `ldaps://dc1.example.org:636`?

error: `sources.ldap.url`: `ldap://` names no host
  at DIR/config.yaml:11
hint: write the address of the directory, such as `ldaps://ldap.example.org`",
    );
    check(
        "oauth2_url: https://list.example.org/token",
        "oauth2_url: list.example.org/token",
        "
error: `sources.ukt.oauth2_url`: `list.example.org/token` is not an address: relative URL without a base
  at DIR/config.yaml:40
hint: did you mean `https://list.example.org/token`?",
    );
    check(
        "url: ldaps://dc1.example.org",
        "url: []",
        "
error: `sources.ldap.url` is empty
  at DIR/config.yaml:11
hint: write the address of the directory, such as `ldaps://ldap.example.org`",
    );
}

/// Replaces the sources of the short configuration and compares the whole message.
#[track_caller]
fn check_sources(replacement: &str, message: &str) {
    let lab = Lab::changed(SHORT, "sources:\n  csv:\n    file_path: users.csv\n", replacement);
    assert_eq!(lab.refusal(), message.trim_start());
}

#[test]
fn sources() {
    for none in ["", "sources:\n", "sources: {}\n", "sources: {ldap: , csv: ~}\n"] {
        check_sources(
            none,
            "
error: no source is configured
hint: add `sources.ldap`, `sources.csv` or `sources.ukt`; `config.sample.yaml` shows their keys",
        );
    }
    check_sources(
        "sources: []\n",
        "
error: `sources` must be a table of keys
  at DIR/config.yaml:6
hint: indent its keys below it, such as `ldap:`",
    );
    check_sources(
        "sources: {cvs: {file_path: x}}\n",
        "
error: `sources.cvs.kind` is missing: only the names `ldap`, `csv` and `ukt` imply a kind
  at DIR/config.yaml:6
hint: did you mean `sources.csv`? Otherwise add `kind: csv`",
    );
    check_sources(
        "sources: {staff: {file_path: x, kind: cvs}}\n",
        "
error: `sources.staff.kind` must be `ldap`, `csv` or `ukt`, not `cvs`
  at DIR/config.yaml:6
hint: did you mean `csv`?",
    );
}

#[test]
fn names_of_sources() {
    check_sources(
        "sources: {ldap: {file_path: x, kind: csv}}\n",
        "
error: `sources.ldap.kind` is `csv`, but the name `ldap` is reserved for kind `ldap`
  at DIR/config.yaml:6
hint: give the source another name",
    );
    check_sources(
        "sources: {'a b': {file_path: x, kind: csv}}\n",
        "
error: `a b` cannot be the name of a source
  at DIR/config.yaml:6
hint: use letters, digits, `-` and `_`",
    );
    check_sources(
        "sources: {csv: {file_path: x}, staff: {kind: csv, file_path: ''}}\n",
        "
error: `sources.staff.file_path` is empty
  at DIR/config.yaml:6
hint: write a value after the key",
    );
    assert_eq!(
        Lab::new(SHORT)
            .variable("FAMEDLY_SYNC__SOURCES__CSV", "")
            .refusal(),
        "
error: `sources.csv` must be a table of keys
  at variable FAMEDLY_SYNC__SOURCES__CSV
hint: to leave out a source, remove its section or all its values"
            .trim_start()
    );
}
