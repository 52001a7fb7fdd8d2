//! Checks a server's messages before the LDAP crate parses them: it accepts any length, and recurses until the stack
//! overflows. Pure.

use std::fmt;

/// Maximum bytes of a message. A group of 500,000 members has about 40 MB.
pub(in crate::source::ldap) const LONGEST: usize = 64 * 1024 * 1024;
/// Maximum nesting of a message. An entry with a control has 6 levels.
const DEEPEST: usize = 32;
/// Maximum elements of a message. Each takes some hundred bytes of memory, however short it is.
const MOST: usize = 2_000_000;

const SEQUENCE: u8 = 0x30;
/// First byte of a TLS record with an alert or a part of the handshake.
const TLS: [u8; 2] = [0x15, 0x16];

/// Why the stream cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::ldap) enum Fault {
    /// Announced number of bytes.
    TooLong(u64),
    TooDeep,
    TooMany,
    /// The server uses TLS.
    Tls,
    NotLdap,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(length) => write!(
                f,
                "the server announced a message of {length} bytes, and {LONGEST} are the limit"
            ),
            Self::TooDeep => write!(
                f,
                "the server sent a message that is nested more than {DEEPEST} levels deep, which no entry is"
            ),
            Self::TooMany => write!(f, "the server sent a message with more than {MOST} values"),
            Self::Tls => write!(f, "the server speaks TLS here, and no TLS was asked for"),
            Self::NotLdap => write!(f, "the server sent something that is not LDAP"),
        }
    }
}

/// Follows a stream of messages (RFC 4511, 5.1) without storing it.
#[derive(Debug)]
pub(in crate::source::ldap) struct Scanner {
    longest: usize,
    /// The expected first byte of each message, if known.
    first: Option<u8>,
    /// Remaining bytes of each open element.
    open: Vec<usize>,
    /// Remaining bytes of a value.
    skip: usize,
    /// Tag and length, as far as received.
    head: Vec<u8>,
    elements: usize,
    /// How many of the last bytes belong to complete messages.
    pub(in crate::source::ldap) whole: usize,
}

impl Scanner {
    /// For the messages of a server.
    pub(in crate::source::ldap) fn new() -> Self {
        Self {
            longest: LONGEST,
            first: Some(SEQUENCE),
            open: Vec::new(),
            skip: 0,
            head: Vec::new(),
            elements: 0,
            whole: 0,
        }
    }

    /// Scans the next bytes, and returns how many messages ended in them.
    ///
    /// # Errors
    /// [`Fault`] as soon as a message is invalid. Only the first `whole` bytes may be used then.
    pub(in crate::source::ldap) fn scan(&mut self, mut bytes: &[u8]) -> Result<usize, Fault> {
        let mut ended = 0;
        let given = bytes.len();
        self.whole = 0;
        while let Some((first, rest)) = bytes.split_first() {
            if self.skip > 0 {
                let taken = self.skip.min(bytes.len());
                self.skip -= taken;
                bytes = &bytes[taken..];
            } else {
                self.head.push(*first);
                bytes = rest;
                if let Some(length) = self.length()? {
                    self.begin(length)?;
                }
            }
            if self.end() {
                ended += 1;
                self.whole = given - bytes.len();
            }
        }
        Ok(ended)
    }

    /// The length of the current element, once its head is complete.
    fn length(&self) -> Result<Option<u64>, Fault> {
        let (tag, rest) = self.head.split_first().ok_or(Fault::NotLdap)?;
        if self.open.is_empty() && self.first.is_some_and(|first| first != *tag) {
            return Err(if TLS.contains(tag) {
                Fault::Tls
            } else {
                Fault::NotLdap
            });
        }
        // LDAP has no tags of several bytes and no indefinite lengths.
        if tag & 0x1f == 0x1f {
            return Err(Fault::NotLdap);
        }
        match rest {
            [] => Ok(None),
            [short @ 0..0x80] => Ok(Some(u64::from(*short))),
            [0x80 | 0x89.., ..] => Err(Fault::NotLdap),
            [long, digits @ ..] if digits.len() < usize::from(long - 0x80) => Ok(None),
            [_, digits @ ..] => Ok(Some(
                digits
                    .iter()
                    .fold(0, |length, digit| length << 8 | u64::from(*digit)),
            )),
        }
    }

    fn begin(&mut self, length: u64) -> Result<(), Fault> {
        let is_constructed = self.head[0] & 0x20 != 0;
        let head = self.head.len();
        self.head.clear();
        let too_long = Err(Fault::TooLong(length));
        let Ok(length) = usize::try_from(length) else {
            return too_long;
        };
        if length > self.longest {
            return too_long;
        }
        match self.open.last_mut() {
            None => self.elements = 0,
            Some(left) => *left = left.checked_sub(head + length).ok_or(Fault::NotLdap)?,
        }
        self.elements += 1;
        if self.elements > MOST {
            return Err(Fault::TooMany);
        }
        if !is_constructed {
            self.skip = length;
        } else if self.open.len() == DEEPEST {
            return Err(Fault::TooDeep);
        } else {
            self.open.push(length);
        }
        Ok(())
    }

