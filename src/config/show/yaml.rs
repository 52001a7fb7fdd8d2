//! A value as YAML in one line, which our reader parses to the same value.

use std::fmt::Write as _;

use super::value::Shown;
use crate::model::{BEGIN, is_unseen};

impl Shown {
    /// The value as YAML, in one line.
    pub fn in_yaml(&self) -> String {
        let mut text = String::new();
        write(self, false, &mut text);
        text
    }
}

/// A name as YAML.
pub fn scalar_in_yaml(text: &str) -> String {
    plain(text, false)
}

/// A value in one line.
fn write(value: &Shown, is_inside: bool, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match value {
        Shown::Bool(value) => write!(text, "{value}"),
        Shown::Number(value) => write!(text, "{value}"),
        Shown::Text(scalar) => text.write_str(&plain(scalar, is_inside)),
        Shown::List(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(element, true, text);
            }
            text.write_char(']')
        }
        Shown::Table(entries) => {
            text.push('{');
            for (index, (name, value)) in entries.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                text.push_str(&plain(name, true));
                text.push_str(": ");
                write(value, true, text);
            }
            text.write_char('}')
        }
    };
}

/// A scalar without quotes if that is equivalent, otherwise as JSON, which is valid YAML.
fn plain(text: &str, is_inside: bool) -> String {
    let starts = text.starts_with(|first: char| first.is_alphanumeric() || "/_.+(".contains(first));
    let sign = |sign: char| {
        sign.is_alphanumeric() || "/_.+()-@%=:;|$^?<>~ *&!".contains(sign) || (sign == ',' && !is_inside)
    };
    let is_word = !["null", "~", ""].contains(&text.to_lowercase().as_str());
    let is_plain =
        starts && is_word && text.chars().all(sign) && !text.contains(": ") && !text.ends_with([':', ' ']);
    if is_plain && !text.contains(BEGIN) {
        return text.to_owned();
    }
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let seen = quoted.chars().map(|sign| {
        if is_unseen(sign) {
            let code = u32::from(sign);
            format!("\\U{code:08x}")
        } else {
            sign.to_string()
        }
    });
    seen.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::document::yaml::{self, Node};

    fn any_value() -> impl Strategy<Value = Shown> {
        let text = prop_oneof![
            "\\PC{0,12}",
            "[-a-z:#,&*!{}\\[\\]\"' 0-9~\u{202e}\n]{0,12}",
            Just("null".to_owned())
        ];
        let scalar = prop_oneof![text.prop_map(Shown::Text), any::<bool>().prop_map(Shown::Bool)];
        scalar.prop_recursive(2, 8, 3, |inner| {
            let name = "[-a-z:#,. ]{1,6}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Shown::List),
                prop::collection::btree_map(name, inner, 0..3)
                    .prop_map(|entries| Shown::Table(entries.into_iter().collect())),
            ]
        })
    }

    /// As our reader parses it: every scalar is a text.
    fn node(value: &Shown) -> Node {
        match value {
            Shown::Bool(value) => Node::Text(value.to_string()),
            Shown::Number(value) => Node::Text(value.to_string()),
            Shown::Text(text) => Node::Text(text.clone()),
            Shown::List(elements) => Node::List(elements.iter().map(node).collect()),
            Shown::Table(entries) => {
                let entries = entries.iter();
                Node::Table(entries.map(|(name, value)| (name.clone(), node(value))).collect())
            }
        }
    }

    proptest! {
        /// The output is YAML with the same value.
        #[test]
        fn a_value_survives(value in any_value()) {
            let text = format!("key: {}  # here\n", value.in_yaml());
            let read = yaml::parse(&text).unwrap();
            prop_assert_eq!(read, Node::Table(vec![("key".to_owned(), node(&value))]), "{}", text);
        }
    }
}
