//! Texts of a server. They may contain a name, a login or the entry of a person, anywhere.
//!
//! Only known words are certainly not personal. All others are marked.

use super::personal::Personal;

/// Words of error messages of directories, targets and OAuth, in lower case.
const WORDS: &str = include_str!("server_words.txt");

/// Words that are known with their capital letters, anywhere in a sentence.
const CAPITALIZED: &str = include_str!("server_names.txt");

/// Marks everything in the text that may be personal ([`Personal`]): quoted parts, addresses, names of entries, and words that are
/// not known from error messages. Line breaks become blanks.
pub fn foreign(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut masked = Masked::default();
    let mut reading = Reading::default();
    for word in words {
        let parts = Parts::of(word);
        if reading.keeps(&parts) {
            masked.keep(word);
        } else {
            masked.hide(&parts);
        }
        reading.go_on(&parts);
    }
    masked.end()
}

/// A word and the punctuation around it.
#[derive(Clone, Copy)]
struct Parts<'a> {
    before: &'a str,
    core: &'a str,
    after: &'a str,
}

impl<'a> Parts<'a> {
    fn of(word: &'a str) -> Self {
        let rest = word.trim_start_matches(['(', '[', '{', '<', '"', '\'', '`', '\u{201c}']);
        let before = &word[..word.len() - rest.len()];
        let core = rest.trim_end_matches([
            '.', ',', ':', ';', '!', '?', ')', ']', '}', '>', '"', '\'', '`', '\u{201d}',
        ]);
        Self {
            before,
            core,
            after: &rest[core.len()..],
        }
    }
}

/// The position in the text.
#[derive(Default)]
struct Reading<'a> {
    previous: Option<Parts<'a>>,
    /// The word before the previous one was `data`.
    is_after_data: bool,
    /// The character that ends a quotation.
    quote: Option<char>,
}

impl<'a> Reading<'a> {
    fn keeps(&self, word: &Parts<'_>) -> bool {
        let is_quoted = self.quote.is_some() || quote(word.before).is_some();
        !is_quoted && (word.core.is_empty() || self.is_known(word) || self.is_code(word.core))
    }

    fn is_known(&self, word: &Parts<'_>) -> bool {
        let begins = |previous: Parts<'_>| previous.after.contains(['.', ':', '!']);
        let is_first = word.before.contains('(') || self.previous.is_none_or(begins);
        let is_word = |part: &str| is_in(CAPITALIZED, part) || is_in(WORDS, &in_sentence(part, is_first));
        let mut parts = word.core.split('/');
        is_word(word.core) || parts.all(|part| is_word(part) || part.split('-').all(is_word))
    }

    /// The part of a request that a server names, such as `AddHumanUserRequest.Profile` or `ListUsersRequest.Queries[2]`.
    fn is_request(word: &str) -> bool {
        let is_name = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        };
        let word = word.split('[').next().unwrap_or_default();
        word.split_once('.').is_some_and(|(request, field)| {
            let name = request.split('_').next().unwrap_or_default();
            (name.ends_with("Request") || name.starts_with("SetHuman")) && is_name(request) && is_name(field)
        })
    }

    /// Numbers and codes that are no names: `#0`, `404`, `Errors.User.NotActive`, and those of Active Directory.
    fn is_code(&self, word: &str) -> bool {
        let after_data = self.previous.is_some_and(|previous| previous.core == "data");
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = word.strip_prefix('#').unwrap_or(word);
        let key = word.strip_prefix("Errors.");
        matches!(word, "***" | "\u{2026}" | "=" | "|" | "-" | "==>")
            || (number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
            || Self::is_request(word)
            || key.is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.'))
            || word
                .strip_prefix("DSID-")
                .is_some_and(|id| id.len() == 8 && is_hex(id))
            || (self.previous.is_none()
                && word.len() == 8
                && is_hex(word)
                && (word.starts_with("0000") || word.starts_with("8009")))
            || (after_data && word.len() <= 4 && is_hex(word))
            || (self.is_after_data
                && word
                    .strip_prefix('v')
                    .is_some_and(|version| version.len() <= 4 && is_hex(version)))
    }

    fn go_on(&mut self, word: &Parts<'a>) {
        if self.quote.is_none() {
            self.quote = quote(word.before);
        }
        if self.quote.is_some_and(|end| word.after.contains(end)) {
            self.quote = None;
        }
        self.is_after_data = self.previous.is_some_and(|previous| previous.core == "data");
        self.previous = Some(*word);
    }
}

/// The end of the quotation that begins here.
fn quote(before: &str) -> Option<char> {
    let begin = before.chars().find(|c| "\"'`\u{201c}".contains(*c))?;
    Some(if begin == '\u{201c}' { '\u{201d}' } else { begin })
}

/// The first word of a sentence has a capital letter.
fn in_sentence(word: &str, is_first: bool) -> String {
    if is_first || word.chars().skip(1).any(char::is_uppercase) && word.starts_with(char::is_lowercase) {
        word.to_lowercase()
    } else {
        word.to_owned()
    }
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// The marked text. Adjacent hidden words are one value.
#[derive(Default)]
struct Masked {
    text: String,
    hidden: String,
    /// Punctuation after the last hidden word.
    after: String,
}

impl Masked {
    fn keep(&mut self, word: &str) {
        self.flush();
        self.blank();
        self.text.push_str(word);
    }

    fn hide(&mut self, word: &Parts<'_>) {
        if self.hidden.is_empty() {
            self.blank();
            self.text.push_str(word.before);
        } else {
            self.hidden.push_str(&self.after);
            self.hidden.push(' ');
            self.hidden.push_str(word.before);
        }
        self.hidden.push_str(word.core);
        word.after.clone_into(&mut self.after);
    }

    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }

    fn flush(&mut self) {
        if !self.hidden.is_empty() {
            self.text.push_str(&Personal(&self.hidden).to_string());
            self.hidden.clear();
        }
        self.text.push_str(&std::mem::take(&mut self.after));
    }

    fn end(mut self) -> String {
        self.flush();
        self.text
    }
}

#[cfg(test)]
mod tests;
