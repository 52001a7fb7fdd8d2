//! Kopano ad-connect's `adc.yaml`: `settings` and `backend.ldap`, with the target section of our own files.

use super::translation::{Entries, Translated, Translation, get, negated, repeated, table, text};
use super::variables::variable;
use crate::config::document::yaml::Node;
use crate::config::environment::{Environment, FoundVariables, Variable};
use crate::config::error::{Mistake, Origin};
use crate::config::keys::{self, Entry};

/// How the value of a setting is converted.
#[derive(Clone, Copy)]
enum Sense {
    Same,
    Opposite,
}

/// Their settings and ours.
const SETTINGS: [(&str, &str, Sense); 7] = [
    ("dry-run", "dry_run", Sense::Same),
    ("no-update", "policy.update", Sense::Opposite),
    ("no-create", "policy.create", Sense::Opposite),
    ("no-delete", "policy.remove", Sense::Opposite),
    ("delete-disables", "policy.delete_deactivates", Sense::Same),
    (
        "no-update-provider-mismatch",
        "policy.update_provider_mismatch",
        Sense::Opposite,
    ),
    ("create-as-disabled", "policy.create_deactivated", Sense::Same),
];

/// Keys below `backend.ldap` with another name here.
const MOVED: [(&str, &str); 3] = [
    ("addr", "sources.ldap.url"),
    ("sync.page_size", "sources.ldap.page_size"),
    ("sync.filter", "sources.ldap.user_filter"),
];

/// Members of the section with another name here.
const SYNC: [&str; 2] = ["page_size", "filter"];

/// Keys below `backend.ldap` in their manual.
const KNOWN: [&str; 7] = [
    "addr",
    "bind_dn",
    "bind_password",
    "base_dn",
    "scope",
    "sync",
    "authentication",
];

const SOURCE: &str = "sources.ldap";

/// Smaller pages cost more time than they save memory.
const SMALL_PAGE: u32 = 100;

/// Returns whether `settings` or `backend.ldap` is at the top level.
pub(super) fn is_its(content: &Node) -> bool {
    table(content, &["settings"]).is_some() || table(content, &["backend", "ldap"]).is_some()
}

/// Converts the file to our tree.
pub(super) fn translate(content: &Node) -> Translated {
    let mut translation = Translation::default();
    names(&mut translation);
    repeated(content, &mut Vec::new(), &mut translation);
    for (key, node) in table(content, &[]).unwrap_or_default() {
        match (key.as_str(), node) {
            ("settings", Node::Table(entries)) => settings(entries, &mut translation),
            ("settings" | "backend", Node::Null) => {}
            ("settings", _) => translation.no_table(&["settings"], "dry-run"),
            ("backend", Node::Table(entries)) => backend(entries, &mut translation),
            ("backend", _) => translation.no_table(&["backend"], "ldap"),
            (key, node) => translation.put(key, node.clone()),
        }
    }
    defaults(&mut translation);
    translation.finish()
}

fn names(translation: &mut Translation) {
    translation.name(SOURCE, "backend.ldap");
    for (theirs, ours) in MOVED {
        translation.name(ours, &format!("backend.ldap.{theirs}"));
    }
    for (theirs, ours, _) in SETTINGS {
        translation.name(ours, &format!("settings.{theirs}"));
    }
}

fn settings(entries: &Entries, translation: &mut Translation) {
    for (key, node) in entries {
        match SETTINGS.iter().find(|(theirs, ..)| theirs == key) {
            Some((_, ours, Sense::Same)) => translation.put(ours, node.clone()),
            Some((_, ours, Sense::Opposite)) => translation.put(ours, negated(node)),
            None => translation.unknown(&["settings", key], &SETTINGS.map(|(theirs, ..)| theirs)),
        }
    }
}

fn backend(entries: &Entries, translation: &mut Translation) {
    for (key, node) in entries {
        match (key.as_str(), node) {
            ("ldap", Node::Table(entries)) => directory(entries, translation),
            ("ldap", Node::Null) => {}
            ("ldap", _) => translation.no_table(&["backend", "ldap"], "addr"),
            _ => translation.unknown(&["backend", key], &["ldap"]),
        }
    }
}

/// Other keys may be ours: `attributes`, `tls`, `active`, …
fn directory(entries: &Entries, translation: &mut Translation) {
    for (key, node) in entries {
        let ours = format!("{SOURCE}.{key}");
        match (key.as_str(), node) {
            ("sync", Node::Table(entries)) => sync(entries, translation),
            ("sync", Node::Null) => {}
            ("sync", _) => translation.no_table(&["backend", "ldap", "sync"], "filter"),
            ("addr", node) => translation.put("sources.ldap.url", address(node)),
            ("page_size" | "user_filter" | "url", _) => {
                let known = ["addr", "sync"];
                translation.unknown(&["backend", "ldap", key], &known);
            }
            _ if !matches!(keys::find(&ours), Entry::Unknown) => translation.put(&ours, node.clone()),
            _ => translation.unknown(&["backend", "ldap", key], &KNOWN),
        }
    }
}

fn sync(entries: &Entries, translation: &mut Translation) {
    for (key, node) in entries {
        let moved = MOVED
            .iter()
            .find(|(theirs, _)| theirs.strip_prefix("sync.") == Some(key));
        match moved {
            Some((_, ours)) => translation.put(ours, node.clone()),
            None => translation.unknown(&["backend", "ldap", "sync", key], &SYNC),
        }
    }
    let size = get(entries, "page_size")
        .and_then(text)
        .and_then(|text| text.trim().parse::<u32>().ok());
    if let Some(size @ 1..SMALL_PAGE) = size {
        translation.note(format!(
            "`backend.ldap.sync.page_size` is {size}: a large directory is read faster with 1000"
        ));
    }
}

