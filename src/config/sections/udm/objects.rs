//! `udm.users.*` and `udm.groups.*`

use figment::value::Value;

use crate::config::error::Origin;
use crate::config::read::Reader;
use crate::config::settings::UdmObjects;
use crate::config::syntax::dn::Dn;

/// Properties that are not set from a source, with what they follow from.
const RESERVED: [(&str, &str); 6] = [
    ("password", "new users get a random password"),
    ("overridePWHistory", "new users get a random password"),
    ("overridePWLength", "new users get a random password"),
    (
        "disabled",
        "it depends on whether the person is active in the source",
    ),
    ("groups", "members are managed with their groups"),
    ("memberOf", "members are managed with their groups"),
];

pub(super) fn objects(
    reader: &mut Reader<'_>,
    section: &str,
    usual: &[&str],
    required: &[&str],
) -> Option<UdmObjects> {
    let before = reader.report.mistakes.len();
    let ou = ou(reader, &format!("{section}.ou"));
    let key_path = format!("{section}.key");
    let key = reader.required(&key_path);
    let properties = properties(reader, &format!("{section}.properties"), usual);
    let marker_path = format!("{section}.marker_property");
    let marker_property = reader.filled(&marker_path).map(|name| name.trim().to_owned());
    let has = |name: &str| properties.iter().any(|property| property == name);
    for name in required {
        if !has(name) {
            let what = format!("`{section}.properties` does not name `{name}`, which the server requires");
            reader.wrong(
                &format!("{section}.properties"),
                what,
                Some(&format!("add `{name}`")),
            );
        }
    }
    let key = key?.trim().to_owned();
    if required.contains(&key.as_str()) {
        let what = format!("`{key_path}` is `{key}`, which changes when a person gets another name");
        let hint =
            "use a property that never changes, such as `univentionObjectIdentifier` or `employeeNumber`";
        reader.wrong(&key_path, what, Some(hint));
    } else if !has(&key) {
        let what = format!("`{section}.properties` does not name `{key}`, the property of `{key_path}`");
        reader.wrong(
            &key_path,
            what,
            Some(&format!("add `{key}` to `{section}.properties`")),
        );
    }
    if let Some(name) = marker_property.as_deref().filter(|name| has(name)) {
        let what = format!("`{marker_path}` is `{name}`, which contains values of the sources");
        let hint =
            format!("name a property that no other program uses, or take it out of `{section}.properties`");
        reader.wrong(&marker_path, what, Some(&hint));
    }
    let is_right = reader.report.mistakes.len() == before;
    let ou = ou.filter(|_| is_right)?;
    Some(UdmObjects {
        ou,
        key,
        properties,
        marker_property,
    })
}

/// Where the properties of a section are named. Its mistakes were reported before.
pub(super) fn locations(
    reader: &mut Reader<'_>,
    section: &'static str,
) -> Vec<((&'static str, String), Origin)> {
    let before = reader.report.mistakes.len();
    let items = reader.list(&format!("{section}.properties"));
    reader.report.mistakes.truncate(before);
    let named = items
        .into_iter()
        .filter_map(|item| Some((item.text.trim().to_owned(), item.origin?)));
    let path = format!("{section}.marker_property");
    let marker = reader.layers.value(&path).and_then(Value::as_str);
    let marker = marker
        .map(|name| name.trim().to_owned())
        .zip(reader.origin(&path));
    named
        .chain(marker)
        .map(|(name, origin)| ((section, name), origin))
        .collect()
}

/// Relative to the base of the directory, which only the server knows.
fn ou(reader: &mut Reader<'_>, path: &str) -> Option<String> {
    let ou = reader.required(path)?.trim().to_owned();
    let name = Dn::parse(ou.as_bytes());
    if name.is_some_and(|name| name.is_all("ou")) {
        return Some(ou);
    }
    let what = format!("`{path}` must be a container below the base of the directory, not `{ou}`");
    let hint = "it should look like `ou=people` or `ou=people,ou=sync`, without the base";
    reader.refuse(path, what, Some(hint))
}

/// Together with the attributes of every object, they still fit a schema.
const MOST: usize = 100;

fn properties(reader: &mut Reader<'_>, path: &str, usual: &[&str]) -> Vec<String> {
    if reader.absent(path) {
        return usual.iter().map(ToString::to_string).collect();
    }
    let mut properties: Vec<String> = Vec::new();
    for item in reader.list(path) {
        let name = item.text.trim().to_owned();
        let reserved = RESERVED.iter().find(|(reserved, _)| *reserved == name);
        if let Some((_, why)) = reserved {
            reader.wrong(
                path,
                format!("`{path}` names `{name}`: {why}"),
                Some(&format!("take `{name}` out")),
            );
        } else if !properties.contains(&name) && !name.is_empty() {
            properties.push(name);
        }
    }
    if properties.len() > MOST {
        let what = format!(
            "`{path}` names {} properties; {MOST} are the most",
            properties.len()
        );
        reader.wrong(path, what, Some("remove the properties that no source provides"));
        properties.truncate(MOST);
    }
    properties
}
