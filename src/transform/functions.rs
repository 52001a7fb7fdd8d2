//! Functions for single values. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use uuid::Uuid;

/// A change of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// 16 bytes in the order of Active Directory become the text of a UUID.
    GuidToUuid,
    /// A phone number in international form, German if it has no country code.
    Phone,
    /// An e-mail address with its domain in lower case and ASCII.
    Mail,
    /// Removes Unicode white space around it.
    StripUnicode,
    /// Removes ASCII white space around it.
    Strip,
    /// ASCII letters in lower case.
    Lower,
    /// ASCII letters in upper case.
    Upper,
    /// Each ASCII word with an initial capital.
    Title,
    /// The first letter as a capital, all others in lower case, in ASCII.
    Capitalize,
    /// Base64 with padding.
    Base64,
}

const NAMES: [(&str, Function); 10] = [
    ("guid_to_uuid", Function::GuidToUuid),
    ("phone", Function::Phone),
    ("mail", Function::Mail),
    ("strip_unicode", Function::StripUnicode),
    ("strip", Function::Strip),
    ("lower", Function::Lower),
    ("upper", Function::Upper),
    ("title", Function::Title),
    ("capitalize", Function::Capitalize),
    ("base64", Function::Base64),
];

impl Function {
    /// The function with a name; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, function)| *function)
    }

    /// The changed value; `None` if the function cannot change it, so that it is dropped.
    pub fn apply(self, value: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::GuidToUuid => Some(Uuid::from_slice_le(value).ok()?.to_string().into_bytes()),
            Self::Phone => phone(std::str::from_utf8(value).ok()?),
            Self::Mail => mail(std::str::from_utf8(value).ok()?),
            Self::StripUnicode => {
                let text = std::str::from_utf8(value).ok()?;
                // Python's white space is Unicode's and four ASCII separators.
                let is_blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
                Some(text.trim_matches(is_blank).into())
            }
            Self::Strip => Some(strip(value).to_vec()),
            Self::Lower => Some(value.to_ascii_lowercase()),
            Self::Upper => Some(value.to_ascii_uppercase()),
            Self::Title => Some(title(value)),
            Self::Capitalize => {
                let mut value = value.to_ascii_lowercase();
                value.iter_mut().take(1).for_each(u8::make_ascii_uppercase);
                Some(value)
            }
            Self::Base64 => Some(STANDARD.encode(value).into_bytes()),
        }
    }
}

fn phone(text: &str) -> Option<Vec<u8>> {
    let text = text
        .replace('\u{2013}', "-")
        .replace("+049 ", "+49")
        .replace("+0", "0");
    let region = (!text.starts_with('+')).then_some(Region::DE);
    let number = PHONE_NUMBER_UTIL.parse(&text, region).ok()?;
    let written = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::International);
    Some(written.into_owned().into_bytes())
}

fn mail(text: &str) -> Option<Vec<u8>> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    // An IP address, and escapes, which a host name does not have.
    let is_name = !domain.contains(['%', '[', ':']);
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(domain)) if is_name && local.is_ascii() => {
            Some(format!("{local}@{domain}").into_bytes())
        }
        _ => None,
    }
}

fn strip(value: &[u8]) -> &[u8] {
    let is_kept = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    match (value.iter().position(is_kept), value.iter().rposition(is_kept)) {
        (Some(first), Some(last)) => &value[first..=last],
        _ => &[],
    }
}

fn title(value: &[u8]) -> Vec<u8> {
    let mut is_inside = false;
    let each = value.iter().map(|byte| {
        let byte = if is_inside {
            byte.to_ascii_lowercase()
        } else {
            byte.to_ascii_uppercase()
        };
        is_inside = byte.is_ascii_alphabetic();
        byte
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn applied(function: Function, value: &str) -> Option<String> {
        let value = function.apply(value.as_bytes())?;
        Some(String::from_utf8(value).unwrap())
    }

    #[test]
    fn each_function_does_what_python_does() {
        for (function, value, expected) in [
            (Function::Lower, "ÄBc", "Äbc"),
            (Function::Upper, "äbc", "äBC"),
            (Function::Strip, "\t a\u{b}b \n", "a\u{b}b"),
            (Function::Strip, "\u{a0}a", "\u{a0}a"),
            (Function::StripUnicode, "\u{a0}\u{1c} a \u{3000}", "a"),
            (Function::Title, "o'neil-mc GREGOR 3rd", "O'Neil-Mc Gregor 3Rd"),
            (Function::Capitalize, "aDA lovelace", "Ada lovelace"),
            (Function::Base64, "\u{ff}a", "w79h"),
            (
                Function::Mail,
                " Ada@MÜNCHEN.example ",
                "Ada@xn--mnchen-3ya.example",
            ),
            (Function::Mail, "a@b@Example.ORG", "a@b@example.org"),
            (Function::Phone, "0421 22232\u{2013}0", "+49 421 222320"),
            (Function::Phone, "+049 421 222320", "+49 421 222320"),
            (Function::Phone, "+0421 222320", "+49 421 222320"),
            (Function::Phone, "+41 79 123 45 67", "+41 79 123 45 67"),
        ] {
            assert_eq!(
                applied(function, value).as_deref(),
                Some(expected),
                "{function:?} {value:?}"
            );
        }
        let guid =
            Function::GuidToUuid.apply(b"\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff");
        assert_eq!(
            guid.as_deref(),
            Some(&b"00112233-4455-6677-8899-aabbccddeeff"[..])
        );
    }

    #[test]
    fn what_a_function_cannot_change_is_dropped() {
        for (function, value) in [
            (Function::GuidToUuid, &b"00112233-4455-6677-8899-aabbccddeeff"[..]),
            (Function::GuidToUuid, b"\x33\x22\x11"),
            (Function::Mail, b"ada.example.org"),
            (Function::Mail, "jürgen@example.org".as_bytes()),
            (Function::Mail, b"ada@[127.0.0.1]"),
            (Function::Phone, b"none"),
            (Function::Phone, b"+999 1"),
            (Function::Phone, b"\xff"),
            (Function::StripUnicode, b"a\xff"),
        ] {
            assert_eq!(function.apply(value), None, "{function:?} {value:?}");
        }
    }

    proptest! {
        /// For any bytes; and most functions are idempotent.
        #[test]
        fn no_bytes_panic_and_twice_is_once(
            value in prop_oneof![proptest::collection::vec(any::<u8>(), 0..24), "\\PC{0,16}|[+0-9 –]{0,12}".prop_map(String::into_bytes)],
        ) {
            for (_, function) in NAMES {
                let once = function.apply(&value);
                let is_idempotent = !matches!(function, Function::Base64 | Function::GuidToUuid | Function::Phone);
                if let Some(once) = once.filter(|_| is_idempotent) {
                    prop_assert_eq!(function.apply(&once), Some(once), "{:?}", function);
                }
            }
        }
    }
}
