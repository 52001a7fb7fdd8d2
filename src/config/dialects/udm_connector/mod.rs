//! The file of Univention's `udm-directory-connector` and its successor `nubus-directory-importer`: `udm` and
//! `source`.
//!
//! It is strict YAML, in which every scalar is text.

mod defaults;
mod names;
mod scalars;
mod variables;

pub use self::variables::repeats;
pub(super) use self::variables::{hint_for_secret, variables};

use self::defaults::{GROUP_ATTRIBUTES, GROUP_PROPERTIES, SANITIZERS, USER_ATTRIBUTES};
use self::names::{DEFAULTS, IDLE, Keys, RULES, SOURCE, UDM};
use super::translation::{Entries, Translated, Translation, get, repeated, table, text};
use crate::config::document::yaml::Node;
use crate::config::keys::{self, Entry};
use crate::config::settings::USER_PROPERTIES;

/// Returns whether one of the sections has keys that only these tools have.
pub(super) fn is_its(content: &Node) -> bool {
    let has = |section, key| table(content, &[section]).is_some_and(|entries| get(entries, key).is_some());
    has("udm", "uri") || has("source", "ldap_uri")
}

/// Converts the file to our tree.
pub(super) fn translate(content: &Node) -> Translated {
    let mut translation = Translation::default();
    repeated(content, &mut Vec::new(), &mut translation);
    let top = table(content, &[]).unwrap_or_default();
    for (section, keys, member) in [("udm", UDM, "uri"), ("source", SOURCE, "ldap_uri")] {
        match get(top, section) {
            Some(Node::Table(entries)) => move_keys(section, keys, entries, &mut translation),
            None => move_keys(section, keys, &[], &mut translation),
            Some(_) => translation.no_table(&[section], member),
        }
    }
    for (key, node) in top
        .iter()
        .filter(|(key, _)| !["udm", "source"].contains(&key.as_str()))
    {
        translation.put(key, node.clone());
    }
    notes(top, &mut translation);
    defaults(&mut translation);
    translation.finish()
}

fn move_keys(section: &str, keys: &Keys, entries: &Entries, translation: &mut Translation) {
    for (index, (theirs, ours)) in keys.iter().enumerate() {
        let is_given = get(entries, theirs).is_some();
        let is_first = keys[..index].iter().all(|(_, before)| before != ours);
        if is_given || is_first && !other_name_is_given(keys, entries, ours) {
            translation.name(ours, &format!("{section}.{theirs}"));
        }
    }
    for (key, node) in entries {
        let idle = section == "source" && IDLE.contains(&key.as_str());
        match keys.iter().find(|(theirs, _)| theirs == key) {
            Some((_, ours)) if translation.has(ours) => two_names(section, key, keys, ours, translation),
            Some((_, ours)) if is_of_groups(ours) && !reads_groups() => {}
            Some((_, ours)) if ours.ends_with(".transform") => rules(section, key, ours, node, translation),
            Some((_, ours)) => {
                scalars::check(&[section, key], ours, node, translation);
                translation.put(ours, scalars::converted(ours, node));
            }
            None if idle => {}
            None => grace(section, key, node, keys, translation),
        }
    }
}

fn is_of_groups(ours: &str) -> bool {
    ours.split('.').any(|level| level == "groups")
}

/// Returns whether a directory has groups. Otherwise the groups of the target are not managed.
fn reads_groups() -> bool {
    !matches!(keys::find("sources.ldap.groups"), Entry::Unknown)
}

fn other_name_is_given(keys: &Keys, entries: &Entries, ours: &str) -> bool {
    let mut names = keys.iter().filter(|(_, known)| *known == ours);
    names.any(|(theirs, _)| get(entries, theirs).is_some())
}

/// The old and the current name of a key. Duplicates were reported before.
fn two_names(section: &str, key: &str, keys: &Keys, ours: &str, translation: &mut Translation) {
    let other = keys
        .iter()
        .find(|(theirs, known)| *known == ours && *theirs != key);
    if let Some((other, _)) = other {
        let what = format!("`{section}.{key}` and `{section}.{other}` are both given");
        translation.fault(&[section, key], what, Some("keep one of them".to_owned()));
    }
}

