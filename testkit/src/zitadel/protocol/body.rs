//! The JSON of a request, read by the rules of protobuf's JSON mapping: names in either spelling, null as
//! absent, unknown fields ignored, unknown enum names as the default, 64-bit numbers as text or number.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::errors::{Failure, INVALID};

/// One JSON object of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    /// The whole document, to name the place of a fault.
    raw: &'a str,
}

/// Parses a request body of the REST gateway; an empty body is an empty message.
pub(crate) fn parse(raw: &[u8]) -> Result<Value, Failure> {
    if raw.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let text = std::str::from_utf8(raw).map_err(|_| not_utf8(raw))?;
    let value: Value = serde_json::from_str(text).map_err(|error| syntax(&error, text))?;
    if value.is_object() {
        return Ok(value);
    }
    let first = text.trim_start().chars().next().unwrap_or('?');
    Err(Failure::plain(
        INVALID,
        format!("proto: syntax error (line 1:1): unexpected token {first}"),
    ))
}

fn not_utf8(raw: &[u8]) -> Failure {
    if let Some(first) = raw.first().filter(|byte| **byte < 0x20) {
        return Failure::plain(
            INVALID,
            format!("invalid character '\\x{first:02x}' looking for beginning of value"),
        );
    }
    Failure::plain(INVALID, "proto: syntax error (line 1:1): invalid UTF-8 in string")
}

/// Go's words for what serde found.
fn syntax(error: &serde_json::Error, text: &str) -> Failure {
    if error.is_eof() {
        return Failure::plain(INVALID, "unexpected EOF");
    }
    let message = error.to_string();
    let line = text
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default();
    let found = line
        .get(error.column().saturating_sub(1)..)
        .and_then(|rest| rest.chars().next());
    let found = found.map_or_else(|| "?".to_owned(), |c| c.escape_default().to_string());
    let place = if message.starts_with("key must be a string") {
        "looking for beginning of object key string"
    } else if message.starts_with("expected value") || message.starts_with("expected ident") {
        "looking for beginning of value"
    } else if message.starts_with("trailing characters") {
        "after top-level value"
    } else if message.contains("surrogate") || message.contains("escape") {
        return Failure::plain(
            INVALID,
            "proto: syntax error (line 1:1): invalid escape code in string",
        );
    } else {
        "after object key:value pair"
    };
    Failure::plain(INVALID, format!("invalid character '{found}' {place}"))
}

impl<'a> Node<'a> {
    pub(crate) fn new(value: &'a Value, raw: &'a str) -> Self {
        Self { value, raw }
    }

