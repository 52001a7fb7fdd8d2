//! The form in which Zitadel stores the tag of a language (BCP 47). Pure.

use std::sync::LazyLock;

use icu_locale_core::LanguageIdentifier;
use icu_locale_core::subtags::{Region, Script};

/// Maximum number of characters in a request.
const LONGEST: usize = 10;

/// Why a text is not written as the language of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwritable {
    NoTag,
    TooLong,
    /// A tag with a subtag that is not in [`SUBTAGS`], with variants or with extensions.
    Unknown,
}

impl Unwritable {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::NoTag => {
                "the preferred language is not a language tag such as `de` or `de-CH`; it is not written"
            }
            Self::TooLong => {
                "the preferred language has more than the 10 characters that Zitadel accepts; it is not written"
            }
            Self::Unknown => {
                "directory-sync cannot tell how Zitadel stores the language tag of the preferred language; it is not \
                 written, and the account's language stays"
            }
        }
    }
}

/// The subtags of languages, scripts and regions, with their replacements; sorted.
static SUBTAGS: LazyLock<Box<[(&str, &str)]>> = LazyLock::new(|| {
    let lines = include_str!("languages.txt").lines();
    let known = lines.filter(|line| !line.starts_with('#'));
    let mut subtags: Box<[_]> = known
        .flat_map(|line| line.split(' '))
        .map(|subtag| subtag.split_once('=').unwrap_or((subtag, subtag)))
        .collect();
    subtags.sort_unstable();
    subtags
});

/// `DE` is `de`, `de_ch` is `de-CH`, `iw` is `he`, `zh-hant-tw` is `zh-Hant-TW`.
pub(super) fn stored(text: &str) -> Result<String, Unwritable> {
    let text = text.trim().replace('_', "-");
    let Ok(tag) = text.parse::<LanguageIdentifier>() else {
        return Err(if is_further_tag(&text) {
            Unwritable::Unknown
        } else {
            Unwritable::NoTag
        });
    };
    if tag.language.as_str().len() > 3 {
        return Err(Unwritable::NoTag);
    }
    if !tag.variants.is_empty() {
        return Err(Unwritable::Unknown);
    }
    let script = tag.script.as_ref().map(Script::as_str);
    let region = tag.region.as_ref().map(Region::as_str);
    let subtags = [Some(tag.language.as_str()), script, region]
        .into_iter()
        .flatten();
    let stored: Option<Vec<&str>> = subtags.map(replacement).collect();
    let stored = stored.ok_or(Unwritable::Unknown)?.join("-");
    if stored.len() > LONGEST {
        return Err(Unwritable::TooLong);
    }
    Ok(stored)
}

/// Returns whether a text has the form of a tag with extensions, extended languages or private parts.
fn is_further_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let is_language =
        |subtag: &str| matches!(subtag.len(), 1..=3) && subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_subtag = |subtag: &str| {
        matches!(subtag.len(), 1..=8) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    subtags.next().is_some_and(is_language) && text.contains('-') && subtags.all(is_subtag)
}

fn replacement(subtag: &str) -> Option<&'static str> {
    let index = SUBTAGS.binary_search_by_key(&subtag, |(known, _)| known).ok()?;
    Some(SUBTAGS[index].1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What `language.Make` of golang.org/x/text v0.21.0 makes of them.
    #[test]
    fn a_tag_is_stored_in_its_canonical_form() {
        for (text, canonical) in [
            ("DE", "de"),
            (" de_ch ", "de-CH"),
            ("pt-br", "pt-BR"),
            ("en-GB", "en-GB"),
            ("en-uk", "en-GB"),
            ("iw", "he"),
            ("in-ID", "id-ID"),
            ("deu", "de"),
            ("ger", "de"),
            ("gsw", "gsw"),
            ("cmn", "cmn"),
            ("no", "no"),
            ("tl", "fil"),
            ("es-419", "es-419"),
            ("de-276", "de-DE"),
            ("zh-Hans", "zh-Hans"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("sr_latn_RS", "sr-Latn-RS"),
        ] {
            assert_eq!(stored(text).as_deref(), Ok(canonical), "{text:?}");
        }
    }

    /// The form is not known, or Zitadel refuses the tag, or it is none.
    #[test]
    fn other_texts_are_not_written() {
        for (text, why) in [
            ("Deutsch", Unwritable::NoTag),
            ("nonsense!", Unwritable::NoTag),
            ("", Unwritable::NoTag),
            ("de CH", Unwritable::NoTag),
            ("en;q=0.8", Unwritable::NoTag),
            ("xx", Unwritable::Unknown),
            ("und", Unwritable::Unknown),
            ("mo", Unwritable::Unknown),
            ("sh", Unwritable::Unknown),
            ("de-XX1", Unwritable::Unknown),
            ("de-1996", Unwritable::Unknown),
            ("zh-cmn-Hans", Unwritable::Unknown),
            ("de-u-co-phonebk", Unwritable::Unknown),
            ("i-klingon", Unwritable::Unknown),
            ("gsw-Latn-CH", Unwritable::TooLong),
        ] {
            assert_eq!(stored(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn each_known_tag_stays_as_it_is_stored() {
        for (subtag, replacement) in &*SUBTAGS {
            let [text, canonical] = [subtag, replacement].map(|subtag| {
                let is_language = subtag.starts_with(|c: char| c.is_ascii_lowercase());
                if is_language {
                    (*subtag).to_owned()
                } else {
                    format!("de-{subtag}")
                }
            });
            assert_eq!(stored(&text), Ok(canonical.clone()));
            assert_eq!(stored(&canonical), Ok(canonical));
        }
    }

    #[test]
    fn a_stored_tag_is_stored_unchanged() {
        let tag = "[a-zA-Z]{2,3}([-_][a-zA-Z]{4})?([-_]([a-zA-Z]{2}|[0-9]{3}))?";
        let text = prop_oneof![tag, "[a-zA-Z0-9_-]{0,12}", "\\PC{0,12}", ".{0,12}"];
        proptest!(|(text in text)| {
            if let Ok(canonical) = stored(&text) {
                prop_assert_eq!(stored(&canonical), Ok(canonical));
            }
        });
    }
}
