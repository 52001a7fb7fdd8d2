//! The one HTTP client.

use std::time::Duration;

use crate::tls::{self, TlsError};

/// Why there is no HTTP client.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// No trusted certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client could not be put together.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// A client that trusts the system's certificate authorities, honours the proxy variables, gives up connecting after
/// `connect` and a reply after `silence` without a byte of it.
pub fn client(connect: Duration, silence: Duration) -> Result<reqwest::Client, HttpSetupError> {
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config()?)
        .user_agent(concat!("directory-sync/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .read_timeout(silence)
        .build()?)
}
