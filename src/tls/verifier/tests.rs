//! Accepted certificates, and explanations of refused ones.

use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use testkit::certs::{Certificates, Odd};

use super::*;
use crate::tls::{Peer, explain, roots};

fn load(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

/// The explanation and the hint for this chain, for a client that trusts this authority.
fn refused(chain: &[CertificateDer<'static>], ca: &Path, name: &str, peer: Peer) -> String {
    let verifier = Verifier::new(roots(Some(ca)).unwrap(), Vec::new(), peer, Expiry::default()).unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let error = verifier
        .verify_server_cert(&chain[0], &chain[1..], &name, &[], UnixTime::now())
        .expect_err("nobody can trust that");
    let words = explain(&error, peer);
    let message = format!("{} | {}", words.what, words.hint.unwrap_or_default());
    for debug in ["Error", "Context", "{ ", "0x", "["] {
        assert!(!message.contains(debug), "{debug}: {message}");
    }
    message
}

/// Chains, the expected name, and the explanation.
fn refusals(certificates: &Certificates) -> Vec<(Vec<CertificateDer<'static>>, &'static str, &'static str)> {
    let odd = |odd| certificates.odd(odd).iter().map(|path| load(path)).collect();
    let one = |path: &Path| vec![load(path)];
    let wrong = &certificates.wrong_name.certificate;
    let expired = "has expired: `CN=directory` was valid until 2002-01-01";
    let damaged = vec![CertificateDer::from(vec![0x30, 0x84, 0xff])];
    let deep = vec![CertificateDer::from([0x30, 0x80].repeat(50_000))];
    vec![
        (one(&certificates.expired.certificate), "localhost", expired),
        (
            odd(Odd::NotYetValid),
            "localhost",
            "not valid yet: `CN=directory` is valid from 2999-01-01",
        ),
        (
            odd(Odd::ForClients),
            "localhost",
            "its extended key usage lacks serverAuth",
        ),
        (
            odd(Odd::UnknownExtension),
            "localhost",
            "critical extension that is not supported (1.2.3.4)",
        ),
        (odd(Odd::TooLongPath), "localhost", "more authorities between"),
        (
            odd(Odd::IssuedByNoAuthority),
            "localhost",
            "issued by a certificate that is none of an authority",
        ),
        (one(wrong), "localhost", "does not cover the name localhost"),
        (one(wrong), "localhost", "in the address: elsewhere.example"),
        (one(wrong), "10.0.0.1", "does not cover the address 10.0.0.1"),
        (one(&certificates.self_signed.certificate), "localhost", "itself"),
        (one(&certificates.other_ca), "localhost", "another authority"),
        (damaged, "localhost", "cannot be read"),
        (deep, "localhost", "cannot be read"),
    ]
}

/// Untrusted certificates have no expiry.
#[test]
fn only_accepted_certificates_have_an_end() {
    let certificates = Certificates::generate();
    let chain = [load(&certificates.server.certificate)];
    let shown = |ca: &Path| {
        let shown = Expiry::default();
        let roots = roots(Some(ca)).unwrap();
        let verifier = Verifier::new(roots, Vec::new(), Peer::Service, shown.clone()).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let _ = verifier.verify_server_cert(&chain[0], &[], &name, &[], UnixTime::now());
        shown.earliest()
    };
    let end = certificate::read(&chain[0]).unwrap().valid.1;
    assert_eq!(shown(&certificates.ca), Some(end));
    assert_eq!(shown(&certificates.other_ca), None);
}

#[test]
fn each_kind_of_refusal_has_words_of_its_own() {
    let certificates = Certificates::generate();
    for (chain, name, what) in refusals(&certificates) {
        for peer in [Peer::Directory, Peer::Service] {
            let message = refused(&chain, &certificates.ca, name, peer);
            assert!(message.contains(what), "{what}: {message}");
            assert!(message.contains("the server showed"), "{message}");
            assert!(message.contains(&format!("expected: {name}")), "{message}");
            // Only a directory has such keys.
            assert!(peer == Peer::Directory || !message.contains("`tls."), "{message}");
        }
    }
}

/// Its chain is valid, but its signatures cannot be checked.
#[test]
fn a_short_key_of_a_server_is_reported() {
    let file = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/certificates")
            .join(name)
    };
    let verifier = Verifier::new(
        roots(Some(&file("ca.pem"))).unwrap(),
        Vec::new(),
        Peer::Directory,
        Expiry::default(),
    )
    .unwrap();
    let own = load(&file("rsa-1024.pem"));
    let error = Error::InvalidCertificate(CertificateError::BadSignature);
    let words = explain(&verifier.explained(error, &[&own], None), Peer::Directory);
    assert_eq!(
        words.what,
        "the key of the certificate `CN=localhost` has 1024 bits, which is shorter than 2048"
    );
    assert!(words.hint.unwrap().contains("at least 2048 bits"));
}

#[test]
fn weak_and_odd_certificates_are_reported_in_words() {
    let file = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/certificates")
            .join(name)
    };
    for (name, ca, what) in [
        (
            "no-san",
            "ca",
            "has no subjectAltName, and names in CN do not count",
        ),
        (
            "sha1",
            "ca",
            "`CN=localhost` is signed with SHA-1, which is not accepted",
        ),
        (
            "md5",
            "ca",
            "`CN=localhost` is signed with MD5, which is not accepted",
        ),
        ("version-1", "ca", "is of version 1, and only version 3"),
        (
            "limited",
            "limited-ca",
            "limit directory names (dirName), which is not supported",
        ),
        ("of-short", "short-ca", "less than 2048 bits"),
        ("no-san", "limited-ca", "issued by no authority that is trusted"),
    ] {
        let chain = [load(&file(&format!("{name}.pem")))];
        let message = refused(&chain, &file(&format!("{ca}.pem")), "localhost", Peer::Directory);
        assert!(message.contains(what), "{what}: {message}");
    }
}
