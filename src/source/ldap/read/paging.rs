//! The control that splits a search into pages (RFC 2696).

use ldap3::asn1::{PL, parse_tag};
use ldap3::controls::{Control, PagedResults, RawControl};

use super::ber;

const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";

/// Requests the page after `cookie`; an empty cookie requests the first one.
///
/// Critical, so that a server without paging refuses the search instead of ignoring the control.
pub(in crate::source::ldap) fn request(size: u32, cookie: Vec<u8>) -> RawControl {
    let size = i32::try_from(size).unwrap_or(i32::MAX);
    let mut control: RawControl = PagedResults { size, cookie }.into();
    control.crit = true;
    control
}

/// What an answer says about further pages.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source::ldap) enum Next {
    /// Cookie of the next page.
    Page(Vec<u8>),
    /// This was the last page.
    End,
    /// The answer does not say it, so it may be incomplete.
    NoCookie,
}

/// Reads the control of an answer. The crate's own parser panics on a malformed one.
pub(in crate::source::ldap) fn next(controls: &[Control]) -> Next {
    let value = controls.iter().find(|Control(_, raw)| raw.ctype == PAGED_RESULTS);
    let cookie = value.and_then(|Control(_, raw)| cookie(raw.val.as_deref()?));
    match cookie {
        None => Next::NoCookie,
        Some(cookie) if cookie.is_empty() => Next::End,
        Some(cookie) => Next::Page(cookie),
    }
}

fn cookie(value: &[u8]) -> Option<Vec<u8>> {
    if !ber::is_harmless(value) {
        return None;
    }
    let (_, tag) = parse_tag(value).ok()?;
    let PL::C(parts) = tag.payload else {
        return None;
    };
    match <[_; 2]>::try_from(parts).ok()?.map(|part| part.payload) {
        [PL::P(_), PL::P(cookie)] => Some(cookie),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(value: Option<&[u8]>) -> Vec<Control> {
        let raw = RawControl {
            ctype: PAGED_RESULTS.to_owned(),
            crit: false,
            val: value.map(<[u8]>::to_vec),
        };
        vec![Control(None, raw)]
    }

    #[test]
    fn a_cookie_is_another_page_and_an_empty_one_the_end() {
        assert_eq!(
            next(&answer(Some(b"\x30\x06\x02\x01\x00\x04\x01x"))),
            Next::Page(b"x".to_vec())
        );
        assert_eq!(next(&answer(Some(b"\x30\x05\x02\x01\x00\x04\x00"))), Next::End);
    }

    #[test]
    fn an_answer_without_a_readable_control_says_nothing() {
        assert_eq!(next(&[]), Next::NoCookie);
        for value in [
            None,
            Some(&b""[..]),
            Some(b"\x30\x00"),
            Some(b"\x30\x05\x02"),
            Some(b"\x04\x00"),
            // So deeply nested that the stack would overflow.
            Some(&[0x30, 0x80].repeat(200_000)),
        ] {
            assert_eq!(next(&answer(value)), Next::NoCookie, "{value:?}");
        }
    }

    #[test]
    fn a_request_is_critical_and_carries_the_cookie() {
        let control = request(1000, b"x".to_vec());
        assert!(control.crit);
        assert_eq!(control.ctype, PAGED_RESULTS);
        assert_eq!(next(&answer(control.val.as_deref())), Next::Page(b"x".to_vec()));
    }

    proptest! {
        #[test]
        fn no_value_panics(value in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(4), 0..9_u8, any::<u8>()], 0..32)) {
            let _ = next(&answer(Some(&value)));
        }
    }
}
