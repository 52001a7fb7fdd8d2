//! YAML with every scalar as it was written.
//!
//! `serde_yaml` resolves scalars when it is asked for "anything": `1.10` becomes 1.1 and a long organization id a float.
//! It hands out the original text only when it is asked for a text. So a document is read twice: first its shape, then,
//! guided by the shape, its content. A third reading, only for messages, fails on purpose at one key, because an error is
//! the one thing whose line `serde_yaml` gives away.

use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing: `~`, `null`, or no value at all.
    Null,
    /// A scalar, as written.
    Text(String),
    List(Vec<Node>),
    /// In order, with keys as written and repeated keys repeated.
    Table(Vec<(String, Node)>),
    /// Something with a tag of its own (`!secret x`), which means nothing here.
    Tagged,
}

/// Reads one document; an empty one is [`Node::Null`].
pub(super) fn parse(text: &str) -> Result<Node, serde_yaml::Error> {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    if documents.next().is_none() {
        return Ok(Node::Null);
    }
    let shape = Shape::deserialize(serde_yaml::Deserializer::from_str(text))?;
    Content(&shape).deserialize(serde_yaml::Deserializer::from_str(text))
}

/// Line of the key or list element at `path`, from 1; of the occurrence after the first `skip` where a key is repeated.
pub(super) fn line(text: &str, path: &[&str], skip: usize) -> Option<usize> {
    let search = Search {
        skip: Cell::new(skip),
        found: Cell::new(false),
    };
    let below = Below {
        search: &search,
        path,
    };
    let error = below
        .deserialize(serde_yaml::Deserializer::from_str(text))
        .err()?;
    error
        .location()
        .filter(|_| search.found.get())
        .map(|location| location.line())
}

enum Shape {
    Null,
    Scalar,
    List(Vec<Shape>),
    Table(Vec<Shape>),
    Tagged,
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

/// Visitor methods for scalars, all of which mean the same to a shape.
macro_rules! scalars {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method<E>(self, _: $type) -> Result<Shape, E> {
            Ok(Shape::Scalar)
        })*
    };
}

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    scalars! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64,
        visit_str: &str,
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Shape, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Shape::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut values = Vec::new();
        while let Some((IgnoredAny, value)) = map.next_entry()? {
            values.push(value);
        }
        Ok(Shape::Table(values))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Shape, A::Error> {
        use serde::de::VariantAccess as _;
        let (IgnoredAny, variant) = access.variant()?;
        variant.newtype_variant::<IgnoredAny>()?;
        Ok(Shape::Tagged)
    }
}

/// Reads what has this shape.
struct Content<'a>(&'a Shape);

impl<'de> DeserializeSeed<'de> for Content<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match self.0 {
            Shape::Null => IgnoredAny::deserialize(deserializer).map(|_| Node::Null),
            Shape::Tagged => IgnoredAny::deserialize(deserializer).map(|_| Node::Tagged),
            Shape::Scalar => String::deserialize(deserializer).map(Node::Text),
            Shape::List(elements) => deserializer.deserialize_seq(ListContent(elements)),
            Shape::Table(values) => deserializer.deserialize_map(TableContent(values)),
        }
    }
}

struct ListContent<'a>(&'a [Shape]);

impl<'de> Visitor<'de> for ListContent<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        for shape in self.0 {
            elements.extend(sequence.next_element_seed(Content(shape))?);
        }
        Ok(Node::List(elements))
    }
}

struct TableContent<'a>(&'a [Shape]);

impl<'de> Visitor<'de> for TableContent<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        for shape in self.0 {
            if let Some(key) = map.next_key()? {
                entries.push((key, map.next_value_seed(Content(shape))?));
            }
        }
        Ok(Node::Table(entries))
    }
}

/// What a search for a line has seen.
struct Search {
    skip: Cell<usize>,
    found: Cell<bool>,
}

impl Search {
    /// Whether this is the place, after those to skip.
    fn arrived(&self) -> bool {
        let skip = self.skip.get();
        self.skip.set(skip.saturating_sub(1));
        self.found.set(skip == 0);
        skip == 0
    }
}

/// The rest of the way to what is searched.
#[derive(Clone, Copy)]
struct Below<'a> {
    search: &'a Search,
    path: &'a [&'a str],
}

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the way to a key")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let wanted = self.path.first().and_then(|index| index.parse::<usize>().ok());
        for _ in 0..wanted.unwrap_or(usize::MAX) {
            if sequence.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        sequence.next_element_seed(Place(self)).map(|_| ())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(matches) = map.next_key_seed(KeyAt(self))? {
            if matches {
                let path = &self.path[1..];
                map.next_value_seed(Below { path, ..self })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A key on the way: says whether it is the next one, and fails where the way ends.
struct KeyAt<'a>(Below<'a>);

impl<'de> DeserializeSeed<'de> for KeyAt<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyAt<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<bool, E> {
        match self.0.path {
            [last] if key.to_lowercase() == *last => {
                if self.0.search.arrived() {
                    Err(E::custom("here"))
                } else {
                    Ok(false)
                }
            }
            [next, _, ..] => Ok(key.to_lowercase() == *next),
            _ => Ok(false),
        }
    }
}

/// The element of a list that was counted to.
struct Place<'a>(Below<'a>);

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0.path {
            [] | [_] => deserializer.deserialize_any(Here(self.0.search)),
            [_, path @ ..] => Below { path, ..self.0 }.deserialize(deserializer),
        }
    }
}

/// Fails at whatever it meets.
struct Here<'a>(&'a Search);

/// Visitor methods that fail, so that the error carries the line.
macro_rules! here {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method<E: serde::de::Error>(self, _: $type) -> Result<(), E> {
            self.0.arrived();
            Err(E::custom("here"))
        })*
    };
}

impl<'de> Visitor<'de> for Here<'_> {
    type Value = ();

    here! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64,
        visit_str: &str,
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the element")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.0.arrived();
        Err(E::custom("here"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.0.arrived();
        Err(A::Error::custom("here"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.0.arrived();
        Err(A::Error::custom("here"))
    }
}
