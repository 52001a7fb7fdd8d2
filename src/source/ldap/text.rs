//! How a text about a person is made from an entry. Pure.

use std::borrow::Cow;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

use super::entry::{self, Entry};
use crate::config::{Case, Choice, LdapFrom, LdapText};

/// A rule, ready for many entries.
#[derive(Debug)]
pub(super) struct Text {
    rule: LdapText,
    /// The attributes that it looks at, as they are written and as entries are asked for them.
    attributes: Vec<(String, String)>,
    field: String,
}

/// What an entry says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Made<'a> {
    Text(Cow<'a, str>),
    Nothing,
    /// It is not UTF-8.
    NotText,
}

impl Text {
    /// `attribute` is the name of what is made.
    pub(super) fn new(attribute: &str, rule: &LdapText) -> Self {
        let names = names(&rule.from);
        let field = match &rule.from {
            LdapFrom::Attributes(names) => names.join("` or `"),
            LdapFrom::Constant(_) | LdapFrom::Template(_) => format!("attributes.{attribute}"),
        };
        Self {
            rule: rule.clone(),
            attributes: names
                .into_iter()
                .map(|name| (name.to_owned(), entry::key(name)))
                .collect(),
            field,
        }
    }

    /// For messages, between backticks.
    pub(super) fn field(&self) -> &str {
        &self.field
    }

    /// Keys of the attributes that it looks at.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(_, key)| key.as_str())
    }

    /// # Errors
    /// Why the entry fits the rule not at all, without any value.
    pub(super) fn make<'a>(&'a self, entry: &'a Entry) -> Result<Made<'a>, String> {
        let made = match &self.rule.from {
            LdapFrom::Constant(text) => Made::Text(Cow::Borrowed(text)),
            LdapFrom::Attributes(_) => self.first_filled(entry)?,
            LdapFrom::Template(template) => {
                let mut values = Vec::new();
                for (name, key) in &self.attributes {
                    match self.pick(entry, name, key)?.map(std::str::from_utf8) {
                        Some(Ok(text)) => values.push((name.as_str(), text)),
                        Some(Err(_)) => return Ok(Made::NotText),
                        None => {}
                    }
                }
                let value = |name: &str| {
                    values
                        .iter()
                        .find(|(known, _)| *known == name)
                        .map(|(_, text)| *text)
                };
                let text = template.render(value);
                Made::Text(Cow::Owned(
                    text.map_err(|why| format!("`{}`: {why}", self.field))?,
                ))
            }
        };
        Ok(match made {
            Made::Text(text) => Made::Text(self.shape(text)),
            other => other,
        })
    }

    /// The attributes that a template needs and the entry lacks.
    pub(super) fn missing(&self, entry: &Entry) -> Vec<Box<str>> {
        let lacks = |(_, key): &&(String, String)| entry.values(key).next().is_none();
        let lacking = self.attributes.iter().filter(lacks);
        lacking.map(|(name, _)| name.as_str().into()).collect()
    }

    /// Names and keys of the attributes of which one of several values was used only because the server sent it first.
    pub(super) fn by_chance<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = (&'a str, &'a str)> {
        let first = self.rule.choice == Choice::First;
        let several =
            move |(_, key): &&(String, String)| first && self.candidates(entry, key).nth(1).is_some();
        let several = self.attributes.iter().filter(several);
        several.map(|(name, key)| (name.as_str(), key.as_str()))
    }

    /// Keys of the attributes of which all values have to be known.
    pub(super) fn needed_whole(&self) -> impl Iterator<Item = &str> {
        let keys = self.attributes.iter().filter(|_| self.needs_all());
        keys.map(|(_, key)| key.as_str())
    }

    /// The first value is there in any case; nothing else can be known about all of them.
    fn needs_all(&self) -> bool {
        self.rule.choice != Choice::First || self.rule.matching.is_some()
    }

    fn first_filled<'a>(&'a self, entry: &'a Entry) -> Result<Made<'a>, String> {
        for (name, key) in &self.attributes {
            match self.pick(entry, name, key)?.map(std::str::from_utf8) {
                None | Some(Ok("")) => {}
                Some(Ok(text)) => return Ok(Made::Text(Cow::Borrowed(text))),
                Some(Err(_)) => return Ok(Made::NotText),
            }
        }
        Ok(Made::Nothing)
    }

    fn candidates<'a>(&'a self, entry: &'a Entry, key: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let matches =
            |value: &[u8], regex: &Regex| std::str::from_utf8(value).is_ok_and(|text| regex.is_match(text));
        let matching = self.rule.matching.as_ref();
        entry
            .values(key)
            .filter(move |value| matching.is_none_or(|regex| matches(value, regex)))
    }

    fn pick<'a>(&'a self, entry: &'a Entry, name: &str, key: &'a str) -> Result<Option<&'a [u8]>, String> {
        if self.needs_all() && entry.is_cut(key) {
            return Err(format!(
                "the server sent only the first values of `{name}` (range), and `value` or `matching` needs them all"
            ));
        }
        let mut candidates = self.candidates(entry, key);
        match self.rule.choice {
            Choice::First => Ok(candidates.next()),
            Choice::FirstSorted => Ok(candidates.min()),
            Choice::Only => match (candidates.next(), candidates.next()) {
                (_, Some(_)) => Err(format!(
                    "several values of `{name}`, and `value: only` allows one"
                )),
                (only, None) => Ok(only),
            },
        }
    }

    fn shape<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let text = match self.rule.case {
            None => text,
            Some(Case::Lower) => Cow::Owned(text.to_lowercase()),
            Some(Case::Upper) => Cow::Owned(text.to_uppercase()),
        };
        if self.rule.nfc {
            return Cow::Owned(text.nfc().collect());
        }
        text
    }
}

