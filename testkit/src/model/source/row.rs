//! One row of a file.

use super::alike::HIDDEN;
use super::person::Person;

/// How the row of a person is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    Good,
    /// Twice the same.
    Twice,
    /// Twice, with another family name.
    Contradicted,
    NoName,
    BlankName,
    NameNotUtf8,
    /// A field is missing, so that even the address is not to be trusted.
    Short,
    EmailNotUtf8,
    NoEmail,
    /// A quote that is never closed: everything after it belongs to it.
    Unclosed,
    /// The address in capital letters.
    Shouted,
    /// A blank after the address.
    Spaced,
    /// An invisible character before the address.
    Hidden,
    /// The address with two dots, which is invalid.
    Typo,
}

impl Writing {
    /// How the address of a person is written.
    pub(crate) fn address(self, email: &str) -> String {
        match self {
            Self::Shouted => email.to_uppercase(),
            Self::Spaced => format!("{email} "),
            Self::Hidden => format!("{}{email}", HIDDEN[email.len() % HIDDEN.len()]),
            Self::Typo => mistyped(email),
            _ => email.to_owned(),
        }
    }

    /// How the id of an entry is written, which is not its address.
    pub(crate) fn id(self, email: &str) -> String {
        match self {
            Self::Typo => email.to_owned(),
            other => other.address(email),
        }
    }
}

/// An address with two dots, which is invalid.
pub(crate) fn mistyped(email: &str) -> String {
    email.rsplit_once('.').map_or_else(
        || format!("{email}.."),
        |(before, after)| format!("{before}..{after}"),
    )
}

pub(super) fn write_row(bytes: &mut Vec<u8>, person: &Person, writing: Writing) {
    let mut fields: Vec<Vec<u8>> = [
        &writing.address(&person.email),
        &person.first_name,
        &person.last_name,
        &person.phone,
    ]
    .map(|field| quoted(field))
    .to_vec();
    match writing {
        Writing::Good | Writing::Shouted | Writing::Spaced | Writing::Hidden | Writing::Typo => {}
        Writing::Twice => write_row(bytes, person, Writing::Good),
        Writing::Contradicted => {
            write_row(bytes, person, Writing::Good);
            fields[2] = quoted(&format!("{}-Other", person.last_name));
        }
        Writing::NoName => fields[2].clear(),
        Writing::BlankName => fields[2] = b"  ".to_vec(),
        Writing::NameNotUtf8 => spoil(&mut fields[1]),
        Writing::Short => drop(fields.pop()),
        Writing::EmailNotUtf8 => spoil(&mut fields[0]),
        Writing::NoEmail => fields[0].clear(),
        Writing::Unclosed => fields[0].insert(0, b'"'),
    }
    bytes.extend(fields.join(&b','));
    bytes.push(b'\n');
}

/// Puts a byte at the end of a value, inside of its quotes.
fn spoil(field: &mut Vec<u8>) {
    let end = field.len() - usize::from(field.ends_with(b"\""));
    field.insert(end, 0xff);
}

fn quoted(text: &str) -> Vec<u8> {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into_bytes()
    } else {
        text.as_bytes().to_vec()
    }
}
