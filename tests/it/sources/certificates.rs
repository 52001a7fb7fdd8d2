//! Certificates that are refused: each message names what is wrong and the next step, in plain words.

use std::path::{Path, PathBuf};

use directory_sync::config::LdapSettings;
use testkit::certs::{Certificates, Pair};
use testkit::people::Person;
use testkit::slapd::{Options, Slapd};
use testkit::zitadel::{Options as ZitadelOptions, ZitadelDouble};

use crate::program::Installation;
use crate::safety::lab::finish;
use crate::sources::reader::{ldap, read_ldap};

/// Made by `make.sh` in that folder.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/certificates")
        .join(name)
}

fn pair(name: &str) -> Pair {
    Pair {
        certificate: file(&format!("{name}.pem")),
        key: file(&format!("{name}.key")),
    }
}

/// The second has to stay as long as the server runs.
fn serving(server: &Pair) -> (Slapd, Certificates) {
    let certificates = Certificates::generate();
    let people = Options::people(&[Person::new("ada", "Ada", "Lovelace")]);
    (people.tls_as(&certificates, server).start(), certificates)
}

fn trusting(slapd: &Slapd, ca: &Path) -> LdapSettings {
    let mut settings = ldap(&slapd.ldaps_url());
    settings.tls.server_certificate = Some(ca.to_owned());
    settings
}

/// What a read says, without anything that only a programmer can read.
async fn told(settings: &LdapSettings) -> String {
    let error = read_ldap(settings).await.expect_err("nobody can trust that");
    let told = format!("{} | {}", error.what, error.hint.unwrap_or_default());
    for debug in ["Error", "Context", "{ ", "0x", "[", "Some("] {
        assert!(!told.contains(debug), "{debug}: {told}");
    }
    assert!(told.len() < 900, "{told}");
    told
}

#[track_caller]
fn assert_says(told: &str, words: &[&str]) {
    for words in words {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[tokio::test]
async fn a_refused_certificate_is_reported_in_words() {
    let ca = file("ca.pem");
    for (name, ca, words) in [
        (
            "no-san",
            &ca,
            &[
                "has no subjectAltName, and names in CN do not count",
                "has `localhost` as its subjectAltName",
            ][..],
        ),
        (
            "sha1",
            &ca,
            &[
                "`CN=localhost` is signed with SHA-1, which is not accepted",
                "again with SHA-256",
            ],
        ),
        (
            "md5",
            &ca,
            &[
                "`CN=localhost` is signed with MD5, which is not accepted",
                "again with SHA-256",
            ],
        ),
        ("version-1", &ca, &["is of version 1", "version 3"]),
        (
            "limited",
            &file("limited-ca.pem"),
            &[
                "limit directory names (dirName), which is not supported",
                "name the server's certificate alone in `tls.server_certificate`",
            ],
        ),
        ("of-short", &file("short-ca.pem"), &["less than 2048 bits"]),
    ] {
        let (slapd, _certificates) = serving(&pair(name));
        let told = told(&trusting(&slapd, ca)).await;
        assert_says(&told, words);
        assert!(!told.contains("use one of the names"), "{told}");
    }
}

/// The way out that the message names.
#[tokio::test]
async fn a_certificate_that_is_named_is_trusted_whatever_its_authority_may_issue() {
    let (slapd, _certificates) = serving(&pair("limited"));
    let own = file("limited.pem");
    let folder = tempfile::tempdir().unwrap();
    let both = folder.path().join("both.pem");
    let read = |name: &str| std::fs::read_to_string(file(name)).unwrap();
    std::fs::write(&both, read("limited-ca.pem") + &read("limited.pem")).unwrap();
    for trusted in [&own, &both] {
        assert_eq!(
            read_ldap(&trusting(&slapd, trusted)).await.unwrap().objects.len(),
            1
        );
    }
}

#[tokio::test]
async fn what_is_not_in_common_is_reported() {
    let certificates = Certificates::generate();
    for (server, ca, ciphers) in [
        (
            pair("no-san"),
            file("ca.pem"),
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA",
        ),
        (pair("p521"), file("ca.pem"), "NORMAL"),
        (
            certificates.server.clone(),
            certificates.ca.clone(),
            "NORMAL:-VERS-ALL:+VERS-TLS1.1",
        ),
    ] {
        let slapd = Options::people(&[]).tls_as(&certificates, &server);
        let slapd = slapd.server_line(&format!("TLSCipherSuite {ciphers}")).start();
        let told = told(&trusting(&slapd, &ca)).await;
        assert_says(&told, &["TLS 1.2", "ECDHE", "P-521"]);
    }
}

#[test]
fn https_says_the_same() {
    let zitadel = ZitadelDouble::start(ZitadelOptions::default());
    for (name, words) in [
        ("no-san", "has no subjectAltName, and names in CN do not count"),
        ("sha1", "is signed with SHA-1, which is not accepted"),
    ] {
        let (slapd, _certificates) = serving(&pair(name));
        let https = slapd.ldaps_url().replace("ldaps://", "https://");
        let rest = format!(
            "sources:\n  ukt:\n    endpoint_url: {https}/list\n    oauth2_url: {https}/token\n    client_id: x\n    \
             client_secret: y\n    scope: z\n    grant_type: client_credentials\n"
        );
        let installation = Installation::new(&zitadel, &rest);
        let run = |words: &[&str]| {
            let mut command = installation.command(words);
            command.env("SSL_CERT_FILE", file("ca.pem"));
            finish(command)
        };
        run(&["users"]).exits(3).says(words).does_not_say("Error(");
        let config = std::fs::read_to_string(installation.path("config.yaml")).unwrap();
        let here = zitadel.url();
        assert!(config.contains(&format!("url: {here}")), "{config}");
        installation.write(
            "config.yaml",
            config.replacen(&format!("url: {here}"), &format!("url: {https}"), 1),
        );
        run(&["check"])
            .exits(3)
            .says(&format!("cannot be reached: TLS: {}", "the"))
            .says(words)
            .does_not_say("Error(");
    }
}
