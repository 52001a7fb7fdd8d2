//! Masks secrets in what a server repeats. No I/O.

mod forms;

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

/// Replaces a secret.
const MASK: &str = "***";

/// A shorter secret is only masked as a separate word, because its letters appear in many others.
const SHORT: usize = 4;

/// Minimum length of the part of a base64 text that depends only on the secret.
const CORE: usize = 6;

/// Of a truncated secret, the first half is masked if it is at least this long, and in any case the first characters
/// of this number.
const LEAST_PREFIX: usize = 8;
const MOST_PREFIX: usize = 16;

/// Secrets that were sent to a server, to be masked in its answers in any form: unchanged, percent-encoded or
/// form-encoded, escaped for JSON, HTML or LDAP, in hex, and in base64, also as part of a longer text, as in a
/// `Basic` header.
#[derive(Clone, Default)]
pub struct Secrets {
    needles: Vec<Needle>,
}

impl Secrets {
    /// Empty secrets are ignored.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut all = Self::default();
        for secret in secrets {
            all.add(secret.expose_secret());
        }
        all
    }

    /// Adds a secret, such as a renewed token.
    pub fn add(&mut self, secret: &str) {
        for secret in [secret, secret.trim()] {
            if secret.is_empty() || self.needles.iter().any(|needle| needle.is(secret)) {
                continue;
            }
            self.needles.push(Needle::plain(secret));
            self.needles.extend(Needle::encoded(secret));
        }
        // The longest first, because one secret may be the start of another.
        self.needles
            .sort_by_key(|needle| std::cmp::Reverse(needle.chars.len()));
    }

    /// The same for a body. Bytes that are not text are lost.
    pub fn mask_bytes(&self, body: &[u8]) -> Vec<u8> {
        match self.mask(&String::from_utf8_lossy(body)) {
            Cow::Borrowed(_) => body.to_vec(),
            Cow::Owned(masked) => masked.into_bytes(),
        }
    }

    /// Replaces each secret in the text by `***`.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut hidden: Vec<(usize, usize)> = Vec::new();
        for (at, _) in text.char_indices() {
            let found = self.needles.iter().filter_map(|needle| needle.found(text, at));
            hidden.extend(found.max_by_key(|(_, end)| *end));
        }
        if hidden.is_empty() {
            return Cow::Borrowed(text);
        }
        hidden.sort_unstable();
        let (mut masked, mut done) = (String::with_capacity(text.len()), 0);
        for (start, end) in hidden {
            if start >= done {
                masked.push_str(&text[done..start]);
                masked.push_str(MASK);
            }
            done = done.max(end);
        }
        masked.push_str(&text[done..]);
        Cow::Owned(masked)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// A text to search for.
#[derive(Clone)]
struct Needle {
    chars: Vec<char>,
    /// Part of a longer text without blanks, which is masked completely.
    in_word: bool,
}

impl Needle {
    fn plain(secret: &str) -> Self {
        Self {
            chars: secret.chars().collect(),
            in_word: false,
        }
    }

    /// The secret in base64 and hex, separately and inside of something longer, where preceding bytes shift it.
    fn encoded(secret: &str) -> Vec<Self> {
        let mut texts = vec![hex::encode(secret), hex::encode_upper(secret)];
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for secret in [secret, &form] {
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                texts.extend((0..3).map(|before| {
                    let bytes = [&vec![0; before][..], secret.as_bytes()].concat();
                    let whole = bytes.len() * 8 / 6;
                    // The first characters contain bits of the preceding text, the last one of the following text.
                    let shifted = (before * 8).div_ceil(6);
                    engine.encode(&bytes)[shifted..whole].to_owned()
                }));
            }
        }
        texts.sort_unstable();
        texts.dedup();
        let long = texts.into_iter().filter(|text| text.len() >= CORE);
        long.map(|text| Self {
            chars: text.chars().collect(),
            in_word: true,
        })
        .collect()
    }

    fn is(&self, secret: &str) -> bool {
        !self.in_word && self.chars.iter().copied().eq(secret.chars())
    }

    /// How much of a truncated secret is masked.
    fn enough(&self) -> usize {
        self.chars.len().div_ceil(2).clamp(LEAST_PREFIX, MOST_PREFIX)
    }

    /// The range to mask if the needle, or enough of its start, is at this position.
    fn found(&self, text: &str, at: usize) -> Option<(usize, usize)> {
        let mut ends = vec![at];
        let mut matched = 0;
        let mut last = at;
        for expected in &self.chars {
            let next = ends.iter().flat_map(|end| forms::ends(text, *end, *expected));
            let mut next: Vec<usize> = next.collect();
            next.sort_unstable();
            next.dedup();
            let Some(furthest) = next.last() else { break };
            (last, matched) = (*furthest, matched + 1);
            ends = next;
        }
        let whole = matched == self.chars.len();
        if !whole && matched < self.enough() {
            return None;
        }
        if self.in_word {
            return Some(word(text, at, last));
        }
        (self.chars.len() >= SHORT || stands_alone(text, at, last)).then_some((at, last))
    }
}

