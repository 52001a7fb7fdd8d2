//! The cryptography of the whole program.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The only provider.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
