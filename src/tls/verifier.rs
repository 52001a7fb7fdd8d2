//! Verifies a server's certificate, and explains a refusal.

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

/// Verifies like any client, with two additions: a refusal is explained, and a certificate that is itself named is
/// trusted.
///
/// webpki refuses the usual self-signed certificate of a server, because it is marked as an authority.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) webpki: Arc<WebPkiServerVerifier>,
    /// Certificates that are trusted themselves.
    pub(super) named: Vec<CertificateDer<'static>>,
    pub(super) peer: Peer,
    /// When the certificates of accepted servers expire.
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

    /// Explains an error, with the server's certificates.
    fn explained(
        &self,
        error: Error,
        chain: &[&CertificateDer<'_>],
        expected: Option<&ServerName<'_>>,
    ) -> Error {
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
            self.explained(error, &chain, Some(server_name))
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
        checked.map_err(|error| self.explained(error, &[certificate], None))
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
        checked.map_err(|error| self.explained(error, &[certificate], None))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}

/// A certificate that is trusted itself must be valid otherwise: an expired one is refused. Rules for issuers do not
/// apply.
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
mod tests;