/// The word around a match, so that no part of a base64 text is left.
fn word(text: &str, start: usize, end: usize) -> (usize, usize) {
    let is_in = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let before = text.as_bytes()[..start]
        .iter()
        .rev()
        .take_while(|byte| is_in(byte));
    let after = text.as_bytes()[end..].iter().take_while(|byte| is_in(byte));
    (start - before.count(), end + after.count())
}

fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "p&ss w/rd+\"é\\?~";

    fn mask(text: &str, secrets: &[&str]) -> String {
        let mut all = Secrets::default();
        for secret in secrets {
            all.add(secret);
        }
        all.mask(text).into_owned()
    }

    /// In any encoding in which a server repeats a secret.
    #[test]
    fn a_secret_is_masked_in_every_form() {
        for form in [
            SECRET,
            // Percent-encoded, in either letter case, twice, and form-encoded.
            "p%26ss%20w%2Frd%2B%22%C3%A9%5C%3F~",
            "p%26ss%20w%2frd%2b%22%c3%a9%5c%3f%7e",
            "p%2526ss%2520w%252Frd%252B%2522%25C3%25A9%255C%253F~",
            "p%26ss+w%2Frd%2B%22%C3%A9%5C%3F%7E",
            // JSON as several libraries write it, and JSON within JSON.
            r#"p&ss w/rd+\"é\\?~"#,
            r#"p\u0026ss w\/rd+\"\u00e9\\?~"#,
            r#"p&ss w/rd+\\\"é\\\\?~"#,
            // HTML, and LDAP.
            "p&amp;ss w/rd+&quot;&#233;\\?~",
            "p&#x26;ss w/rd+&#34;&eacute;\\?~",
            r#"p&ss w/rd\+\"\c3\a9\5c?~"#,
        ] {
            let text = format!("refused `{form}`, sorry");
            assert_eq!(mask(&text, &[SECRET]), "refused `***`, sorry", "{form}");
        }
    }

    /// Base64 in both alphabets, with and without padding, anywhere in a longer text.
    #[test]
    fn base64_is_masked_with_the_word_it_is_in() {
        for before in ["", "i", "id", "id:", "client:"] {
            for after in ["", ":", "\n\n"] {
                let text = format!("{before}{SECRET}{after}");
                for word in [
                    STANDARD.encode(&text),
                    STANDARD_NO_PAD.encode(&text),
                    URL_SAFE.encode(&text),
                    URL_SAFE_NO_PAD.encode(&text),
                    hex::encode(&text),
                ] {
                    assert_eq!(
                        mask(&format!("Basic {word} is wrong"), &[SECRET]),
                        "Basic *** is wrong"
                    );
                }
            }
        }
    }

    /// No part of a truncated token is shown; a few equal letters are not masked.
    #[test]
    fn the_beginning_of_a_secret_is_masked() {
        let token = "s3cr3t-t0k3n-0f-many-characters-and-more";
        assert_eq!(mask("bad token s3cr3t-t0k3n-0f-…", &[token]), "bad token ***…");
        assert_eq!(mask("bad token s3cr3t", &[token]), "bad token s3cr3t");
    }

    /// Short secrets are only masked as words; empty ones are ignored; of several, the longest is used.
    #[test]
    fn short_and_overlapping_secrets() {
        assert_eq!(
            mask("a cat is no concatenation", &["cat"]),
            "a *** is no concatenation"
        );
        assert_eq!(mask("nothing", &["", " "]), "nothing");
        assert_eq!(
            mask("hunter2 and hunter22!", &["hunter2", "hunter22!"]),
            "*** and ***"
        );
        assert_eq!(mask("it was pass word", &["  pass word\n"]), "it was ***");
    }

    proptest! {
        /// No text causes a failure, and a masked text does not contain the secret.
        #[test]
        fn no_secret_is_left(text in "\\PC{0,40}", secret in "[a-z%+&\\\\é \"]{4,12}", after in "\\PC{0,40}") {
            prop_assume!(secret.trim() == secret);
            let masked = mask(&format!("{text}{secret}{after}"), &[&secret]);
            prop_assert!(!masked.contains(&secret), "{masked}");
        }
    }
}
