//! Role rules: `sources.NAME.entitlements`.

use figment::value::Value;

use crate::config::keys::Kind;
use crate::config::read::Reader;
use crate::config::settings::Entitlement;
use crate::config::syntax::dn::Dn;

/// All rules; empty without the key. `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, source: &str) -> Option<Vec<Entitlement>> {
    let path = format!("{source}.entitlements");
    let count = match reader.layers.value(&path) {
        None | Some(Value::Empty(..)) => 0,
        Some(Value::Array(_, elements)) => elements.len(),
        Some(_) => {
            let what = format!("`{path}` must be {}", Kind::Entitlements.wanted());
            return reader.refuse(&path, what, Some(EXAMPLE));
        }
    };
    let rules: Vec<Option<Entitlement>> = (0..count)
        .map(|index| rule(reader, &format!("{path}.{index}")))
        .collect();
    rules.into_iter().collect()
}

const EXAMPLE: &str =
    "it should look like `entitlements: [{role: Admin, group: \"cn=admins,dc=example,dc=org\"}]`";

fn rule(reader: &mut Reader<'_>, path: &str) -> Option<Entitlement> {
    if !matches!(reader.layers.value(path), Some(Value::Dict(..))) {
        let what = format!("`{path}` must be a table with `role` and `group`");
        return reader.refuse(path, what, Some(EXAMPLE));
    }
    let role = reader.required(&format!("{path}.role"));
    let groups = groups(reader, &format!("{path}.group"));
    let nested = format!("{path}.nested");
    Some(Entitlement {
        nested: reader.absent(&nested) || reader.boolean(&nested),
        allow_empty: reader.boolean(&format!("{path}.allow_empty")),
        role: role?,
        groups: groups?,
    })
}

/// One name or a list. A name may contain blanks, so a text is always one name.
fn groups(reader: &mut Reader<'_>, path: &str) -> Option<Vec<String>> {
    let before = reader.report.mistakes.len();
    let names: Vec<String> = match reader.layers.value(path) {
        Some(Value::Array(..)) => reader.list(path).into_iter().map(|item| item.text).collect(),
        _ => vec![reader.required(path)?],
    };
    if names.is_empty() {
        reader.wrong(path, format!("`{path}` names no group"), None);
    }
    for name in &names {
        let is_name = Dn::parse(name.as_bytes()).is_some_and(|dn| dn.depth() > 0);
        if !is_name {
            reader.wrong(
                path,
                format!("`{path}`: `{name}` is not a distinguished name"),
                Some("write the whole name, such as `cn=admins,ou=groups,dc=example,dc=org`"),
            );
        }
    }
    (reader.report.mistakes.len() == before).then_some(names)
}
