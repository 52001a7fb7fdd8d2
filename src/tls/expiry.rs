//! When a server's certificates expire.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;

use super::certificate;

/// The earliest expiry of the accepted certificates of a server. Clones share it.
#[derive(Clone, Debug)]
pub struct Expiry(Arc<AtomicI64>);

/// No certificate yet.
const NONE: i64 = i64::MAX;

impl Default for Expiry {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(NONE)))
    }
}

impl Expiry {
    /// `None` before the first connection, and for a server without TLS.
    pub fn earliest(&self) -> Option<Timestamp> {
        let seconds = self.0.load(Ordering::Relaxed);
        Timestamp::from_second(seconds).ok().filter(|_| seconds != NONE)
    }

    /// Adds a chain. A certificate that cannot be parsed is ignored.
    pub(super) fn saw<'a>(&self, chain: impl IntoIterator<Item = &'a CertificateDer<'a>>) {
        let ends = chain.into_iter().filter_map(|der| certificate::read(der));
        for certificate in ends {
            self.0
                .fetch_min(certificate.valid.1.as_second(), Ordering::Relaxed);
        }
    }
}

/// The earliest expiry of these certificates.
pub fn earliest_end(chain: &[CertificateDer<'_>]) -> Option<Timestamp> {
    let expiry = Expiry::default();
    expiry.saw(chain);
    expiry.earliest()
}
