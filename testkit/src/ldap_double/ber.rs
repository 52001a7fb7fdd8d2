//! LDAP messages in BER (RFC 4511).

use std::io::Read;
use std::net::TcpStream;

pub(super) const BIND: u8 = 0x60;

pub(super) const UNBIND: u8 = 0x42;

pub(super) const SEARCH: u8 = 0x63;

/// Message id, operation and all bytes of the next request; `None` at the end.
pub(super) fn request(stream: &mut TcpStream) -> Option<(Vec<u8>, u8, Vec<u8>)> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let mut length = usize::from(head[1]);
    if length >= 0x80 {
        let mut long = vec![0; length - 0x80];
        stream.read_exact(&mut long).ok()?;
        length = long
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let [2, id_length, rest @ ..] = &body[..] else {
        return None;
    };
    let (id, rest) = rest.split_at_checked(usize::from(*id_length))?;
    let (id, operation) = (id.to_vec(), *rest.first()?);
    Some((id, operation, body))
}

pub(super) fn message(id: &[u8], operation: Vec<u8>, paging: Option<&[u8]>) -> Vec<u8> {
    let mut parts = [tlv(2, id), operation].concat();
    if let Some(value) = paging {
        let control = tlv(0x30, &[octets(b"1.2.840.113556.1.4.319"), octets(value)].concat());
        parts.extend(tlv(0xa0, &control));
    }
    tlv(0x30, &parts)
}

pub(super) fn result(tag: u8, code: u8, text: &str, rest: &[u8]) -> Vec<u8> {
    tlv(
        tag,
        &[
            &tlv(10, &[code])[..],
            &octets(b""),
            &octets(text.as_bytes()),
            rest,
        ]
        .concat(),
    )
}

pub(super) fn entry(dn: &[u8], attributes: &[(&str, Vec<Vec<u8>>)]) -> Vec<u8> {
    let attributes = attributes.iter().flat_map(|(name, values)| {
        let values: Vec<u8> = values.iter().flat_map(|value| octets(value)).collect();
        tlv(0x30, &[octets(name.as_bytes()), tlv(0x31, &values)].concat())
    });
    let attributes: Vec<u8> = attributes.collect();
    tlv(0x64, &[octets(dn), tlv(0x30, &attributes)].concat())
}

pub(super) fn octets(value: &[u8]) -> Vec<u8> {
    tlv(4, value)
}

pub(super) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match u8::try_from(value.len()) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let length = u16::try_from(value.len()).expect("small values").to_be_bytes();
            bytes.extend([0x82, length[0], length[1]]);
        }
    }
    bytes.extend(value);
    bytes
}
