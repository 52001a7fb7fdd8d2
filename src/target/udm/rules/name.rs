//! Distinguished names as texts. [`crate::config::Dn`] compares them.

/// The levels of a DN, the lowest first, in their spelling.
pub(in crate::target::udm) fn levels(dn: &str) -> Vec<&str> {
    let (mut levels, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, sign) in dn.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' | ';' => {
                levels.push(dn[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    levels.push(dn[start..].trim());
    levels
}

/// The DN of the parent; empty at the top.
pub(in crate::target::udm) fn parent(dn: &str) -> &str {
    let first = levels(dn).first().map_or(0, |level| level.len());
    let above = dn.trim_start().get(first..).unwrap_or_default();
    above.trim_start().get(1..).unwrap_or_default().trim()
}

/// The value of a level: `ou=a\, b` is `a, b`.
pub(in crate::target::udm) fn value(level: &str) -> String {
    let value = level.split_once('=').map_or(level, |(_, value)| value).trim();
    let (mut bytes, mut rest) = (Vec::new(), value.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
        } else if let Some(code) = after.get(..2).and_then(|pair| hex::decode(pair).ok()) {
            bytes.extend(code);
            rest = &after[2..];
        } else if let Some((&escaped, after)) = after.split_first() {
            bytes.push(escaped);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let dn = "ou=a\\, b, ou=c\\2Cd,dc=x";
        assert_eq!(levels(dn), ["ou=a\\, b", "ou=c\\2Cd", "dc=x"]);
        assert_eq!(parent(dn), "ou=c\\2Cd,dc=x");
        assert_eq!(parent("dc=x"), "");
        let values: Vec<String> = levels(dn).into_iter().map(value).collect();
        assert_eq!(values, ["a, b", "c,d", "x"]);
        assert_eq!(value("ou=\\C3\\BCber"), "\u{fc}ber");
    }
}
