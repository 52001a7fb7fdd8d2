//! Trust: one set of certificate authorities for LDAP and HTTP.

mod certificate;
mod cryptography;
mod expiry;
mod no_verification;
mod peer;
mod refusal;
mod verifier;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

pub use cryptography::provider;
pub use expiry::{Expiry, earliest_end};
pub use no_verification::NoVerification;
pub use peer::{Peer, Words};
pub use words::{CLIENT_CERTIFICATE, explain, tls_error};

/// Why the trusted certificates could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file could not be read, or contains an invalid certificate.
    #[error("could not read certificates from {}: {detail}", .path.display())]
    Unreadable { path: PathBuf, detail: String },
    /// The file contains no PEM block of a certificate.
    #[error("{} contains no certificate (a PEM file with `BEGIN CERTIFICATE` is expected){found}", .path.display())]
    NoCertificate {
        path: PathBuf,
        /// What it contains instead, if known.
        found: &'static str,
    },
    /// The protocol versions or the key do not match.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// The system's certificate authorities, and those in `extra`.
///
/// System certificates that cannot be read are ignored, so that one invalid file does not disable the others.
pub fn roots(extra: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut store = SYSTEM.clone();
    if let Some(path) = extra {
        for certificate in certificates(path)? {
            store.add(certificate).map_err(|error| TlsError::Unreadable {
                path: path.to_owned(),
                detail: format!(
                    "one of them cannot be used: {}",
                    explain(&error, Peer::Directory).what
                ),
            })?;
        }
    }
    Ok(store)
}

/// Each client needs them, and reading some hundred files takes longer than a small run.
static SYSTEM: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut store = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::debug!(%error, "ignored a system certificate");
    }
    store.add_parsable_certificates(system.certs);
    store
});

/// All certificates of a PEM file, at least one.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(path, &error))?;
    if found.is_empty() {
        return Err(TlsError::NoCertificate {
            path: path.to_owned(),
            found: instead(path),
        });
    }
    Ok(found)
}

/// What a file without a certificate contains.
fn instead(path: &Path) -> &'static str {
    let content = std::fs::read(path).unwrap_or_default();
    let holds = |words: &str| content.windows(words.len()).any(|part| part == words.as_bytes());
    if content.trim_ascii().is_empty() {
        "; it is empty"
    } else if holds("PRIVATE KEY-----") {
        "; it contains a private key"
    } else if content.starts_with(&[0x30]) {
        "; it may be one in DER: `openssl x509 -inform der -in FILE` makes it PEM"
    } else {
        ""
    }
}

/// Verifies a server's certificate with these authorities, at least one, and explains refusals. A certificate that is
/// itself `named` is trusted. `shown` records when the accepted certificates expire.
pub fn verifier(
    roots: RootCertStore,
    named: Vec<CertificateDer<'static>>,
    peer: Peer,
    shown: Expiry,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let verifier = verifier::Verifier::new(roots, named, peer, shown)
        .map_err(|error| TlsError::Setup(rustls::Error::General(error.to_string())))?;
    Ok(Arc::new(verifier))
}

/// A client that trusts the system's certificate authorities, without a client certificate.
pub fn client_config(shown: Expiry) -> Result<ClientConfig, TlsError> {
    client_config_with(None, shown)
}

/// The same, which also trusts those of a file.
pub fn client_config_with(extra: Option<&Path>, shown: Expiry) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let roots = roots(extra)?;
    if roots.is_empty() {
        // Without any, only plain connections are possible.
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let named = extra.map(certificates).transpose()?.unwrap_or_default();
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier(roots, named, Peer::Service, shown)?)
        .with_no_client_auth())
}

/// A client that accepts any certificate.
pub fn client_config_without_checks() -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(NoVerification))
        .with_no_client_auth())
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> TlsError {
    TlsError::Unreadable {
        path: path.to_owned(),
        detail: error.to_string(),
    }
}
