//! When two names are equal: addresses, login names and ids that look the same.
//!
//! Ignored are invisible differences (surrounding blanks, characters without a shape), letter case, and the encoding
//! of a letter: composed or not, full width, a ligature (Unicode's NFKC), a domain in Punycode or not. Other letters
//! that look similar, such as Cyrillic ones, are different, because each alphabet is correct for some people.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use url::Host;

/// Characters without a shape, except control characters, in order.
const INVISIBLE: [(char, char); 20] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{13430}', '\u{1345f}'),
    ('\u{16fe4}', '\u{16fe4}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The text of an address or key as it is used: without surrounding blanks and invisible characters. Letter case and
/// the rest are unchanged.
pub fn cleaned(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_invisible) {
        let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        return Cow::Owned(seen.trim().to_owned());
    }
    Cow::Borrowed(text.trim())
}

/// Returns whether a text contains an invisible character, except surrounding blanks.
pub fn has_invisible(text: &str) -> bool {
    text.trim().chars().any(is_invisible)
}

/// The form in which addresses, login names and textual ids are compared; never the form in which they are written.
pub fn comparable(text: &str) -> String {
    let text = cleaned(text);
    if text.is_ascii() && !has_punycode(&text) {
        return text.to_ascii_lowercase();
    }
    let composed: String = text.nfkc().collect();
    let mut folded = String::with_capacity(composed.len());
    for c in composed.chars() {
        match c {
            // A combining dot above a letter that already has one is invisible.
            '\u{307}' if folded.ends_with('i') => {}
            'İ' => folded.push('i'),
            'ς' => folded.push('σ'),
            c => folded.extend(c.to_lowercase()),
        }
    }
    let composed: String = folded.nfkc().collect();
    with_plain_domain(composed.trim())
}

/// Returns whether two names are equal.
pub fn alike(a: &str, b: &str) -> bool {
    a == b || comparable(a) == comparable(b)
}

/// The address in a text, if there is one: something other than a blank on both sides of an `@`, and words with
/// single dots in between.
pub fn address_in(text: &str) -> Option<String> {
    let text = cleaned(text);
    let text = match (text.rfind('<'), text.strip_suffix('>')) {
        // `Name <address>`, as mail programs copy it.
        (Some(start), Some(inner)) => inner.get(start + 1..)?,
        _ => &text,
    };
    let text = text.trim();
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => {
            let address = &text[7..];
            address.split_once('?').map_or(address, |(address, _)| address)
        }
        _ => text,
    };
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let words = |part: &str, fits: fn(char) -> bool| {
        part.split('.')
            .all(|word| !word.is_empty() && word.chars().all(fits))
    };
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let local_fits = |c: char| !c.is_whitespace() && (!c.is_ascii() || !"()<>[]:;@\\,\"".contains(c));
    let domain_fits = |c: char| c.is_alphanumeric() || c == '-' || (!c.is_ascii() && !c.is_whitespace());
    let is_address = (is_quoted || words(local, local_fits)) && words(domain, domain_fits);
    is_address.then(|| text.to_owned())
}

fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || INVISIBLE
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
}

fn has_punycode(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).any(|four| four.eq_ignore_ascii_case(b"xn--"))
}

