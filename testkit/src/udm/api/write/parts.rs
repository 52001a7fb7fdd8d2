//! The properties of a request, sorted by what is done with them.

use serde_json::Value;

use super::super::body::Wanted;
use crate::udm::directory::Directory;
use crate::udm::errors::{Failure, Problem};
use crate::udm::schema::{Kind, Matching, Property, Syntax};

/// Properties sorted by what is done with them.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Ordinary values in their stored form.
    pub(super) values: Vec<(&'static Property, Value)>,
    /// Members by property: `users`, `nestedGroup`, `hosts`.
    pub(super) members: Vec<(&'static str, Vec<String>)>,
    pub(super) member_of: Option<Vec<String>>,
    pub(super) groups: Option<Vec<String>>,
    pub(super) primary_group: Option<String>,
    pub(super) password: Option<String>,
    pub(super) override_length: bool,
    pub(super) override_history: bool,
}

impl Parts {
    pub(super) fn sort(kind: Kind, wanted: Vec<Wanted>) -> Self {
        let mut parts = Self::default();
        for (property, value) in wanted {
            match (kind, property.name) {
                (Kind::Group, "users" | "nestedGroup" | "hosts") => {
                    parts.members.push((property.name, texts(&value)));
                }
                (Kind::Group, "memberOf") => parts.member_of = Some(texts(&value)),
                (Kind::User, "groups") => parts.groups = Some(texts(&value)),
                (Kind::User, "primaryGroup") => parts.primary_group = value.as_str().map(str::to_owned),
                (Kind::User, "password") => parts.password = value.as_str().map(str::to_owned),
                (Kind::User, "overridePWLength") => parts.override_length = value == true,
                (Kind::User, "overridePWHistory") => parts.override_history = value == true,
                _ if property.of_an_option => {}
                _ => parts.values.push((property, stored(property, value))),
            }
        }
        parts
    }

    /// The text that a property is to have.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(property, _)| property.name == name);
        found.and_then(|(_, value)| value.as_str())
    }

    /// A required value must not be empty (recorded: create-user/empty lastname).
    pub(super) fn refuse_empty(&self) -> Result<(), Failure> {
        let empty = self
            .values
            .iter()
            .find(|(property, value)| property.required && value == "");
        empty.map_or(Ok(()), |(property, _)| {
            let (name, label) = (property.name, property.label);
            let message =
                format!("The property {name} has an invalid value: The property {label} is required.");
            Err(Problem::object(name, message).into())
        })
    }

    /// What the directory server holds for equal must not be twice in a list (recorded: create-user/a value in two
    /// cases in a list).
    pub(super) fn refuse_equal_values(&self) -> Result<(), Failure> {
        for (property, value) in &self.values {
            let list = texts(value);
            if let Some(place) = first_repeated(list.iter().map(|text| compared(property.matching, text))) {
                let attribute = property.attribute;
                return Err(Failure::ldap(&format!(
                    "Type or value exists: {attribute}: value #{place} provided more than once."
                )));
            }
        }
        Ok(())
    }
}

/// Texts of a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Place of the first value that comes again.
pub(super) fn first_repeated(values: impl Iterator<Item = String>) -> Option<usize> {
    let mut places = std::collections::HashMap::new();
    for (place, value) in values.enumerate() {
        if let Some(first) = places.insert(value, place) {
            return Some(first);
        }
    }
    None
}

/// Names of other entries are stored as the directory server spells them.
fn stored(property: &Property, value: Value) -> Value {
    let spell = |text: Value| {
        let spelled = text.as_str().and_then(Directory::stored_spelling);
        spelled.map_or(text, |(_, spelled)| Value::String(spelled))
    };
    match value {
        Value::Array(list) if property.syntax == Syntax::Dn => list.into_iter().map(spell).collect(),
        value => value,
    }
}

fn compared(matching: Matching, text: &str) -> String {
    match matching {
        Matching::Exact => text.to_owned(),
        Matching::Caseless => text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase(),
        Matching::Phone => text.replace([' ', '-'], "").to_lowercase(),
        Matching::Dn => Directory::stored_spelling(text).map_or_else(|| text.to_owned(), |(key, _)| key),
    }
}
