//! Syntaxes of single values.

use serde_json::{Value, json};

use super::{names, photo};
use crate::udm::directory::dn::Dn;

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Any,
    AtMost(usize),
    Username,
    GroupName,
    /// Any domain.
    Mail,
    /// In an existing domain; stored unchanged.
    AliasMail,
    /// Of a domain that exists; stored in lower case.
    PrimaryMail,
    Phone,
    Date,
    Dn,
    Identifier,
    Photo,
    Password,
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    Invalid(String),
    /// An error of the server itself: the whole request ends with 500.
    Crash(&'static str),
}

impl Syntax {
    /// The text in its stored form.
    pub(super) fn parse(self, text: &str) -> Result<Value, Refusal> {
        let wrong = match self {
            Self::AtMost(most) if text.chars().count() > most => {
                return Err(Refusal::Invalid(format!(
                    "The value must not be longer than {most} characters."
                )));
            }
            Self::Any | Self::AtMost(_) => None,
            Self::Username => names::wrong_username(text),
            Self::GroupName => names::wrong_group_name(text),
            Self::Mail => wrong_mail(text, true),
            Self::AliasMail | Self::Photo if text.is_empty() => None,
            Self::AliasMail => wrong_mail(text, false),
            Self::PrimaryMail if text.is_empty() => Some("An empty value is not allowed."),
            Self::PrimaryMail => {
                return fail(wrong_mail(text, false)).map(|()| json!(text.to_lowercase()));
            }
            Self::Phone => (!text.chars().all(in_a_phone_number)).then_some(
                "Value must not contain anything other than digits, letters, dots, brackets, slash, plus, or minus!",
            ),
            Self::Date => (!text.is_empty() && !is_date(text))
                .then_some("Date does not match format \"%Y-%m-%d\"."),
            Self::Dn => (!text.is_empty() && Dn::parse(text).is_none()).then_some("Not a valid LDAP DN."),
            Self::Identifier => return identifier(text),
            Self::Photo => {
                let refused = Refusal::Invalid("Failed to convert file into JPEG format.".to_owned());
                return photo::converted(text).map(Value::from).ok_or(refused);
            }
            Self::Password => text.is_empty().then_some("Empty password not allowed!"),
        };
        fail(wrong).map(|()| json!(text))
    }
}

fn fail(wrong: Option<&str>) -> Result<(), Refusal> {
    wrong.map_or(Ok(()), |message| Err(Refusal::Invalid(message.to_owned())))
}

/// `verbose`: the syntax of the property e-mail says more (recorded: create-user/e-mail without @).
fn wrong_mail(text: &str, verbose: bool) -> Option<&'static str> {
    let Some((local, domain)) = text.split_once('@').filter(|(_, domain)| !domain.contains('@')) else {
        return Some(if verbose {
            "Not a valid email address! The email address is not valid. It must have exactly one @-sign."
        } else {
            "Not a valid email address!"
        });
    };
    if !local.is_ascii() {
        return Some(
            "Not a valid email address! Internationalized characters before the @-sign are not supported.",
        );
    }
    let blank = |text: &str| text.is_empty() || text.chars().any(char::is_whitespace);
    (blank(local) || blank(domain)).then_some("Not a valid email address!")
}

fn in_a_phone_number(character: char) -> bool {
    character.is_ascii_alphanumeric() || " ._-+/\\()[]".contains(character)
}

fn is_date(text: &str) -> bool {
    let long_enough = text.len() == 10;
    long_enough && text.parse::<jiff::civil::Date>().is_ok()
}

/// A UUID of version 1 or 4 in lower case; what is none at all is an error of the server (recorded:
/// create-user/identifier …).
fn identifier(text: &str) -> Result<Value, Refusal> {
    let hex: String = text
        .replace("urn:", "")
        .replace("uuid:", "")
        .replace(['{', '}', '-'], "");
    if hex.len() != 32 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::Crash("badly formed hexadecimal UUID string"));
    }
    let canonical = [8, 13, 18, 23]
        .iter()
        .all(|place| text.as_bytes().get(*place) == Some(&b'-'));
    let lower = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let version = text.as_bytes().get(14);
    if canonical && lower && matches!(version, Some(b'1' | b'4')) {
        return Ok(json!(text));
    }
    Err(Refusal::Invalid(
        "The value must be a valid UUID1 or UUID4 string.".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that pass and names that do not.
    #[test]
    fn names() {
        for name in ["a", "a,b", "a.b-c_d", "root", "UpperCase", "jürgen", ""] {
            assert_eq!(Syntax::Username.parse(name), Ok(json!(name)));
        }
        for name in ["a b", "a@b", ".a", "a.", "a/b", "-a", "1234"] {
            assert!(Syntax::Username.parse(name).is_err(), "{name}");
        }
        for name in ["A, B", "Team #1", "a+b", "a  b", "a\"b", "Bücher", "a (b) c"] {
            assert_eq!(Syntax::GroupName.parse(name), Ok(json!(name)));
        }
        for name in [
            "a/b", " lead", "trail ", "a@b", "12", "", "(a)", "a=b", "a\\b", "a<b>;c", "a:b&c",
        ] {
            assert!(Syntax::GroupName.parse(name).is_err(), "{name}");
        }
    }

    /// Dates that exist.
    #[test]
    fn dates() {
        assert!(is_date("1815-12-10"));
        assert!(!is_date("1815-02-30") && !is_date("10.12.1815") && !is_date("1815-12-10T00"));
    }
}
