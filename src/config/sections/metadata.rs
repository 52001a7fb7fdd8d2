//! `zitadel.metadata_attributes`: further attributes of people, which the target stores in metadata.

use figment::value::Value;

use crate::config::keys;
use crate::config::keys::Kind;
use crate::config::layers::Layers;
use crate::config::read::Reader;

const PATH: &str = "zitadel.metadata_attributes";

/// Attributes that do not come from a rule of a directory.
const OTHERS: [&str; 11] = [
    "localpart",
    "provider",
    "roles",
    "external_id",
    "login",
    "verified_email",
    "disabled_by",
    "missing_since",
    "missing_runs",
    "sign_out",
    "idp_link",
];

/// Metadata keys that already have a meaning.
const TAKEN: [&str; 2] = ["localpart", "preferred_username"];

/// All keys with this prefix belong to this tool.
const OWN: &str = "directory-sync.";

/// The longest key that Zitadel accepts, in bytes (`SetUserMetadataRequest.key`).
const LONGEST_KEY: usize = 200;

/// Together with the attributes of every user, they still fit a schema.
const MOST: usize = 100;

/// The names of the attributes, valid or not, in their order.
pub(in crate::config) fn names(layers: &Layers) -> impl Iterator<Item = &str> {
    let table = layers.value(PATH).and_then(Value::as_dict);
    table.into_iter().flatten().map(|(name, _)| name.as_str())
}

/// The attributes with their metadata keys. `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Option<Vec<(String, String)>> {
    match reader.layers.value(PATH) {
        None | Some(Value::Empty(..)) => return Some(Vec::new()),
        Some(Value::Dict(..)) => {}
        Some(_) => {
            let what = format!("`{PATH}` must be {}", Kind::MetadataKeys.wanted());
            return reader.refuse(PATH, what, Some(LIKE));
        }
    }
    let names: Vec<String> = names(reader.layers).map(str::to_owned).collect();
    if names.len() > MOST {
        let what = format!("`{PATH}` has {} attributes; {MOST} are the most", names.len());
        return reader.refuse(
            PATH,
            what,
            Some("take out the attributes that you do not need at the target"),
        );
    }
    let mut all: Vec<(String, String)> = Vec::new();
    let mut is_right = true;
    for name in names {
        match attribute(reader, &name, &all) {
            Some(key) => all.push((name, key)),
            None => is_right = false,
        }
    }
    is_right.then_some(all)
}

const LIKE: &str = "it should look like `metadata_attributes: {department: department}`";

/// The key of one attribute.
fn attribute(reader: &mut Reader<'_>, name: &str, before: &[(String, String)]) -> Option<String> {
    let path = format!("{PATH}.{name}");
    if let Some(problem) = no_name(name) {
        let hint = "choose another name: a lower-case letter, then lower-case letters, digits and `_`";
        return reader.refuse(&path, format!("`{path}`: {problem}"), Some(hint));
    }
    let key = reader.required(&path)?.trim().to_owned();
    let problem = if TAKEN.contains(&key.as_str()) || key.starts_with(OWN) {
        format!("the key `{key}` is reserved")
    } else if key.len() > LONGEST_KEY {
        format!("its key is longer than {LONGEST_KEY} bytes")
    } else if let Some((other, _)) = before.iter().find(|(_, known)| *known == key) {
        format!("the key `{key}` contains `{other}` already")
    } else {
        return Some(key);
    };
    let hint = "choose another key of metadata";
    reader.refuse(&path, format!("`{path}`: {problem}"), Some(hint))
}

/// Why this is not a valid attribute name.
fn no_name(name: &str) -> Option<&'static str> {
    let fits = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    let starts = name.starts_with(|sign: char| sign.is_ascii_lowercase());
    if !starts || !name.chars().all(fits) {
        return Some("this is not a valid attribute name");
    }
    let is_key = keys::members("sources.ldap.attributes").any(|known| known == name);
    (is_key || OTHERS.contains(&name)).then_some("an attribute already has this name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::zitadel::schema;

    #[test]
    fn no_attribute_has_two_meanings() {
        for (_, spec) in schema(None).iter() {
            assert!(no_name(&spec.name).is_some(), "{}", spec.name);
        }
        for name in ["", "Department", "1st", "a b", "a-b", "a.b", "abteilung\u{e4}"] {
            assert!(no_name(name).is_some(), "{name}");
        }
        for name in ["department", "cost_center_2"] {
            assert_eq!(no_name(name), None);
        }
    }
}
