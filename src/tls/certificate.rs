//! Describes refused certificates in messages. Decides nothing. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;

/// Chains are short. A server that sends more is not displayed completely.
const SHOWN: usize = 5;

/// The server's chain, its own certificate first, and the expected name.
pub(super) fn describe(chain: &[&CertificateDer<'_>], expected: &str) -> String {
    let mut issued: Vec<String> = Vec::new();
    for (position, der) in chain.iter().take(SHOWN).enumerate() {
        let Some(certificate) = read(der) else {
            issued.push("one that cannot be read".to_owned());
            continue;
        };
        issued.push(format!("`{}`", certificate.subject));
        if position + 1 == chain.len() && certificate.issuer == certificate.subject {
            issued.push("itself".to_owned());
        } else if position + 1 == chain.len() {
            issued.push(format!("`{}`", certificate.issuer));
        }
    }
    let names = chain.first().and_then(|der| read(der)).map(|own| own.names);
    let names = match names.unwrap_or_default() {
        names if names.is_empty() => "no name".to_owned(),
        names => names.join(", "),
    };
    format!(
        "the server showed {}; it covers {names}; expected: {expected}",
        issued.join(", issued by ")
    )
}

/// What is displayed of a certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    /// Of the extension subjectAltName.
    pub(super) names: Vec<String>,
    /// Starting at 1.
    pub(super) version: u32,
    /// First and last second.
    pub(super) valid: (Timestamp, Timestamp),
    /// The signature algorithm, if it is no longer accepted.
    pub(super) weak_signature: Option<&'static str>,
    /// Bits of an RSA key.
    pub(super) rsa_bits: Option<usize>,
    /// Critical extensions, by number.
    pub(super) critical: Vec<String>,
}

/// `None` if it cannot be parsed.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = certificate
        .iter_extensions()
        .filter_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        });
    let critical = certificate
        .iter_extensions()
        .filter(|extension| extension.critical);
    let rsa_bits = match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => Some(key.key_size()),
        _ => None,
    };
    let validity = certificate.validity();
    Some(Certificate {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        names: names.flatten().filter_map(covered).collect(),
        version: certificate.version().0.saturating_add(1),
        valid: (second(validity.not_before)?, second(validity.not_after)?),
        weak_signature: weak(&certificate.signature_algorithm.algorithm.to_id_string()),
        rsa_bits,
        critical: critical.map(|extension| extension.oid.to_id_string()).collect(),
    })
}

fn second(time: ASN1Time) -> Option<Timestamp> {
    Timestamp::from_second(time.timestamp()).ok()
}

/// Signature algorithms of RFC 3279 and earlier with a broken hash.
fn weak(oid: &str) -> Option<&'static str> {
    match oid {
        "1.2.840.113549.1.1.2" => Some("MD2"),
        "1.2.840.113549.1.1.4" => Some("MD5"),
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" | "1.3.14.3.2.29" => Some("SHA-1"),
        _ => None,
    }
}

/// The host name or address of an alternative name.
fn covered(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
            .map(|four| Ipv4Addr::from(four).to_string())
            .or_else(|_| <[u8; 16]>::try_from(*bytes).map(|all| Ipv6Addr::from(all).to_string()))
            .ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::pem::PemObject as _;
    use testkit::certs::Certificates;

    use super::*;

    #[test]
    fn a_chain_is_reported_with_the_names_it_covers() {
        let files = Certificates::generate();
        let load = |file| CertificateDer::from_pem_file(file).unwrap();
        let (server, ca) = (load(&files.server.certificate), load(&files.ca));
        assert_eq!(
            describe(&[&server, &ca], "dc1.example.org"),
            "the server showed `CN=directory`, issued by `CN=directory-sync test authority`, issued by itself; it \
             covers localhost, 127.0.0.1, ::1; expected: dc1.example.org"
        );
        assert!(describe(&[&ca], "x").contains("covers no name"));
        assert!(describe(&[&CertificateDer::from(vec![0x30, 0])], "x").contains("cannot be read"));
        let expired = read(&load(&files.expired.certificate)).unwrap();
        let day = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
        assert_eq!(expired.valid, (day("2001-01-01"), day("2002-01-01")));
        assert_eq!(
            (expired.version, expired.weak_signature, expired.rsa_bits),
            (3, None, None)
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(6), Just(0xa3), 0..9_u8, any::<u8>()], 0..64)) {
            let _ = describe(&[&CertificateDer::from(bytes)], "x");
        }
    }
}
