//! The cryptography of the whole program.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The one provider that everything uses.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
