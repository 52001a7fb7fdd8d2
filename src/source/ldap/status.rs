//! Whether an entry is of somebody who may log in. Pure.

use crate::config::LdapAttribute;
use crate::model::Lifecycle;

/// Reads the status of an entry: bits of a number if there is a mask, otherwise `TRUE` or `FALSE`.
///
/// # Errors
/// Why the value says nothing, without the value.
pub(super) fn lifecycle(
    value: Option<&[u8]>,
    attribute: &LdapAttribute,
    mask: i32,
) -> Result<Lifecycle, String> {
    let name = &attribute.name;
    let value = value.ok_or_else(|| format!("no value for `{name}` (status)"))?;
    let enabled = match (mask, attribute.is_binary) {
        (0, false) => match value {
            b"TRUE" => true,
            b"FALSE" => false,
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
            let number =
                number.ok_or_else(|| format!("`{name}` (status) is no decimal number of 32 bits"))?;
            mask & number == 0
        }
        (mask, true) => {
            let bytes = <[u8; 4]>::try_from(value)
                .map_err(|_| format!("`{name}` (status) has {} bytes instead of 4", value.len()))?;
            mask & i32::from_be_bytes(bytes) == 0
        }
    };
    Ok(if enabled {
        Lifecycle::Active
    } else {
        Lifecycle::Disabled
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(value: &[u8], is_binary: bool, mask: i32) -> Result<Lifecycle, String> {
        let attribute = LdapAttribute {
            name: "status".to_owned(),
            is_binary,
        };
        lifecycle(Some(value), &attribute, mask)
    }

    const ENABLED: Option<Lifecycle> = Some(Lifecycle::Active);
    const DISABLED: Option<Lifecycle> = Some(Lifecycle::Disabled);

    #[test]
    fn the_table() {
        for (mask, binary, value, expected) in [
            (2, false, &b"512"[..], ENABLED),
            (2, false, b"514", DISABLED),
            (0x12, false, b"528", DISABLED),
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
        let reason = lifecycle(None, &attribute, 1).unwrap_err();
        assert_eq!(reason, "no value for `shadowFlag` (status)");
    }
}
