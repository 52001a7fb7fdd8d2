//! Converts values between the server's form and the compared form.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::properties::Form;
use crate::config::Dn;
use crate::model::{Cardinality, Value};

/// Separates the parts of a postal address, as in LDAP (RFC 4517, 3.3.28).
const PART: char = '$';
const PARTS: [&str; 3] = ["street", "zipcode", "city"];

/// The value of a property. `null`, an empty text and an empty list are the same.
pub(in crate::target::udm) fn read(form: Form, cardinality: Cardinality, json: &Json) -> Option<Value> {
    let mut texts = match json {
        Json::Array(items) => items.iter().filter_map(|item| text(form, item)).collect(),
        item => Vec::from_iter(text(form, item)),
    };
    match cardinality {
        Cardinality::One => texts.drain(..).next().map(Value::text),
        Cardinality::Many => Value::set(texts),
    }
}

/// The value in the form of one text or of several.
pub(in crate::target::udm) fn shaped(value: Value, cardinality: Cardinality) -> Option<Value> {
    match (value, cardinality) {
        (Value::Text(text), Cardinality::Many) => Value::set([text.as_str().into()]),
        (Value::Set(texts), Cardinality::One) => texts.first().map(Value::text),
        (value, _) => Some(value),
    }
}

fn text(form: Form, json: &Json) -> Option<Box<str>> {
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) => json.to_string(),
        Json::Object(parts) if form == Form::Address => joined(parts),
        Json::Null | Json::Object(_) | Json::Array(_) => String::new(),
    };
    (!text.is_empty()).then(|| text.into())
}

/// The JSON for a value. It is a list only if the template has one.
pub(in crate::target::udm) fn write(form: Form, is_list: bool, value: Option<&Value>) -> Json {
    let texts = Value::texts_of(value).into_iter();
    let items = texts.map(|text| match form {
        Form::Address => parts(text),
        _ => json!(text),
    });
    let mut items: Vec<Json> = items.collect();
    if is_list {
        return Json::Array(items);
    }
    items.drain(..).next().unwrap_or_default()
}

/// A boolean property accepts no text.
pub(in crate::target::udm) fn write_switch(value: Option<&Value>) -> Json {
    json!(value.is_some_and(|value| is_on(value.as_text())))
}

fn is_on(text: &str) -> bool {
    ["true", "1", "yes", "on"]
        .iter()
        .any(|on| on.eq_ignore_ascii_case(text.trim()))
}

fn joined(parts: &Map<String, Json>) -> String {
    let part = |name: &&str| parts.get(*name).and_then(Json::as_str).unwrap_or_default();
    let texts = PARTS
        .iter()
        .map(|name| part(name).replace('\\', "\\5C").replace(PART, "\\24"));
    let joined = texts.collect::<Vec<_>>().join("$");
    joined.trim_end_matches(PART).to_owned()
}

fn parts(text: &str) -> Json {
    let mut texts = text.splitn(PARTS.len(), PART).map(|part| {
        let part = part
            .replace("\\24", "$")
            .replace("\\5C", "\\")
            .replace("\\5c", "\\");
        part.trim().to_owned()
    });
    let parts = PARTS.map(|name| (name.to_owned(), json!(texts.next().unwrap_or_default())));
    Json::Object(parts.into_iter().collect())
}

/// The text as it will be stored; `None` if it is empty.
fn tidied(form: Form, text: &str) -> Option<String> {
    let text = text.trim();
    let tidied = match form {
        Form::Mail => text.to_lowercase(),
        Form::Address => joined(parts(text).as_object()?),
        Form::Text | Form::Phone | Form::Dn | Form::Photo => text.to_owned(),
    };
    (!tidied.is_empty()).then_some(tidied)
}

/// The form in which the server compares values of one list. It refuses equal ones.
fn comparable(form: Form, text: &str) -> String {
    match form {
        Form::Phone => text
            .to_lowercase()
            .chars()
            .filter(|sign| !" -".contains(*sign))
            .collect(),
        Form::Dn => Dn::parse(text.as_bytes()).map_or_else(|| text.to_lowercase(), |dn| format!("{dn:?}")),
        Form::Photo => text.to_owned(),
        Form::Text | Form::Mail | Form::Address => text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase(),
    }
}

/// A value as it will be stored: trimmed and without duplicates.
pub(in crate::target::udm) fn normal(form: Form, value: &Value) -> Option<Value> {
    match value {
        Value::Text(text) => tidied(form, text).map(Value::text),
        Value::Set(texts) => {
            let mut known = BTreeSet::new();
            let texts = texts.iter().filter_map(|text| tidied(form, text));
            Value::set(
                texts
                    .filter(|text| known.insert(comparable(form, text)))
                    .map(Box::from),
            )
        }
        Value::References(_) => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(texts: &[&str]) -> Value {
        Value::set(texts.iter().map(|text| Box::from(*text))).unwrap()
    }

    #[test]
    fn nothing_is_nothing_however_it_is_written() {
        for json in [json!(null), json!(""), json!([]), json!([""])] {
            assert_eq!(read(Form::Text, Cardinality::Many, &json), None, "{json}");
            assert_eq!(read(Form::Text, Cardinality::One, &json), None, "{json}");
        }
        assert_eq!(write(Form::Text, true, None), json!([]));
        assert_eq!(write(Form::Text, false, None), json!(null));
    }

    #[test]
    fn addresses_are_texts_with_three_parts() {
        let object = json!({"street": "Way 1 $ 2\\", "zipcode": "12345", "city": "Bremen"});
        let value = read(Form::Address, Cardinality::Many, &json!([object])).unwrap();
        assert_eq!(value, set(&["Way 1 \\24 2\\5C$12345$Bremen"]));
        assert_eq!(write(Form::Address, true, Some(&value)), json!([object]));
        let street = set(&["Way 1"]);
        let sent = write(Form::Address, true, Some(&street));
        assert_eq!(sent, json!([{"street": "Way 1", "zipcode": "", "city": ""}]));
        assert_eq!(read(Form::Address, Cardinality::Many, &sent), Some(street));
    }

    /// The server refuses a list with two equal values.
    #[test]
    fn equal_values_are_sent_once() {
        let phones = normal(Form::Phone, &set(&["+49 1-2", "+4912", " +49 12 ", "+49 3"])).unwrap();
        assert_eq!(phones.texts().len(), 2, "{phones:?}");
        let mails = normal(Form::Text, &set(&["A@b.org", "a@B.org"])).unwrap();
        assert_eq!(mails.texts().len(), 1);
        let names = ["cn=a, dc=b", "CN=A,dc=b", "cn=a\\2c,dc=b", "cn=a\\,,dc=b"];
        assert_eq!(normal(Form::Dn, &set(&names)).unwrap().texts().len(), 2);
        assert_eq!(
            normal(Form::Mail, &Value::text(" A@B.org ")),
            Some(Value::text("a@b.org"))
        );
        assert_eq!(normal(Form::Text, &Value::text("  ")), None);
    }
}
