//! External ids in the form that properties have.

use uuid::{Uuid, Variant};

use super::properties::IDENTIFIER;
use crate::model::ExternalId;

/// The text for an id.
///
/// Sixteen bytes that are not text are a GUID as Active Directory stores it (little-endian).
pub(in crate::target::udm) fn text(id: &ExternalId, is_binary: bool) -> Option<String> {
    if is_binary && let Ok(bytes) = <[u8; 16]>::try_from(id.as_bytes()) {
        return Some(Uuid::from_bytes_le(bytes).to_string());
    }
    id.as_text().filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(in crate::target::udm) fn id(text: &str, is_binary: bool) -> ExternalId {
    match Uuid::parse_str(text) {
        Ok(uuid) if is_binary && uuid.to_string() == text => ExternalId::new(uuid.to_bytes_le()),
        _ => ExternalId::new(text.as_bytes()),
    }
}

/// Why the property cannot store an id: the server refuses some, and fails at others.
pub(in crate::target::udm) fn misfit(property: &str, id: &ExternalId, is_binary: bool) -> Option<String> {
    let Some(text) = text(id, is_binary) else {
        return Some(format!("its external id is not text, which `{property}` takes"));
    };
    if property != IDENTIFIER {
        return None;
    }
    let fits = Uuid::parse_str(&text).is_ok_and(|uuid| {
        let version = uuid.get_version_num();
        uuid.to_string() == text.to_lowercase()
            && uuid.get_variant() == Variant::RFC4122
            && [1, 4].contains(&version)
    });
    (!fits).then(|| {
        format!(
            "its external id is not a UUID of version 1 or 4, which `{property}` takes; use another property \
             as `udm.users.key`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `Guid.ToString` of .NET and earlier connectors write it.
    #[test]
    fn a_guid_is_little_endian() {
        let bytes = hex::decode("33221100554477664899aabbccddeeff").unwrap();
        let guid = ExternalId::new(bytes);
        let written = text(&guid, true).unwrap();
        assert_eq!(written, "00112233-4455-6677-4899-aabbccddeeff");
        assert_eq!(id(&written, true), guid);
        assert_eq!(id(&written, false), ExternalId::new(written.as_bytes()));
        assert_eq!(
            text(&ExternalId::new(*b"0123456789abcdef"), false).as_deref(),
            Some("0123456789abcdef")
        );
    }

    #[test]
    fn only_some_uuids_are_taken() {
        let id = |text: &str| ExternalId::new(text.as_bytes());
        for fine in [
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "00112233-4455-4677-8899-aabbccddeeff",
        ] {
            assert_eq!(misfit(IDENTIFIER, &id(fine), false), None, "{fine}");
        }
        for wrong in [
            "",
            "ada",
            "6fa459ea-ee8a-3ca4-894e-db77e160355e",
            "001122334455467788 99aabbccddeeff",
        ] {
            assert!(misfit(IDENTIFIER, &id(wrong), false).is_some(), "{wrong}");
        }
        assert_eq!(misfit("employeeNumber", &id("ada"), false), None);
        assert!(misfit("employeeNumber", &ExternalId::new([0xff, 0xfe]), false).is_some());
    }
}
