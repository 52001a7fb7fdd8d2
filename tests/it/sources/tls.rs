//! Encryption and certificates against a real directory.

mod client;

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use directory_sync::config::LdapSettings;
use testkit::certs::{Certificates, Pair};
use testkit::people::Person;
use testkit::slapd::{Options, Slapd};

use crate::sources::reader::{assert_failed, check_ldap, ldap, read_ldap};

fn directory() -> Options {
    Options::people(&[Person::new("ada", "Ada", "Lovelace")])
}

fn trusting(url: &str, ca: &Path) -> LdapSettings {
    let mut settings = ldap(url);
    settings.tls.server_certificate = Some(ca.to_owned());
    settings
}

async fn assert_reads(settings: &LdapSettings) {
    assert_eq!(read_ldap(settings).await.unwrap().objects.len(), 1);
}

fn start_tls(mut settings: LdapSettings) -> LdapSettings {
    settings.tls.danger_use_start_tls = true;
    settings
}

#[tokio::test]
async fn ldaps_and_start_tls_work_without_a_client_certificate() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).start();
    assert_reads(&trusting(&slapd.ldaps_url(), &certificates.ca)).await;
    assert_reads(&start_tls(trusting(&slapd.url(), &certificates.ca))).await;
    let by_address = slapd.ldaps_url().replace("localhost", "127.0.0.1");
    assert_reads(&trusting(&by_address, &certificates.ca)).await;
    // Set beside `ldaps`, StartTLS means nothing.
    assert_reads(&start_tls(trusting(&slapd.ldaps_url(), &certificates.ca))).await;
    let findings = check_ldap(&trusting(&slapd.ldaps_url(), &certificates.ca)).await;
    let expected = format!(
        "{}, TLS, as `cn=sync,ou=service,dc=example,dc=com`",
        slapd.ldaps_url()
    );
    assert_eq!(findings[0].result, Ok(expected));
}

/// The first end counts, of the certificates of either side.
#[tokio::test]
async fn the_end_of_the_certificates_is_known() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).start();
    let ends = async |settings: &LdapSettings| {
        let desired = read_ldap(settings).await.unwrap();
        let end = jiff::Timestamp::from_second(desired.sources[0].certificate_ends?).unwrap();
        Some(end.strftime("%Y-%m-%d").to_string())
    };
    let settings = trusting(&slapd.ldaps_url(), &certificates.ca);
    let end = ends(&settings).await;
    assert!(end.is_some());
    let findings = check_ldap(&settings).await;
    let certificate = findings
        .iter()
        .find(|finding| finding.subject.ends_with(": TLS certificate"));
    let expected = format!("expires on {}", end.unwrap());
    assert_eq!(certificate.unwrap().result, Ok(expected));
    assert_eq!(ends(&ldap(&slapd.url())).await, None);
}

/// famedly-sync used the first certificate only.
#[tokio::test]
async fn every_authority_of_a_bundle_counts() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).start();
    assert_reads(&trusting(&slapd.ldaps_url(), &certificates.bundle)).await;
}

#[tokio::test]
async fn an_unknown_authority_is_refused_unless_checks_are_off() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).start();
    for url in [slapd.ldaps_url(), slapd.url()] {
        let mut settings = start_tls(trusting(&url, &certificates.other_ca));
        assert_failed(
            read_ldap(&settings).await,
            &[
                &url,
                "issued by no authority that is trusted",
                "`CN=directory`, issued by `CN=directory-sync test authority`",
                "covers localhost, 127.0.0.1, ::1; expected: localhost",
            ],
            "`tls.server_certificate`",
        );
        // famedly-sync ignored this beside certificates.
        settings.tls.danger_disable_tls_verify = true;
        assert_reads(&settings).await;
    }
}

#[tokio::test]
async fn a_wrong_name_is_refused_and_the_right_ones_are_reported() {
    let certificates = Certificates::generate();
    let slapd = directory()
        .tls_as(&certificates, &certificates.wrong_name)
        .start();
    let settings = trusting(&slapd.ldaps_url(), &certificates.ca);
    assert_failed(
        read_ldap(&settings).await,
        &[
            "localhost",
            "`CN=directory`, issued by",
            "covers elsewhere.example; expected: localhost",
        ],
        "names of the certificate",
    );
}