/// A host without a scheme is an LDAP server.
fn address(node: &Node) -> Node {
    match text(node) {
        Some(text) if !text.is_empty() && !text.contains("://") => Node::Text(format!("ldap://{text}")),
        _ => node.clone(),
    }
}

/// Defaults of ad-connect.
fn defaults(translation: &mut Translation) {
    translation.put_text("policy.absent", "delete");
    translation.put_text("policy.update_provider_mismatch", "false");
    if !translation.has("udm") {
        // `adc run` waits for a command from the server.
        translation.put_text("run.poll", "30s");
    }
    if !translation.has(SOURCE) {
        return;
    }
    if !translation.has("sources.ldap.active") && !translation.has("sources.ldap.attributes.status") {
        translation.put_text("sources.ldap.active", "always");
    }
    if !translation.has("sources.ldap.attributes.user_id") && !translation.has("sources.ldap.transform") {
        // Only one of the two is in an entry; Active Directory has no entryUUID.
        translation.put_text("sources.ldap.transform.sanitize.objectGUID", "guid_to_uuid");
        translation.put_text("sources.ldap.transform.rename.entryUUID", "objectGUID");
    }
    translation.put_text("sources.ldap.attributes.user_id", "entryUUID");
    if translation.has("udm") {
        people_of_udm(translation);
    } else {
        people(translation);
    }
}

fn people(translation: &mut Translation) {
    let login = login(translation);
    for (attribute, name) in [
        ("first_name", "givenName"),
        ("last_name", "sn"),
        ("preferred_username", "displayName"),
        ("phone", "telephoneNumber"),
    ] {
        translation.put_text(&format!("sources.ldap.attributes.{attribute}"), name);
    }
    match login.as_deref() {
        None | Some("mail") => translation.put_text("sources.ldap.attributes.email", "mail"),
        Some(name) if !translation.has("sources.ldap.attributes.email") => {
            translation.put_texts("sources.ldap.attributes.email.name", &[name, "mail"]);
            translation.put_text("sources.ldap.attributes.email.matching", "^[^@ ]+@[^@ ]+$");
            translation.note(format!(
                "people log in with their e-mail address: that is `{name}` \
                 (`backend.ldap.authentication.username_attribute`) where it contains an address, and `mail` elsewhere"
            ));
        }
        Some(_) => {}
    }
}

fn people_of_udm(translation: &mut Translation) {
    let login = login(translation).unwrap_or_else(|| "uid".to_owned());
    for (property, name) in [
        ("username", login.as_str()),
        ("firstname", "givenName"),
        ("lastname", "sn"),
        ("e-mail", "mail"),
        ("phone", "telephoneNumber"),
    ] {
        translation.put_text(&format!("sources.ldap.attributes.{property}"), name);
    }
    let properties = [
        "univentionObjectIdentifier",
        "username",
        "firstname",
        "lastname",
        "e-mail",
        "phone",
    ];
    translation.put_texts("udm.users.properties", &properties);
}

fn login(translation: &Translation) -> Option<String> {
    translation.text("sources.ldap.authentication.username_attribute")
}

/// "`policy.update` is false" is "`settings.no-update` is true".
pub(super) fn setting(ours: &str) -> String {
    let known = SETTINGS.iter().find_map(|(theirs, key, sense)| {
        let value = ours.strip_prefix(&format!("`{key}` is "))?;
        let value = match (sense, value) {
            (Sense::Opposite, "false") => "true",
            (Sense::Opposite, "true") => "false",
            (_, value) => value,
        };
        Some(format!("`settings.{theirs}` is {value}"))
    });
    known.unwrap_or_else(|| ours.to_owned())
}

/// `AD_CONNECT_ADDR` and `AD_CONNECT_AUTH`.
pub(super) fn variables(environment: &Environment) -> FoundVariables {
    let mut found = FoundVariables::default();
    match variable(environment, "AD_CONNECT_ADDR", "zitadel.url") {
        Ok(address) => found.variables.extend(address.map(|address| Variable {
            value: server(&address.value),
            ..address
        })),
        Err(mistake) => found.mistakes.push(mistake),
    }
    match variable(environment, "AD_CONNECT_AUTH", "zitadel.client_id")
        .and_then(|given| given.map(credentials).transpose())
    {
        Ok(given) => found.variables.extend(given.into_iter().flatten()),
        Err(mistake) => found.mistakes.push(mistake),
    }
    found
}

/// The port stays unless it is the default.
fn server(address: &str) -> String {
    if address.contains("://") {
        return address.to_owned();
    }
    let host = address.strip_suffix(":443").unwrap_or(address);
    format!("https://{host}")
}

/// Splits at the first colon.
fn credentials(found: Variable) -> Result<[Variable; 2], Mistake> {
    let Some((id, secret)) = found.value.split_once(':') else {
        let what = format!("the variable {} has no colon", found.name);
        return Err(Mistake::new("zitadel.client_id", what)
            .at(Origin::Variable(found.name))
            .hint("it should look like CLIENT_ID:CLIENT_SECRET"));
    };
    let of = |key: &str, value: &str| Variable {
        name: found.name.clone(),
        path: vec!["zitadel".to_owned(), key.to_owned()],
        value: value.to_owned(),
    };
    Ok([of("client_id", id), of("client_secret", secret)])
}
