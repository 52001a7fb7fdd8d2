//! Shows or hides names in output. A hidden name is replaced by a short hash, which only the holder of the
//! configuration can resolve.

use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem;
use ring::hmac;

use crate::model::{BEGIN, END};

/// Bytes of the hash that are printed. Among 100,000 people, two are equal in one of 50,000 installations.
const HASH_BYTES: usize = 6;

/// Whether people are named in all output of this process. Clones share the setting.
#[derive(Clone, Debug)]
pub struct Names(Arc<RwLock<Rule>>);

#[derive(Clone, Debug)]
struct Rule {
    shows: bool,
    /// Key of the hashes.
    key: hmac::Key,
}

impl Default for Names {
    /// Shown, because there are no names before the configuration is read.
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Rule::new(true, &[]))))
    }
}

impl Names {
    /// Hides names behind hashes. The same secret gives the same hashes.
    pub fn hidden(secret: &[u8]) -> Self {
        Self(Arc::new(RwLock::new(Rule::new(false, secret))))
    }

    /// Sets whether names are shown or hidden behind hashes. With the secret, a hash can be resolved.
    pub fn set(&self, shows: bool, secret: &[u8]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Rule::new(shows, secret);
    }

    /// The same hashes for a separate output that shows or hides names.
    #[must_use]
    pub fn naming(&self, shows: bool) -> Self {
        let key = self.rule().key;
        Self(Arc::new(RwLock::new(Rule { shows, key })))
    }

    /// The replacement of a hidden value: `#` and twelve hexadecimal digits. Letter case and JSON escapes do not
    /// matter.
    pub fn hash(&self, value: &str) -> String {
        self.rule().hash(value)
    }

    fn rule(&self) -> Rule {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows or hides the marked values ([`crate::model::Personal`]) of a text.
    pub fn render(&self, text: &str) -> String {
        let mut rendered = Vec::with_capacity(text.len());
        // Writing to a vector cannot fail.
        let _ = self.writer(&mut rendered).write_all(text.as_bytes());
        String::from_utf8_lossy(&rendered).into_owned()
    }

    /// A stream that shows or hides marked values. A text without its final mark is written with `flush`, or when the
    /// stream is dropped.
    pub fn writer<W: Write>(&self, out: W) -> NamesWriter<W> {
        NamesWriter {
            out,
            names: self.clone(),
            pending: Vec::new(),
        }
    }
}

impl Rule {
    fn new(shows: bool, secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self { shows, key }
    }

    fn write_value(&self, value: &[u8], out: &mut impl Write) -> io::Result<()> {
        if self.shows {
            out.write_all(value)
        } else {
            out.write_all(self.hash(&String::from_utf8_lossy(value)).as_bytes())
        }
    }

    fn hash(&self, value: &str) -> String {
        let plain: String = value
            .chars()
            .filter(|c| !matches!(c, '\\' | '"'))
            .flat_map(char::to_lowercase)
            .collect();
        let tag = hmac::sign(&self.key, plain.as_bytes());
        format!("#{}", hex::encode(&tag.as_ref()[..HASH_BYTES]))
    }
}

/// A stream that shows or hides marked values.
pub struct NamesWriter<W: Write> {
    out: W,
    names: Names,
    /// A possible mark, or the start of a value.
    pending: Vec<u8>,
}

impl<W: Write> NamesWriter<W> {
    /// Writes what is certainly complete.
    fn write_certain(&mut self) -> io::Result<()> {
        let mut done = 0;
        let mut mark = [0; 4];
        let begin = BEGIN.encode_utf8(&mut mark).len();
        loop {
            let rest = &self.pending[done..];
            let Some(at) = memmem::find(rest, &mark[..begin]) else {
                let certain = rest.len() - begun_mark(rest, &mark[..begin]);
                self.out.write_all(&rest[..certain])?;
                done += certain;
                break;
            };
            self.out.write_all(&rest[..at])?;
            done += at;
            let value = &rest[at + begin..];
            let Some((length, skipped)) = end_of_value(value) else {
                break;
            };
            self.names.rule().write_value(&value[..length], &mut self.out)?;
            done += begin + length + skipped;
        }
        self.pending.drain(..done);
        Ok(())
    }