/// The attributes that a rule looks at.
pub(super) fn names(from: &LdapFrom) -> Vec<&str> {
    match from {
        LdapFrom::Attributes(names) => names.iter().map(String::as_str).collect(),
        LdapFrom::Constant(_) => Vec::new(),
        LdapFrom::Template(template) => template.names().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::entry as tag;
    use super::*;
    use crate::config::{LdapAttribute, Template};

    fn rule(names: &[&str]) -> LdapText {
        let attribute = LdapAttribute {
            name: String::new(),
            is_binary: false,
        };
        LdapText {
            from: LdapFrom::Attributes(names.iter().map(ToString::to_string).collect()),
            ..LdapText::from(attribute)
        }
    }

    fn make(rule: &LdapText) -> Result<Option<String>, String> {
        let entry = Entry::parse(tag(&[
            ("mail", &[b"z@other.org", b"b@example.org", b"a@example.org"]),
            ("uid", &[b"Ada"]),
            ("empty", &[b""]),
            ("odd", &[b"\xff"]),
            ("cn", &["E\u{301}va".as_bytes()]),
            ("member;range=0-1", &[b"x", b"y"]),
        ]))
        .unwrap();
        match Text::new("email", rule).make(&entry)? {
            Made::Text(text) => Ok(Some(text.into_owned())),
            Made::Nothing => Ok(None),
            Made::NotText => Ok(Some("not text".to_owned())),
        }
    }

    fn found(rule: &LdapText) -> String {
        make(rule).unwrap().unwrap_or_default()
    }

    #[test]
    fn the_first_attribute_that_is_not_empty_wins() {
        assert_eq!(found(&rule(&["absent", "empty", "UID", "mail"])), "Ada");
        assert_eq!(make(&rule(&["absent", "empty"])), Ok(None));
        assert_eq!(found(&rule(&["odd", "uid"])), "not text");
    }

    #[test]
    fn one_of_several_values_is_chosen() {
        let mut mail = rule(&["mail"]);
        assert_eq!(found(&mail), "z@other.org");
        mail.choice = Choice::FirstSorted;
        assert_eq!(found(&mail), "a@example.org");
        mail.choice = Choice::Only;
        assert_eq!(
            make(&mail).unwrap_err(),
            "several values of `mail`, and `value: only` allows one"
        );
        mail.matching = Regex::new("@other[.]org$").ok();
        assert_eq!(found(&mail), "z@other.org");
        mail.choice = Choice::First;
        mail.matching = Regex::new("@example").ok();
        assert_eq!(found(&mail), "b@example.org");
        mail.matching = Regex::new("@nowhere").ok();
        assert_eq!(make(&mail), Ok(None));
    }

    /// Active Directory sends 1,500 values and keeps the others back.
    #[test]
    fn a_choice_among_values_that_were_not_all_sent_is_none() {
        let mut member = rule(&["member"]);
        assert_eq!(found(&member), "x", "the first one is there");
        member.choice = Choice::FirstSorted;
        assert!(
            make(&member)
                .unwrap_err()
                .contains("only the first values of `member`")
        );
    }

    #[test]
    fn constants_templates_case_and_unicode() {
        let mut text = rule(&["uid"]);
        text.case = Some(Case::Upper);
        assert_eq!(found(&text), "ADA");
        text.from = LdapFrom::Constant("Mr".to_owned());
        text.case = Some(Case::Lower);
        assert_eq!(found(&text), "mr");
        text.from = LdapFrom::Template(Template::parse("{{ uid }}.{{ mail | split('@') | first }}").unwrap());
        assert_eq!(found(&text), "ada.z");
        text.from = LdapFrom::Template(Template::parse("{{ uid }} {{ absent }}").unwrap());
        assert_eq!(
            make(&text).unwrap_err(),
            "`attributes.email`: the template needs `absent`, which has no value"
        );
        let mut name = rule(&["cn"]);
        name.nfc = true;
        assert_eq!(found(&name), "\u{c9}va");
    }
}
