//! What makes a server's certificate good enough, and the words for one that is not.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use super::certificate;
use super::cryptography::provider;
use super::expiry::Expiry;
use super::peer::{Peer, Words};
use super::refusal::refusal;
use super::words::Refused;

/// Checks like any client, with two additions: a refused certificate is told in words, and one that is itself named is trusted.
///
/// webpki refuses the usual self-signed certificate of a server, because it calls itself an authority.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) webpki: Arc<WebPkiServerVerifier>,
    /// Certificates that are trusted by themselves.
    pub(super) named: Vec<CertificateDer<'static>>,
    pub(super) peer: Peer,
    /// When the certificates of accepted servers end.
    pub(super) shown: Expiry,
}

impl Verifier {
    /// Trusts these authorities, at least one.
    pub(super) fn new(
        roots: RootCertStore,
        named: Vec<CertificateDer<'static>>,
        peer: Peer,
        shown: Expiry,
    ) -> Result<Self, rustls::client::VerifierBuilderError> {
        let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build()?;
        Ok(Self {
            webpki,
            named,
            peer,
            shown,
        })
    }

    /// An error in words, with what the server showed.
    fn told(&self, error: Error, chain: &[&CertificateDer<'_>], expected: Option<&ServerName<'_>>) -> Error {
        let Error::InvalidCertificate(reason) = error else {
            return error;
        };
        let words = refusal(&reason, chain, jiff::Timestamp::now(), self.peer);
        let what = match expected {
            Some(expected) => format!(
                "{}; {}",
                words.what,
                certificate::describe(chain, &expected.to_str())
            ),
            None => words.what,
        };
        let refused = Refused(Words { what, ..words });
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked =
            self.webpki
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let verdict = match checked {
            Err(error) if is_about_the_issuer(&error) && self.named.contains(end_entity) => {
                ParsedCertificate::try_from(end_entity)
                    .and_then(|parsed| rustls::client::verify_server_name(&parsed, server_name))
                    .map(|()| ServerCertVerified::assertion())
            }
            verdict => verdict,
        };
        if verdict.is_ok() {
            self.shown.saw(std::iter::once(end_entity).chain(intermediates));
        }
        verdict.map_err(|error| {
            let chain: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
            self.told(error, &chain, Some(server_name))
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let checked = self
            .webpki
            .verify_tls12_signature(message, certificate, signature);
        checked.map_err(|error| self.told(error, &[certificate], None))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let checked = self
            .webpki
            .verify_tls13_signature(message, certificate, signature);
        checked.map_err(|error| self.told(error, &[certificate], None))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}

/// Nothing else may be wrong with a certificate that is trusted by itself: an expired one stays expired. What an authority may
/// issue does not matter then.
fn is_about_the_issuer(error: &Error) -> bool {
    const OF_ISSUERS: [&str; 5] = [
        "CaUsedAsEndEntity",
        "EndEntityUsedAsCa",
        "NameConstraintViolation",
        "PathLenConstraintViolated",
        "UnsupportedNameType",
    ];
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            let reason = other.to_string();
            OF_ISSUERS.iter().any(|name| reason.contains(name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rustls::pki_types::pem::PemObject as _;
    use testkit::certs::{Certificates, Odd};

    use super::super::{Peer, explain, roots};
    use super::*;

    fn load(path: &Path) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(path).unwrap()
    }

    /// What is wrong with this chain, and the way on, for a client that trusts this authority.
    fn refused(chain: &[CertificateDer<'static>], ca: &Path, name: &str, peer: Peer) -> String {
        let verifier = Verifier::new(roots(Some(ca)).unwrap(), Vec::new(), peer, Expiry::default()).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let error = verifier
            .verify_server_cert(&chain[0], &chain[1..], &name, &[], UnixTime::now())
            .expect_err("nobody can trust that");
        let words = explain(&error, peer);
        let told = format!("{} | {}", words.what, words.hint.unwrap_or_default());
        for debug in ["Error", "Context", "{ ", "0x", "["] {
            assert!(!told.contains(debug), "{debug}: {told}");
        }
        told
    }

    /// Chains, the name that was expected, and what is told.
    fn refusals(
        certificates: &Certificates,
    ) -> Vec<(Vec<CertificateDer<'static>>, &'static str, &'static str)> {
        let odd = |odd| certificates.odd(odd).iter().map(|path| load(path)).collect();
        let one = |path: &Path| vec![load(path)];
        let wrong = &certificates.wrong_name.certificate;
        let expired = "has expired: `CN=directory` was good until 2002-01-01";
        let damaged = vec![CertificateDer::from(vec![0x30, 0x84, 0xff])];
        let deep = vec![CertificateDer::from([0x30, 0x80].repeat(50_000))];
        vec![
            (one(&certificates.expired.certificate), "localhost", expired),
            (
                odd(Odd::NotYetValid),
                "localhost",
                "not valid yet: `CN=directory` is good from 2999-01-01",
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

    /// Whom nobody trusts, nobody waits for the end of.
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
                let told = refused(&chain, &certificates.ca, name, peer);
                assert!(told.contains(what), "{what}: {told}");
                assert!(told.contains("the server showed"), "{told}");
                assert!(told.contains(&format!("expected: {name}")), "{told}");
                // Only a directory has such keys.
                assert!(peer == Peer::Directory || !told.contains("`tls."), "{told}");
            }
        }
    }

    /// Its chain is good; only what it signs cannot be checked.
    #[test]
    fn a_short_key_of_a_server_is_told() {
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
        let words = explain(&verifier.told(error, &[&own], None), Peer::Directory);
        assert_eq!(
            words.what,
            "the key of the certificate `CN=localhost` has 1024 bits, which is shorter than 2048"
        );
        assert!(words.hint.unwrap().contains("at least 2048 bits"));
    }

    #[test]
    fn weak_and_odd_certificates_are_told_in_words() {
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
            let told = refused(&chain, &file(&format!("{ca}.pem")), "localhost", Peer::Directory);
            assert!(told.contains(what), "{what}: {told}");
        }
    }
}