    fn member(self, name: &str) -> Option<&'a Value> {
        let found = self.value.get(name).or_else(|| self.value.get(snake(name)?));
        found.filter(|value| !value.is_null())
    }

    /// Whether the field is there and not null.
    pub(crate) fn has(self, name: &str) -> bool {
        self.member(name).is_some()
    }

    /// A text, `None` where the field is absent.
    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Failure> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong("string", name, other)),
        }
    }

    /// A text, empty where the field is absent.
    pub(crate) fn string(self, name: &str) -> Result<String, Failure> {
        Ok(self.text(name)?.unwrap_or_default().to_owned())
    }

    pub(crate) fn flag(self, name: &str) -> Result<Option<bool>, Failure> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong("bool", name, other)),
        }
    }

    /// An unsigned number, 0 where absent; `kind` is `uint32` or `uint64`.
    pub(crate) fn number(self, name: &str, kind: &str) -> Result<u64, Failure> {
        let Some(value) = self.member(name) else {
            return Ok(0);
        };
        let parsed = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let fits = parsed.filter(|number| kind != "uint32" || u32::try_from(*number).is_ok());
        fits.ok_or_else(|| self.wrong(kind, name, value))
    }

    pub(crate) fn object(self, name: &str) -> Result<Option<Node<'a>>, Failure> {
        match self.member(name) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(Node { value, raw: self.raw })),
            Some(other) => Err(self.wrong("message", name, other)),
        }
    }

    pub(crate) fn list(self, name: &str) -> Result<Vec<Node<'a>>, Failure> {
        match self.member(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                Ok(items.iter().map(|value| Node { value, raw: self.raw }).collect())
            }
            Some(other) => Err(self.wrong("repeated", name, other)),
        }
    }

    pub(crate) fn texts(self, name: &str) -> Result<Vec<String>, Failure> {
        let items = self.list(name)?;
        items
            .into_iter()
            .map(|item| match item.value {
                Value::String(text) => Ok(text.clone()),
                other => Err(self.wrong("string", name, other)),
            })
            .collect()
    }

    /// Bytes in standard or URL-safe base64, with or without padding.
    pub(crate) fn bytes(self, name: &str) -> Result<Vec<u8>, Failure> {
        const LENIENT: GeneralPurpose = GeneralPurpose::new(
            &ALPHABET,
            GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true),
        );
        let Some(value) = self.member(name) else {
            return Ok(Vec::new());
        };
        let Value::String(text) = value else {
            return Err(self.wrong("bytes", name, value));
        };
        let standard = text.replace('-', "+").replace('_', "/");
        LENIENT
            .decode(standard)
            .map_err(|_| self.wrong("bytes", name, value))
    }

    /// The number of an enum value; `names` in order of their numbers. Unknown names count as 0.
    pub(crate) fn choice(self, name: &str, names: &[&str]) -> usize {
        match self.member(name) {
            Some(Value::String(text)) => names.iter().position(|known| known == text).unwrap_or(0),
            Some(Value::Number(number)) => number
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    /// The text of protojson for a value of the wrong type. The column is that of the field's first use.
    fn wrong(self, kind: &str, name: &str, value: &Value) -> Failure {
        let key = format!("\"{name}\"");
        let column = self.raw.find(&key).map_or(1, |at| {
            let rest = &self.raw[at + key.len()..];
            let skipped = rest.len() - rest.trim_start_matches([':', ' ', '\n', '\t', '\r']).len();
            at + key.len() + skipped + 1
        });
        let text = format!("proto: (line 1:{column}): invalid value for {kind} field {name}: {value}");
        Failure::plain(INVALID, text)
    }
}

/// `lowerCamelCase` as `snake_case`, `None` where it is the same.
fn snake(name: &str) -> Option<String> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(raw: &str) -> String {
        parse(raw.as_bytes()).expect_err("refused").message()
    }

    /// Malformed JSON is described in Go's words.
    #[test]
    fn syntax_errors_sound_like_go() {
        assert_eq!(failure("{"), "unexpected EOF");
        assert_eq!(
            failure("{nope"),
            "invalid character 'n' looking for beginning of object key string"
        );
        assert_eq!(
            failure("[]"),
            "proto: syntax error (line 1:1): unexpected token ["
        );
    }

    /// A value of the wrong type is named with its place.
    #[test]
    fn wrong_types_are_named() {
        let raw = r#"{"query": {"limit": "ten"}}"#;
        let value = parse(raw.as_bytes()).expect("JSON");
        let query = Node::new(&value, raw)
            .object("query")
            .expect("object")
            .expect("there");
        let message = query.number("limit", "uint32").expect_err("refused").message();
        assert_eq!(
            message,
            "proto: (line 1:21): invalid value for uint32 field limit: \"ten\""
        );
    }

    /// Both spellings, null and base64 without padding are accepted.
    #[test]
    fn lenient_input() {
        let raw = r#"{"family_name":"B","nickName":null,"value":"_-8"}"#;
        let value = parse(raw.as_bytes()).expect("JSON");
        let node = Node::new(&value, raw);
        assert_eq!(node.text("familyName").expect("text"), Some("B"));
        assert!(!node.has("nickName"));
        assert_eq!(node.bytes("value").expect("bytes"), [0xff, 0xef]);
    }
}
