//! Valid values as a schema. A member of a schema does not restrict values of other types: `minimum` applies to
//! numbers, `pattern` to texts, `items` to lists.

use serde_json::{Map, Value, json};

use crate::config::keys::{FLAGS, Key, Kind, LEVELS};
use crate::config::sections::ldap::unknown_rule::RULES;

/// The reader treats every scalar as text: an id may look like a number.
const SCALARS: [&str; 3] = ["string", "number", "boolean"];

const DURATION: &str = "^([0-9.]+|([0-9.]+ *(ms|s|sec|m|min|h|d) *)+)$";

/// The members of both.
pub(super) fn joined(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}

/// The type of a table. The top level of a file must be one; other tables may be empty.
pub(super) fn or_null(section: &str, name: &str) -> Value {
    if section.is_empty() {
        json!(name)
    } else {
        json!([name, "null"])
    }
}

pub(super) fn schema(kind: Kind, default: Option<&str>) -> Value {
    let mut schema = of(kind);
    if default == Some("off") {
        let pattern = schema["pattern"].as_str().unwrap_or("^$");
        let pattern = format!("{pattern}|^off$");
        schema["pattern"] = json!(pattern);
    }
    if let Some(default) = default {
        schema["default"] = typed(kind, default);
    }
    schema
}

fn of(kind: Kind) -> Value {
    match kind {
        Kind::Text => nullable(&SCALARS, json!({})),
        Kind::Secret => nullable(&SCALARS, json!({"writeOnly": true})),
        Kind::Path | Kind::Url => nullable(&["string"], json!({})),
        Kind::Bool => nullable(
            &["boolean", "integer", "string"],
            json!({"minimum": 0, "maximum": 1, "pattern": "^(true|false|yes|no|on|off|0|1)$"}),
        ),
        Kind::Count => number(0),
        Kind::AtLeastOne => number(1),
        Kind::Duration => nullable(
            &["number", "string"],
            json!({"exclusiveMinimum": 0, "pattern": DURATION}),
        ),
        Kind::Deadline => nullable(
            &["number", "string"],
            json!({"exclusiveMinimum": 0, "pattern": format!("{DURATION}|^off$")}),
        ),
        Kind::Limit => nullable(
            &["integer", "string"],
            json!({"minimum": 0, "pattern": "^([0-9]+|[0-9.]+ *%)$"}),
        ),
        Kind::Choice(choices) => one_of(choices),
        Kind::Level => one_of(LEVELS),
        Kind::Flags => flags(),
        Kind::Words(words) => {
            let pattern = format!("^ *(({}) *)*$", words.join("|"));
            nullable(
                &["array", "string"],
                json!({"items": {"enum": words}, "pattern": pattern}),
            )
        }
        Kind::Bitmasks => bitmasks(),
        Kind::Urls => nullable(&["array", "string"], json!({"items": {"type": "string"}})),
        Kind::Texts => texts(),
        Kind::Region => nullable(&["string"], json!({"pattern": "^[A-Za-z]{2}$"})),
        Kind::Attribute => nullable(&["string", "object"], table(kind, &["name"])),
        Kind::AttributeText => nullable(
            &["string", "array", "object"],
            joined(json!({"items": {"type": SCALARS}}), table(kind, &[])),
        ),
        Kind::Entitlements => {
            let rule = joined(json!({"type": "object"}), table(kind, &["role", "group"]));
            nullable(&["array"], json!({"items": rule}))
        }
        Kind::MetadataKeys => nullable(
            &["object"],
            json!({"propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}, "additionalProperties": {"type": SCALARS}}),
        ),
        Kind::Transform => rules(),
        Kind::Dead(why) => json!({"deprecated": true, "description": format!("No effect: {why}.")}),
    }
}

/// A default in its JSON type.
fn typed(kind: Kind, default: &str) -> Value {
    match kind {
        Kind::Bool | Kind::Count | Kind::AtLeastOne | Kind::Limit => {
            default.parse().unwrap_or_else(|_| json!(default))
        }
        _ => json!(default),
    }
}

fn nullable(types: &[&str], rest: Value) -> Value {
    let types: Vec<&str> = types.iter().copied().chain(["null"]).collect();
    joined(json!({"type": types}), rest)
}

fn one_of(words: &[&str]) -> Value {
    let words = words.iter().map(|word| json!(word)).chain([Value::Null]);
    json!({"enum": words.collect::<Vec<_>>()})
}

fn number(minimum: u32) -> Value {
    let pattern = "^([0-9]+|0[xX][0-9A-Fa-f]+)$";
    nullable(
        &["integer", "string"],
        json!({"minimum": minimum, "pattern": pattern}),
    )
}

fn texts() -> Value {
    let types: Vec<&str> = ["array"].into_iter().chain(SCALARS).collect();
    nullable(&types, json!({"items": {"type": SCALARS}}))
}

fn bitmasks() -> Value {
    let number = "(-?[0-9]+|0[xX][0-9A-Fa-f]+)";
    nullable(
        &["array", "integer", "string"],
        json!({
            "items": {"type": ["integer", "string"], "pattern": format!("^{number}$")},
            "pattern": format!("^ *({number} *)*$"),
        }),
    )
}

/// In any letter case, and as famedly-sync 0.2 wrote them.
fn flags() -> Value {
    let any_case = |letter: char| match letter {
        '_' => "[_-]?".to_owned(),
        letter => format!("[{}{letter}]", letter.to_ascii_uppercase()),
    };
    let spellings: Vec<String> = FLAGS
        .iter()
        .map(|flag| flag.chars().map(any_case).collect())
        .collect();
    let flag = format!("({})", spellings.join("|"));
    nullable(
        &["array", "string"],
        json!({
            "items": {"anyOf": [{"enum": FLAGS}, {"type": "string", "pattern": format!("^{flag}$")}]},
            "pattern": format!("^ *({flag}( +|$))*$"),
        }),
    )
}

/// Members of a value in the form of a table.
fn table(kind: Kind, required: &[&str]) -> Value {
    let member = |key: &Key| (key.path.to_owned(), schema(key.kind, key.default));
    let properties: Map<String, Value> = kind.members().iter().map(member).collect();
    json!({"properties": properties, "required": required, "additionalProperties": false})
}

/// Rules that change records: most are tables of attributes with one text or several.
fn rules() -> Value {
    let values =
        json!({"type": ["array", "string", "number", "boolean"], "items": {"type": SCALARS}, "minItems": 1});
    let rule = |name: &&str| {
        let rule = match *name {
            "remove" => values.clone(),
            "replace_values" => {
                let pairs = json!({"type": "object", "additionalProperties": {"type": SCALARS}});
                json!({"type": "object", "additionalProperties": pairs})
            }
            "rename" | "recode" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            _ => json!({"type": "object", "additionalProperties": values}),
        };
        ((*name).to_owned(), rule)
    };
    let properties: Map<String, Value> = RULES.iter().map(rule).collect();
    nullable(
        &["object"],
        json!({"properties": properties, "additionalProperties": false}),
    )
}
