//! The profile of a user: the nickname, and the fields that are attributes.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::{AttributeIndex, Attributes, Value};
use crate::target::zitadel::schema::{Part, parts};

/// The texts of fields, by the names of the fields.
pub(crate) type Fields<'a> = BTreeMap<&'static str, &'a str>;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewProfile<'a> {
    #[serde(flatten)]
    pub(crate) fields: Fields<'a>,
    #[serde(rename = "nickName")]
    pub(crate) nick: String,
    /// Zitadel derives one from the names of a new account, and does not change it later.
    #[serde(rename = "displayName", skip_serializing_if = "Option::is_none")]
    pub(crate) display: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gender: Option<&'a str>,
}

/// The fields of these names, and of other attributes if `other` has a text for them. `other` gets the attribute, and
/// the text that stands for no value.
pub(crate) fn fields<'a>(
    attributes: &'a Attributes,
    other: impl Fn(AttributeIndex, &'static str) -> Option<&'a str>,
) -> Fields<'a> {
    let field = |(attribute, part)| match part {
        Part::Name(field) => Some((field, attributes.text(attribute).unwrap_or_default())),
        Part::Profile { field, none } => Some((field, other(attribute, none)?)),
        _ => None,
    };
    parts().filter_map(field).collect()
}

#[derive(Debug, Default)]
pub(crate) struct Profile {
    pub(crate) nick: Box<str>,
    /// Those with a value.
    pub(crate) attributes: Attributes,
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfProfile)
    }
}

struct OfProfile;

impl<'de> Visitor<'de> for OfProfile {
    type Value = Profile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a profile")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Profile, M::Error> {
        let mut profile = Profile::default();
        while let Some(field) = map.next_key()? {
            match field {
                Field::Nickname => profile.nick = map.next_value()?,
                Field::Attribute(attribute, none) => {
                    let text: Box<str> = map.next_value()?;
                    let is_value = !text.is_empty() && *text != *none;
                    profile
                        .attributes
                        .set(attribute, is_value.then(|| Value::text(text)));
                }
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(profile)
    }
}

enum Field {
    Nickname,
    /// With the text that stands for no value.
    Attribute(AttributeIndex, &'static str),
    Other,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(OfField)
    }
}

struct OfField;

impl Visitor<'_> for OfField {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Field, E> {
        let attribute = |(attribute, part)| match part {
            Part::Name(field) if field == name => Some(Field::Attribute(attribute, "")),
            Part::Profile { field, none } if field == name => Some(Field::Attribute(attribute, none)),
            _ => None,
        };
        Ok(match name {
            "nickName" => Field::Nickname,
            _ => parts().find_map(attribute).unwrap_or(Field::Other),
        })
    }
}
