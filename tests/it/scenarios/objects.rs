//! Users and groups of a UDM as the files show them.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use testkit::udm::{GroupSeed, Kind, ObjectView, UdmDouble, UserSeed};

const BASE: &str = "dc=univention-organization,dc=intranet";

/// An object that is there before the run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    /// Its container, relative to the base.
    position: String,
    /// The name of a user.
    username: Option<String>,
    /// The name of a group.
    group: Option<String>,
    #[serde(default)]
    properties: Map<String, Value>,
}

impl Before {
    pub(super) fn plant(&self, udm: &UdmDouble) {
        let levels: Vec<&str> = self.position.split(',').collect();
        for depth in (0..levels.len())
            .rev()
            .filter(|depth| levels[*depth].starts_with("ou="))
        {
            let dn = format!("{},{BASE}", levels[depth..].join(","));
            if udm.object(&dn).is_none() {
                udm.add_ou(&dn);
            }
        }
        let position = format!("{},{BASE}", self.position);
        if let Some(username) = &self.username {
            let dn = udm.add_user(UserSeed::new(username, &position));
            udm.set(&dn, &self.properties);
        }
        if let Some(name) = &self.group {
            let dn = udm.add_group(GroupSeed::new(name, &position));
            udm.set(&dn, &self.properties);
        }
    }
}

/// What is shown of an object, if it has a value.
const SHOWN: [&str; 12] = [
    "username",
    "name",
    "firstname",
    "lastname",
    "mailPrimaryAddress",
    "phone",
    "description",
    "jpegPhoto",
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
            if *name == *"jpegPhoto" {
                value = json!("a photo");
            }
            if let Value::Array(items) = &mut value {
                items.sort_by_key(ToString::to_string);
            }
            shown.insert(name.to_owned(), value);
        }
    }
    Value::Object(shown)
}
