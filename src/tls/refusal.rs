//! Explains why a server's certificate was refused.

use super::peer::{Peer, Words, check_it};
use crate::tls::certificate::{self, Certificate};
use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;

/// Why a chain was refused. The chain is empty if it is not known.
pub(super) fn refusal(
    error: &CertificateError,
    chain: &[&CertificateDer<'_>],
    now: Timestamp,
    peer: Peer,
) -> Words {
    let shown: Vec<Certificate> = chain.iter().filter_map(|der| certificate::read(der)).collect();
    match error {
        CertificateError::UnknownIssuer => unknown_issuer(&shown, peer),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            wrong_name(error, &shown)
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => expired(&shown, now),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            let found = shown.iter().find(|one| one.valid.0 > now);
            let since = found.map(|one| format!(": `{}` is valid from {}", one.subject, day(one.valid.0)));
            let what = format!("the certificate is not valid yet{}", since.unwrap_or_default());
            Words::new(what, "check the clocks of both machines")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Words::new(
            "the certificate is not for servers: its extended key usage lacks serverAuth",
            "give the server a certificate that is issued for servers (TLS Web Server Authentication)",
        ),
        CertificateError::Revoked => Words::new(
            "the certificate was revoked",
            "the server needs a new certificate",
        ),
        CertificateError::UnhandledCriticalExtension => unknown_extension(&shown),
        CertificateError::Other(other) => unusual(&other.0.to_string(), &shown, peer),
        _ => signature(error, &shown, peer),
    }
}

fn unknown_issuer(shown: &[Certificate], peer: Peer) -> Words {
    let by_itself = matches!(shown, [own] if own.issuer == own.subject);
    let what = if by_itself {
        "the certificate is signed by itself, and not trusted"
    } else {
        "the certificate is issued by no authority that is trusted"
    };
    let hint = match (peer, by_itself) {
        (Peer::Directory, false) => {
            "name the certificate authority of the server in `tls.server_certificate` (PEM), with the intermediate ones if the \
             server does not send them"
        }
        (Peer::Directory, true) => "name this certificate in `tls.server_certificate` (PEM)",
        (Peer::Service, _) => {
            "add the authority of the certificate to the system's CA certificates (or name them in SSL_CERT_FILE); the server \
             must send its intermediate certificates"
        }
    };
    Words::new(what, hint)
}

fn wrong_name(error: &CertificateError, shown: &[Certificate]) -> Words {
    use rustls::pki_types::ServerName;
    let expected = match error {
        CertificateError::NotValidForNameContext { expected, .. } => expected.to_str().into_owned(),
        _ => "the name in the address".to_owned(),
    };
    let is_address = matches!(
        error,
        CertificateError::NotValidForNameContext {
            expected: ServerName::IpAddress(_),
            ..
        }
    );
    let names = shown.first().map(|own| own.names.as_slice()).unwrap_or_default();
    match (names, is_address) {
        ([], _) => Words::new(
            "the certificate has no subjectAltName, and names in CN do not count",
            format!("give the server a certificate that has `{expected}` as its subjectAltName"),
        ),
        (_, true) => Words::new(
            format!("the certificate does not cover the address {expected}"),
            "use one of the names of the certificate in the address, or give the server a certificate with this IP address as \
             its subjectAltName",
        ),
        (names, false) => Words::new(
            format!("the certificate does not cover the name {expected}"),
            format!(
                "use one of the names of the certificate in the address: {}",
                names.join(", ")
            ),
        ),
    }
}

fn expired(shown: &[Certificate], now: Timestamp) -> Words {
    let found = shown.iter().find(|one| one.valid.1 < now);
    let until = found.map(|one| format!(": `{}` was valid until {}", one.subject, day(one.valid.1)));
    Words::new(
        format!("the certificate has expired{}", until.unwrap_or_default()),
        "the server needs a new certificate; check the clocks of both machines too",
    )
}

/// `2026-01-31`
fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn unknown_extension(shown: &[Certificate]) -> Words {
    /// Basic constraints, key usage, names, constraints, policies, purposes: supported, or ignored by all.
    const KNOWN: [&str; 8] = [
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.36",
        "2.5.29.37",
    ];
    let critical = shown.iter().flat_map(|one| &one.critical);
    let unknown: Vec<&str> = critical
        .map(String::as_str)
        .filter(|oid| !KNOWN.contains(oid))
        .collect();
    let named = match unknown.as_slice() {
        [] => String::new(),
        oids => format!(" ({})", oids.join(", ")),
    };
    Words::new(
        format!("the certificate has a critical extension that is not supported{named}"),
        "give the server a certificate without this extension, or with the extension not critical",
    )
}

/// The library's name of an error without an explanation here.
fn unusual(name: &str, shown: &[Certificate], peer: Peer) -> Words {
    let alone = match peer {
        Peer::Directory => "name the server's certificate alone in `tls.server_certificate`",
        Peer::Service => "give the server a certificate of another authority",
    };
    match name.split(['(', ' ']).next().unwrap_or_default() {
        "NameConstraintViolation"
        | "UnsupportedNameType"
        | "MalformedNameConstraint"
        | "InvalidNetworkMaskConstraint" => Words::new(
            "the authority of the certificate limits the names it may issue for (name constraints): the certificate is outside of \
             these, or they limit directory names (dirName), which is not supported",
            alone,
        ),
        "CaUsedAsEndEntity" => Words::new(
            "the server shows the certificate of an authority (CA:TRUE) as its own",
            match peer {
                Peer::Directory => {
                    "name this certificate in `tls.server_certificate`, or give the server one with CA:FALSE"
                }
                Peer::Service => "give the server a certificate with CA:FALSE",
            },
        ),
        "EndEntityUsedAsCa" => Words::new(
            "the certificate is issued by a certificate that is none of an authority (CA:FALSE)",
            "have the certificate issued by a certificate with CA:TRUE",
        ),
        "PathLenConstraintViolated" | "MaximumPathDepthExceeded" | "MaximumPathBuildCallsExceeded" => {
            Words::new(
                "there are more authorities between the certificate and the trusted one than are allowed (path length)",
                alone,
            )
        }
        "UnsupportedCertVersion" => Words::new(
            match shown.first() {
                Some(own) => format!(
                    "the certificate is of version {}, and only version 3 is supported",
                    own.version
                ),
                None => "the certificate is not of version 3".to_owned(),
            },
            "issue it again with extensions, such as subjectAltName, which makes it version 3",
        ),
        "UnsupportedCriticalExtension" => unknown_extension(shown),
        "EmptyEkuExtension" => Words::new(
            "the certificate is for no purpose: its extended key usage is empty",
            "give the server a certificate that is issued for servers (TLS Web Server Authentication)",
        ),
        "InvalidSerialNumber" => Words::new(
            "the certificate has a serial number that is not allowed (it has to be positive, of at most 20 bytes)",
            "issue it again with another serial number",
        ),
        _ => Words::new(
            "the certificate is not made as it should be, and cannot be checked",
            check_it(peer),
        ),
    }
}

/// A signature cannot be checked, or is wrong.
fn signature(error: &CertificateError, shown: &[Certificate], peer: Peer) -> Words {
    let short = shown
        .iter()
        .find_map(|one| Some((one, one.rsa_bits.filter(|bits| *bits < 2048)?)));
    let weak = shown.iter().find_map(|one| Some((one, one.weak_signature?)));
    match (error, short, weak) {
        (CertificateError::BadEncoding, ..) => Words::new(
            "the certificate cannot be read: it is damaged, or not made as it should be",
            "issue the server's certificate again",
        ),
        (_, _, Some((certificate, hash))) => Words::new(
            format!(
                "the certificate `{}` is signed with {hash}, which is not accepted",
                certificate.subject
            ),
            "issue it again with SHA-256",
        ),
        (_, Some((certificate, bits)), _) => Words::new(
            format!(
                "the key of the certificate `{}` has {bits} bits, which is shorter than 2048",
                certificate.subject
            ),
            "issue the certificate again for an RSA key of at least 2048 bits, or one on the curve P-256",
        ),
        (CertificateError::BadSignature, ..) => Words::new(
            "the signature of the certificate is wrong, or an authority in it has a key of less than 2048 bits",
            match peer {
                Peer::Directory => {
                    "`tls.server_certificate` may hold another authority of the same name, such as an earlier one"
                }
                Peer::Service => {
                    "the system's CA certificates may hold another authority of the same name, such as an earlier one"
                }
            },
        ),
        _ => Words::new(
            "the certificate is signed in a way, or has a kind of key, that is not supported",
            "issue it again with SHA-256 and a key of the kind RSA (2048 bits or more), P-256 or P-384",
        ),
    }
}
