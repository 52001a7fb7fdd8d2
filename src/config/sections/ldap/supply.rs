//! Names of attributes that no record can have: misspelt ones, which would be missing in every entry.

use std::collections::BTreeSet;

use figment::value::Value;

use crate::config::error::Mistake;
use crate::config::read::Reader;
use crate::config::settings::{LdapAttribute, LdapSearch};
use crate::transform::{Format, Transformation, key};

/// Reports them below `source`, for which `id_path` is the key of the external id. Without `requested_attributes`, or
/// with a wildcard in it, an entry may have any attribute.
pub(super) fn report_impossible(
    reader: &mut Reader<'_>,
    source: &str,
    search: &LdapSearch,
    transform: Option<&Transformation>,
    (id_path, id): (&str, &LdapAttribute),
) {
    let Some(requested) = search.listed() else {
        return;
    };
    let mut names: BTreeSet<String> = requested.iter().map(|name| key(name)).collect();
    if let Some(rules) = transform {
        changed(rules, &mut names);
        templates(reader, &format!("{source}.transform.compose"), rules, &names);
        names.extend(rules.compose.iter().map(|(name, _)| name.clone()));
    }
    if !names.contains(&key(&id.name)) {
        let what = format!("`{id_path}` is `{}`, but no entry has that attribute", id.name);
        let hint = format!(
            "add it to `{source}.requested_attributes`, or make it by a rule of `{source}.transform`"
        );
        reader.wrong(id_path, what, Some(&hint));
    }
}

/// Adds the names that can exist before the templates.
fn changed(rules: &Transformation, names: &mut BTreeSet<String>) {
    let patterns = rules.decompose.iter().flat_map(|(_, patterns)| patterns);
    names.extend(patterns.flat_map(|pattern| pattern.groups().map(str::to_owned)));
    for (new, old) in &rules.rename {
        if names.remove(old) {
            names.insert(new.clone());
        }
    }
    let given = rules.fallback.iter().chain(&rules.fixed);
    names.extend(given.map(|(name, _)| name.clone()));
    for name in &rules.remove {
        names.remove(name);
    }
}

fn templates(reader: &mut Reader<'_>, section: &str, rules: &Transformation, names: &BTreeSet<String>) {
    for (attribute, templates) in &rules.compose {
        let used = templates.iter().flat_map(Format::names);
        for name in used.filter(|name| !names.contains(*name)) {
            let path = format!("{section}.{attribute}");
            let what = format!(
                "`{path}` uses `{name}`, but no entry has that attribute where templates are filled in"
            );
            let levels: Vec<&str> = path.split('.').collect();
            let section = reader.layers.value(section).map(Value::tag);
            let origin = section.and_then(|tag| reader.layers.origin_of(&levels, tag));
            let mistake = Mistake::new(&path, what).at(origin);
            let hint = "correct the name; after `rename` an attribute has only its new name";
            reader.report.mistakes.push(mistake.hint(hint));
        }
    }
}