    /// Writes the rest, even without a final mark.
    fn finish(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.pending);
        let begin = BEGIN.len_utf8();
        match rest.get(begin..) {
            Some(value) if rest.starts_with(BEGIN.to_string().as_bytes()) => {
                self.names.rule().write_value(value, &mut self.out)
            }
            _ => self.out.write_all(&rest),
        }
    }
}

/// How many bytes at the end may be the start of a mark.
fn begun_mark(text: &[u8], mark: &[u8]) -> usize {
    (1..mark.len())
        .rev()
        .find(|length| text.ends_with(&mark[..*length]))
        .unwrap_or(0)
}

/// Where a value ends, and the length of the mark after it. A line break ends it too.
fn end_of_value(text: &[u8]) -> Option<(usize, usize)> {
    let mut mark = [0; 4];
    let mark = END.encode_utf8(&mut mark).as_bytes();
    let marked = memmem::find(text, mark);
    let line = memchr::memchr(b'\n', &text[..marked.unwrap_or(text.len())]);
    match (line, marked) {
        (Some(line), _) => Some((line, 0)),
        (None, Some(end)) => Some((end, mark.len())),
        (None, None) => None,
    }
}

impl<W: Write> Write for NamesWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut mark = [0; 4];
        BEGIN.encode_utf8(&mut mark);
        // Most pieces contain no part of a mark.
        if self.pending.is_empty() && memchr::memchr(mark[0], text).is_none() {
            self.out.write_all(text)?;
            return Ok(text.len());
        }
        self.pending.extend_from_slice(text);
        self.write_certain()?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.finish()?;
        self.out.flush()
    }
}

impl<W: Write> Drop for NamesWriter<W> {
    fn drop(&mut self) {
        // Callers that need to know about errors have flushed before.
        let _ = self.finish();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Personal;

    fn hidden() -> Names {
        let names = Names::default();
        names.set(false, b"secret");
        names
    }

    #[test]
    fn a_name_is_shown_or_a_hash_stands_for_it() {
        let text = format!("failed: {}: no", Personal("cn=Ada"));
        assert_eq!(Names::default().render(&text), "failed: cn=Ada: no");
        assert_eq!(hidden().render(&text), "failed: #4b9ab1075b42: no");
    }

    #[test]
    fn one_person_has_one_hash_in_text_and_json() {
        let rendered = |value: &str| hidden().render(&Personal(value).to_string());
        assert_eq!(rendered(r"CN=Lovelace\, Ada"), rendered(r"cn=lovelace\\, ada"));
        assert_ne!(rendered("ada"), rendered("bob"));
        let other = Names::default();
        other.set(false, b"another secret");
        assert_ne!(other.render(&Personal("ada").to_string()), rendered("ada"));
    }

    #[test]
    fn a_line_ends_a_name_without_its_mark() {
        assert_eq!(Names::default().render("a\u{fdd0}b\nc\u{fdd0}d"), "ab\ncd");
    }

    proptest! {
        /// A text is written the same in any number of pieces, and no hidden value is shown.
        #[test]
        fn pieces_make_no_difference(
            parts in proptest::collection::vec(("[ -~ä\u{fdcf}\u{fdd2}\n]{0,6}", "[a-z]{3,8}"), 0..6),
            piece in 1..7usize,
        ) {
            let text = parts.iter().map(|(plain, name)| format!("{plain}{}", Personal(name))).collect::<Vec<_>>().concat();
            for (names, is_shown) in [(Names::default(), true), (hidden(), false)] {
                let mut out = Vec::new();
                let mut writer = names.writer(&mut out);
                for piece in text.as_bytes().chunks(piece) {
                    writer.write_all(piece).unwrap();
                }
                drop(writer);
                let expected = parts.iter().map(|(plain, name)| {
                    let name = if is_shown { name.clone() } else { names.hash(name) };
                    format!("{plain}{name}")
                });
                let expected = expected.collect::<Vec<_>>().concat();
                prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
            }
        }
    }
}
