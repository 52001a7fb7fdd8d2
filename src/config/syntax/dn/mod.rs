//! Distinguished names in a form in which equal names have equal bytes. Pure.

mod canonical;

use unicode_normalization::UnicodeNormalization as _;

/// A comparable distinguished name (RFC 4514). Letter case, blanks, escapes, the order within an RDN, and the long or
/// numeric names of the usual attribute types are ignored.
///
/// Values are compared as most directories do (`caseIgnoreMatch`, RFC 4518), because there is no schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dn(Vec<Box<[u8]>>);

/// Other names of the attribute types of RFC 4514, section 3.
const TYPES: [(&str, [&str; 2]); 9] = [
    ("cn", ["2.5.4.3", "commonname"]),
    ("l", ["2.5.4.7", "localityname"]),
    ("st", ["2.5.4.8", "stateorprovincename"]),
    ("o", ["2.5.4.10", "organizationname"]),
    ("ou", ["2.5.4.11", "organizationalunitname"]),
    ("c", ["2.5.4.6", "countryname"]),
    ("street", ["2.5.4.9", "streetaddress"]),
    ("dc", ["0.9.2342.19200300.100.1.25", "domaincomponent"]),
    ("uid", ["0.9.2342.19200300.100.1.1", "userid"]),
];

/// Returns whether two texts are the name of the same entry, in any spelling.
pub fn same_entry(a: &str, b: &str) -> bool {
    let [a, b] = [a, b].map(|name| Dn::parse(name.as_bytes()));
    a == b && a.is_some_and(|name| name.depth() > 0)
}

impl Dn {
    /// Parses a name as a server or a person wrote it; `None` if it is invalid. The empty name is valid.
    pub fn parse(name: &[u8]) -> Option<Self> {
        let mut rest = Rest(name);
        rest.skip_blanks();
        let mut rdns = Vec::new();
        if rest.0.is_empty() {
            return Some(Self(rdns));
        }
        loop {
            let (rdn, is_last) = rest.rdn()?;
            rdns.push(rdn);
            if is_last {
                return Some(Self(rdns));
            }
        }
    }

    /// Parses a name that may be followed by `#'0101'B` (Name and Optional UID, RFC 4517, 3.3.21).
    pub fn parse_with_uid(name: &[u8]) -> Option<Self> {
        Self::parse(without_uid(name))
    }

    /// Returns whether this name is `top` or below it.
    pub fn is_within(&self, top: &Self) -> bool {
        self.0.ends_with(&top.0)
    }

    /// The lowest level, and the name of the parent; `None` for the empty name.
    pub fn split(&self) -> Option<(Self, Self)> {
        let (first, rest) = self.0.split_first()?;
        Some((Self(vec![first.clone()]), Self(rest.to_vec())))
    }

    /// Returns whether it is the name of a DNS domain, with only `dc`.
    pub fn is_domain(&self) -> bool {
        self.is_all("dc")
    }

    /// Returns whether each of its levels, at least one, has only this attribute type, in lower case.
    pub fn is_all(&self, attribute_type: &str) -> bool {
        let prefix = format!("{attribute_type}=");
        !self.0.is_empty() && self.0.iter().all(|rdn| is_only(rdn, prefix.as_bytes()))
    }

    /// Returns whether its lowest level has only this attribute type, in lower case.
    pub fn begins_with_type(&self, attribute_type: &str) -> bool {
        let prefix = format!("{attribute_type}=");
        self.0.first().is_some_and(|rdn| is_only(rdn, prefix.as_bytes()))
    }

    /// Number of levels.
    pub fn depth(&self) -> usize {
        self.0.len()
    }
}

/// Returns whether a level is one pair of the type in `prefix`, which ends with `=`.
fn is_only(rdn: &[u8], prefix: &[u8]) -> bool {
    let Some((length, value)) = rdn.strip_prefix(prefix).and_then(<[u8]>::split_first_chunk::<4>) else {
        return false;
    };
    usize::try_from(u32::from_be_bytes(*length)) == Ok(value.len())
}

