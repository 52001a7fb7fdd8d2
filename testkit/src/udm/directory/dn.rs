//! Distinguished names: how they are read, compared, and spelled by the directory server and by UDM.

/// A distinguished name, the leaf first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dn(Vec<Rdn>);

/// Attributes and values of one level; nearly always one.
type Rdn = Vec<(String, String)>;

/// Between the levels of a key; sorts below everything that a name holds.
const LEVEL: char = '\u{1}';

impl Dn {
    /// Reads a name; nothing where the text is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let levels: Option<Vec<Rdn>> = split(text, &[',', ';']).into_iter().map(level).collect();
        levels.map(Self)
    }

    /// The name in the form that it is compared in, the root first: whatever lies below a name starts with its key.
    pub(crate) fn key(&self) -> String {
        let levels = self.0.iter().rev().map(|rdn| {
            let mut pairs: Vec<String> = rdn.iter().map(|(name, value)| pair(name, value)).collect();
            pairs.sort();
            pairs.join("+")
        });
        levels.collect::<Vec<_>>().join(&LEVEL.to_string())
    }

    /// As the directory server stores it: lower-case attributes, hex escapes (recorded: group-create/get nested
    /// escapes, get spelling).
    pub(crate) fn stored(&self) -> String {
        self.spelled(|value| escape(value, |character| format!("\\{:02X}", u32::from(character))))
    }

    fn spelled(&self, spell: impl Fn(&str) -> String) -> String {
        let level = |rdn: &Rdn| {
            let pairs = rdn.iter();
            let pairs = pairs.map(|(name, value)| format!("{}={}", name.to_lowercase(), spell(value)));
            pairs.collect::<Vec<_>>().join("+")
        };
        self.0.iter().map(level).collect::<Vec<_>>().join(",")
    }

    /// As the server stores it after a name above it, or the whole one, has become another.
    pub(crate) fn moved_below(&self, new: &Self, old_key: &str) -> String {
        let kept = self.0.len().saturating_sub(old_key.split(LEVEL).count());
        let levels = self.0.iter().take(kept).chain(&new.0);
        Self(levels.cloned().collect()).stored()
    }

    /// The value of the leaf.
    pub(crate) fn leaf(&self) -> &str {
        self.0
            .first()
            .and_then(|rdn| rdn.first())
            .map_or("", |(_, value)| value)
    }
}

fn pair(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
    format!("{}={}", name.to_lowercase(), words.join(" ").to_lowercase())
}

/// The key of a text, if it is a name.
pub(crate) fn key_of(text: &str) -> Option<String> {
    Dn::parse(text).map(|dn| dn.key())
}

/// Whether the first key is the second or lies below it.
pub(crate) fn is_within(key: &str, above: &str) -> bool {
    key.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(LEVEL))
}

/// Whether the first key lies directly below the second.
pub(crate) fn is_child(key: &str, above: &str) -> bool {
    let rest = key.strip_prefix(above).and_then(|rest| rest.strip_prefix(LEVEL));
    rest.is_some_and(|rest| !rest.contains(LEVEL))
}

/// Start and end of the keys that lie below a key.
pub(crate) fn below(key: &str) -> (String, String) {
    (format!("{key}{LEVEL}"), format!("{key}\u{2}"))
}

/// The text without its first level, in the same spelling.
pub(crate) fn parent_text(text: &str) -> &str {
    let first = split(text, &[',', ';']).first().map_or(0, |first| first.len());
    text.get(first + 1..).unwrap_or_default()
}

/// A name one level below a text, escaped as UDM does (recorded: create-user/username with comma, group-create/name
/// with plus, name with quote).
pub(crate) fn join(attribute: &str, value: &str, parent: &str) -> String {
    let value = escape(value, |character| format!("\\{character}"));
    format!("{attribute}={value},{parent}")
}

fn escape(value: &str, spell: impl Fn(char) -> String) -> String {
    let last = value.chars().count().saturating_sub(1);
    let characters = value.chars().enumerate().map(|(place, character)| {
        let edge = (place == 0 && matches!(character, ' ' | '#')) || (place == last && character == ' ');
        if edge || matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=') {
            spell(character)
        } else {
            character.to_string()
        }
    });
    characters.collect()
}

/// Splits where none of the escapes hides the separator.
fn split<'a>(text: &'a str, at: &[char]) -> Vec<&'a str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (place, character) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if at.contains(&character) {
            parts.push(&text[start..place]);
            start = place + character.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

fn level(text: &str) -> Option<Rdn> {
    split(text, &['+']).into_iter().map(attribute_and_value).collect()
}

fn attribute_and_value(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let name = name.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if name.is_empty() || !name.bytes().all(plain) {
        return None;
    }
    let value = unescape(value.trim_start())?;
    Some((name.to_owned(), value))
}

/// Resolves escapes; blanks at the end are none of the value unless they are escaped.
fn unescape(text: &str) -> Option<String> {
    let (mut bytes, mut kept) = (Vec::new(), 0);
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            bytes.push(first);
            if first != b' ' {
                kept = bytes.len();
            }
            continue;
        }
        let pair = tail
            .get(..2)
            .filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let pair = pair.and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*tail.first()?);
            rest = &tail[1..];
        }
        kept = bytes.len();
    }
    bytes.truncate(kept);
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Option<String> {
        Dn::parse(text).map(|dn| dn.stored())
    }

    /// Spellings of one name have one key, and the server stores them with hex escapes.
    #[test]
    fn spellings() {
        assert_eq!(
            stored(r"CN=A\, B, OU=Teams,dc=x").as_deref(),
            Some(r"cn=A\2C B,ou=Teams,dc=x")
        );
        assert_eq!(
            key_of(r"cn=a\2c b,ou=teams,dc=x"),
            key_of(r"CN=A\,  B , OU=Teams,DC=X")
        );
        assert_eq!(join("uid", "a,b", "dc=x"), r"uid=a\,b,dc=x");
        assert_eq!(join("cn", "Team #1", "dc=x"), "cn=Team #1,dc=x");
        assert_eq!(parent_text(r"uid=a\,b, OU=People,dc=x"), " OU=People,dc=x");
        assert_eq!(Dn::parse("nonsense"), None);
        assert_eq!(Dn::parse(""), None);
        assert_eq!(
            Dn::parse(r"ou=B\C3\BCro,dc=x").map(|dn| dn.leaf().to_owned()),
            Some("Büro".to_owned())
        );
    }

    /// What lies below starts with the key.
    #[test]
    fn levels() {
        let (base, child) = (key_of("dc=x").unwrap(), key_of("ou=a,dc=x").unwrap());
        let grandchild = key_of("uid=b,ou=a,dc=x").unwrap();
        assert!(is_within(&grandchild, &base) && is_within(&base, &base));
        assert!(is_child(&child, &base) && !is_child(&grandchild, &base));
        assert!(!is_within(&key_of("dc=xy").unwrap(), &base));
        let (start, end) = below(&child);
        assert!(start <= grandchild && grandchild < end && child < start);
    }
}