/// What `openssl req -x509` makes, named in `server_certificate`: OpenSSL trusts it, so famedly-sync did.
#[tokio::test]
async fn a_self_signed_server_is_trusted_when_it_is_named() {
    let certificates = Certificates::generate();
    let Pair { certificate, .. } = &certificates.self_signed;
    let slapd = directory()
        .tls_as(&certificates, &certificates.self_signed)
        .start();
    assert_reads(&trusting(&slapd.ldaps_url(), certificate)).await;
    let settings = trusting(&slapd.ldaps_url(), &certificates.ca);
    assert_failed(read_ldap(&settings).await, &["TLS"], "`tls.server_certificate`");
}

#[tokio::test]
async fn an_expired_server_is_refused_even_when_it_is_named() {
    let certificates = Certificates::generate();
    let slapd = directory().tls_as(&certificates, &certificates.expired).start();
    let both = format!(
        "{}{}",
        std::fs::read_to_string(&certificates.ca).unwrap(),
        std::fs::read_to_string(&certificates.expired.certificate).unwrap()
    );
    let both = certificates.write("both.pem", &both);
    for trusted in [&certificates.ca, &both] {
        let settings = trusting(&slapd.ldaps_url(), trusted);
        assert_failed(read_ldap(&settings).await, &["expired"], "new certificate");
    }
}

#[tokio::test]
async fn mixed_up_ports_are_recognised() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).start();
    let tls_to_plain = trusting(&format!("ldaps://localhost:{}", slapd.port()), &certificates.ca);
    assert_failed(
        read_ldap(&tls_to_plain).await,
        &["connecting to ldaps://"],
        "needs an `ldap://` address",
    );
    let plain_to_tls = ldap(&format!("ldap://localhost:{}", slapd.tls_port()));
    assert_failed(
        read_ldap(&plain_to_tls).await,
        &["binding at ldap://"],
        "needs an `ldaps://` address",
    );
    let mut start_tls_to_tls = start_tls(trusting(plain_to_tls.urls[0].as_str(), &certificates.ca));
    // The LDAP crate does not notice that the server hangs up.
    start_tls_to_tls.timeout = Duration::from_millis(300);
    assert_failed(
        read_ldap(&start_tls_to_tls).await,
        &["connecting to"],
        "without `danger_use_start_tls`",
    );
}

/// There is no way down to an unencrypted bind.
#[tokio::test]
async fn a_refused_start_tls_is_an_error() {
    let certificates = Certificates::generate();
    let slapd = directory().start();
    let settings = start_tls(trusting(&slapd.url(), &certificates.ca));
    assert_failed(
        read_ldap(&settings).await,
        &["StartTLS was refused"],
        "`ldaps://`",
    );
}

/// The LDAP crate takes an address in brackets for a name, with which no certificate agrees.
#[tokio::test]
async fn an_ipv6_address_is_checked_against_the_certificate() {
    let certificates = Certificates::generate();
    if TcpListener::bind("[::1]:0").is_err() {
        // Without IPv6 the connection fails, but not over the name.
        let error = read_ldap(&trusting("ldaps://[::1]", &certificates.ca))
            .await
            .unwrap_err();
        assert!(
            error.what.contains("connecting to ldaps://[::1]") && !error.what.contains("name"),
            "{error:?}"
        );
        return;
    }
    let url = |slapd: &Slapd| format!("ldaps://[::1]:{}", slapd.tls_port());
    let slapd = directory().tls(&certificates).ipv6().start();
    assert_reads(&trusting(&url(&slapd), &certificates.ca)).await;
    let slapd = directory()
        .tls_as(&certificates, &certificates.wrong_name)
        .ipv6()
        .start();
    let settings = trusting(&url(&slapd), &certificates.ca);
    assert_failed(
        read_ldap(&settings).await,
        &["elsewhere.example"],
        "names of the certificate",
    );
}
