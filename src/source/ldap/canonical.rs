//! Formats binary ids as administrators know them. Pure.

use std::fmt::Write as _;
use std::ops::Range;

/// `objectGUID` and `objectSid` as the tools of Active Directory print them; `None` for other attributes and lengths.
pub(in crate::source) fn text(attribute: &str, value: &[u8]) -> Option<String> {
    match attribute.to_ascii_lowercase().as_str() {
        "objectguid" => guid(value),
        "objectsid" => sid(value),
        _ => None,
    }
}

/// The first three fields are little-endian.
fn guid(value: &[u8]) -> Option<String> {
    let value = <[u8; 16]>::try_from(value).ok()?;
    let field = |range: Range<usize>, swap: bool| {
        let mut bytes = value[range].to_vec();
        if swap {
            bytes.reverse();
        }
        hex::encode(bytes)
    };
    let fields = [
        field(0..4, true),
        field(4..6, true),
        field(6..8, true),
        field(8..10, false),
        field(10..16, false),
    ];
    Some(fields.join("-"))
}

/// Revision, count, six bytes of authority (big-endian), and as many numbers of four bytes (little-endian).
fn sid(value: &[u8]) -> Option<String> {
    let [revision, count, authority @ ..] = value else {
        return None;
    };
    let (authority, numbers) = authority.split_at_checked(6)?;
    if numbers.len() != usize::from(*count) * 4 {
        return None;
    }
    let authority = authority
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for number in numbers.chunks_exact(4) {
        let number = number
            .iter()
            .rev()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let _ = write!(text, "-{number}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_as_in_active_directory() {
        let guid = hex::decode("fd9f55219121fd419e4a9e7b0f8bcb21").unwrap();
        assert_eq!(
            text("objectGUID", &guid).as_deref(),
            Some("21559ffd-2191-41fd-9e4a-9e7b0f8bcb21")
        );
        let sid = hex::decode("010500000000000515000000a7e97de9a4f7ca4f8de472da4e040000").unwrap();
        assert_eq!(
            text("OBJECTSID", &sid).as_deref(),
            Some("S-1-5-21-3917343143-1338701732-3664962701-1102")
        );
    }

    #[test]
    fn what_is_no_such_id_has_no_text() {
        assert_eq!(text("objectGUID", b"short"), None);
        assert_eq!(text("objectSid", &[1, 2, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0]), None);
        assert_eq!(text("objectSid", &[1]), None);
        assert_eq!(text("audio", &[0; 16]), None);
    }
}
