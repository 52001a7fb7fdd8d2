//! Whether the person of an entry may sign in. Pure.

use super::passing;
use crate::config::LdapAttribute;

/// Whether a person may sign in, or is only blocked temporarily.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Enabled,
    Disabled,
    /// In a temporary state.
    Blocked,
}

/// Reads the status of an entry: bits of a number if there is a mask, otherwise `TRUE` or `FALSE`.
///
/// # Errors
/// Why the value cannot be read, without the value.
pub(super) fn read(value: Option<&[u8]>, attribute: &LdapAttribute, mask: i32) -> Result<Status, String> {
    let name = &attribute.name;
    let value = value.ok_or_else(|| format!("no value for `{name}` (status)"))?;
    let set = match (mask, attribute.is_binary) {
        (0, false) => match value {
            b"TRUE" => 0,
            b"FALSE" => FALSE,
            _ => {
                return Err(format!(
                    "`{name}` (status) is neither TRUE nor FALSE; numbers need `disable_bitmasks`"
                ));
            }
        },
        (0, true) => {
            return Err(format!(
                "`{name}` (status) is binary, which needs `disable_bitmasks`"
            ));
        }
        (mask, false) => {
            let number: Option<i32> = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            mask & number.ok_or_else(|| format!("`{name}` (status) is not a decimal number of 32 bits"))?
        }
        (mask, true) => {
            let bytes = <[u8; 4]>::try_from(value)
                .map_err(|_| format!("`{name}` (status) has {} bytes instead of 4", value.len()))?;
            mask & i32::from_be_bytes(bytes)
        }
    };
    Ok(match (set, i64::from(set) & !passing::PASSING_BITS) {
        (0, _) => Status::Enabled,
        (_, 0) => Status::Blocked,
        _ if passing::is_passing(name) => Status::Blocked,
        _ => Status::Disabled,
    })
}

/// Represents the word `FALSE`; not a temporary bit.
const FALSE: i32 = 1;

/// Describes `status` and `disable_bitmasks`, for `check`.
pub(super) fn meaning(attribute: &LdapAttribute, mask: i32) -> String {
    let name = &attribute.name;
    let passing_bits = i64::from(mask) & passing::PASSING_BITS;
    let other_bits = i64::from(mask) & 0xffff_ffff & !passing::PASSING_BITS;
    match (mask, passing::is_passing(name)) {
        (_, true) => format!("`{name}` only contains a temporary state"),
        (0, false) => format!("`{name}`: FALSE disables"),
        (_, false) => {
            let disables = (other_bits != 0).then(|| format!("bits 0x{other_bits:x} disable"));
            let passes = (passing_bits != 0).then(|| {
                format!("bits 0x{passing_bits:x} are a lockout or an expired password, which is temporary")
            });
            let parts: Vec<String> = disables.into_iter().chain(passes).collect();
            format!("`{name}`: {}", parts.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(value: &[u8], is_binary: bool, mask: i32) -> Result<Status, String> {
        let attribute = LdapAttribute {
            name: "status".to_owned(),
            is_binary,
        };
        read(Some(value), &attribute, mask)
    }

    const ENABLED: Option<Status> = Some(Status::Enabled);
    const DISABLED: Option<Status> = Some(Status::Disabled);
    const BLOCKED: Option<Status> = Some(Status::Blocked);

    #[test]
    fn the_table() {
        for (mask, binary, value, expected) in [
            (2, false, &b"512"[..], ENABLED),
            (2, false, b"514", DISABLED),
            (0x12, false, b"528", BLOCKED),
            (0x12, false, b"530", DISABLED),
            (0x12, false, b"514", DISABLED),
            (0x10, false, b"16", BLOCKED),
            (0x80_0010, false, b"8388624", BLOCKED),
            (0x80_0002, false, b"8388608", BLOCKED),
            (2, false, b"528", ENABLED),
            (0x12, true, &[0, 0, 2, 16], BLOCKED),
            (0x12, true, &[0, 0, 2, 18], DISABLED),
            (2, false, b"0", ENABLED),
            (2, false, b"-2147483646", DISABLED),
            (i32::MIN, false, b"-1", DISABLED),
            (2, false, b"4294967296", None),
            (2, false, b"0x202", None),
            (2, false, b"TRUE", None),
            (2, false, b" 512", None),
            (2, false, b"", None),
            (2, false, b"\xff", None),
            (2, true, &[0, 0, 2, 0], ENABLED),
            (2, true, &[0, 0, 2, 2], DISABLED),
            (2, true, &[2, 0, 0, 0], ENABLED),
            (2, true, b"512", None),
            (2, true, &[0, 0, 0, 2, 2], None),
            (0, false, b"TRUE", ENABLED),
            (0, false, b"FALSE", DISABLED),
            (0, false, b"true", None),
            (0, false, b"512", None),
            (0, true, b"TRUE", None),
            (0, true, &[0, 0, 0, 0], None),
        ] {
            let found = status(value, binary, mask);
            assert_eq!(
                found.clone().ok(),
                expected,
                "{mask} {binary} {value:?}: {found:?}"
            );
        }
    }

    #[test]
    fn an_absent_status_is_no_status() {
        let attribute = LdapAttribute {
            name: "shadowFlag".to_owned(),
            is_binary: false,
        };
        let reason = read(None, &attribute, 1).unwrap_err();
        assert_eq!(reason, "no value for `shadowFlag` (status)");
    }

    #[test]
    fn an_attribute_of_passwords_says_nothing_for_good() {
        for name in ["badPwdCount", "MS-DS-UserAccountAutoLocked"] {
            let attribute = LdapAttribute {
                name: name.to_owned(),
                is_binary: false,
            };
            assert_eq!(read(Some(b"3"), &attribute, 3), Ok(Status::Blocked));
            assert_eq!(read(Some(b"FALSE"), &attribute, 0), Ok(Status::Blocked));
            assert_eq!(read(Some(b"TRUE"), &attribute, 0), Ok(Status::Enabled));
        }
    }

    #[test]
    fn the_meaning_of_bits_is_distinguished() {
        let attribute = LdapAttribute {
            name: "uac".to_owned(),
            is_binary: false,
        };
        let passes = "are a lockout or an expired password, which is temporary";
        assert_eq!(meaning(&attribute, 2), "`uac`: bits 0x2 disable");
        assert_eq!(
            meaning(&attribute, 0x12),
            format!("`uac`: bits 0x2 disable; bits 0x10 {passes}")
        );
        assert_eq!(
            meaning(&attribute, 0x80_0000),
            format!("`uac`: bits 0x800000 {passes}")
        );
        assert_eq!(meaning(&attribute, i32::MIN), "`uac`: bits 0x80000000 disable");
        assert_eq!(meaning(&attribute, 0), "`uac`: FALSE disables");
    }
}
