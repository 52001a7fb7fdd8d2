//! Explains TLS errors, and what to do. Pure.

use super::peer::{Peer, Words, check_it};
use super::refusal::refusal;
use std::error::Error;
use std::{fmt, io};

use jiff::Timestamp;
use rustls::{AlertDescription, CertificateError};

/// Why a certificate was refused. The library's errors do not contain the server's certificates.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Words);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)
    }
}

impl Error for Refused {}

/// The TLS error inside of the socket errors around it.
pub fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut error = cause;
    loop {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        error = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => inner,
            None => error.source()?,
        };
    }
}

/// Explains a TLS error.
pub fn explain(error: &rustls::Error, peer: Peer) -> Words {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(CertificateError::Other(other)) => match other.0.downcast_ref::<Refused>() {
            Some(Refused(words)) => words.clone(),
            None => Words::new("the server's certificate is not accepted", check_it(peer)),
        },
        Tls::InvalidCertificate(certificate) => refusal(certificate, &[], Timestamp::UNIX_EPOCH, peer),
        Tls::AlertReceived(alert) => refused_by_peer(*alert, peer),
        Tls::InvalidMessage(_) => Words::new("the server did not answer in TLS", no_tls(peer)),
        Tls::PeerIncompatible(reason) if is_about_versions(reason) => {
            Words::new("the server speaks neither TLS 1.2 nor TLS 1.3", OLD)
        }
        Tls::PeerIncompatible(_) => Words::new(
            "the server offers nothing that can be used",
            nothing_in_common(peer),
        ),
        Tls::PeerMisbehaved(_) => Words::new(
            "the server broke the rules of TLS",
            "check the TLS software of the server, and anything in between, such as a proxy",
        ),
        Tls::NoApplicationProtocol => {
            Words::new("the server speaks no HTTP here", "check the port in the address")
        }
        other => Words {
            what: other.to_string(),
            hint: None,
        },
    }
}

const OLD: &str = "update the server's software, or let it offer TLS 1.2";

fn no_tls(peer: Peer) -> &'static str {
    match peer {
        Peer::Directory => "the port does not speak TLS; a plain LDAP port needs an `ldap://` address",
        Peer::Service => "the port speaks no TLS: does the address need `http://`, or another port?",
    }
}

fn is_about_versions(reason: &rustls::PeerIncompatible) -> bool {
    use rustls::PeerIncompatible as Reason;
    matches!(
        reason,
        Reason::ServerDoesNotSupportTls12Or13
            | Reason::ServerTlsVersionIsDisabledByOurConfig
            | Reason::SupportedVersionsExtensionRequired
            | Reason::Tls12NotOffered
            | Reason::Tls12NotOfferedOrEnabled
            | Reason::Tls13RequiredForQuic
    )
}

/// Hint for servers that do not say why they refuse the client.
pub const CLIENT_CERTIFICATE: &str = "the server may demand a client certificate, or refuse ours: check \
                                      `tls.client_certificate` and `tls.client_key`";

const IN_COMMON: &str = "TLS 1.2 needs a cipher suite with ECDHE and AES-GCM or ChaCha20 on the server (not the older ones with RSA \
                         key exchange or CBC), and keys on the curve P-521 are not supported: the server needs another suite, \
                         or a certificate with RSA, P-256 or P-384";

fn nothing_in_common(peer: Peer) -> String {
    match peer {
        Peer::Directory => format!("{IN_COMMON}; or {CLIENT_CERTIFICATE}"),
        Peer::Service => {
            format!("{IN_COMMON}; or the server demands a client certificate, and none can be shown there")
        }
    }
}

fn refused_by_peer(alert: AlertDescription, peer: Peer) -> Words {
    use AlertDescription as Alert;
    let ours = match peer {
        Peer::Directory => CLIENT_CERTIFICATE,
        Peer::Service => "the server demands a client certificate, and none can be shown there",
    };
    match alert {
        Alert::HandshakeFailure | Alert::InsufficientSecurity => Words::new(
            "the server refused the handshake: it has no cipher suite or key type in common with this program, or misses a \
             client certificate",
            nothing_in_common(peer),
        ),
        Alert::ProtocolVersion => Words::new("the server speaks neither TLS 1.2 nor TLS 1.3", OLD),
        Alert::CertificateRequired => Words::new("the server demands a client certificate", ours),
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => Words::new(
            "the server refused our client certificate, or that there is none",
            ours,
        ),
        Alert::UnrecognisedName => Words::new(
            "the server has another name",
            "use one of its names in the address; behind a proxy, the name that the proxy passes on",
        ),
        _ => Words::new(
            "the server ended the TLS handshake without saying why",
            "look for the reason in the log of the server",
        ),
    }
}

#[cfg(test)]
mod tests;
