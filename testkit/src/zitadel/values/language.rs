//! Languages: the canonical form that is stored.

/// The two-letter codes of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs \
    cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy \
    hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt \
    lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm \
    rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tn to tr ts tt tw \
    ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Former codes, as golang.org/x/text replaces them.
const RENAMED: [(&str, &str); 5] = [
    ("in", "id"),
    ("iw", "he"),
    ("ji", "yi"),
    ("jw", "jv"),
    ("tl", "fil"),
];

/// `DE` as `de`, `de_DE` as `de-DE`, what is no known language as `und`.
///
/// Of the languages that get another code, only a few are known to the double. Three letters count as a language.
pub(crate) fn canonical(tag: &str) -> String {
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_of_three = language.len() == 3 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let renamed = RENAMED.iter().find(|(former, _)| *former == language);
    if renamed.is_none() && !is_of_three && !LANGUAGES.split_whitespace().any(|known| known == language) {
        return "und".to_owned();
    }
    let mut out = renamed.map_or(language.clone(), |(_, now)| (*now).to_owned());
    for part in parts {
        let letters = part.chars().all(|c| c.is_ascii_alphabetic());
        out.push('-');
        match part.len() {
            2 if letters => out.push_str(&part.to_ascii_uppercase()),
            4 if letters => {
                let (first, rest) = part.split_at(1);
                out.push_str(&first.to_ascii_uppercase());
                out.push_str(&rest.to_ascii_lowercase());
            }
            3 if part.bytes().all(|byte| byte.is_ascii_digit()) => out.push_str(part),
            _ => return "und".to_owned(),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::canonical;

    /// The recorded spellings.
    #[test]
    fn recorded_languages() {
        let recorded = [
            ("de-DE", "de-DE"),
            ("DE", "de"),
            ("de_DE", "de-DE"),
            ("", "und"),
            ("xx", "und"),
        ];
        for (sent, stored) in recorded {
            assert_eq!(canonical(sent), stored);
        }
        assert_eq!(canonical("nonsense!"), "und");
        assert_eq!(canonical("sw"), "sw");
        assert_eq!(canonical("iw"), "he");
        assert_eq!(canonical("zh-hant-tw"), "zh-Hant-TW");
    }
}
