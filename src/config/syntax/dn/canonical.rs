//! The canonical text of a distinguished name.

use super::Dn;

impl Dn {
    /// The name in lower case, with short types, and without insignificant blanks.
    pub fn canonical(&self) -> String {
        let rdns: Vec<String> = self.0.iter().map(|rdn| level(rdn)).collect();
        rdns.join(",")
    }
}

/// One level: types and values with their lengths.
fn level(mut pairs: &[u8]) -> String {
    let mut text = String::new();
    while let Some(equals) = pairs.iter().position(|byte| *byte == b'=') {
        let (kind, rest) = pairs.split_at(equals);
        let Some((length, rest)) = rest[1..].split_first_chunk::<4>() else {
            break;
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (value, others) = rest.split_at(length.min(rest.len()));
        pairs = others;
        let plus = if text.is_empty() { "" } else { "+" };
        text.extend([plus, &String::from_utf8_lossy(kind), "="]);
        escape(value, &mut text);
    }
    text
}

/// Special and invisible characters are written as `\2c`.
fn escape(value: &[u8], text: &mut String) {
    let hexadecimal = |bytes: &[u8], text: &mut String| {
        for byte in bytes {
            text.extend(["\\", &hex::encode([*byte])]);
        }
    };
    let Ok(value) = std::str::from_utf8(value) else {
        return hexadecimal(value, text);
    };
    for character in value.chars() {
        if ",+;\"\\<>=#".contains(character) || character.is_control() {
            hexadecimal(character.encode_utf8(&mut [0; 4]).as_bytes(), text);
        } else {
            text.push(character);
        }
    }
}