/// Keys of newer versions, or unknown keys.
fn grace(section: &str, key: &str, node: &Node, keys: &Keys, translation: &mut Translation) {
    const DAYS: &str = "deletion_grace_period_days";
    const PROPERTY: &str = "deprovision_timestamp_property";
    match (section, key) {
        ("udm", DAYS) => {
            translation.name("policy.grace.after", &format!("udm.{DAYS}"));
            match text(node).map(str::trim) {
                Some("0") => {}
                Some(_) if !scalars::is_number(node) => {
                    scalars::refuse_number(&[section, key], node, translation);
                }
                Some(days) => translation.put_text("policy.grace.after", &format!("{days}d")),
                None => translation.put("policy.grace.after", node.clone()),
            }
        }
        ("udm", PROPERTY) => {
            translation.name("udm.users.marker_property", &format!("udm.{PROPERTY}"));
            translation.put("udm.users.marker_property", node.clone());
        }
        _ => {
            let known: Vec<&str> = keys.iter().map(|(theirs, _)| *theirs).chain(IDLE).collect();
            translation.unknown(&[section, key], &known);
        }
    }
}

fn rules(section: &str, key: &str, ours: &str, node: &Node, translation: &mut Translation) {
    for (theirs, rule) in RULES {
        translation.name(&format!("{ours}.{rule}"), &format!("{section}.{key}.{theirs}"));
    }
    let Node::Table(entries) = node else {
        return translation.no_table(&[section, key], "rename_attrs");
    };
    for (name, node) in entries {
        if let Some((_, rule)) = RULES.iter().find(|(theirs, _)| theirs == name) {
            translation.put(&format!("{ours}.{rule}"), node.clone());
        } else {
            let known: Vec<&str> = RULES.iter().map(|(theirs, _)| *theirs).collect();
            translation.unknown(&[section, key, name], &known);
        }
    }
}

fn notes(top: &Entries, translation: &mut Translation) {
    let source = match get(top, "source") {
        Some(Node::Table(entries)) => entries.as_slice(),
        _ => &[],
    };
    for key in ["sasl_method", "trace_level"] {
        if get(source, key).is_some_and(|node| text(node) != Some("0")) {
            translation.note(format!("`source.{key}` has no effect"));
        }
    }
    if !translation.has("udm.users.key") {
        translation.note("without `udm.user_primary_key_property` it is `univentionObjectIdentifier`");
    }
    if !reads_groups() {
        translation.note("groups are left alone");
    }
    if !translation.has("policy.absent") && !translation.has("guard") {
        translation.note(
            "people and groups that are missing in the directory are deleted, but at most 10 % of them in a run \
             (`guard.max_removals`), and none while the directory is empty or was not read completely; a run that \
             gives more than 10 % of the users another username (`guard.max_logins_changed`), removes more than 20 % of \
             the members of groups (`guard.max_memberships_removed`), or removes a property of more than 20 % of the \
             objects that have it (`guard.max_missing`) is refused as well",
        );
    }
}

fn defaults(translation: &mut Translation) {
    let is_used = |path: &str| reads_groups() || !is_of_groups(path);
    for (path, value) in DEFAULTS.iter().filter(|(path, _)| is_used(path)) {
        translation.put_text(path, value);
    }
    people(translation);
    if reads_groups() {
        groups(translation);
    }
}

fn people(translation: &mut Translation) {
    translation.put_texts("sources.ldap.requested_attributes", &USER_ATTRIBUTES);
    translation.put_texts("udm.users.properties", &USER_PROPERTIES);
    sanitizers("sources.ldap", translation);
    attributes("sources.ldap", "user_id", "udm.users", translation);
}

fn groups(translation: &mut Translation) {
    // One key of the file leaves out people and groups.
    translation.copy(
        "sources.ldap.ignore_dn_regex",
        "sources.ldap.groups.ignore_dn_regex",
    );
    translation.put_texts("sources.ldap.groups.requested_attributes", &GROUP_ATTRIBUTES);
    translation.put_texts("udm.groups.properties", &GROUP_PROPERTIES);
    sanitizers("sources.ldap.groups", translation);
    attributes("sources.ldap.groups", "group_id", "udm.groups", translation);
    translation.put_text("sources.ldap.groups.members", "users");
}

fn sanitizers(section: &str, translation: &mut Translation) {
    if !translation.has(&format!("{section}.transform.sanitize")) {
        for (name, function) in SANITIZERS {
            translation.put_text(&format!("{section}.transform.sanitize.{name}"), function);
        }
    }
}

/// Each property comes from the attribute that has its name after the rules.
fn attributes(section: &str, id: &str, target: &str, translation: &mut Translation) {
    let (key, of_key) = (format!("{target}.key"), format!("{section}.attributes.{id}"));
    translation.same_name(&of_key, &key);
    let key = translation.text(&key).unwrap_or_default();
    for property in translation.texts(&format!("{target}.properties")) {
        let is_of_members = ["users", "nestedGroup"].contains(&property.as_str());
        if property != key && !is_of_members {
            let path = format!("{section}.attributes.{property}");
            translation.put_text(&format!("{path}.name"), &property);
            // The server knows which properties have several values.
            translation.put_text(&format!("{path}.value"), "all");
        }
    }
    translation.put_text(&of_key, &key);
}