fn without_uid(name: &[u8]) -> &[u8] {
    let Some(bits_at) = name.windows(2).rposition(|pair| pair == b"#'") else {
        return name;
    };
    let is_uid = name[bits_at + 2..]
        .strip_suffix(b"'B")
        .is_some_and(|bits| bits.iter().all(|bit| matches!(bit, b'0' | b'1')));
    if is_uid { &name[..bits_at] } else { name }
}

/// The unparsed rest of a name.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// One level, and whether it is the last one.
    fn rdn(&mut self) -> Option<(Box<[u8]>, bool)> {
        let mut pairs = vec![self.pair()?];
        loop {
            match self.take() {
                Some(b'+') => pairs.push(self.pair()?),
                // The semicolon is from RFC 1779, and must still be accepted.
                end @ (None | Some(b',' | b';')) => {
                    pairs.sort_unstable();
                    return Some((pairs.concat().into(), end.is_none()));
                }
                Some(_) => return None,
            }
        }
    }

    /// Type and value, with the length in between so that no two pairs have the same bytes.
    fn pair(&mut self) -> Option<Vec<u8>> {
        let equals = self.0.iter().position(|byte| *byte == b'=')?;
        let mut pair = attribute_type(&self.0[..equals])?.into_bytes();
        self.0 = &self.0[equals + 1..];
        self.skip_blanks();
        let value = match self.0.first() {
            Some(b'#') => self.hexadecimal()?,
            Some(b'"') => self.quoted()?,
            _ => self.plain()?,
        };
        self.skip_blanks();
        pair.push(b'=');
        pair.extend(u32::try_from(value.len()).ok()?.to_be_bytes());
        pair.extend(value);
        Some(pair)
    }

    fn plain(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        // Trailing blanks belong to the value only if they are escaped.
        let mut end = 0;
        while let Some(byte) = self.0.first().copied() {
            match byte {
                b',' | b';' | b'+' => break,
                b'\\' => {
                    value.push(self.escaped()?);
                    end = value.len();
                }
                byte => {
                    self.take();
                    value.push(byte);
                    if !byte.is_ascii_whitespace() {
                        end = value.len();
                    }
                }
            }
        }
        value.truncate(end);
        Some(folded(&value))
    }

    /// `"a, b"` (RFC 2253, section 4).
    fn quoted(&mut self) -> Option<Vec<u8>> {
        self.take();
        let mut value = Vec::new();
        loop {
            match self.0.first()? {
                b'\\' => value.push(self.escaped()?),
                b'"' => {
                    self.take();
                    return Some(folded(&value));
                }
                _ => value.extend(self.take()),
            }
        }
    }

    /// `\,` or `\2c`
    fn escaped(&mut self) -> Option<u8> {
        self.take();
        let first = self.take()?;
        if !first.is_ascii_hexdigit() {
            return Some(first);
        }
        let digits = [first, self.take()?];
        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
    }

    /// `#04024869`: the value in BER. A value that is not text stays unchanged, and equals no text.
    fn hexadecimal(&mut self) -> Option<Vec<u8>> {
        self.take();
        let end = self.0.iter().position(|byte| !byte.is_ascii_hexdigit());
        let (digits, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        let encoded = hex::decode(digits).ok().filter(|encoded| !encoded.is_empty())?;
        Some(match encoded.as_slice() {
            [4 | 12 | 19 | 22, length, text @ ..] if usize::from(*length) == text.len() => folded(text),
            _ => [b"#".as_slice(), &encoded].concat(),
        })
    }
}

fn attribute_type(written: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(written).ok()?.trim().to_ascii_lowercase();
    let name = name.strip_prefix("oid.").unwrap_or(&name);
    let is_one = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let short = TYPES.iter().find(|(_, others)| others.contains(&name));
    is_one.then(|| short.map_or(name, |(short, _)| short).to_owned())
}

/// Lower case, with each run of blanks as one. Bytes that are not text stay unchanged.
fn folded(value: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(value) else {
        return value.to_vec();
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_ascii() {
        return words(&text.to_ascii_lowercase()).into_bytes();
    }
    // The final form of the Greek sigma in lower case has no meaning.
    let lower = text
        .nfkc()
        .collect::<String>()
        .to_lowercase()
        .replace('\u{3c2}', "\u{3c3}");
    words(&lower.nfkc().collect::<String>()).into_bytes()
}

#[cfg(test)]
mod tests;