/// A domain has two spellings: with its letters, and in ASCII.
fn with_plain_domain(text: &str) -> String {
    if let Some((local, domain)) = text.rsplit_once('@')
        && (!domain.is_ascii() || has_punycode(domain))
        && let Ok(Host::Domain(domain)) = Host::parse(domain)
    {
        return format!("{local}@{domain}");
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALICE: &str = "alice@example.org";

    #[test]
    fn what_is_invisible_makes_no_other_name() {
        for c in "\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{202e}\u{2060}\u{2066}\u{2800}\u{3164}\
                  \u{fe0f}\u{feff}\u{fff9}\u{e0041}\u{e0100}\0\u{7f}\u{85}\t\n "
            .chars()
        {
            for text in [format!("{c}{ALICE}"), format!("{ALICE}{c}"), format!(" {c}{ALICE}\u{a0}{c}")] {
                assert_eq!(cleaned(&text), ALICE, "{text:?}");
                assert_eq!(comparable(&text), ALICE, "{text:?}");
            }
            if !c.is_whitespace() || c.is_control() {
                assert_eq!(cleaned(&format!("ali{c}ce@example.org")), ALICE, "{c:?}");
            }
        }
        for blank in "\u{a0}\u{1680}\u{2003}\u{202f}\u{205f}\u{3000}\r\u{b}".chars() {
            assert_eq!(cleaned(&format!("{blank}{ALICE}{blank}")), ALICE, "{blank:?}");
        }
    }

    #[test]
    fn case_and_encoding_make_no_other_name() {
        for (one, other) in [
            (ALICE, "ALICE@Example.ORG"),
            ("jürgen@example.org", "JU\u{308}RGEN@example.org"),
            ("ｚｏｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "zoe@example.org"),
            ("\u{fb01}nn@example.org", "finn@example.org"),
            ("ΝΙΚΟΣ", "νικος"),
            ("İpek", "i\u{307}pek"),
            ("İpek", "I\u{307}PEK"),
            ("ada@MÜLLER.example", "ada@xn--mller-kva.example"),
            ("ada@XN--MLLER-KVA.example", "ada@mu\u{308}ller.example"),
            ("\u{212b}sa", "åsa"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("straße@example.org", "strasse@example.org"),
            ("alice@example.org", "аlice@example.org"),
            ("zoë@example.org", "zoe@example.org"),
            ("a b", "ab"),
            ("a.b@example.org", "ab@example.org"),
            ("a@example.org", "a@example.com"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }

    /// Letters, case and the inner characters stay as in the source.
    #[test]
    fn what_is_written_keeps_its_letters() {
        for text in [
            "Alice@Example.org",
            "JU\u{308}RGEN",
            "a b",
            "ｚｏｅ",
            "ada@MÜLLER.example",
            "",
        ] {
            assert_eq!(cleaned(text), text);
            assert!(!has_invisible(text));
        }
        assert!(!has_invisible(" \tada\n"));
        assert!(has_invisible("\u{200b}ada") && has_invisible("a\tda"));
    }

    #[test]
    fn an_address_is_read_out_of_what_stands_around_it() {
        for text in [
            ALICE,
            " alice@example.org\u{200b} ",
            "mailto:alice@example.org",
            "MAILTO: alice@example.org?subject=x",
            "Alice Archer <alice@example.org>",
            "\"Archer, Alice\" < alice@example.org >",
            "<mailto:alice@example.org>",
        ] {
            assert_eq!(address_in(text).as_deref(), Some(ALICE), "{text}");
        }
        for text in [
            "a@b",
            "o'neil+x@example.org",
            "\"a b\"@example.org",
            "ada@müller.example",
            "мария@example.org",
        ] {
            assert_eq!(address_in(text).as_deref(), Some(text));
        }
        for text in [
            "",
            " ",
            "alice",
            "@example.org",
            "alice@",
            "alice@example..org",
            "alice@.org",
            "a..b@example.org",
            "ali ce@example.org",
            "alice@exam ple.org",
            "alice@example.org, bob@example.org",
            "alice@b@example.org",
            "alice@example.org;bob@example.org",
            "alice@example,org",
            "alice@example.org>",
            "<alice@example.org",
            "null",
            "mailto:",
            "alice@exa_mple.org",
        ] {
            assert_eq!(address_in(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_form_of_a_form_is_itself(text in "\\PC{0,12}|[a-zßıİΣ@.\u{300}-\u{310}]{0,8}|.{0,8}") {
            let once = comparable(&text);
            prop_assert_eq!(comparable(&once), once.clone());
            prop_assert_eq!(comparable(&cleaned(&text)), once);
            let clean = cleaned(&text).into_owned();
            prop_assert_eq!(&*cleaned(&clean), &*clean);
        }
    }
}
