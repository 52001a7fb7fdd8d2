//! Finds the line of a key in a YAML document.
//!
//! `serde_yaml` only reports lines in errors. Therefore the document is read again for a message, with a reader that
//! fails on purpose at the key.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The message of this intentional error.
const HERE: &str = "the position that was searched";

/// Line, starting at 1, of the key or list element at `path`, after the first `skip` occurrences of a repeated key.
pub(in crate::config) fn find(text: &str, path: &[&str], skip: usize) -> Option<usize> {
    let error = Below { path, skip }
        .deserialize(serde_yaml::Deserializer::from_str(text))
        .err()?;
    let arrived = error.to_string().contains(HERE);
    error
        .location()
        .filter(|_| arrived)
        .map(|location| location.line())
}

/// The remaining path, and how many of its ends to skip.
#[derive(Clone, Copy)]
struct Below<'a> {
    path: &'a [&'a str],
    skip: usize,
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
        sequence.next_element_seed(Position(self)).map(|_| ())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(KeyAt(self))? {
            match key {
                Key::OnTheWay => {
                    let path = &self.path[1..];
                    map.next_value_seed(Below { path, ..self })?;
                }
                Key::Passed => {
                    self.skip -= 1;
                    map.next_value::<IgnoredAny>()?;
                }
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Position of a key relative to the searched one.
enum Key {
    /// The path leads through it.
    OnTheWay,
    /// It is the end of the path, but one of those to skip.
    Passed,
    Other,
}

/// A key of a table. Fails at the end of the path.
struct KeyAt<'a>(Below<'a>);

impl<'de> DeserializeSeed<'de> for KeyAt<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyAt<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        match self.0.path {
            [next, rest @ ..] if key.to_lowercase() == *next => match (rest, self.0.skip) {
                ([_, ..], _) => Ok(Key::OnTheWay),
                ([], 0) => Err(E::custom(HERE)),
                ([], _) => Ok(Key::Passed),
            },
            _ => Ok(Key::Other),
        }
    }
}

/// The counted element of a list.
struct Position<'a>(Below<'a>);

impl<'de> DeserializeSeed<'de> for Position<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0.path {
            [] | [_] => deserializer.deserialize_any(Here),
            [_, path @ ..] => Below { path, ..self.0 }.deserialize(deserializer),
        }
    }
}

/// Fails at any value.
struct Here;

/// Visitor methods that fail, so that the error contains the line.
macro_rules! here {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method<E: Error>(self, _: $type) -> Result<(), E> {
            Err(E::custom(HERE))
        })*
    };
}

impl<'de> Visitor<'de> for Here {
    type Value = ();

    here! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64,
        visit_str: &str,
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the element")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(E::custom(HERE))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(HERE))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(HERE))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOCUMENT: &str = "\
a:
  B: 1
  c: &list
    - x
    -
      d: y
    - z
e: *list
f: 1
F: {g: 2,
    h: 3}
";

    #[test]
    fn keys_and_elements_are_found() {
        let line = |path: &[&str]| find(DOCUMENT, path, 0);
        assert_eq!(line(&["a"]), Some(1));
        assert_eq!(line(&["a", "b"]), Some(2));
        assert_eq!(line(&["a", "c", "0"]), Some(4));
        assert_eq!(line(&["a", "c", "1", "d"]), Some(6));
        assert_eq!(line(&["a", "c", "2"]), Some(7));
        assert_eq!(line(&["e"]), Some(8));
        assert_eq!(line(&["f"]), Some(9));
    }

    /// The smallest documents, in which the key is the last thing.
    #[test]
    fn the_last_key_is_found() {
        assert_eq!(find("a:\n  b: c\n", &["a", "b"], 0), Some(2));
        assert_eq!(find("x: 1\na:\n  b:\n    c: d\n", &["a", "b", "c"], 0), Some(4));
        assert_eq!(find("a: b\n", &["a"], 0), Some(1));
    }

    #[test]
    fn a_repeated_key_is_found_where_it_repeats() {
        assert_eq!(find(DOCUMENT, &["f"], 1), Some(10));
        assert_eq!(find(DOCUMENT, &["f"], 2), None);
    }

    #[test]
    fn what_is_not_there_has_no_line() {
        for path in [
            &["x"][..],
            &["a", "b", "c"],
            &["a", "c", "9"],
            &["a", "c", "x"],
            &[],
        ] {
            assert_eq!(find(DOCUMENT, path, 0), None, "{path:?}");
        }
        assert_eq!(find("a: [", &["a", "b"], 0), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[-ab:,&*!{}\\[\\]\"#~ \n0-9]{0,60}", skip in 0..3_usize) {
            let _ = find(&text, &["a", "0", "b"], skip);
        }
    }
}
