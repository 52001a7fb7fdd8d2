//! Client certificates: as an identity, and where a server demands one.

use std::path::Path;

use directory_sync::config::LdapSettings;
use testkit::certs::Certificates;

use super::{assert_reads, directory, start_tls, trusting};
use crate::sources::reader::{assert_failed, read_ldap};

/// famedly-sync took PKCS#8 only.
#[tokio::test]
async fn a_client_certificate_is_shown_and_its_key_may_have_any_form() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).demand_client_certificate().start();
    for url in [slapd.ldaps_url(), slapd.url()] {
        for key in [&certificates.client.key, &certificates.client_key_sec1] {
            let mut settings = start_tls(trusting(&url, &certificates.ca));
            settings.tls.client_certificate = Some(certificates.client.certificate.clone());
            settings.tls.client_key = Some(key.clone());
            assert_reads(&settings).await;
        }
    }
}

/// Who we are is what the certificate says, or the user of the process on a socket.
#[tokio::test]
async fn sasl_external_needs_no_password() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).server_line("require bind").start();
    for url in [slapd.ldaps_url(), slapd.url(), slapd.ldapi_url()] {
        let mut settings = external(start_tls(trusting(&url, &certificates.ca)));
        settings.tls.client_certificate = Some(certificates.client.certificate.clone());
        settings.tls.client_key = Some(certificates.client.key.clone());
        assert_reads(&settings).await;
    }
    let unknown = external(trusting(&slapd.ldaps_url(), &certificates.ca));
    assert_failed(
        read_ldap(&unknown).await,
        &["binding at", "by SASL EXTERNAL"],
        "must take SASL EXTERNAL",
    );
}

fn external(mut settings: LdapSettings) -> LdapSettings {
    settings.bind_dn.clear();
    settings.bind_password = "".into();
    settings.bind_external = true;
    settings
}

#[tokio::test]
async fn a_demanded_client_certificate_that_is_missing_is_guessed() {
    let certificates = Certificates::generate();
    let slapd = directory().tls(&certificates).demand_client_certificate().start();
    for url in [slapd.ldaps_url(), slapd.url()] {
        let settings = start_tls(trusting(&url, &certificates.ca));
        assert_failed(
            read_ldap(&settings).await,
            &[&url],
            "the server may demand a client certificate",
        );
    }
}

#[tokio::test]
async fn half_an_identity_and_files_that_are_none_are_refused() {
    let certificates = Certificates::generate();
    let good = trusting("ldaps://localhost", &certificates.ca);
    let mut half = good.clone();
    half.tls.client_certificate = Some(certificates.client.certificate.clone());
    let error = read_ldap(&half).await.unwrap_err();
    assert!(
        error
            .what
            .contains("both `tls.client_key` and `tls.client_certificate`"),
        "{error:?}"
    );
    let mut no_key = half.clone();
    no_key.tls.client_key = Some(certificates.ca.clone());
    assert_failed(read_ldap(&no_key).await, &["no private key", "ca.pem"], "PKCS#1");
    let mut other_key = half;
    other_key.tls.client_key = Some(certificates.server.key.clone());
    assert_failed(
        read_ldap(&other_key).await,
        &["client certificate cannot be used"],
        "must be the key of",
    );
    let no_certificate = trusting("ldaps://localhost", &certificates.client.key);
    assert_failed(
        read_ldap(&no_certificate).await,
        &["contains no certificate"],
        "tls.server_certificate",
    );
    // Read although it is not needed, so that the mistake is known before it matters.
    let missing = trusting("ldap://localhost", Path::new("/nowhere/ca.pem"));
    assert_failed(
        read_ldap(&missing).await,
        &["/nowhere/ca.pem"],
        "tls.server_certificate",
    );
}
