//! Verification of a directory's certificate, and our own client certificate.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::failure::Failure;
use crate::config::LdapTls;
use crate::tls::{self, Expiry, Peer};

/// Certificates and keys of one source, loaded once.
#[derive(Debug)]
pub(in crate::source::ldap) struct Trust {
    config: Arc<ClientConfig>,
    /// When the servers' certificates expire.
    shown: Expiry,
    /// When our own certificate expires.
    own: Option<Timestamp>,
}

impl Trust {
    /// Loads the configured files.
    pub(in crate::source::ldap) fn load(settings: &LdapTls) -> Result<Self, Failure> {
        let shown = Expiry::default();
        let mut own = None;
        let builder = ClientConfig::builder_with_provider(tls::provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::new(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(server_verifier(settings, shown.clone())?);
        let config = match (&settings.client_certificate, &settings.client_key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(certificate), Some(key)) => {
                let chain = tls::certificates(certificate).map_err(|error| {
                    Failure::new(error.to_string()).hint("check `tls.client_certificate`")
                })?;
                own = tls::earliest_end(&chain);
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
            shown,
            own,
        })
    }

    /// When the first of the certificates used so far expires, on either side.
    pub(in crate::source::ldap) fn expires(&self) -> Option<Timestamp> {
        self.shown.earliest().into_iter().chain(self.own).min()
    }

    /// The TLS configuration for the servers of this source.
    pub(in crate::source::ldap) fn config(&self) -> Arc<ClientConfig> {
        self.config.clone()
    }
}

fn server_verifier(settings: &LdapTls, shown: Expiry) -> Result<Arc<dyn ServerCertVerifier>, Failure> {
    let ca_file = settings.server_certificate.as_deref();
    let unreadable =
        |error: tls::TlsError| Failure::new(error.to_string()).hint("check `tls.server_certificate`");
    // Loaded even if verification is off, because a wrong file is always a mistake.
    let roots = tls::roots(ca_file).map_err(unreadable)?;
    let named = ca_file.map(tls::certificates).transpose().map_err(unreadable)?;
    if settings.danger_disable_tls_verify {
        return Ok(Arc::new(tls::NoVerification));
    }
    if roots.is_empty() {
        let what = "this system trusts no certificate authority, so no TLS certificate can be checked";
        return Err(Failure::new(what).hint("name the directory's authority in `tls.server_certificate`"));
    }
    tls::verifier(roots, named.unwrap_or_default(), Peer::Directory, shown)
        .map_err(|error| Failure::new(error.to_string()))
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
