//! Addresses of directories: valid forms, and secrets without encryption; filters as in a file.

use crate::config::{COMPLETE, Lab};

const URL: &str = "url: ldaps://dc1.example.org\n";
const FILTER: &str = "user_filter: \"(&(objectClass=user)(memberOf=cn=chat,ou=groups,dc=example,dc=org))\"\n";

fn with_url(url: &str) -> Lab {
    Lab::changed(COMPLETE, URL, &format!("url: '{url}'\n"))
}

#[test]
fn an_address_of_a_directory_holds_nothing_but_the_server() {
    for url in [
        "ldap://host/dc=example,dc=com??sub?(uid=alice)",
        "ldap://host/dc=example,dc=com",
        "ldaps://host:636/ou=people%20here",
        "ldap://host?mail",
        "ldap://host/?mail?one",
        "ldap://host/????!bindname=cn=x",
        "ldap://host/#x",
        "ldaps://dc1.example.org ldap://dc2.example.org/dc=x",
    ] {
        let refusal = with_url(url).refusal();
        for words in ["contains more than a server", "`base_dn`", "`user_filter`"] {
            assert!(refusal.contains(words), "{url}: {refusal}");
        }
    }
    for url in [
        "ldap://host/",
        "ldap://host:389",
        "LDAPS://host",
        "ldap://[::1]/",
        "ldaps://10.0.0.1:636/",
    ] {
        assert_eq!(with_url(url).ldap().urls.len(), 1, "{url}");
    }
}

#[test]
fn a_socket_replaces_the_host() {
    for url in [
        "ldapi:///run/slapd/ldapi",
        "ldapi:///",
        "ldapi://%2Frun%2Fldapi/dc=x",
        "ldapi://%2Frun%2Fldapi??sub",
    ] {
        let refusal = with_url(url).refusal();
        assert!(
            refusal.contains("does not name a socket") && refusal.contains("`%2F`"),
            "{url}: {refusal}"
        );
    }
    for url in [
        "ldapi://%2Frun%2Fslapd%2Fldapi",
        "ldapi://%2frun%2fslapd%2fldapi/",
    ] {
        assert_eq!(with_url(url).ldap().urls.len(), 1, "{url}");
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_printed() {
    for url in [
        "ldaps://reader:hunter5@host",
        "ldap://hunter5@host/dc=x",
        "ldap://:hunter5@host",
    ] {
        let refusal = with_url(url).refusal();
        assert!(
            refusal.contains("must not contain a user name or password"),
            "{url}: {refusal}"
        );
        assert!(
            refusal.contains("`bind_password`") && !refusal.contains("hunter5"),
            "{url}: {refusal}"
        );
    }
}

#[test]
fn a_secret_that_can_be_read_on_the_way_is_reported() {
    let notes = |lab: &Lab| lab.settings().notes;
    let told = |notes: &[String], words: &str| notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(told(&notes(&Lab::new(COMPLETE)), "without encryption"), 0);
    let far = with_url("ldap://dc1.example.org ldaps://dc2.example.org ldap://10.1.2.3");
    let clear = notes(&far);
    assert_eq!(
        told(
            &clear,
            "`bind_password` goes to `dc1.example.org` without encryption"
        ),
        1,
        "{clear:?}"
    );
    assert_eq!(
        told(&clear, "`bind_password` goes to `10.1.2.3` without encryption"),
        1,
        "{clear:?}"
    );
    assert_eq!(told(&clear, "without encryption"), 2, "{clear:?}");
    for near in [
        "ldap://localhost",
        "ldap://127.0.0.1:3389",
        "ldap://[::1]",
        "ldapi://%2Frun%2Fldapi",
    ] {
        assert_eq!(told(&notes(&with_url(near)), "without encryption"), 0, "{near}");
    }
    let start_tls = COMPLETE
        .replace(URL, "url: ldap://dc1.example.org\n")
        .replace("danger_use_start_tls: false", "danger_use_start_tls: true");
    assert_eq!(told(&notes(&Lab::new(&start_tls)), "without encryption"), 0);
    let anonymous = COMPLETE
        .replace(URL, "url: ldap://dc1.example.org\n")
        .replace("bind_dn: cn=reader,dc=example,dc=org", "bind_dn: ''")
        .replace("bind_password: \"hunter2\"", "bind_password: ''");
    assert_eq!(told(&notes(&Lab::new(&anonymous)), "without encryption"), 0);
    for (part, words) in [
        (
            "url: https://auth.example.org",
            "`zitadel.url`: the credential goes to `auth.example.org`",
        ),
        (
            "oauth2_url: https://list.example.org",
            "`sources.ukt.oauth2_url`: `client_secret` goes to `list.example.org`",
        ),
        (
            "endpoint_url: https://list.example.org",
            "`sources.ukt.endpoint_url`: the access token goes to `list.example.org`",
        ),
    ] {
        let lab = Lab::changed(COMPLETE, part, &part.replace("https", "http"));
        assert_eq!(told(&notes(&lab), words), 1, "{part}");
    }
}

#[test]
fn blanks_around_a_filter_and_between_its_parts_mean_nothing() {
    let meant = "(&(objectClass=user)(mail=a b))";
    for written in [
        "user_filter: |\n      (&(objectClass=user)(mail=a b))\n",
        "user_filter: |\n      (&\n        (objectClass=user)\n        (mail=a b)\n      )\n",
        "user_filter: >\n      (& (objectClass=user)\n      (mail=a b))\n",
        "user_filter: \"\\t (&(objectClass=user)(mail=a b)) \\r\\n\"\n",
    ] {
        assert_eq!(
            Lab::changed(COMPLETE, FILTER, written).ldap().user_filter,
            meant,
            "{written}"
        );
    }
    let lab = Lab::new(COMPLETE).variable(
        "DIRECTORY_SYNC__SOURCES__LDAP__USER_FILTER",
        "\n(&(objectClass=user)(mail=a b))\n",
    );
    assert_eq!(lab.ldap().user_filter, meant);
}
