//! YAML with every scalar as it was written.
//!
//! `serde_yaml` resolves scalars when it is asked for "anything": `1.10` becomes 1.1 and a long organization id a
//! float. It only returns the original text when it is asked for a text. Therefore a document is read twice: first
//! its structure, then its content according to that structure.

use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess as _, Visitor,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) enum Node {
    /// `~`, `null`, or no value at all.
    Null,
    /// A scalar, as written.
    Text(String),
    List(Vec<Node>),
    /// In order, with keys as written, including duplicates.
    Table(Vec<(String, Node)>),
    /// A value with a custom tag (`!secret x`), which has no meaning here.
    Tagged,
}

/// Reads one document. An empty one is [`Node::Null`].
pub(in crate::config) fn parse(text: &str) -> Result<Node, serde_yaml::Error> {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    if documents.next().is_none() {
        return Ok(Node::Null);
    }
    let shape = Shape::deserialize(serde_yaml::Deserializer::from_str(text))?;
    Content(&shape).deserialize(serde_yaml::Deserializer::from_str(text))
}

/// Reads one document of strict YAML, in which every scalar is a text, including `null` and a missing value.
pub(in crate::config) fn parse_texts(text: &str) -> Result<Node, serde_yaml::Error> {
    let shape = Shape::deserialize(serde_yaml::Deserializer::from_str(text))?.without_null();
    Content(&shape).deserialize(serde_yaml::Deserializer::from_str(text))
}

enum Shape {
    Null,
    Scalar,
    List(Vec<Shape>),
    Table(Vec<Shape>),
    Tagged,
}

impl Shape {
    fn without_null(self) -> Self {
        let each = |shapes: Vec<Self>| shapes.into_iter().map(Self::without_null).collect();
        match self {
            Self::Null => Self::Scalar,
            Self::List(elements) => Self::List(each(elements)),
            Self::Table(values) => Self::Table(each(values)),
            other => other,
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

/// Visitor methods for scalars, which have the same structure.
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

    /// The structure of an empty document, unlike an empty value.
    fn visit_none<E>(self) -> Result<Shape, E> {
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
        let (IgnoredAny, variant) = access.variant()?;
        variant.newtype_variant::<IgnoredAny>()?;
        Ok(Shape::Tagged)
    }
}

/// Reads the content for this structure.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.into())
    }

    #[test]
    fn scalars_stay_as_they_were_written() {
        for written in [
            "0123",
            "000000000000000000",
            "1.10",
            "278274756195721220",
            "12345678901234567890123",
            "0x1F",
            "1e5",
            "+49",
            "True",
            "yes",
            "off",
            ".inf",
        ] {
            let table = Node::Table(vec![("key".into(), text(written))]);
            assert_eq!(parse(&format!("key: {written}")).unwrap(), table, "{written}");
            assert_eq!(parse(&format!("key: \"{written}\"")).unwrap(), table, "{written}");
        }
    }

    #[test]
    fn strict_documents_have_texts_alone() {
        let table = [("a", ""), ("b", "~"), ("c", "null"), ("d", ""), ("e", "yes")];
        let table = table.map(|(key, value)| (key.to_owned(), text(value)));
        let list = ("f".to_owned(), Node::List(vec![text("null"), text("")]));
        assert_eq!(
            parse_texts("a:\nb: ~\nc: null\nd: ''\ne: yes\nf:\n- null\n-\n").unwrap(),
            Node::Table([Vec::from(table), vec![list]].concat())
        );
    }

    #[test]
    fn nothing_is_derived_from_texts() {
        let document = parse("a:\nb: ~\nc: null\nd: \"null\"\ne: ''\n").unwrap();
        let expected = [
            ("a", Node::Null),
            ("b", Node::Null),
            ("c", Node::Null),
            ("d", text("null")),
            ("e", text("")),
        ];
        assert_eq!(
            document,
            Node::Table(expected.map(|(key, node)| (key.to_owned(), node)).into())
        );
        assert_eq!(parse("").unwrap(), Node::Null);
        assert_eq!(parse("# nothing\n").unwrap(), Node::Null);
        assert_eq!(parse("---\n").unwrap(), Node::Null);
    }

    #[test]
    fn anchors_json_tags_and_repeated_keys() {
        let pair = Node::List(vec![text("010"), Node::Null]);
        assert_eq!(
            parse("a: &x [010, ~]\nb: *x\n").unwrap(),
            Node::Table(vec![("a".into(), pair.clone()), ("b".into(), pair)])
        );
        assert_eq!(
            parse(r#"{"a": {"1": 2.50}}"#).unwrap(),
            Node::Table(vec![("a".into(), Node::Table(vec![("1".into(), text("2.50"))]))])
        );
        assert_eq!(
            parse("a: !mine {b: c}\na: 1\n").unwrap(),
            Node::Table(vec![("a".into(), Node::Tagged), ("a".into(), text("1"))])
        );
        assert_eq!(
            parse("a: !!str 07\n").unwrap(),
            Node::Table(vec![("a".into(), text("07"))])
        );
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        for broken in [
            "a: [",
            "a: b: c",
            "a: 1\n---\nb: 2",
            "? [x]\n: 1",
            "\tb: 1",
            "a: *nowhere",
        ] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(?s).{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn anything_like_yaml_is_survived(text in "[-a-c:,&*!|>?{}\\[\\]\"'#~ \n0-9<%]{0,60}") {
            let _ = parse(&text);
        }
    }
}
