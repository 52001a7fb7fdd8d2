//! What certificates say about themselves, for messages about refused ones. Nothing is decided by it. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

use rustls::pki_types::CertificateDer;

use super::der::{Element, Elements};

/// Chains are short; a server that sends more wants something else.
const SHOWN: usize = 5;

/// The chain that a server showed, its own certificate first, and the name that was expected in that one.
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

/// What is told of one certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    /// Of the extension subjectAltName.
    pub(super) names: Vec<String>,
    /// From 1.
    pub(super) version: u8,
    /// First and last second, as `YYYYMMDDHHMMSS`.
    pub(super) valid: (String, String),
    /// How it was signed, if that is no longer accepted anywhere.
    pub(super) weak_signature: Option<&'static str>,
    /// Bits of an RSA key.
    pub(super) rsa_bits: Option<usize>,
    /// Extensions that have to be understood, by number.
    pub(super) critical: Vec<String>,
}

/// RFC 5280, 4.1: version, serial number, algorithm, issuer, validity, subject, key, extensions.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let mut certificate = Elements(der).next()?.parts();
    let body = certificate.next()?;
    let signature = certificate.next()?.parts().next()?;
    let mut rest = body.parts().peekable();
    let version = rest.next_if(|one| one.tag == 0xa0);
    let version = version.and_then(|one| one.parts().next()?.content.last().copied());
    let mut rest = rest.skip(2);
    let issuer = name(rest.next()?);
    let mut validity = rest.next()?.parts();
    let valid = (time(validity.next()?)?, time(validity.next()?)?);
    let subject = name(rest.next()?);
    let key = rest.next()?;
    let extensions: Vec<Extension<'_>> = rest
        .find(|one| one.tag == 0xa3)
        .and_then(|one| one.parts().next())
        .map(|list| list.parts().filter_map(extension).collect())
        .unwrap_or_default();
    let of = |oid: &[u8]| extensions.iter().find(|one| one.oid == oid);
    Some(Certificate {
        subject,
        issuer,
        names: of(&SUBJECT_ALT_NAME)
            .map(|one| alternative_names(one.value))
            .unwrap_or_default(),
        version: version.unwrap_or(0).saturating_add(1),
        valid,
        weak_signature: weak(signature.content),
        rsa_bits: rsa_bits(key),
        critical: extensions
            .iter()
            .filter(|one| one.is_critical)
            .map(|one| dotted(one.oid))
            .collect(),
    })
}

/// The most significant part first, as OpenSSL prints it.
fn name(tag: Element<'_>) -> String {
    let parts = tag.parts().flat_map(|set| set.parts());
    let text = parts.filter_map(|pair| {
        let mut pair = pair.parts();
        let (kind, value) = (pair.next()?, pair.next()?);
        Some(format!(
            "{}={}",
            short_name(kind.content),
            String::from_utf8_lossy(value.content)
        ))
    });
    text.collect::<Vec<_>>().join(", ")
}

fn short_name(oid: &[u8]) -> &'static str {
    match oid {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [9, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 100, 1, 25] => "DC",
        _ => "?",
    }
}

/// RFC 5280, 4.1.2.5: two digits of a year are of 1950 to 2049.
fn time(element: Element<'_>) -> Option<String> {
    let digits = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    match (element.tag, digits.len()) {
        (0x17, 12) if digits < "50" => Some(format!("20{digits}")),
        (0x17, 12) => Some(format!("19{digits}")),
        (0x18, 14) => Some(digits.to_owned()),
        _ => None,
    }
}

/// Signature algorithms of RFC 3279 and earlier, of which the hash is broken.
fn weak(oid: &[u8]) -> Option<&'static str> {
    match oid {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 2] => Some("MD2"),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 4] => Some("MD5"),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 5]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]
        | [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3]
        | [0x2b, 14, 3, 2, 29] => Some("SHA-1"),
        _ => None,
    }
}

fn rsa_bits(key: Element<'_>) -> Option<usize> {
    const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1];
    let mut parts = key.parts();
    let algorithm = parts.next()?.parts().next()?;
    if algorithm.content != RSA {
        return None;
    }
    let (_unused_bits, key) = parts.next()?.content.split_first()?;
    let modulus = Elements(key).next()?.parts().next()?.content;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let digits = &modulus[zeros..];
    let unused = digits.first()?.leading_zeros();
    Some(digits.len() * 8 - usize::try_from(unused).ok()?)
}

struct Extension<'a> {
    oid: &'a [u8],
    is_critical: bool,
    value: &'a [u8],
}

fn extension(element: Element<'_>) -> Option<Extension<'_>> {
    let parts: Vec<Element<'_>> = element.parts().collect();
    let (oid, value) = (parts.first()?, parts.last()?);
    Some(Extension {
        oid: oid.content,
        is_critical: parts.len() == 3 && parts[1].content != [0],
        value: value.content,
    })
}

const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

fn alternative_names(value: &[u8]) -> Vec<String> {
    let names = Elements(value).next().map(|list| list.parts());
    names.into_iter().flatten().filter_map(general_name).collect()
}

fn general_name(name: Element<'_>) -> Option<String> {
    let bytes = name.content;
    match name.tag & 0x1f {
        2 => Some(String::from_utf8_lossy(bytes).into_owned()),
        7 => <[u8; 4]>::try_from(bytes)
            .map(|four| Ipv4Addr::from(four).to_string())
            .or_else(|_| <[u8; 16]>::try_from(bytes).map(|all| Ipv6Addr::from(all).to_string()))
            .ok(),
        _ => None,
    }
}

/// The usual way to write the number of an extension.
fn dotted(oid: &[u8]) -> String {
    let Some((first, rest)) = oid.split_first() else {
        return String::new();
    };
    let mut numbers = vec![u64::from(first / 40), u64::from(first % 40)];
    let mut number = 0u64;
    for byte in rest {
        number = number.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(".")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::pem::PemObject as _;
    use testkit::certs::Certificates;

    use super::*;

    #[test]
    fn a_chain_is_told_with_the_names_it_covers() {
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
        assert_eq!(expired.valid, ("20010101000000".into(), "20020101000000".into()));
        assert_eq!(
            (expired.version, expired.weak_signature, expired.rsa_bits),
            (3, None, None)
        );
    }

    #[test]
    fn numbers_are_written_with_dots() {
        assert_eq!(dotted(&[0x55, 0x1d, 0x11]), "2.5.29.17");
        assert_eq!(
            dotted(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2]),
            "1.3.6.1.4.1.311.20.2"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(6), Just(0xa3), 0..9_u8, any::<u8>()], 0..64)) {
            let _ = describe(&[&CertificateDer::from(bytes)], "x");
        }
    }
}
