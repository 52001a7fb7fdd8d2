//! Users and groups of a UDM as the files show them.

use serde_json::{Map, Value, json};
use testkit::udm::{Kind, ObjectView, UdmDouble};

/// What is shown of an object, if it has a value.
const SHOWN: [&str; 11] = [
    "username",
    "name",
    "firstname",
    "lastname",
    "mailPrimaryAddress",
    "phone",
    "description",
    "univentionObjectIdentifier",
    "groups",
    "users",
    "nestedGroup",
];

/// The objects that a run could have made, as JSON, and the ids that the server gave them with the names they go by.
pub(super) fn objects(udm: &UdmDouble) -> (String, Vec<(String, String)>) {
    let all: Vec<ObjectView> = [Kind::User, Kind::Group]
        .into_iter()
        .flat_map(|kind| udm.objects(kind))
        .filter(|object| object.dn.contains(",ou="))
        .collect();
    let ids = all.iter().map(|object| {
        let leaf = object.dn.split(',').next().unwrap_or_default();
        (object.uuid.clone(), format!("<{leaf}>"))
    });
    let shown: Vec<Value> = all.iter().map(shown).collect();
    let text = serde_json::to_string_pretty(&shown).expect("JSON") + "\n";
    (text, ids.collect())
}

fn shown(object: &ObjectView) -> Value {
    let has_value = |value: &Value| !(value.is_null() || *value == json!([]) || *value == json!(""));
    let mut shown = Map::from_iter([("dn".to_owned(), json!(object.dn))]);
    for name in SHOWN {
        if let Some(value) = object.properties.get(name).filter(|value| has_value(value)) {
            let mut value = value.clone();
            if let Value::Array(items) = &mut value {
                items.sort_by_key(ToString::to_string);
            }
            shown.insert(name.to_owned(), value);
        }
    }
    Value::Object(shown)
}