    /// Returns whether a message ends here.
    fn end(&mut self) -> bool {
        if self.skip > 0 || !self.head.is_empty() {
            return false;
        }
        let was_open = !self.open.is_empty();
        while self.open.last() == Some(&0) {
            self.open.pop();
        }
        was_open && self.open.is_empty()
    }
}

/// Returns whether the crate can parse an element: a server may have put it into a value or a certificate.
pub(in crate::source::ldap) fn is_harmless(element: &[u8]) -> bool {
    let mut scanner = Scanner {
        first: None,
        ..Scanner::new()
    };
    scanner.scan(element).is_ok()
}

#[cfg(test)]
mod tests {
    use ldap3::asn1::parse_tag;
    use proptest::prelude::*;

    use super::*;

    /// An element with the shortest possible length encoding.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag];
        let length = content.len();
        if let 0..0x80 = length {
            bytes.push(u8::try_from(length).unwrap());
        } else {
            bytes.push(0x84);
            bytes.extend(u32::try_from(length).unwrap().to_be_bytes());
        }
        bytes.extend(content);
        bytes
    }

    fn nested(levels: usize) -> Vec<u8> {
        (0..levels).fold(Vec::new(), |inner, _| element(SEQUENCE, &inner))
    }

    #[test]
    fn messages_are_counted_wherever_they_are_cut() {
        let message = element(
            SEQUENCE,
            &[element(2, &[1]), element(0x64, &element(4, &[7; 300]))].concat(),
        );
        let stream = [&message[..], &element(SEQUENCE, &[]), &message].concat();
        for size in 1..stream.len() {
            let mut scanner = Scanner::new();
            let ended: usize = stream.chunks(size).map(|part| scanner.scan(part).unwrap()).sum();
            assert_eq!(ended, 3, "in parts of {size}");
        }
    }

    #[test]
    fn a_length_is_refused_before_its_bytes_come() {
        let at_the_limit = u32::try_from(LONGEST).unwrap();
        for (length, result) in [
            (at_the_limit, Ok(0)),
            (at_the_limit + 1, Err(Fault::TooLong(u64::from(at_the_limit) + 1))),
            (2_000_000_000, Err(Fault::TooLong(2_000_000_000))),
        ] {
            let head = [&[SEQUENCE, 0x84][..], &length.to_be_bytes()].concat();
            assert_eq!(Scanner::new().scan(&head), result);
        }
        assert_eq!(
            Scanner::new().scan(&[SEQUENCE, 0x88, 0xff, 0, 0, 0, 0, 0, 0, 0]),
            Err(Fault::TooLong(0xff << 56))
        );
    }

    #[test]
    fn nesting_ends_before_the_stack_does() {
        assert_eq!(Scanner::new().scan(&nested(DEEPEST)), Ok(1));
        for levels in [DEEPEST + 1, 50_000] {
            assert_eq!(Scanner::new().scan(&nested(levels)), Err(Fault::TooDeep));
            assert!(!is_harmless(&nested(levels)));
        }
        assert!(is_harmless(&nested(DEEPEST)) && is_harmless(&[4, 0]) && is_harmless(&[]));
    }

    #[test]
    fn elements_of_no_length_are_counted() {
        let many = |count: usize| element(SEQUENCE, &[4, 0].repeat(count));
        assert_eq!(Scanner::new().scan(&many(MOST - 1)), Ok(1));
        assert_eq!(Scanner::new().scan(&many(MOST)), Err(Fault::TooMany));
        let mut scanner = Scanner::new();
        assert_eq!(
            (scanner.scan(&many(MOST - 1)), scanner.scan(&many(1))),
            (Ok(1), Ok(1))
        );
    }

    #[test]
    fn what_is_not_ldap_is_seen_at_its_first_bytes() {
        for (bytes, fault) in [
            (&b"HTTP/1.1 400 Bad Request"[..], Fault::NotLdap),
            (b"\x15\x03\x01\x00\x02\x02\x46", Fault::Tls),
            (b"\x16\x03\x01", Fault::Tls),
            (b"\x30\x80\x02\x01\x01", Fault::NotLdap),
            (b"\x30\x89", Fault::NotLdap),
            (b"\x30\x03\x02\x05\x01", Fault::NotLdap),
            (b"\x30\x01\x02", Fault::NotLdap),
            (b"\x30\x02\x1f\x00", Fault::NotLdap),
        ] {
            let found = Scanner::new().scan(bytes);
            // A head that ends outside of its element shows with the next byte.
            let found: Result<usize, Fault> = found.and(Err(Fault::NotLdap));
            assert_eq!(found, Err(fault), "{bytes:?}");
        }
    }

    proptest! {
        /// The crate finds a complete message in everything that passes.
        #[test]
        fn what_is_let_through_can_be_taken_apart(
            bytes in proptest::collection::vec(prop_oneof![Just(0x30_u8), Just(4), Just(0x80), Just(0x81), 0..9_u8, any::<u8>()], 0..64),
        ) {
            let bytes = element(SEQUENCE, &bytes);
            if Scanner::new().scan(&bytes) == Ok(1) {
                prop_assert!(parse_tag(&bytes).is_ok());
            }
        }
    }
}
