//! What certificates say about themselves, for messages about refused ones. Nothing is decided by it. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

use ldap3::asn1::{PL, StructureTag, TagClass, parse_tag};
use rustls::pki_types::CertificateDer;

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

struct Certificate {
    subject: String,
    issuer: String,
    /// Of the extension subjectAltName.
    names: Vec<String>,
}

/// RFC 5280, 4.1: version, serial number, algorithm, issuer, validity, subject, key, extensions.
fn read(der: &[u8]) -> Option<Certificate> {
    let (_, certificate) = parse_tag(der).ok()?;
    let body = parts(parts(certificate)?.into_iter().next()?)?;
    let is_version = |tag: &StructureTag| tag.class == TagClass::Context && tag.id == 0;
    let start = usize::from(body.first().is_some_and(is_version));
    let mut rest = body.into_iter().skip(start + 2);
    let issuer = name(rest.next()?)?;
    let subject = name(rest.nth(1)?)?;
    let is_extensions = |tag: &StructureTag| tag.class == TagClass::Context && tag.id == 3;
    let names = rest.find(is_extensions).and_then(alternative_names);
    Some(Certificate {
        subject,
        issuer,
        names: names.unwrap_or_default(),
    })
}

/// The most significant part first, as OpenSSL prints it.
fn name(tag: StructureTag) -> Option<String> {
    let mut text = Vec::new();
    for part in parts(tag)?.into_iter().filter_map(parts).flatten() {
        if let [PL::P(kind), PL::P(value)] = payloads(part)?.as_slice() {
            text.push(format!("{}={}", short_name(kind), String::from_utf8_lossy(value)));
        }
    }
    Some(text.join(", "))
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

const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

fn alternative_names(extensions: StructureTag) -> Option<Vec<String>> {
    let list = parts(extensions)?.into_iter().next()?;
    for extension in parts(list)?.into_iter().filter_map(payloads) {
        if let [PL::P(oid), .., PL::P(value)] = extension.as_slice()
            && oid[..] == SUBJECT_ALT_NAME
        {
            let (_, names) = parse_tag(value).ok()?;
            return Some(parts(names)?.into_iter().filter_map(general_name).collect());
        }
    }
    None
}

fn general_name(tag: StructureTag) -> Option<String> {
    let PL::P(bytes) = tag.payload else {
        return None;
    };
    match tag.id {
        2 => Some(String::from_utf8_lossy(&bytes).into_owned()),
        7 => <[u8; 4]>::try_from(&bytes[..])
            .map(|four| Ipv4Addr::from(four).to_string())
            .or_else(|_| <[u8; 16]>::try_from(&bytes[..]).map(|all| Ipv6Addr::from(all).to_string()))
            .ok(),
        _ => None,
    }
}

fn parts(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn payloads(tag: StructureTag) -> Option<Vec<PL>> {
    Some(parts(tag)?.into_iter().map(|part| part.payload).collect())
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
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(6), Just(0xa3), 0..9_u8, any::<u8>()], 0..64)) {
            let _ = describe(&[&CertificateDer::from(bytes)], "x");
        }
    }
}
