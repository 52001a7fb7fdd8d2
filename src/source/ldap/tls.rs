//! What makes a directory's certificate good enough, and the certificate we show.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::certificate;
use super::failure::Failure;
use crate::config::LdapTls;
use crate::tls;

/// Certificates and keys of one source, loaded once.
#[derive(Debug)]
pub(super) struct Trust {
    config: Arc<ClientConfig>,
    verifier: Verifier,
}

impl Trust {
    /// Loads what the configuration names.
    pub(super) fn load(settings: &LdapTls) -> Result<Self, Failure> {
        let verifier = Verifier {
            judge: judge(settings)?,
            address: None,
            refused: Arc::default(),
        };
        let builder = ClientConfig::builder_with_provider(tls::provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::new(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier.clone()));
        let config = match (&settings.client_certificate, &settings.client_key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(certificate), Some(key)) => {
                let chain = tls::certificates(certificate).map_err(|error| {
                    Failure::new(error.to_string()).hint("check `tls.client_certificate`")
                })?;
                builder
                    .with_client_auth_cert(chain, key_file(key)?)
                    .map_err(|error| {
                        Failure::new(format!("the client certificate cannot be used: {error}"))
                            .hint("`tls.client_key` must be the key of `tls.client_certificate`")
                    })?
            }
            _ => {
                return Err(Failure::new(
                    "both `tls.client_key` and `tls.client_certificate` must be set, or none",
                ));
            }
        };
        Ok(Self {
            config: Arc::new(config),
            verifier,
        })
    }

    /// The chain that was refused last, in words; forgets it.
    pub(super) fn refused(&self) -> Option<String> {
        self.verifier
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// For a server with a name, or with an address in brackets that the LDAP crate would take for a name.
    pub(super) fn config(&self, address: Option<IpAddr>) -> Arc<ClientConfig> {
        let Some(address) = address else {
            return self.config.clone();
        };
        let mut config = ClientConfig::clone(&self.config);
        config.enable_sni = false;
        config.dangerous().set_certificate_verifier(Arc::new(Verifier {
            address: Some(address),
            ..self.verifier.clone()
        }));
        Arc::new(config)
    }
}

fn judge(settings: &LdapTls) -> Result<Judge, Failure> {
    let ca_file = settings.server_certificate.as_deref();
    let unreadable =
        |error: tls::TlsError| Failure::new(error.to_string()).hint("check `tls.server_certificate`");
    // Read even if nobody is to judge by them: a wrong file is a mistake all the same.
    let roots = tls::roots(ca_file).map_err(unreadable)?;
    let named = ca_file.map(tls::certificates).transpose().map_err(unreadable)?;
    if settings.danger_disable_tls_verify {
        return Ok(Judge::Nobody);
    }
    if roots.is_empty() {
        let what = "this system trusts no certificate authority, so no TLS certificate can be checked";
        return Err(Failure::new(what).hint("name the directory's authority in `tls.server_certificate`"));
    }
    let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), tls::provider())
        .build()
        .map_err(|error| Failure::new(format!("TLS cannot be set up: {error}")))?;
    Ok(Judge::Authorities {
        webpki,
        named: named.unwrap_or_default().into(),
    })
}

fn key_file(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| {
        Failure::new(format!(
            "no private key could be read from {}: {error}",
            path.display()
        ))
        .hint("`tls.client_key` is a PEM file without a password (PKCS#8, PKCS#1 or SEC1)")
    })
}

#[derive(Clone, Debug)]
enum Judge {
    /// `danger_disable_tls_verify`.
    Nobody,
    Authorities {
        webpki: Arc<WebPkiServerVerifier>,
        /// The certificates of `tls.server_certificate`.
        named: Arc<[CertificateDer<'static>]>,
    },
}

/// Checks like any client, with two additions.
///
/// A server certificate that is itself named in `tls.server_certificate` is trusted: webpki refuses the usual
/// self-signed one, because it calls itself an authority. And an IPv6 address takes the place of the name that had to
/// be made up for it.
#[derive(Clone, Debug)]
struct Verifier {
    judge: Judge,
    address: Option<IpAddr>,
    /// The library's errors do not tell what the server showed.
    refused: Arc<Mutex<Option<String>>>,
}

impl Verifier {
    fn refuse(&self, chain: &[&CertificateDer<'_>], expected: &ServerName<'_>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = Some(certificate::describe(chain, &expected.to_str()));
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
        let Judge::Authorities { webpki, named } = &self.judge else {
            return Ok(ServerCertVerified::assertion());
        };
        let address = self.address.map(|address| ServerName::IpAddress(address.into()));
        let name = address.as_ref().unwrap_or(server_name);
        let verdict = match webpki.verify_server_cert(end_entity, intermediates, name, ocsp_response, now) {
            Err(error) if is_about_the_issuer(&error) && named.contains(end_entity) => {
                ParsedCertificate::try_from(end_entity)
                    .and_then(|parsed| rustls::client::verify_server_name(&parsed, name))
                    .map(|()| ServerCertVerified::assertion())
            }
            verdict => verdict,
        };
        if verdict.is_err() {
            let chain: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
            self.refuse(&chain, name);
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match &self.judge {
            Judge::Nobody => Ok(HandshakeSignatureValid::assertion()),
            Judge::Authorities { webpki, .. } => {
                webpki.verify_tls12_signature(message, certificate, signature)
            }
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match &self.judge {
            Judge::Nobody => Ok(HandshakeSignatureValid::assertion()),
            Judge::Authorities { webpki, .. } => {
                webpki.verify_tls13_signature(message, certificate, signature)
            }
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        tls::provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Nothing else may be wrong with a certificate that is trusted by itself: an expired one stays expired.
fn is_about_the_issuer(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.to_string().contains("CaUsedAsEndEntity")
        }
        _ => false,
    }
}
